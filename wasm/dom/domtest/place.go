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

// ReplaceWith puts other in the place of n.
func (p *Page) ReplaceWith(n, other dom.Node) { p.replace(p.node(n), p.node(other)) }

// Remove takes n out of the page.
func (p *Page) Remove(n dom.Node) { p.remove(p.node(n)) }

// AddTemplate adds an empty template to n.
func (p *Page) AddTemplate(n dom.Node) dom.Node {
	template := &html.Node{Type: html.ElementNode, Data: "template", DataAtom: atom.Template}
	p.contents[template] = newFragment()
	p.insert(p.node(n), template, nil)
	return p.handle(template)
}

// Clone returns a deep copy.
func (p *Page) Clone(n dom.Node) dom.Node { return p.handle(p.copy(p.node(n))) }

// SetTraits leaves a note on a template.
func (p *Page) SetTraits(template dom.Node, traits stream.Traits) {
	p.traits[p.node(template)] = traits
}

// Traits returns the note on a template.
func (p *Page) Traits(template dom.Node) stream.Traits { return p.traits[p.node(template)] }

// Insert places a copy of a template's content.
func (p *Page) Insert(target dom.Node, place dom.Place, template dom.Node) error {
	content := p.copy(p.contents[p.node(template)])
	if p.Traits(template)&stream.Scripts != 0 {
		walk(content, func(n *html.Node) {
			if off, _ := attribute(n, "data-turbo-eval"); n.DataAtom == atom.Script && off != "false" {
				p.awake[n] = true
			}
		})
	}
	p.place(p.node(target), place, content)
	return nil
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

// StreamDone removes a stream element.
func (p *Page) StreamDone(envelope int32) { p.remove(p.streams.elements[envelope]) }
