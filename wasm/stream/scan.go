package stream

import "unsafe"

// Padding is the number of zero bytes that must follow a message in the buffer
// that is scanned.
const Padding = 8

// Scanner finds the stream elements in messages without parsing HTML. It
// knows a part of HTML well enough to be certain what a browser's parser
// makes of it as the content of a template (Turbo 8.0.23, renderStreamMessage;
// HTML standard, fragment parsing). A message that holds anything else is
// declined as a whole, for the browser to parse.
//
// What the runtime needs as nodes is declined too: script elements, the attributes
// autofocus and data-turbo-permanent, and stream elements in content.
//
// The zero Scanner is ready for use. It allocates only to grow its two slices,
// which are for reading; Truncate cuts them back. It is not safe for concurrent
// use.
type Scanner struct {
	Envelopes []Envelope
	IDs       []Range // see Envelope.IDs

	open [maxDepth]element
}

// Scan scans the message buf[from:to] and reports whether it is certain of all of
// it. If so, it appends one Envelope per stream element to s.Envelopes, in order,
// with ranges of buf; otherwise it appends nothing. Padding zero bytes must follow
// the message in buf, or it is declined. Messages may be scanned one after another
// from one buffer. The time taken is linear in the length of the message.
func (s *Scanner) Scan(buf []byte, from, to int) bool {
	if from < 0 || to < from || to > len(buf)-Padding || len(buf) > 1<<31-1 {
		return false
	}
	p := unsafe.Pointer(unsafe.SliceData(buf))
	if load(p, to) != 0 {
		return false
	}
	// A NUL is never certain, and only the load that finds one looks at bytes
	// behind it: the padding ends every loop.
	envelopes, certain := len(s.Envelopes), true
	for i := from; ; {
		for space(at(p, i)) {
			i++
		}
		if i == to {
			return true
		}
		if i, certain = s.stream(p, i); !certain {
			s.Truncate(envelopes)
			return false
		}
	}
}

// Markup scans markup as the content of a template by itself, and reports whether it
// is certain of it. Only what an envelope says of content holds, not its ranges. It
// may write behind the markup, and forgets what was scanned before.
func (s *Scanner) Markup(markup []byte) (e Envelope, certain bool) {
	s.Truncate(0)
	buf := append(markup, "</template>\x00\x00\x00\x00\x00\x00\x00\x00"...)
	_, certain = s.content(unsafe.Pointer(unsafe.SliceData(buf)), 0, &e)
	s.IDs = s.IDs[:0]
	return e, certain && int(e.Content.End) == len(markup)
}

// Truncate forgets all envelopes but the first n, with their ids.
func (s *Scanner) Truncate(n int) {
	if n < len(s.Envelopes) {
		s.IDs = s.IDs[:s.Envelopes[n].IDs.Start]
		s.Envelopes = s.Envelopes[:n]
	}
}

// stream scans the stream element at i. Like the other parts of the scanner
// it returns the offset behind what it scanned, and whether it is certain of it.
func (s *Scanner) stream(p unsafe.Pointer, i int) (next int, certain bool) {
	if load(p, i) != wordStreamOpen || load(p, i+5) != wordStream {
		return 0, false
	}
	s.Envelopes = append(s.Envelopes, Envelope{})
	e := &s.Envelopes[len(s.Envelopes)-1]
	e.Element.Start = int32(i)
	e.IDs = Range{int32(len(s.IDs)), int32(len(s.IDs))}
	if i, certain = e.attributes(p, i+13); !certain {
		return 0, false
	}
	e.Tag = Range{e.Element.Start, int32(i)}
	for space(at(p, i)) {
		i++
	}
	if load(p, i) == wordTemplateOpen && load(p, i+2) == wordTemplateEnd {
		if i, certain = s.content(p, i+10, e); !certain {
			return 0, false
		}
		for space(at(p, i)) {
			i++
		}
	}
	if load(p, i) != wordStreamClose || load(p, i+7) != wordStreamEnd {
		return 0, false
	}
	e.Element.End = int32(i + 15)
	return i + 15, true
}

// attributes scans the attributes of a stream element and the ">" that ends
// its start tag.
func (e *Envelope) attributes(p unsafe.Pointer, i int) (next int, certain bool) {
	for {
		if c := at(p, i); c == '>' {
			return i + 1, true
		} else if !space(c) {
			return 0, false
		}
		for space(at(p, i)) {
			i++
		}
		if at(p, i) == '>' {
			return i + 1, true
		}

		name := i
		w := load(p, i)
		n := nameLength(p, i, w)
		if n == 0 {
			return 0, false
		}
		var value Range
		if value, i, certain = attributeValue(p, i+n); !certain || !e.read(p, name, n, w, value) {
			return 0, false
		}
	}
}

// read takes note of the attribute whose name is the n bytes at an offset, the
// first of which are w. It reports whether it is certain of it.
func (e *Envelope) read(p unsafe.Pointer, name, n int, w uint64, value Range) bool {
	var read *Range
	if n < 8 {
		w &= mask(n)
	}
	switch {
	case w == wordAction:
		read = &e.Action
	case w == wordTarget:
		read = &e.Target
	case w == wordTargets:
		read = &e.Targets
	case w == wordMethod:
		read = &e.Method
	case w == wordScroll:
		read = &e.Scroll
	case w == wordRequest && n == 10 && load(p, name+8)&mask(2) == wordID:
		read = &e.RequestID
	case w == wordMaintain && n == 15 && load(p, name+8)&mask(7) == wordUScroll:
		e.MaintainScroll = true
		return true
	case w == wordVersion, w == wordExcept:
		e.Conditional = true
		return true
	default:
		for i := name; i < name+n; i++ {
			if c := at(p, i); 'A' <= c && c <= 'Z' {
				return false
			}
		}
		return true
	}
	if read.Start != 0 || special(p, value) { // no first byte of a value is at 0
		return false
	}
	*read = value
	return true
}
