package domtest

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HTML returns what is inside the body, and behind it in the html element, as
// browsers write it. (The renderer of x/net/html refuses trees that only
// scripts can make, such as an image with children.)
func (p *Page) HTML() string {
	var b strings.Builder
	p.inner(&b, p.body())
	for c := p.body().NextSibling; c != nil; c = c.NextSibling {
		p.outer(&b, c)
	}
	return b.String()
}

var (
	textEscaper      = strings.NewReplacer("&", "&amp;", "\u00a0", "&nbsp;", "<", "&lt;", ">", "&gt;")
	attributeEscaper = strings.NewReplacer("&", "&amp;", "\u00a0", "&nbsp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
)

func (p *Page) outer(b *strings.Builder, n *html.Node) {
	switch n.Type {
	case html.TextNode:
		if isRaw(n.Parent) {
			b.WriteString(n.Data)
		} else {
			b.WriteString(textEscaper.Replace(n.Data))
		}
	case html.CommentNode:
		b.WriteString("<!--" + n.Data + "-->")
	case html.ElementNode:
		p.openingTag(b, n)
		if !isVoid(n) {
			p.inner(b, n)
			b.WriteString("</" + n.Data + ">")
		}
	}
}

func (p *Page) openingTag(b *strings.Builder, n *html.Node) {
	b.WriteString("<" + n.Data)
	for _, a := range n.Attr {
		b.WriteByte(' ')
		if a.Namespace != "" {
			b.WriteString(a.Namespace + ":")
		}
		b.WriteString(a.Key + `="` + attributeEscaper.Replace(a.Val) + `"`)
	}
	b.WriteByte('>')
}

func (p *Page) inner(b *strings.Builder, n *html.Node) {
	if content := p.contents[n]; content != nil {
		n = content
	}
	for c := range n.ChildNodes() {
		p.outer(b, c)
	}
}

func isRaw(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Style, atom.Script, atom.Xmp, atom.Iframe, atom.Noembed, atom.Noframes, atom.Plaintext:
		return n.Namespace == ""
	}
	return false
}

func isVoid(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta,
		atom.Source, atom.Track, atom.Wbr:
		return n.Namespace == ""
	}
	return false
}
