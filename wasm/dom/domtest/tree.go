package domtest

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// A fragment is a document node other than the page's.
func newFragment() *html.Node { return &html.Node{Type: html.DocumentNode} }

// parse returns a fragment with what source parses to in the context of an
// element, nil for a template.
func (p *Page) parse(source string, context *html.Node) *html.Node {
	if context == nil {
		context = &html.Node{Type: html.ElementNode, Data: "template", DataAtom: atom.Template}
	}
	nodes, err := html.ParseFragmentWithOptions(strings.NewReader(source), context, html.ParseOptionEnableScripting(false))
	if err != nil {
		panic(fmt.Errorf("domtest: parse %q: %w", source, err))
	}
	fragment := newFragment()
	for _, n := range nodes {
		fragment.AppendChild(n)
	}
	p.lift(fragment)
	return fragment
}

// Fragment returns a fragment with what source parses to in a template.
func (p *Page) Fragment(source string) dom.Node { return p.handle(p.parse(source, nil)) }

// lift moves what the parser put into templates below n to their contents.
func (p *Page) lift(n *html.Node) {
	if isTemplate(n) {
		content := newFragment()
		move(content, n, nil)
		p.contents[n] = content
		n = content
	}
	for c := range n.ChildNodes() {
		p.lift(c)
	}
}

func isTemplate(n *html.Node) bool { return n.DataAtom == atom.Template && n.Namespace == "" }

// move puts the children of from into n, before the node before.
func move(n, from, before *html.Node) {
	for c := from.FirstChild; c != nil; c = from.FirstChild {
		from.RemoveChild(c)
		n.InsertBefore(c, before)
	}
}

// copy returns a deep copy.
func (p *Page) copy(n *html.Node) *html.Node {
	c := *n
	c.Parent, c.FirstChild, c.LastChild, c.PrevSibling, c.NextSibling = nil, nil, nil, nil, nil
	c.Attr = slices.Clone(n.Attr)
	for child := range n.ChildNodes() {
		c.AppendChild(p.copy(child))
	}
	if content := p.contents[n]; content != nil {
		p.contents[&c] = p.copy(content)
	}
	if p.awake[n] {
		p.awake[&c] = true
	}
	return &c
}

// insert puts n, or the children of a fragment, into parent before a node.
func (p *Page) insert(parent, n, before *html.Node) {
	added := []*html.Node{n}
	if n.Type == html.DocumentNode {
		added = slices.Collect(n.ChildNodes())
	}
	for _, n := range added {
		p.remove(n)
		parent.InsertBefore(n, before)
	}
	if connected := p.connected(parent); connected {
		for _, n := range added {
			p.connect(n)
		}
	}
}

// replace puts n, or the children of a fragment, in the place of old.
func (p *Page) replace(old, n *html.Node) {
	parent := old.Parent
	if parent == nil || old == n {
		return
	}
	next := old.NextSibling
	if next == n {
		next = n.NextSibling
	}
	p.remove(old)
	p.insert(parent, n, next)
}

// remove takes n out of its tree.
func (p *Page) remove(n *html.Node) {
	if n.Parent == nil {
		return
	}
	connected := p.connected(n)
	n.Parent.RemoveChild(n)
	if !connected {
		return
	}
	if p.active != nil && !p.connected(p.active) {
		p.active = nil
	}
	p.react(n, func(e Element) func(dom.Node) { return e.Disconnected })
}

func (p *Page) empty(n *html.Node) {
	for n.FirstChild != nil {
		p.remove(n.FirstChild)
	}
}

func (p *Page) connected(n *html.Node) bool {
	for n.Parent != nil {
		n = n.Parent
	}
	return n == p.document
}

// connect runs scripts and custom elements below n, which is in the page now.
func (p *Page) connect(n *html.Node) {
	walk(n, func(n *html.Node) {
		if p.awake[n] {
			delete(p.awake, n)
			p.Scripts = append(p.Scripts, text(n))
		}
	})
	p.react(n, func(e Element) func(dom.Node) { return e.Connected })
}

// react calls custom elements below n, in tree order.
func (p *Page) react(n *html.Node, reaction func(Element) func(dom.Node)) {
	var custom []*html.Node
	walk(n, func(n *html.Node) {
		if n.Type == html.ElementNode && n.Namespace == "" && reaction(p.elements[n.Data]) != nil {
			custom = append(custom, n)
		}
	})
	for _, n := range custom {
		p.Call(func() { reaction(p.elements[n.Data])(p.handle(n)) })
	}
}

// walk visits n and what is below, but not the contents of templates.
func walk(n *html.Node, visit func(*html.Node)) {
	visit(n)
	for c := range n.ChildNodes() {
		walk(c, visit)
	}
}

func text(n *html.Node) string {
	var b strings.Builder
	walk(n, func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	})
	return b.String()
}
