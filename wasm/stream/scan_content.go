package stream

import "unsafe"

// maxDepth bounds how deep content may nest. Chromium flattens what nests
// deeper than 512, which would let the place of a parse be seen in its result.
const maxDepth = 200

// maxText bounds the bytes of a run of text in joinable content. Chromium
// splits longer ones (65,536 characters) into several nodes.
const maxText = 32 << 10

// element is an element of content whose end tag has not been seen.
type element struct {
	want, mask uint64 // what load finds behind "</", as far as mask tells
	open       uint32 // what was open around it
	start, end int32  // its name
}

// content scans the inside of a template, from i to behind its end tag.
func (s *Scanner) content(p unsafe.Pointer, i int, e *Envelope) int {
	e.Content.Start = int32(i)
	joinable, last := true, false
	elements, rootKey, parts := 0, uint64(0), false
	depth, open := 0, uint32(inFlow|inRoot)
	for {
		if at(p, i) != '<' {
			start := i
			if i = until(p, i, '<'); at(p, i) == 0 {
				return -1
			}
			if i-start > maxText {
				joinable = false
			}
			if depth == 0 {
				e.Roots++
				last = true
				if start == int(e.Content.Start) {
					e.TextFirst = true
				}
			}
		}

		w := load(p, i+1)
		if byte(w) == '/' {
			if depth == 0 {
				if load(p, i) != wordTemplateClose || load(p, i+3) != wordTemplateEnd {
					return -1
				}
				e.Content.End = int32(i)
				e.Joinable, e.TextLast = joinable, last
				if !joinable {
					e.Roots, e.TextFirst, e.TextLast = 0, false, false
				}
				e.IDs.End = int32(len(s.IDs))
				return i + 11
			}
			depth--
			el := &s.open[depth]
			if (load(p, i+2)^el.want)&el.mask != 0 {
				return -1
			}
			n := int(el.end - el.start)
			i += 2 + n
			if n >= 8 {
				for k := 8; k < n; k++ {
					if at(p, i-n+k) != at(p, int(el.start)+k) {
						return -1
					}
				}
				if at(p, i) != '>' {
					return -1
				}
			}
			i++
			open = el.open
			continue
		}
		if byte(w) == '!' {
			if i = comment(p, i); i < 0 {
				return -1
			}
			joinable = false
			if depth == 0 {
				last = false
			}
			continue
		}

		i++
		name := i
		var n int
		if m := tagEnd(w); m != 0 {
			n = first(m)
			w &= mask(n)
		} else {
			n = 8
		}
		t := &tags[tagIndex(w)]
		if c := at(p, i+n); t.key != w || w == 0 || c != '>' && c != '/' && !space(c) {
			if n = longName(p, i); n == 0 {
				return -1
			}
			if t = longTag(p, i, n); t == nil {
				return -1
			}
			w = load(p, i)
		}
		if open&t.forbid != 0 || open&t.need == 0 || t.kind == declined {
			return -1
		}
		if t.isolated {
			joinable = false
		}
		i += n

		if at(p, i) != '>' {
			var id Range
			var is bool
			if i, id, is = attributes(p, i, depth == 0); i < 0 {
				return -1
			}
			if is {
				joinable = false
			}
			if id.End > id.Start {
				s.IDs = append(s.IDs, id)
			}
		}
		closed := at(p, i) == '/'
		if closed {
			i++
		}
		i++

		if depth == 0 {
			e.Roots++
			last = false
			if t.part || parts {
				if elements > 0 && rootKey != w {
					return -1
				}
				parts = true
			}
			elements++
			rootKey = w
		}
		switch t.kind {
		case void:
			continue
		case foreign:
			if closed {
				continue
			}
		case raw:
			if i = rawText(p, i, w, n); i < 0 {
				return -1
			}
			continue
		}
		if depth == maxDepth {
			return -1
		}
		el := &s.open[depth]
		depth++
		el.open, el.start, el.end = open, int32(name), int32(name+n)
		if n < 8 {
			el.want, el.mask = w|'>'<<(8*uint(n)), mask(n+1)
		} else {
			el.want, el.mask = w, mask(8)
		}
		open = open&^t.clear | t.set
	}
}

// attributes scans the attributes in a start tag of content, from behind the
// name to the ">" or "/>" that ends it. It returns the value of id, wanted at
// the top of the content only, and whether there is an attribute is.
func attributes(p unsafe.Pointer, i int, top bool) (next int, id Range, is bool) {
	for {
		c := at(p, i)
		if space(c) {
			i++
			for c = at(p, i); space(c); c = at(p, i) {
				i++
			}
		} else if c != '>' && c != '/' {
			return -1, id, is
		}
		if c == '>' {
			return i, id, is
		}
		if c == '/' {
			if at(p, i+1) == '>' {
				return i, id, is
			}
			return -1, id, is
		}

		name := i
		w := load(p, i)
		n := nameLength(p, i, w)
		if n == 0 {
			return -1, id, is
		}
		i += n
		value := Range{int32(i), int32(i)}
		if at(p, i) == '=' {
			i++
			if c := at(p, i); c == '"' || c == '\'' {
				end := until(p, i+1, c)
				if at(p, end) == 0 {
					return -1, id, is
				}
				value = Range{int32(i + 1), int32(end)}
				i = end + 1
			} else {
				n := unquoted(p, i)
				if n == 0 {
					return -1, id, is
				}
				value = Range{int32(i), int32(i + n)}
				i += n
			}
		}

		switch n {
		case 2:
			switch fold(w) & mask(2) {
			case wordIs:
				is = true
			case wordID:
				if !top {
					continue
				}
				if id.Start != 0 || special(p, value) {
					return -1, id, is
				}
				id = value
			}
		case 9:
			if fold(w) == wordAutofocu && at(p, name+8)|0x20 == 's' {
				return -1, id, is
			}
		case 20:
			if fold(w) == wordDataTur && fold(load(p, name+8)) == wordBoPerma && fold(load(p, name+16))&mask(4) == wordNent {
				return -1, id, is
			}
		}
	}
}

// special reports whether the value holds "&" or CR, which do not stand for
// themselves.
func special(p unsafe.Pointer, value Range) bool {
	for i := value.Start; i < value.End; i++ {
		if c := at(p, int(i)); c == '&' || c == '\r' {
			return true
		}
	}
	return false
}

// longName returns the length of the tag name at i, of any length; 0 when it
// is not certain.
func longName(p unsafe.Pointer, i int) (n int) {
	if c := at(p, i); c < 'a' || c > 'z' {
		return 0
	}
	for {
		n++
		switch c := at(p, i+n); {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-':
		case c == '>', c == '/', space(c):
			return n
		default:
			return 0
		}
	}
}

// longTag returns the rule for the name of length n at i, which is not in
// the table; nil for names that are never certain.
func longTag(p unsafe.Pointer, i, n int) *tag {
	is := func(name string) bool {
		if len(name) != n {
			return false
		}
		for k := range len(name) {
			if at(p, i+k) != name[k] {
				return false
			}
		}
		return true
	}
	switch {
	case is("blockquote"), is("figcaption"):
		return &block
	case is("turbo-stream"), is("plaintext"):
		return nil
	}
	return &unknown
}

// comment scans the comment at i, where there is "<!".
func comment(p unsafe.Pointer, i int) int {
	if at(p, i+2) != '-' || at(p, i+3) != '-' {
		return -1
	}
	i += 4
	if c := at(p, i); c == '>' || c == '-' && at(p, i+1) == '>' {
		return -1
	}
	for {
		if i = until(p, i, '-'); at(p, i) == 0 {
			return -1
		}
		i++
		if at(p, i) != '-' {
			continue
		}
		switch at(p, i+1) {
		case '>':
			return i + 2
		case '!':
			return -1 // "--!>" ends a comment too
		}
	}
}

// rawText scans the text of an element whose name is the n bytes of w, and
// its end tag.
func rawText(p unsafe.Pointer, i int, w uint64, n int) int {
	for {
		if i = until(p, i, '<'); at(p, i) == 0 {
			return -1
		}
		i++
		if at(p, i) != '/' || (fold(load(p, i+1))^w)&mask(n) != 0 {
			continue
		}
		switch c := at(p, i+1+n); {
		case c == '>':
			return i + 2 + n
		case c == '/' || space(c):
			return -1
		}
	}
}
