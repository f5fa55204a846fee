package domtest

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// AppendChild adds a node, or the children of a fragment.
func (p *Page) AppendChild(n, child dom.Node) { p.insert(p.node(n), p.node(child), nil) }

// Remove takes n out of the page.
func (p *Page) Remove(n dom.Node) { p.remove(p.node(n)) }

// AddTemplate adds an empty template to n.
func (p *Page) AddTemplate(n dom.Node) dom.Node {
	template := &html.Node{Type: html.ElementNode, Data: "template", DataAtom: atom.Template}
	p.contents[template] = newFragment()
	p.insert(p.node(n), template, nil)
	return p.handle(template)
}

// ActivateScripts makes the scripts of a template's content run once a copy of
// it is inserted.
func (p *Page) ActivateScripts(template dom.Node) {
	walk(p.contents[p.node(template)], func(n *html.Node) {
		if off, _ := attribute(n, "data-turbo-eval"); n.DataAtom == atom.Script && off != "false" {
			p.awake[n] = true
		}
	})
}

// Permanent returns the first permanent element of a template's content with
// the id of element.
func (p *Page) Permanent(template, element dom.Node) dom.Node {
	id, _ := p.Attr(element, dom.ID)
	return p.handle(find(p.contents[p.node(template)], func(n *html.Node) bool {
		_, permanent := attribute(n, "data-turbo-permanent")
		other, _ := attribute(n, "id")
		return permanent && other == id
	}))
}

// StandIn puts a copy of element into the place of n in a template's content.
func (p *Page) StandIn(template, n, element dom.Node) {
	copied := p.copy(p.node(element))
	p.replace(p.node(n), copied)
	p.standIns[p.node(template)] = append(p.standIns[p.node(template)], &standIn{copied: copied, element: p.node(element)})
}

// standIn is what stands for an element of the page in a template's content,
// and the copies of it that were inserted.
type standIn struct {
	copied, element *html.Node
	copies          []*html.Node
}

// Insert places a copy of a template's content.
func (p *Page) Insert(target dom.Node, place dom.Place, template dom.Node) error {
	from := p.contents[p.node(template)]
	content := p.copy(from)
	for _, s := range p.standIns[p.node(template)] {
		if n := counterpart(s.copied, from, content); n != nil {
			s.copies = append(s.copies, n)
		}
	}
	p.place(p.node(target), place, content)
	return nil
}

// ComeBack puts the elements for which others stand in a template's content
// into the place of copies of those, where they are not in the page.
func (p *Page) ComeBack(template dom.Node) {
	for _, s := range p.standIns[p.node(template)] {
		for _, n := range s.copies {
			if !p.connected(s.element) && p.connected(n) && p.markup(n) == p.markup(s.element) {
				p.replace(n, s.element)
			}
		}
		s.copies = nil
	}
}

func (p *Page) markup(n *html.Node) string {
	var b strings.Builder
	p.outer(&b, n)
	return b.String()
}

// counterpart returns the node of a copy that stands where n does below from,
// nil where there is none.
func counterpart(n, from, copied *html.Node) *html.Node {
	if n == from || n == nil {
		return copied
	}
	if n.Parent == nil {
		return nil
	}
	around := counterpart(n.Parent, from, copied)
	if around == nil {
		return nil
	}
	c := around.FirstChild
	for s := n.PrevSibling; s != nil && c != nil; s = s.PrevSibling {
		c = c.NextSibling
	}
	return c
}

func (p *Page) place(target *html.Node, place dom.Place, content *html.Node) {
	parent := parentElement(target)
	switch {
	case place == dom.Append:
		p.insert(target, content, nil)
	case place == dom.Prepend:
		p.insert(target, content, target.FirstChild)
	case place == dom.Children:
		p.empty(target)
		p.insert(target, content, nil)
	case place == dom.Replace:
		p.replace(target, content)
	case parent == nil:
	case place == dom.Before:
		p.insert(parent, content, target)
	case place == dom.After:
		p.insert(parent, content, target.NextSibling)
	}
}

// ElementByPiece returns the first element of the page with the id.
func (p *Page) ElementByPiece(id stream.Piece) dom.Node { return p.ElementByID(id.Text) }

// flow are the elements in which a parser reads joinable content as it does in
// a template.
var flow = strings.Fields(`div section main article aside header footer nav body ul ol li span p dl dd dt blockquote
	figure figcaption label strong em b i small td th form fieldset address h1 h2 h3 h4 h5 h6`)

// InsertHTML parses html, where it is joinable in the context of the target,
// and places it.
func (p *Page) InsertHTML(target dom.Node, place dom.Place, joinable bool, piece stream.Piece) error {
	node := p.node(target)
	var context *html.Node
	if joinable {
		if context = node; place.Beside() {
			context = parentElement(node)
		}
		if context != nil && (context.Namespace != "" || !slices.Contains(flow, context.Data)) {
			context = nil
		}
	}
	p.place(node, place, p.parse(piece.Text, context))
	return nil
}

// AddText appends a text node. The text is copied: pieces do not last.
func (p *Page) AddText(n dom.Node, text stream.Piece) {
	p.insert(p.node(n), &html.Node{Type: html.TextNode, Data: strings.Clone(text.Text)}, nil)
}

// BatchDone forgets the stream elements.
func (p *Page) BatchDone() { p.streams.elements = nil }

// streams are the elements that a batch made.
type streams struct {
	shell    string
	made     *html.Node
	elements map[int32]*html.Node
}

// AddStream makes a stream element, whole where Message is its source, and with
// a template in any case.
func (p *Page) AddStream(shell string, envelope int32) {
	s := &p.streams
	if shell != "" {
		s.shell = strings.Clone(shell)
	}
	if s.made == nil {
		s.made = newFragment()
	}
	if s.elements == nil {
		s.elements = map[int32]*html.Node{}
	}
	element := p.parse(s.shell, nil).FirstChild
	if p.Message != "" {
		n := 0
		for made := s.made.FirstChild; made != nil; made = made.NextSibling {
			if made.Type == html.ElementNode {
				n++
			}
		}
		for element = p.parse(p.Message, nil).FirstChild; n > 0 || element.Type != html.ElementNode; element = element.NextSibling {
			if element.Type == html.ElementNode {
				n--
			}
		}
	}
	s.elements[envelope] = element
	if element.Parent != nil {
		p.remove(element)
	}
	if child(element, atom.Template) == nil {
		element.AppendChild(&html.Node{Type: html.ElementNode, Data: "template", DataAtom: atom.Template})
	}
	p.insert(s.made, element, nil)
}

// AddStray adds text behind the streams made so far.
func (p *Page) AddStray(text string) {
	if p.streams.made == nil {
		p.streams.made = newFragment()
	}
	p.streams.made.AppendChild(&html.Node{Type: html.TextNode, Data: strings.Clone(text)})
}

// InsertStreams puts the streams that were made into the page.
func (p *Page) InsertStreams() {
	made := p.streams.made
	p.streams.made = nil
	p.insert(p.root(), made, nil)
}

// Envelope returns the number of a stream element that a batch made.
func (p *Page) Envelope(n dom.Node) (envelope int32, ok bool) {
	for envelope, element := range p.streams.elements {
		if element == p.node(n) {
			return envelope, true
		}
	}
	return 0, false
}

// StreamIntact reports true: nobody changes streams here.
func (p *Page) StreamIntact(int32, int) bool { return true }

// PerformStream has StreamElement, which is given, perform.
func (p *Page) PerformStream(envelope int32) {
	p.Perform(p.handle(p.streams.elements[envelope]))
	p.StreamDone(envelope)
}

// LateStream makes the element of an envelope that was to have none.
func (p *Page) LateStream(element stream.Piece, envelope int32) dom.Node {
	if n := p.streams.elements[envelope]; n != nil {
		return p.handle(n)
	}
	n := p.parse(element.Text, nil).FirstChild
	made := newFragment()
	n.Parent.RemoveChild(n)
	made.AppendChild(n)
	if p.streams.elements == nil {
		p.streams.elements = map[int32]*html.Node{}
	}
	p.streams.elements[envelope] = n
	p.insert(p.root(), made, nil)
	return p.handle(n)
}

// StreamDone removes a stream element.
func (p *Page) StreamDone(envelope int32) { p.remove(p.streams.elements[envelope]) }
