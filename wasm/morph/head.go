package morph

import "github.com/turbowasm/turbowasm/wasm/dom"

// head merges a head into another, comparing their elements by source.
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
	places := map[string]int{} // in coming, by source
	for _, e := range children(next) {
		if _, ok := places[e.html]; !ok {
			places[e.html] = len(coming)
			coming = append(coming, e)
		}
	}
	var kept, leaving, added []dom.Node
	for _, e := range children(n) {
		i, comes := places[e.html]
		again := m.says("shouldReAppend", e.node, "im-re-append")
		stays := comes || m.says("shouldPreserve", e.node, "im-preserve")
		switch {
		case stays && !again:
			if comes {
				coming[i] = element{}
				delete(places, e.html)
			}
			kept = append(kept, e.node)
		case stays, adds && again:
			leaving = append(leaving, e.node)
			if !comes {
				places[e.html] = len(coming)
				coming = append(coming, e)
			}
		case !adds && m.says("shouldRemove", e.node, ""):
			leaving = append(leaving, e.node)
		}
	}
	for _, e := range coming {
		if e.node == 0 {
			continue
		}
		made, err := m.addToHead(n, e.html)
		check(err)
		if made != 0 {
			added = append(added, made)
		}
	}
	for _, e := range leaving {
		m.discard(e)
	}
	if head := m.option("head"); head != 0 && p.Is(head, "afterHeadMorphed") {
		lists := p.Object("")
		check(p.Set(lists, "added", m.list(added)))
		check(p.Set(lists, "kept", m.list(kept)))
		check(p.Set(lists, "removed", m.list(leaving)))
		_, err := p.Call(head, "afterHeadMorphed", n, lists)
		check(err)
	}
}

// list makes an array.
func (m *Morph) list(nodes []dom.Node) dom.Node {
	list, err := m.Page.Call(m.Page.Get(0, "window.Array"), "of")
	check(err)
	for _, n := range nodes {
		_, err := m.Page.Call(list, "push", n)
		check(err)
	}
	return list
}

// addToHead makes an element from its source, so that scripts run. It returns 0 if
// the page keeps an element in its place.
func (m *Morph) addToHead(n dom.Node, html string) (made dom.Node, err error) {
	p := m.Page
	ranges, err := p.Call(p.Get(0, "document"), "createRange")
	if err != nil {
		return 0, err
	}
	fragment, err := p.Call(ranges, "createContextualFragment", p.String(html))
	if err != nil {
		return 0, err
	}
	made = p.Get(fragment, "firstChild")
	if p.HasAttr(made, "data-turbo-permanent") && m.kept(made) {
		return 0, nil
	}
	_, err = p.Call(n, "append", made)
	return made, err
}

// says asks a callback for heads, or reads an attribute if there is no callback.
// Without an attribute, only false says no.
func (m *Morph) says(callback string, n dom.Node, attribute string) bool {
	p := m.Page
	if head := m.option("head"); head != 0 && p.Is(head, callback) {
		answer, err := p.Answer(head, callback, n, 0)
		check(err)
		return answer == Truthy || answer == Falsy && attribute == ""
	}
	return attribute == "" || first(p.Attr(n, attribute)) == "true"
}

func (m *Morph) option(path string) dom.Node {
	if m.Options == 0 {
		return 0
	}
	return m.Page.Get(m.Options, path)
}
