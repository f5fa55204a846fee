package morph

import (
	"slices"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// head merges a head into another by the source of their elements.
func (m *Morph) head(n, next dom.Node) {
	p := m.Page
	adds := m.style("head.style") == "append"
	type element struct {
		node dom.Node
		html string
	}
	children := func(n dom.Node) (elements []element) {
		for _, child := range p.Items(p.Get(n, "children")) {
			elements = append(elements, element{child, first(p.Text(child, "outerHTML"))})
		}
		return elements
	}
	var coming []element
	find := func(html string) int {
		return slices.IndexFunc(coming, func(e element) bool { return e.html == html })
	}
	for _, e := range children(next) {
		if find(e.html) < 0 {
			coming = append(coming, e)
		}
	}
	var leaving []dom.Node
	for _, e := range children(n) {
		i := find(e.html)
		again := m.says("shouldReAppend", e.node, "im-re-append")
		stays := i >= 0 || m.says("shouldPreserve", e.node, "im-preserve")
		switch {
		case stays && !again:
			if i >= 0 {
				coming = slices.Delete(coming, i, i+1)
			}
		case stays, adds && again:
			leaving = append(leaving, e.node)
			if i < 0 {
				coming = append(coming, e)
			}
		case !adds && m.says("shouldRemove", e.node, ""):
			leaving = append(leaving, e.node)
		}
	}
	for _, e := range coming {
		check(m.addToHead(n, e.html))
	}
	for _, e := range leaving {
		m.discard(e)
	}
}

// addToHead makes an element of its source, so that scripts run.
func (m *Morph) addToHead(n dom.Node, html string) error {
	p := m.Page
	ranges, err := p.Call(p.Get(0, "document"), "createRange")
	if err != nil {
		return err
	}
	fragment, err := p.Call(ranges, "createContextualFragment", p.String(html))
	if err != nil {
		return err
	}
	made := p.Get(fragment, "firstChild")
	if p.HasAttr(made, "data-turbo-permanent") && m.onPage(made) {
		return nil
	}
	_, err = p.Call(n, "append", made)
	return err
}

// says asks a callback for heads, or an attribute in its place.
func (m *Morph) says(callback string, n dom.Node, attribute string) bool {
	p := m.Page
	if head := m.option("head"); head != 0 && p.Is(head, callback) {
		answer, err := p.Call(head, callback, n)
		check(err)
		return answer != 0
	}
	return attribute == "" || first(p.Attr(n, attribute)) == "true"
}

func (m *Morph) option(path string) dom.Node {
	if m.Options == 0 {
		return 0
	}
	return m.Page.Get(m.Options, path)
}
