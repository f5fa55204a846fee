package stream

import (
	"context"
	"html/template"
	"io"
	"strings"
)

// Component is anything that renders itself as HTML: an [Element], [HTML],
// [Text], the result of [Template], or a component of a template engine such as
// templ.
type Component interface {
	Render(ctx context.Context, w io.Writer) error
}

// HTML is markup from a trusted source, written unchanged. Never convert user
// input to HTML: whoever typed it could run scripts in other users' pages.
type HTML string

// Render writes the markup unchanged.
func (h HTML) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(h))
	return err
}

// Text is plain text, escaped when it is rendered.
type Text string

// Render writes the text with &, <, >, " and ' escaped.
func (t Text) Render(_ context.Context, w io.Writer) error {
	_, err := escaper.WriteString(w, string(t))
	return err
}

// ComponentFunc is a function that is a [Component].
type ComponentFunc func(ctx context.Context, w io.Writer) error

// Render calls f.
func (f ComponentFunc) Render(ctx context.Context, w io.Writer) error { return f(ctx, w) }

// Template renders t with data; an empty name means t itself, any other the
// template of that name associated with t.
func Template(t *template.Template, name string, data any) Component {
	return ComponentFunc(func(_ context.Context, w io.Writer) error {
		if name == "" {
			return t.Execute(w, data)
		}
		return t.ExecuteTemplate(w, name, data)
	})
}

// escaper writes what Rails' attribute and text escaping writes.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

var (
	_ Component = HTML("")
	_ Component = Text("")
	_ Component = Element{}
)
