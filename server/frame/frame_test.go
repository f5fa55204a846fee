package frame_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/stream"
)

func TestElementsAreThoseOfTurboRails(t *testing.T) {
	for _, c := range []struct {
		name string
		in   frame.Element
		want string
	}{
		{"an id is enough", frame.Element{ID: "a"}, `<turbo-frame id="a"></turbo-frame>`},
		{"content as it renders itself", frame.Element{ID: "a", Content: stream.Text("<b>")}, `<turbo-frame id="a">&lt;b&gt;</turbo-frame>`},
		{"everything, in the order of turbo-rails",
			frame.Element{ID: "a", Src: "/x?y=1&z", Target: "_top", Attrs: []stream.Attr{{Name: "loading", Value: "lazy"}}},
			`<turbo-frame loading="lazy" id="a" src="/x?y=1&amp;z" target="_top"></turbo-frame>`},
		{"values are escaped", frame.Element{ID: `"><script>`}, `<turbo-frame id="&quot;&gt;&lt;script&gt;"></turbo-frame>`},
		{"a frame in a frame", frame.Element{ID: "a", Content: frame.Element{ID: "b"}}, `<turbo-frame id="a"><turbo-frame id="b"></turbo-frame></turbo-frame>`},
	} {
		if got, err := stream.Render(t.Context(), c.in); err != nil || string(got) != c.want {
			t.Errorf("%s:\n got %s, %v\nwant %s", c.name, got, err, c.want)
		}
	}
}

func TestBadElementsWriteNothing(t *testing.T) {
	boom := errors.New("boom")
	halfway := stream.ComponentFunc(func(_ context.Context, w io.Writer) error {
		io.WriteString(w, "half")
		return boom
	})
	for name, e := range map[string]frame.Element{
		"no id":                   {},
		"an attribute no name":    {ID: "a", Attrs: []stream.Attr{{Name: "x y"}}},
		"the id twice":            {ID: "a", Attrs: []stream.Attr{{Name: "id", Value: "b"}}},
		"content that fails":      {ID: "a", Content: halfway},
		"content within the same": {ID: "a", Content: frame.Element{}},
	} {
		var b strings.Builder
		if err := e.Render(t.Context(), &b); err == nil || b.Len() > 0 {
			t.Errorf("%s: wrote %q, error %v", name, b.String(), err)
		}
	}
	if err := (frame.Element{ID: "a", Content: halfway}).Render(t.Context(), io.Discard); !errors.Is(err, boom) {
		t.Errorf("the cause is lost: %v", err)
	}
}

func TestTagsWantPairs(t *testing.T) {
	if got, err := frame.Tag("a", "src"); err == nil {
		t.Errorf("a name without value: got %s", got)
	}
	if got, err := frame.Tag(""); err == nil {
		t.Errorf("no id: got %s", got)
	}
}

func TestLayoutFollowsTheHeader(t *testing.T) {
	for _, c := range []struct {
		name, header, id, want string
	}{
		{"a browser", "", "", "page"},
		{"a frame", "sidebar", "sidebar", "part"},
		{"a header of blanks", "  ", "", "page"},
	} {
		r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
		w.Header().Set("Vary", "Accept")
		if c.header != "" {
			r.Header.Set("Turbo-Frame", c.header)
		}
		if got := frame.ID(r); got != c.id {
			t.Errorf("%s: got id %q, want %q", c.name, got, c.id)
		}
		if got := frame.Layout(w, r, "page", "part"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if got := strings.Join(w.Header().Values("Vary"), ", "); got != "Accept, Turbo-Frame" {
			t.Errorf("%s: got Vary %q", c.name, got)
		}
	}
}
