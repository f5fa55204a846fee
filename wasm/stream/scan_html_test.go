package stream

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// goParser is golang.org/x/net/html.
type goParser struct{}

var _ parser = goParser{}

func (goParser) parse(context, source string) []*html.Node {
	// Browsers parse template.innerHTML without scripting.
	nodes, err := html.ParseFragmentWithOptions(strings.NewReader(source),
		&html.Node{Type: html.ElementNode, Data: context, DataAtom: atom.Lookup([]byte(context))},
		html.ParseOptionEnableScripting(false))
	if err != nil {
		panic(err)
	}
	return nodes
}

func (p goParser) fragment(context, source string) (dumps []string) {
	for _, n := range p.parse(context, source) {
		dumps = append(dumps, dump(n))
	}
	return dumps
}

func (p goParser) named(source string) bool {
	for _, n := range p.parse("template", source) {
		if n.Type == html.ElementNode && has(n, "id") {
			return true
		}
		for d := range n.Descendants() {
			if d.Type == html.ElementNode && has(d, "id") {
				return true
			}
		}
	}
	return false
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func (p goParser) message(source string) (streams []parsed, clean bool) {
	for _, n := range p.parse("template", source) {
		if blank(n) {
			continue
		}
		if n.Type != html.ElementNode || n.Data != "turbo-stream" {
			return nil, false
		}
		stream := parsed{attributes: map[string]string{}}
		for _, a := range n.Attr {
			if _, twice := stream.attributes[a.Key]; !twice {
				stream.attributes[a.Key] = a.Val
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if blank(c) {
				continue
			}
			if c.Type != html.ElementNode || c.Data != "template" || stream.template {
				return nil, false
			}
			stream.template = true
			for r := range c.ChildNodes() {
				stream.content = append(stream.content, dump(r))
				stream.text = append(stream.text, r.Type == html.TextNode)
				if id := attribute(r, "id"); id != "" {
					stream.ids = append(stream.ids, id)
				}
			}
			for d := range c.Descendants() {
				if d.Type != html.ElementNode {
					continue
				}
				for _, a := range d.Attr {
					stream.script = stream.script || a.Key == "autofocus" || a.Key == "data-turbo-permanent"
				}
				stream.script = stream.script || d.Data == "script" || d.Data == "turbo-stream"
			}
		}
		streams = append(streams, stream)
	}
	return streams, true
}

func blank(n *html.Node) bool {
	return n.Type == html.TextNode && strings.Trim(n.Data, " \t\r\n\f") == ""
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func dump(n *html.Node) string {
	var b strings.Builder
	switch n.Type {
	case html.TextNode:
		fmt.Fprintf(&b, "%q", n.Data)
	case html.CommentNode:
		fmt.Fprintf(&b, "!%q", n.Data)
	case html.ElementNode:
		fmt.Fprintf(&b, "%s:%s", n.Namespace, n.Data)
		for _, a := range n.Attr {
			fmt.Fprintf(&b, " %s:%s=%q", a.Namespace, a.Key, a.Val)
		}
		b.WriteByte('[')
		for c := range n.ChildNodes() {
			b.WriteString(dump(c))
		}
		b.WriteByte(']')
	default:
		fmt.Fprintf(&b, "?%d", n.Type)
	}
	return b.String()
}
