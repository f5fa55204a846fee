package stream

import "unsafe"

// Padding is the number of zero bytes that must follow a message in the
// buffer that is scanned.
const Padding = 8

// Scanner finds the stream elements in messages without parsing HTML. It
// knows a part of HTML well enough to be certain what a browser's parser
// makes of it as the content of a template (Turbo 8.0.23, renderStreamMessage;
// HTML standard, fragment parsing). A message that holds anything else is
// declined whole, for the browser to parse.
//
// What the runtime must see as nodes is declined too: script elements, the
// attributes autofocus and data-turbo-permanent, stream elements in content.
//
// The zero Scanner is ready. It allocates only to grow its two slices, which
// are to be read, and cut back by Truncate. It is not safe for concurrent use.
type Scanner struct {
	Envelopes []Envelope
	IDs       []Range // see Envelope.IDs

	open [maxDepth]element
}

// Scan scans the message buf[from:to] and reports whether it is certain of
// all of it. If so, one Envelope for each stream element is appended to
// s.Envelopes, in order, with ranges of buf; otherwise nothing is appended.
// Behind the message, inside buf, lie Padding zero bytes, without which every
// message is declined. Messages may be scanned one after another out of one
// buffer. The time taken is linear in the message's length.
func (s *Scanner) Scan(buf []byte, from, to int) bool {
	if from < 0 || to < from || to > len(buf)-Padding || len(buf) > 1<<31-1 {
		return false
	}
	p := unsafe.Pointer(unsafe.SliceData(buf))
	if load(p, to) != 0 {
		return false
	}
	// A NUL is never certain, and no byte behind one is looked at but by the
	// load that found it: the padding ends every loop.
	envelopes := len(s.Envelopes)
	for i := from; ; {
		for space(at(p, i)) {
			i++
		}
		if i == to {
			return true
		}
		if i = s.stream(p, i); i < 0 {
			s.Truncate(envelopes)
			return false
		}
	}
}

// Truncate forgets all envelopes but the first n, and their ids.
func (s *Scanner) Truncate(n int) {
	if n < len(s.Envelopes) {
		s.IDs = s.IDs[:s.Envelopes[n].IDs.Start]
		s.Envelopes = s.Envelopes[:n]
	}
}

// stream scans the stream element at i. Like the other parts of the scanner
// it returns the offset behind what it scanned, or -1 when it is not certain.
func (s *Scanner) stream(p unsafe.Pointer, i int) int {
	if load(p, i) != wordStreamOpen || load(p, i+5) != wordStream {
		return -1
	}
	s.Envelopes = append(s.Envelopes, Envelope{})
	e := &s.Envelopes[len(s.Envelopes)-1]
	e.Element.Start = int32(i)
	e.IDs = Range{int32(len(s.IDs)), int32(len(s.IDs))}
	if i = e.attributes(p, i+13); i < 0 {
		return -1
	}
	e.Tag = Range{e.Element.Start, int32(i)}
	for space(at(p, i)) {
		i++
	}
	if load(p, i) == wordTemplateOpen && load(p, i+2) == wordTemplateEnd {
		if i = s.content(p, i+10, e); i < 0 {
			return -1
		}
		for space(at(p, i)) {
			i++
		}
	}
	if load(p, i) != wordStreamClose || load(p, i+7) != wordStreamEnd {
		return -1
	}
	e.Element.End = int32(i + 15)
	return i + 15
}

// attributes scans the attributes of a stream element and the ">" that ends
// its start tag.
func (e *Envelope) attributes(p unsafe.Pointer, i int) int {
	for {
		if c := at(p, i); c == '>' {
			return i + 1
		} else if !space(c) {
			return -1
		}
		for space(at(p, i)) {
			i++
		}
		if at(p, i) == '>' {
			return i + 1
		}

		name := i
		w := load(p, i)
		n := nameLength(p, i, w)
		if n == 0 {
			return -1
		}
		i += n
		value, special := Range{int32(i), int32(i)}, false
		if at(p, i) == '=' {
			i++
			if c := at(p, i); c == '"' || c == '\'' {
				end := untilSpecial(p, i+1, c)
				if special = at(p, end) != c; special {
					end = until(p, end, c)
				}
				if at(p, end) == 0 {
					return -1
				}
				value = Range{int32(i + 1), int32(end)}
				i = end + 1
			} else {
				end := i + unquoted(p, i)
				if end == i {
					return -1
				}
				special = untilSpecial(p, i, at(p, end)) != end
				value = Range{int32(i), int32(end)}
				i = end
			}
		}

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
			continue
		case w == wordVersion, w == wordExcept:
			e.Conditional = true
			continue
		default:
			for ; name < int(value.Start); name++ {
				if c := at(p, name); 'A' <= c && c <= 'Z' {
					return -1
				}
			}
			continue
		}
		if special || read.Start != 0 { // no first byte of a value is at 0
			return -1
		}
		*read = value
	}
}

// nameLength returns the length of the attribute name at i, whose first bytes
// are w; 0 when it is not certain.
func nameLength(p unsafe.Pointer, i int, w uint64) int {
	n := 0
	for {
		if m := nameEnd(w); m != 0 {
			n += first(m)
			break
		}
		n += 8
		w = load(p, i+n)
	}
	if c := at(p, i+n); c == '=' || c == '>' || c == '/' || space(c) {
		return n
	}
	return 0
}

// unquoted returns the length of the attribute value without quotes at i; 0
// when it is not certain.
func unquoted(p unsafe.Pointer, i int) (n int) {
	for ; ; n++ {
		switch c := at(p, i+n); c {
		case ' ', '\n', '\t', '\r', '\f', '>':
			return n
		case 0, '"', '\'', '<', '=', '`':
			return 0
		}
	}
}
