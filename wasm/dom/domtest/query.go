package domtest

import (
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val, true
		}
	}
	return "", false
}

// Attr returns the value of an attribute and whether there is one.
func (p *Page) Attr(n dom.Node, name string) (string, bool) {
	return attribute(p.node(n), name)
}

// HasAttr reports whether there is such an attribute.
func (p *Page) HasAttr(n dom.Node, name string) bool {
	_, ok := p.Attr(n, name)
	return ok
}

// SetAttr sets an attribute.
func (p *Page) SetAttr(n dom.Node, name, value string) {
	node := p.node(n)
	for i, a := range node.Attr {
		if a.Key == name && a.Namespace == "" {
			node.Attr[i].Val = value
			return
		}
	}
	node.Attr = append(node.Attr, html.Attribute{Key: name, Val: value})
}

// RemoveAttr removes an attribute.
func (p *Page) RemoveAttr(n dom.Node, name string) {
	node := p.node(n)
	for i, a := range node.Attr {
		if a.Key == name && a.Namespace == "" {
			node.Attr = append(node.Attr[:i:i], node.Attr[i+1:]...)
			return
		}
	}
}

// find returns the first node below n for which matches holds.
func find(n *html.Node, matches func(*html.Node) bool) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && matches(d) {
			return d
		}
	}
	return nil
}

func query(root *html.Node, selector string) *html.Node {
	return find(root, cascadia.MustCompile(selector).Match)
}

func (p *Page) byID(id string) *html.Node {
	if id == "" {
		return nil
	}
	return find(p.document, func(n *html.Node) bool {
		value, _ := attribute(n, "id")
		return value == id
	})
}

// ElementByID returns the first element of the page with the id.
func (p *Page) ElementByID(id string) dom.Node { return p.handle(p.byID(id)) }

// Select returns the first element below root that matches; an invalid
// selector makes the page throw.
func (p *Page) Select(root dom.Node, selector string) (dom.Node, error) {
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		return 0, dom.ErrPage
	}
	return p.handle(find(p.node(root), s.Match)), nil
}

// Streams returns the stream elements below n.
func (p *Page) Streams(n dom.Node) (streams []dom.Node, err error) {
	for d := range p.node(n).Descendants() {
		if d.Data == "turbo-stream" && d.Type == html.ElementNode && d.Namespace == "" {
			streams = append(streams, p.handle(d))
		}
	}
	return streams, nil
}

// SelectAll returns all elements below root that match.
func (p *Page) SelectAll(root dom.Node, selector string) ([]dom.Node, error) {
	return p.selectAll(p.node(root), selector)
}

func (p *Page) selectAll(root *html.Node, selector string) ([]dom.Node, error) {
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		return nil, dom.ErrPage
	}
	return p.handlesOf(cascadia.QueryAll(root, s)), nil
}

// Closest returns the nearest of n and the elements around it that matches.
func (p *Page) Closest(n dom.Node, selector string) dom.Node {
	s := cascadia.MustCompile(selector)
	for c := p.node(n); c != nil; c = c.Parent {
		if c.Type == html.ElementNode && s.Match(c) {
			return p.handle(c)
		}
	}
	return 0
}

// ElementNamed returns the element whose id is the attribute's value.
func (p *Page) ElementNamed(n dom.Node, name string) (dom.Node, bool) {
	id, _ := p.Attr(n, name)
	return p.handle(p.byID(id)), id != ""
}

// SelectNamed returns the elements that the attribute's value selects.
func (p *Page) SelectNamed(n dom.Node, name string) ([]dom.Node, bool, error) {
	selector, _ := p.Attr(n, name)
	if selector == "" {
		return nil, false, nil
	}
	nodes, err := p.selectAll(p.document, selector)
	return nodes, err == nil, err
}

// Parent returns the parent element.
func (p *Page) Parent(n dom.Node) dom.Node { return p.handle(parentElement(p.node(n))) }

func parentElement(n *html.Node) *html.Node {
	if n.Parent == nil || n.Parent.Type != html.ElementNode {
		return nil
	}
	return n.Parent
}

// Connected reports whether n is in the page.
func (p *Page) Connected(n dom.Node) bool { return p.connected(p.node(n)) }

// Same reports whether two handles are of one node.
func (p *Page) Same(a, b dom.Node) bool { return a == b || p.node(a) == p.node(b) }

// OpeningTag returns the start tag of an element.
func (p *Page) OpeningTag(n dom.Node) string {
	var b strings.Builder
	p.openingTag(&b, p.node(n))
	return b.String()
}

// Template returns the first element child.
func (p *Page) Template(n dom.Node) (dom.Node, bool) {
	for c := range p.node(n).ChildNodes() {
		if c.Type == html.ElementNode {
			if !isTemplate(c) {
				return 0, false
			}
			return p.handle(c), true
		}
	}
	return 0, true
}

// TemplateContent returns the fragment in a template.
func (p *Page) TemplateContent(template dom.Node) dom.Node {
	return p.handle(p.contents[p.node(template)])
}

// idProperty is the property id, which a control of that name hides in a form.
func (p *Page) idProperty(n *html.Node) string {
	id, _ := attribute(n, "id")
	if n.DataAtom == atom.Form && find(n, func(control *html.Node) bool {
		switch control.DataAtom {
		case atom.Button, atom.Fieldset, atom.Input, atom.Object, atom.Output, atom.Select, atom.Textarea, atom.Img:
			name, _ := attribute(control, "name")
			id, _ := attribute(control, "id")
			return name == "id" || id == "id"
		}
		return false
	}) != nil {
		return ""
	}
	return id
}

// twins returns the children of parent that have one of the ids.
func (p *Page) twins(parent *html.Node, ids []string, properties bool) (twins []*html.Node) {
	for c := range parent.ChildNodes() {
		value, _ := attribute(c, "id")
		if properties {
			value = p.idProperty(c)
		}
		if value != "" && slices.Contains(ids, value) {
			twins = append(twins, c)
		}
	}
	return twins
}

// Twins returns the children of parent with an id of the template's content.
func (p *Page) Twins(parent, template dom.Node, properties bool) (twins []dom.Node, err error) {
	if parent == 0 {
		return nil, dom.ErrPage
	}
	var ids []string
	for c := range p.contents[p.node(template)].ChildNodes() {
		id, _ := attribute(c, "id")
		if properties {
			id = p.idProperty(c)
		}
		ids = append(ids, id)
	}
	return p.handlesOf(p.twins(p.node(parent), ids, properties)), nil
}

// RemoveTwins removes the children of parent with one of the ids.
func (p *Page) RemoveTwins(parent dom.Node, ids string, properties bool) {
	for stream := range strings.SplitSeq(ids, "\x00\x00") {
		for _, twin := range p.twins(p.node(parent), strings.Split(stream, "\x00"), properties) {
			p.remove(twin)
		}
	}
}

// focusables match what a browser gives the focus to.
var focusables = cascadia.MustCompile("input:not([type=hidden]):not(:disabled), textarea:not(:disabled), select:not(:disabled), " +
	"button:not(:disabled), a[href], area[href], iframe, summary, [tabindex], [contenteditable]")

// Focused returns the element with the focus, 0 when none has it.
func (p *Page) Focused() dom.Node { return p.handle(p.active) }

// Focus gives an element the focus if it can have it.
func (p *Page) Focus(n dom.Node) {
	if node := p.node(n); p.connected(node) && focusables.Match(node) {
		p.active = node
	}
}

// CanFocus reports whether n has a method focus, as all elements do.
func (p *Page) CanFocus(n dom.Node) bool { return p.node(n).Type == html.ElementNode }

// Source returns the HTML of a template's content.
func (p *Page) Source(template dom.Node) string {
	var b strings.Builder
	for c := range p.contents[p.node(template)].ChildNodes() {
		if err := html.Render(&b, c); err != nil {
			panic(err) // a strings.Builder takes everything
		}
	}
	return b.String()
}
