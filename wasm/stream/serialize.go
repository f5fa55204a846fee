package stream

import (
	"slices"
	"strings"
)

// reference returns what the character reference at the beginning of a text stands
// for, and its length; 0 if it is none of those that servers write: the escape
// functions of Go and Ruby write no others.
func reference(html string) (text string, length int) {
	if len(html) < 4 {
		return "", 0
	}
	name := ""
	switch html[1] {
	case 'l':
		name, text = "&lt;", "<"
	case 'g':
		name, text = "&gt;", ">"
	case 'a':
		name, text = "&amp;", "&"
	case 'q':
		name, text = "&quot;", `"`
	case 'n':
		name, text = "&nbsp;", "\u00a0"
	case '#':
		switch html[2:4] {
		case "39":
			name, text = "&#39;", "'"
		case "34":
			name, text = "&#34;", `"`
		case "43":
			name, text = "&#43;", "+"
		}
	}
	if name == "" || !strings.HasPrefix(html, name) {
		return "", 0
	}
	return text, len(name)
}

// decoded appends an attribute's value to b; ok is false if only a parser can tell
// what it is.
func decoded(b []byte, source string) (value []byte, ok bool) {
	from := 0
	for i := 0; i < len(source); i++ {
		switch source[i] {
		case '\r':
			return b, false
		case '&':
			text, length := reference(source[i:])
			if length == 0 {
				return b, false
			}
			b = append(append(b, source[from:i]...), text...)
			i += length - 1
			from = i + 1
		}
	}
	return append(b, source[from:]...), true
}

// serialized appends the HTML that browsers give for joinable content to b; ok is
// false if only they can tell: where the source is not written as they write it,
// but for references.
func serialized(b []byte, source string) (html []byte, ok bool) {
	from := 0
	for i := 0; i < len(source); {
		length, other := 1, ""
		switch source[i] {
		case '<':
			if length = tagEnds(source[i:]); length == 0 {
				return b, false
			}
		case '>':
			other = "&gt;"
		case '\r':
			return b, false
		case 0xc2:
			if strings.HasPrefix(source[i:], "\u00a0") {
				return b, false
			}
		case '&':
			other, length = reference(source[i:])
			switch {
			case length == 0:
				return b, false
			case other == "&" || other == "<" || other == ">" || other == "\u00a0":
				other = ""
			}
		}
		if other != "" {
			b = append(append(b, source[from:i]...), other...)
			from = i + length
		}
		i += length
	}
	return append(b, source[from:]...), true
}

// tagEnds returns the length of the tag at the beginning of a source, 0 if
// browsers write it in another way, or what follows it.
func tagEnds(source string) int {
	i := 1
	if source[i] == '/' {
		i++
	}
	name := i
	i += nameIn(source[i:])
	if element := source[name:i]; element == "" || element == "pre" || element == "svg" {
		return 0 // pre may begin with a newline that does not count, svg has rules of its own
	}
	var names [8]string
	for n := 0; source[i] == ' '; n++ {
		i++
		length := nameIn(source[i:])
		attribute := source[i : i+length]
		i += length
		if n == len(names) || length == 0 || source[i] != '=' || source[i+1] != '"' || slices.Contains(names[:n], attribute) {
			return 0
		}
		names[n] = attribute
		for i += 2; source[i] != '"'; i++ {
			if c := source[i]; c == '&' || c == '<' || c == '>' || c == '\r' || c == 0xc2 && strings.HasPrefix(source[i:], "\u00a0") {
				return 0
			}
		}
		i++
	}
	if source[i] != '>' {
		return 0
	}
	return i + 1
}

// nameIn returns the length of a name of an element or attribute in the one spelling
// that browsers give it.
func nameIn(source string) (n int) {
	for c := source[0]; 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-'; c = source[n] {
		n++
	}
	return n
}
