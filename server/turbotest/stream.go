package turbotest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/turbowasm/turbowasm/server/stream"
)

// Stream is one <turbo-stream> that was sent.
type Stream struct {
	Action  stream.Action
	Target  string
	Targets string
	Attrs   []stream.Attr // other attributes, in order
	Content string        // the HTML in its template, as browsers serialise it

	node *html.Node // the template, or the stream itself if it has none
}

// String is the start tag and the content.
func (s Stream) String() string {
	attrs := slices.Clone(s.Attrs)
	if s.Action != "" {
		attrs = append(attrs, stream.Attr{Name: "action", Value: string(s.Action)})
	}
	if s.Target != "" {
		attrs = append(attrs, stream.Attr{Name: "target", Value: s.Target})
	}
	if s.Targets != "" {
		attrs = append(attrs, stream.Attr{Name: "targets", Value: s.Targets})
	}
	return tag("turbo-stream", attrs) + s.Content
}

// Want describes the expected streams. Empty fields match anything.
type Want struct {
	Action  stream.Action
	Target  string
	Targets string
	Attrs   []stream.Attr // attributes that it has, among others
	Content string        // text or whole elements in the content, however they are spelled
	Select  string        // a CSS selector that matches something in the content
	Count   int           // how many streams; 0 means 1, Any means at least 1
}

// Any is a count of at least one.
const Any = -1

func counts(got, want int) bool { return got == want || want == Any && got > 0 }

func number(want int) string {
	if want == Any {
		return "at least 1"
	}
	return strconv.Itoa(want)
}

func (w Want) matches(t testing.TB, s Stream) bool {
	t.Helper()
	return (w.Action == "" || s.Action == w.Action) && (w.Target == "" || s.Target == w.Target) &&
		(w.Targets == "" || s.Targets == w.Targets) && hasAttrs(s.Attrs, w.Attrs) &&
		strings.Contains(s.Content, spelled(w.Content)) && (w.Select == "" || len(selected(t, s.node, w.Select)) > 0)
}

func (w Want) String() string {
	text := Stream{Action: w.Action, Target: w.Target, Targets: w.Targets, Attrs: w.Attrs}.String()
	return text + containing(w.Content, w.Select)
}

// AssertStream fails the test unless the expected number of streams matches,
// and returns them. Streams in a response count only if its media type is that
// of streams, because pages ignore others.
func AssertStream(t testing.TB, m Markup, want Want) []Stream {
	t.Helper()
	if m.mediaType != "" && m.mediaType != stream.ContentType {
		t.Errorf("the media type of the response is %s, want %s\n%s", m.mediaType, stream.ContentType, indent(m.Body))
		return nil
	}
	found := want.in(t, m)
	if count := cmp.Or(want.Count, 1); !counts(len(found), count) {
		t.Errorf("got %d of %s, want %s\n%s", len(found), want, number(count), m.streams())
	}
	return found
}

// AssertNoStream fails the test if a stream matches. It ignores Count.
func AssertNoStream(t testing.TB, m Markup, unwanted Want) {
	t.Helper()
	if found := unwanted.in(t, m); len(found) > 0 {
		t.Errorf("got %d of %s, want none\n%s", len(found), unwanted, m.streams())
	}
}

func (w Want) in(t testing.TB, m Markup) []Stream {
	t.Helper()
	return slices.DeleteFunc(m.Streams(), func(s Stream) bool { return !w.matches(t, s) })
}

// streams lists the streams, for messages.
func (m Markup) streams() string {
	return list(m.Streams(), "no stream", m.Body)
}

func list[T fmt.Stringer](all []T, none, body string) string {
	if len(all) == 0 {
		return "found " + none + " in\n" + indent(body)
	}
	text := "found"
	for _, one := range all {
		text += "\n" + indent(one.String())
	}
	return text
}

func hasAttrs(attrs, wanted []stream.Attr) bool {
	return !slices.ContainsFunc(wanted, func(a stream.Attr) bool { return !slices.Contains(attrs, a) })
}

func tag(name string, attrs []stream.Attr) string {
	text := "<" + name
	for _, a := range attrs {
		text += fmt.Sprintf(` %s="%s"`, a.Name, html.EscapeString(a.Value))
	}
	return text + ">"
}

// containing describes the expected content.
func containing(content, selector string) string {
	text := ""
	if content != "" {
		text += fmt.Sprintf(" with %q", content)
	}
	if selector != "" {
		text += fmt.Sprintf(" with a match of %q", selector)
	}
	return text
}
