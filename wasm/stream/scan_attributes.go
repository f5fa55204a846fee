package stream

import "unsafe"

// attributes are those of a start tag in content, as far as they matter.
type attributes struct {
	top   bool  // the element is at the top of the content, where its id is wanted
	id    Range // the value of id there, the zero Range if there is none
	named bool  // there is an attribute id
	is    bool  // there is an attribute is
}

// scan scans attributes, from behind the name of a tag to the ">" or "/>" that
// ends it.
func (a *attributes) scan(p unsafe.Pointer, i int) (next int, certain bool) {
	for {
		c := at(p, i)
		if space(c) {
			i++
			for c = at(p, i); space(c); c = at(p, i) {
				i++
			}
		} else if c != '>' && c != '/' {
			return 0, false
		}
		if c == '>' {
			return i, true
		}
		if c == '/' {
			return i, at(p, i+1) == '>'
		}

		name := i
		w := load(p, i)
		n := nameLength(p, i, w)
		if n == 0 {
			return 0, false
		}
		var value Range
		if value, i, certain = attributeValue(p, i+n); !certain || !a.read(p, name, n, w, value) {
			return 0, false
		}
	}
}

// attributeValue scans what follows the name of an attribute.
func attributeValue(p unsafe.Pointer, i int) (value Range, next int, certain bool) {
	if at(p, i) != '=' {
		return Range{int32(i), int32(i)}, i, true
	}
	i++
	if c := at(p, i); c == '"' || c == '\'' {
		end := until(p, i+1, c)
		return Range{int32(i + 1), int32(end)}, end + 1, at(p, end) != 0
	}
	n := unquoted(p, i)
	return Range{int32(i), int32(i + n)}, i + n, n > 0
}

// read takes note of the attribute whose name is the n bytes at an offset, the
// first of which are w. It reports whether it is certain of it.
func (a *attributes) read(p unsafe.Pointer, name, n int, w uint64, value Range) bool {
	switch n {
	case 2:
		switch fold(w) & mask(2) {
		case wordIs:
			a.is = true
		case wordID:
			a.named = true
			if !a.top {
				return true
			}
			if a.id.Start != 0 || special(p, value) {
				return false
			}
			a.id = value
		}
	case 9:
		return fold(w) != wordAutofocu || at(p, name+8)|0x20 != 's'
	case 20:
		return fold(w) != wordDataTur || fold(load(p, name+8)) != wordBoPerma || fold(load(p, name+16))&mask(4) != wordNent
	}
	return true
}

// special reports whether the value holds "&" or CR, which do not stand for
// themselves.
func special(p unsafe.Pointer, value Range) bool {
	end := int(value.End) // what is there is not in the value
	return untilSpecial(p, int(value.Start), at(p, end)) != end
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
