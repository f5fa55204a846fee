package turbotest

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/turbowasm/turbowasm/server/stream"
)

// Markup is HTML for a page: the body of a response, or the message of a
// broadcast. The zero value is empty.
type Markup struct {
	// Body is the text as it was sent.
	Body string

	root      *html.Node
	mediaType string // of a response
}

// Parse parses markup as a browser does: a page, a fragment, or a message of
// streams. It accepts any input; only elements nested many hundreds deep yield
// nothing.
func Parse(markup string) Markup {
	root := &html.Node{Type: html.DocumentNode}
	for _, n := range parse(markup) {
		root.AppendChild(n)
	}
	return Markup{Body: markup, root: root}
}

// parse parses markup in a context that allows anything, such as table cells.
func parse(markup string) []*html.Node {
	nodes, err := html.ParseFragmentWithOptions(strings.NewReader(markup),
		&html.Node{Type: html.ElementNode, Data: "template", DataAtom: atom.Template}, html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil
	}
	return nodes
}

// Response reads and closes a response, from httptest or from a server. The
// test fails unless it has the given status.
func Response(t testing.TB, res *http.Response, status int) Markup {
	t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("turbotest: read the response: %v", err)
	}
	if res.StatusCode != status {
		t.Errorf("the response has status %d, want %d\n%s", res.StatusCode, status, indent(string(body)))
	}
	m := Parse(string(body))
	if m.mediaType, _, err = mime.ParseMediaType(res.Header.Get("Content-Type")); err != nil {
		m.mediaType = "no media type"
	}
	return m
}

// Streams returns the <turbo-stream> elements, in order, without those inside
// the content of another.
func (m Markup) Streams() []Stream {
	var all []Stream
	for _, n := range elements(m.root, "turbo-stream") {
		s := Stream{node: n}
		for _, a := range n.Attr {
			switch a.Key {
			case "action":
				s.Action = stream.Action(a.Val)
			case "target":
				s.Target = a.Val
			case "targets":
				s.Targets = a.Val
			default:
				s.Attrs = append(s.Attrs, stream.Attr{Name: a.Key, Value: a.Val})
			}
		}
		for child := range n.ChildNodes() {
			if child.DataAtom == atom.Template {
				s.node, s.Content = child, inner(child)
				break
			}
		}
		all = append(all, s)
	}
	return all
}

// Frames returns the <turbo-frame> elements, in order, including nested ones.
func (m Markup) Frames() []Frame {
	var all []Frame
	for _, n := range elements(m.root, "turbo-frame") {
		f := Frame{node: n, Content: inner(n)}
		for _, a := range n.Attr {
			switch a.Key {
			case "id":
				f.ID = a.Val
			case "src":
				f.Src = a.Val
			case "loading":
				f.Loading = a.Val
			case "target":
				f.Target = a.Val
			default:
				f.Attrs = append(f.Attrs, stream.Attr{Name: a.Key, Value: a.Val})
			}
		}
		all = append(all, f)
	}
	return all
}

// elements returns the elements with the given name, outside of templates.
func elements(root *html.Node, name string) []*html.Node {
	return inPage(root, func(n *html.Node) bool { return n.Data == name })
}

// inPage returns the elements below root for which meant is true, outside of
// templates.
func inPage(root *html.Node, meant func(*html.Node) bool) []*html.Node {
	if root == nil {
		return nil
	}
	var all []*html.Node
	for n := range root.ChildNodes() {
		if n.Type == html.ElementNode && meant(n) {
			all = append(all, n)
		}
		if n.DataAtom != atom.Template {
			all = append(all, inPage(n, meant)...)
		}
	}
	return all
}

// inner returns an element's inner HTML.
func inner(n *html.Node) string {
	var b strings.Builder
	for child := range n.ChildNodes() {
		html.Render(&b, child) // a strings.Builder takes everything
	}
	return b.String()
}

// spelled returns markup as inner would serialise it.
func spelled(markup string) string {
	var b strings.Builder
	for _, n := range parse(markup) {
		html.Render(&b, n)
	}
	return b.String()
}

// selected returns the elements below n that match a selector.
func selected(t testing.TB, n *html.Node, selector string) []*html.Node {
	t.Helper()
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		t.Fatalf("turbotest: selector %q: %v", selector, err)
		return nil
	}
	return inPage(n, s.Match)
}

// indent indents text and truncates it if it is very long.
func indent(text string) string {
	const most = 2000
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return "\t" + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n\t")
}
