package morph

import (
	"strconv"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// may reports whether a node may be changed, or removed if next is 0.
func (m *Morph) may(n, next dom.Node, kind Kind) bool {
	p := m.Page
	switch {
	case kind == 0:
		return true
	case kind&Permanent != 0:
		return false
	case m.Frames != NoFrames && kind&Frame != 0 && m.reloads(n, next):
		_, err := p.Call(n, "reload")
		check(err)
		return false
	}
	if m.callbacks != 0 {
		answer, err := p.Answer(m.callbacks, "beforeNodeMorphed", n, next)
		check(err)
		if answer != Truthy {
			return false
		}
	}
	return m.heard&BeforeElement == 0 || !p.Event(BeforeElement, n, next, false)
}

// reloads reports whether a frame loads by itself instead of becoming next.
func (m *Morph) reloads(frame, next dom.Node) bool {
	p := m.Page
	if !p.Is(frame, "shouldReloadWithMorph") || p.Closest(frame, "[data-turbo-permanent]") != 0 {
		return false
	}
	outer := p.Closest(p.Get(frame, "parentElement"), "turbo-frame[src][refresh=morph]")
	if m.Frames == OfPage && outer != 0 || m.Frames == OfFrame && (outer == 0 || !p.Same(outer, m.Root)) {
		return false
	}
	if next == 0 {
		return true
	}
	id, _ := p.Attr(frame, "id")
	if other, _ := p.Attr(next, "id"); other != id || p.Kind(next, 0)&Frame == 0 {
		return false
	}
	src, _ := p.Attr(next, "src")
	return src == "" || m.href(src) == m.href(first(p.Attr(frame, "src")))
}

// href resolves an address.
func (m *Morph) href(src string) string {
	url, err := m.Page.Call(0, "url", m.Page.String(src))
	check(err)
	return first(m.Page.Text(url, "href"))
}

// become makes a node become another.
func (m *Morph) become(n, next dom.Node, depth int) {
	if kind := m.Page.Kind(n, next); kind == 0 {
		m.Page.SyncText(n, next)
	} else {
		m.pair(n, next, kind, depth)
	}
}

// pair makes an element become another.
func (m *Morph) pair(n, next dom.Node, kind Kind, depth int) {
	p := m.Page
	if kind&^(Permanent|Select|Template) != Element || m.Options != 0 {
		mark := p.Mark()
		defer p.Release(mark)
	}
	if m.ignoreActive && p.Same(n, m.active()) || !m.may(n, next, kind) {
		return
	}
	if kind&Head == 0 || m.style("head.style") == "morph" && !m.is("head.ignore") {
		m.element(n, next, kind, depth)
	} else if !m.is("head.ignore") {
		m.head(n, next)
	}
	if m.heard&AfterElement != 0 {
		p.Event(AfterElement, n, next, false)
	}
}

// element makes an element's attributes, state and children those of another.
func (m *Morph) element(n, next dom.Node, kind Kind, depth int) {
	p := m.Page
	kept := m.ignoresValue(n) // the user's value
	m.attributes(n, next, kept)
	if kept {
		return
	}
	if kind&(Input|Textarea|Option) != 0 {
		m.control(n, next, kind)
	}
	if depth == Deepest {
		text := "turbo: elements are nested more than " + strconv.Itoa(Deepest) + " deep; below, they are replaced instead of morphed."
		p.Call(p.Get(0, "window.console"), "warn", p.String(text), n)
		p.Refill(n, next)
		return
	}
	// What is in a template has no ids in common with the page.
	inert, inSelect := m.inert, m.inSelect
	if kind&Template != 0 {
		m.inert++
	}
	if kind&Select != 0 {
		m.inSelect++
	}
	if rest, left := p.Rest(m.book, n, 0, next, 0, m.trim(depth+1)|InsideOld|InsideNew); left {
		m.children(rest, depth+1)
		p.Release(int32(rest.First))
	}
	m.inert, m.inSelect = inert, inSelect
}

// ignoresValue reports whether an element keeps its value and children, since it
// is the active one.
func (m *Morph) ignoresValue(n dom.Node) bool {
	p := m.Page
	return m.ignoreActiveValue && p.Same(n, m.active()) && !p.Same(n, p.Get(0, "document.body"))
}

func (m *Morph) active() dom.Node { return m.Page.Get(0, "document.activeElement") }
