package turbotest

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/turbowasm/turbowasm/server/stream"
)

// Frame is one <turbo-frame>. In assertions an empty field matches anything;
// Attrs and Content have to be contained in the frame.
type Frame struct {
	ID      string
	Src     string
	Loading string
	Target  string
	Attrs   []stream.Attr // other attributes, in order
	Content string        // inner HTML, as browsers serialise it

	node *html.Node
}

// String is the start tag and the content.
func (f Frame) String() string { return tag("turbo-frame", f.attrs()) + f.Content }

func (f Frame) attrs() []stream.Attr {
	attrs := slices.Clone(f.Attrs)
	for _, a := range []stream.Attr{{Name: "id", Value: f.ID}, {Name: "src", Value: f.Src}, {Name: "loading", Value: f.Loading}, {Name: "target", Value: f.Target}} {
		if a.Value != "" {
			attrs = append(attrs, a)
		}
	}
	return attrs
}

// AssertFrame fails the test unless exactly one frame matches, and returns its
// content.
//
//	part := turbotest.AssertFrame(t, page, turbotest.Frame{ID: "edit_message_1"})
//	turbotest.AssertSelect(t, part, "form", 1)
func AssertFrame(t testing.TB, m Markup, want Frame) Markup {
	t.Helper()
	found := want.in(m)
	if len(found) != 1 {
		t.Errorf("got %d of %s, want 1\n%s", len(found), want.wanted(), list(m.Frames(), "no frame", m.Body))
		return Markup{}
	}
	return Parse(found[0].Content)
}

// AssertNoFrame fails the test if a frame matches.
func AssertNoFrame(t testing.TB, m Markup, unwanted Frame) {
	t.Helper()
	if found := unwanted.in(m); len(found) > 0 {
		t.Errorf("got %d of %s, want none\n%s", len(found), unwanted.wanted(), list(m.Frames(), "no frame", m.Body))
	}
}

// AssertSelect fails the test unless count elements match the CSS selector;
// count may be [Any]. It ignores the content of streams: see [Want].
func AssertSelect(t testing.TB, m Markup, selector string, count int) {
	t.Helper()
	if got := len(selected(t, m.root, selector)); !counts(got, count) {
		t.Errorf("got %d of %q, want %s, in\n%s", got, selector, number(count), indent(m.Body))
	}
}

func (f Frame) in(m Markup) []Frame {
	attrs := Frame{ID: f.ID, Src: f.Src, Loading: f.Loading, Target: f.Target, Attrs: f.Attrs}.attrs()
	return slices.DeleteFunc(m.Frames(), func(other Frame) bool {
		return !hasAttrs(other.attrs(), attrs) || !strings.Contains(other.Content, spelled(f.Content))
	})
}

func (f Frame) wanted() string { return tag("turbo-frame", f.attrs()) + containing(f.Content, "") }
