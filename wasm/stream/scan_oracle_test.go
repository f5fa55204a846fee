package stream

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A parser is a real HTML parser, by which the scanner is judged.
type parser interface {
	// message parses a message as the content of a template. It returns the
	// stream elements at its top, and false when there is anything else but
	// white space.
	message(html string) ([]parsed, bool)
	// fragment parses html in the context of the named element, template
	// included, and dumps its nodes, one string each.
	fragment(context, html string) []string
	// named reports whether an element in the content of a template has an id.
	named(html string) bool
}

// A browser serializes what it has parsed, as the content of a template.
type browser interface{ serialize(html string) string }

// parsed is a stream element as a real parser sees it.
type parsed struct {
	attributes map[string]string
	template   bool     // its only element child is a template, beside which is only white space
	content    []string // the template's nodes, dumped
	ids        []string // of the template's elements
	text       []bool   // which of content are text nodes
	script     bool     // somewhere: script, turbo-stream, [autofocus], [data-turbo-permanent]
}

// scan scans one message with a fresh scanner and checks what holds for every
// result.
func scan(t testing.TB, message string) (*Scanner, []byte, bool) {
	t.Helper()
	const before = "<!-- an older message -->"
	buf := append([]byte(before), padded(message)...)
	older := Envelope{Roots: 7, IDs: Range{0, 1}}
	s := &Scanner{Envelopes: []Envelope{older}, IDs: []Range{{1, 2}}}
	certain := s.Scan(buf, len(before), len(before)+len(message))
	if s.Envelopes[0] != older || s.IDs[0] != (Range{1, 2}) {
		t.Fatalf("Scan(%q) changed what was there", message)
	}
	if !certain && (len(s.Envelopes) != 1 || len(s.IDs) != 1) {
		t.Fatalf("Scan(%q) declined and left %v, %v", message, s.Envelopes, s.IDs)
	}
	s.Envelopes = s.Envelopes[1:]
	return s, buf, certain
}

// flow are the elements in whose context the page parses joinable content.
var flow = strings.Fields(`div section main article aside header footer nav body ul ol li span p dl dd dt blockquote
	figure figcaption label strong em b i small td th form fieldset address h1 h2 h3 h4 h5 h6 a button`)

// someFlow returns a few of them, others for other messages.
func someFlow(message string) []string {
	const some = 8
	at := len(message) % (len(flow) - some + 1)
	return flow[at : at+some]
}

// check scans the message and, if the scanner is certain of it, compares
// everything that it says with what the parser says, in the contexts too. It
// returns whether the scanner was certain.
func check(t testing.TB, p parser, message string, contexts []string) bool {
	t.Helper()
	s, buf, certain := scan(t, message)
	if !certain {
		return false
	}
	fail := func(format string, args ...any) {
		t.Helper()
		t.Fatalf("message %.3000q\n%.3000s", message, fmt.Sprintf(format, args...))
	}
	text := func(r Range) string { return string(buf[r.Start:r.End]) }

	want, clean := p.message(message)
	if !clean {
		fail("holds more than stream elements: %+v", want)
	}
	if len(s.Envelopes) != len(want) {
		fail("scanned %d stream elements, parsed %d", len(s.Envelopes), len(want))
	}
	joined, joinedWant := "", []string(nil)
	melts := false
	for i, e := range s.Envelopes {
		w := want[i]
		if element := text(e.Element); !strings.HasPrefix(element, "<turbo-stream") || !strings.HasSuffix(element, "</turbo-stream>") {
			fail("element %d is %q", i, element)
		}
		for name, r := range map[string]Range{"action": e.Action, "target": e.Target, "targets": e.Targets,
			"method": e.Method, "request-id": e.RequestID, "scroll": e.Scroll} {
			value, has := w.attributes[name]
			if has != (r != Range{}) || has && text(r) != value {
				fail("element %d: scanned %s=%q %v, parsed %q, %v", i, name, text(r), r, value, has)
			}
		}
		_, version := w.attributes["version"]
		if _, except := w.attributes["except"]; (version || except) != e.Conditional {
			fail("element %d: conditional is %v, parsed %v", i, e.Conditional, version || except)
		}
		if _, has := w.attributes["maintain_scroll"]; has != e.MaintainScroll {
			fail("element %d: maintain_scroll is %v, parsed %v", i, e.MaintainScroll, has)
		}
		for name, value := range w.attributes {
			if got, ok := decoded(nil, attributeOf(text(e.Tag), strings.ToUpper(name))); ok && string(got) != value {
				fail("element %d: %s is %q, parsed %q", i, name, got, value)
			}
		}
		if got := attributeOf(text(e.Tag), "no"); got != "" {
			fail("element %d: an attribute that is missing is %q", i, got)
		}
		if w.template != (e.Content != Range{}) {
			fail("element %d: content is %v, parsed a template: %v", i, e.Content, w.template)
		}
		if w.script {
			fail("element %d holds what must be declined", i)
		}
		if !w.template {
			continue
		}
		content := text(e.Content)
		var ids []string
		for _, r := range s.IDs[e.IDs.Start:e.IDs.End] {
			ids = append(ids, text(r))
		}
		if !slices.Equal(ids, w.ids) {
			fail("element %d: scanned ids %q, parsed %q", i, ids, w.ids)
		}
		if alone := p.fragment("template", content); !slices.Equal(alone, w.content) {
			fail("element %d: alone %q\nin the message %q", i, alone, w.content)
		}
		if !e.Joinable {
			if e.Roots != 0 || e.TextFirst || e.TextLast {
				fail("element %d is isolated with roots: %+v", i, e)
			}
			continue
		}
		if int(e.Roots) != len(w.content) {
			fail("element %d: scanned %d roots, parsed %q", i, e.Roots, w.content)
		}
		n := len(w.content)
		if e.TextFirst != (n > 0 && w.text[0]) || e.TextLast != (n > 0 && w.text[n-1]) {
			fail("element %d: scanned text first %v, last %v, parsed %q", i, e.TextFirst, e.TextLast, w.content)
		}
		if b, ok := serialized(nil, content); ok {
			again := string(b)
			if got := p.fragment("template", again); !slices.Equal(got, w.content) {
				fail("element %d: %q is read as %q\nwant %q", i, again, got, w.content)
			}
			if b, ok := p.(browser); ok && b.serialize(content) != again {
				fail("element %d: serialized %q\nthe browser %q", i, again, b.serialize(content))
			}
		}
		alone, certain := new(Scanner).Markup([]byte(content))
		if named := p.named(content); !certain || alone.Joinable != e.Joinable || alone.TextFirst != e.TextFirst || alone.TextLast != e.TextLast || alone.Named != named || e.Named != named {
			fail("element %d: alone %+v, %v, in the message %+v, with ids: %v", i, alone, certain, e, named)
		}
		for _, context := range contexts {
			if got := p.fragment(context, content); !slices.Equal(got, w.content) {
				fail("element %d: in %s %q\nin a template %q", i, context, got, w.content)
			}
		}
		if !(melts && e.TextFirst) {
			joined += content
			joinedWant = append(joinedWant, w.content...)
			if n > 0 {
				melts = e.TextLast
			}
		}
	}
	for _, context := range contexts[:min(3, len(contexts))] {
		if got := p.fragment(context, joined); !slices.Equal(got, joinedWant) {
			fail("joined in %s: %q\nwant %q", context, got, joinedWant)
		}
	}
	return true
}
