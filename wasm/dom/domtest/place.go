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

// BatchDone does nothing: pieces carry their text.
func (p *Page) BatchDone() {}

// assembly is a message in the making.
type assembly struct {
	joined, streams *html.Node
	uneven          bool
}

// ParseContents parses the contents of streams.
func (p *Page) ParseContents(source string) {
	p.assembly = assembly{p.parse(source, nil), newFragment(), false}
}

// AddStream makes a stream element with the next of the parsed contents.
func (p *Page) AddStream(tag string, roots int32, content string) {
	a := &p.assembly
	element := p.parse(tag+"<template></template></turbo-stream>", nil).FirstChild
	inside := p.contents[element.FirstChild]
	if roots < 0 {
		p.insert(inside, p.parse(content, nil), nil)
	}
	for ; roots > 0; roots-- {
		n := a.joined.FirstChild
		if n == nil {
			a.uneven = true
			return
		}
		p.insert(inside, n, nil)
	}
	p.insert(a.streams, element, nil)
}

// AddStray adds text behind the streams made so far.
func (p *Page) AddStray(text string) {
	if text != "" {
		p.assembly.streams.AppendChild(&html.Node{Type: html.TextNode, Data: strings.Clone(text)})
	}
}

// InsertStreams puts the assembled streams into the page.
func (p *Page) InsertStreams() bool {
	a := p.assembly
	p.assembly = assembly{}
	if a.uneven || a.joined.FirstChild != nil {
		return false
	}
	p.insert(p.root(), a.streams, nil)
	return true
}
