package stream

import "unsafe"

// maxDepth bounds how deep content may nest. Chromium flattens what is nested
// deeper than 512, counted from where the content is parsed.
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

// content is what is known of the inside of a template up to some place. It
// lives on the stack of Scanner.content.
type content struct {
	e        *Envelope
	open     uint32 // what is open here, as tags have it
	depth    int
	joinable bool
	textLast bool   // the last top-level node is a text
	lastRoot uint64 // the name of the last top-level element, as load reads it, 0 if there is none
	parts    bool   // the top level consists of parts of a table
}

// content scans the inside of a template, from i to behind its end tag.
func (s *Scanner) content(p unsafe.Pointer, i int, e *Envelope) (next int, certain bool) {
	e.Content.Start = int32(i)
	c := content{e: e, open: inFlow | inRoot, joinable: true}
	for {
		certain = true
		if at(p, i) != '<' {
			if i, certain = c.text(p, i); !certain {
				return 0, false
			}
		}
		switch at(p, i+1) {
		case '/':
			if c.depth == 0 {
				return s.contentEnd(p, i, &c)
			}
			i, certain = s.endTag(p, i+2, &c)
		case '!':
			i, certain = c.comment(p, i+2)
		default:
			i, certain = s.startTag(p, i+1, &c)
		}
		if !certain {
			return 0, false
		}
	}
}

// contentEnd scans the end tag of the template at i.
func (s *Scanner) contentEnd(p unsafe.Pointer, i int, c *content) (next int, certain bool) {
	if load(p, i) != wordTemplateClose || load(p, i+3) != wordTemplateEnd {
		return 0, false
	}
	e := c.e
	e.Content.End = int32(i)
	if e.Joinable, e.TextLast = c.joinable, c.textLast; !c.joinable {
		e.Roots, e.TextFirst, e.TextLast = 0, false, false
	}
	e.IDs.End = int32(len(s.IDs))
	return i + 11, true
}

// text scans the text at i, up to the next "<".
func (c *content) text(p unsafe.Pointer, i int) (next int, certain bool) {
	start := i
	if i = until(p, i, '<'); at(p, i) == 0 {
		return 0, false
	}
	if c.depth == 0 {
		c.e.Roots++
		c.textLast = true
		if start == int(c.e.Content.Start) {
			c.e.TextFirst = true
		}
	}
	if i-start > maxText {
		c.joinable = false
	}
	if c.open&inStructure != 0 || c.parts && c.depth == 0 {
		// A parser moves any text but white space out of a table.
		for ; space(at(p, start)); start++ {
		}
		if start != i {
			return 0, false
		}
	}
	return i, true
}

// comment scans the comment at i, which is behind "<!".
func (c *content) comment(p unsafe.Pointer, i int) (next int, certain bool) {
	c.joinable = false
	if c.depth == 0 {
		c.textLast = false
	}
	if at(p, i) != '-' || at(p, i+1) != '-' {
		return 0, false
	}
	i += 2
	if b := at(p, i); b == '>' || b == '-' && at(p, i+1) == '>' {
		return 0, false
	}
	for {
		if i = until(p, i, '-'); at(p, i) == 0 {
			return 0, false
		}
		i++
		if at(p, i) != '-' {
			continue
		}
		switch at(p, i+1) {
		case '>':
			return i + 2, true
		case '!':
			return 0, false // "--!>" ends a comment too
		}
	}
}

// endTag scans the end tag whose name is at i: it must be that of the innermost
// open element.
func (s *Scanner) endTag(p unsafe.Pointer, i int, c *content) (next int, certain bool) {
	c.depth--
	el := &s.open[c.depth]
	if (load(p, i)^el.want)&el.mask != 0 {
		return 0, false
	}
	start := int(el.start)
	n := int(el.end) - start
	if n >= 8 { // the mask covers the ">" of shorter names only
		for k := 8; k < n; k++ {
			if at(p, i+k) != at(p, start+k) {
				return 0, false
			}
		}
		if at(p, i+n) != '>' {
			return 0, false
		}
	}
	c.open = el.open
	return i + n + 1, true
}

// startTag scans the start tag whose name is at i, and all of an element whose
// inside is raw text.
func (s *Scanner) startTag(p unsafe.Pointer, i int, c *content) (next int, certain bool) {
	name := i
	t, w, n := tagAt(p, i)
	if t == nil || t.kind == declined || c.open&t.forbid != 0 || c.open&t.need == 0 {
		return 0, false
	}
	if t.isolated {
		c.joinable = false
	}
	i += n
	if at(p, i) != '>' {
		a := attributes{top: c.depth == 0}
		if i, certain = a.scan(p, i); !certain {
			return 0, false
		}
		if a.is {
			c.joinable = false
		}
		if a.named {
			c.e.Named = true
		}
		if a.id.End > a.id.Start {
			s.IDs = append(s.IDs, a.id)
		}
	}
	closed := at(p, i) == '/'
	if closed {
		i++
	}
	i++
	if c.depth == 0 && !c.root(t, w) {
		return 0, false
	}
	switch {
	case t.kind == void, t.kind == foreign && closed:
		return i, true
	case t.kind == raw:
		return rawText(p, i, w, n)
	case c.depth == maxDepth:
		return 0, false
	}
	el := &s.open[c.depth]
	c.depth++
	el.open, el.start, el.end = c.open, int32(name), int32(name+n)
	if n < 8 {
		el.want, el.mask = w|'>'<<(8*uint(n)), mask(n+1)
	} else {
		el.want, el.mask = w, mask(8)
	}
	c.open = c.open&^t.clear | t.set
	return i, true
}

// root notes a top-level element. It reports whether the element may be beside
// the others: parts of a table may with their like alone.
func (c *content) root(t *tag, name uint64) bool {
	c.e.Roots++
	c.textLast = false
	if t.part || c.parts {
		if c.lastRoot != 0 && c.lastRoot != name {
			return false
		}
		c.parts = true
	}
	c.lastRoot = name
	return true
}

// rawText scans the text of an element whose name is the n bytes of w, and
// its end tag.
func rawText(p unsafe.Pointer, i int, w uint64, n int) (next int, certain bool) {
	for {
		if i = until(p, i, '<'); at(p, i) == 0 {
			return 0, false
		}
		i++
		if at(p, i) != '/' || (fold(load(p, i+1))^w)&mask(n) != 0 {
			continue
		}
		switch b := at(p, i+1+n); {
		case b == '>':
			return i + 2 + n, true
		case b == '/' || space(b):
			return 0, false
		}
	}
}
