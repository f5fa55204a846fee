package morph

import "github.com/turbowasm/turbowasm/wasm/dom"

// An identity is what is known of an id.
type identity struct {
	label      int32 // of its element in the page, 0 if there is none, -1 if there are several
	next       int32 // the same for the new content
	persistent bool  // it occurs once on each side, on elements of one name
	lost       bool  // its element has left its place
}

// An entry is a node that has persistent ids on it or below it.
type entry struct {
	id                int32   // its own, 0 for none
	first, last, next int32   // the entries directly below it, and its next sibling among entries
	within            bool    // it is below another
	from, to          int32   // the range of Morph.order that is on it and below
	lost              []int32 // the ids in it whose elements have left from below it
	window            *Window // in which it is an old child
	child             int
}

// survey finds the persistent ids and makes entries of the nodes that they are on
// or below, once.
func (m *Morph) survey() {
	if m.surveyed {
		return
	}
	m.surveyed = true
	p := m.Page
	mark := p.Mark()
	defer p.Release(mark)
	note := func(id int32) *identity {
		for int(id) >= len(m.ids) {
			m.ids = append(m.ids, identity{})
		}
		return &m.ids[id]
	}
	once := func(label *int32, found int32) {
		if *label != 0 {
			found = -1
		}
		*label = found
	}
	next := p.Identify(m.book, m.Next, m.End, false)
	if len(next) == 0 {
		return
	}
	for _, e := range next {
		once(&note(e.ID).next, e.Label)
	}
	old := p.Identify(m.book, m.Root, 0, true)
	for _, e := range old {
		once(&note(e.ID).label, e.Label)
	}
	for id := range m.ids {
		i := &m.ids[id]
		if i.label != 0 && i.next != 0 {
			if i.persistent = i.label > 0 && i.label == i.next; i.persistent {
				m.shared = true
			} else {
				m.doubled = true
			}
		}
	}
	outside := p.Get(m.Root, "parentNode")
	for _, e := range old {
		if m.ids[e.ID].persistent {
			m.enter(e.ID, p.Enter(m.book, e.Node, e.ID, outside))
		}
	}
	for _, e := range next {
		if m.ids[e.ID].persistent {
			m.enter(e.ID, p.Enter(m.book, e.Node, 0, 0))
		}
	}
	for n := range m.entries {
		if !m.entries[n].within {
			m.arrange(int32(n))
		}
	}
}

func (m *Morph) enter(id int32, numbers []int32) {
	for i, n := range numbers {
		for int(n) >= len(m.entries) {
			m.entries = append(m.entries, entry{})
		}
		if i == 0 {
			m.entries[n].id = id
			continue
		}
		below, around := numbers[i-1], &m.entries[n]
		m.entries[below].within = true
		if around.last == 0 {
			around.first = below
		} else {
			m.entries[around.last].next = below
		}
		around.last = below
	}
}

// arrange puts the ids on an entry and below into the order of the tree.
func (m *Morph) arrange(n int32) {
	e := &m.entries[n]
	e.from = int32(len(m.order))
	if e.id != 0 {
		m.order = append(m.order, e.id)
	}
	for below := e.first; below != 0; below = m.entries[below].next {
		m.arrange(below)
	}
	e.to = int32(len(m.order))
}

// identifiers returns the persistent ids on an entry and below, except those that
// have left. For the reference, an id that left inside of another element still
// counts.
func (m *Morph) identifiers(n int32) []int32 {
	e := &m.entries[n]
	ids := m.order[e.from:e.to:e.to]
	if !m.moved || m.exact && len(e.lost) == 0 {
		return ids
	}
	lost := &m.tables.ids
	lost.clear(0)
	for _, id := range e.lost {
		lost.set(id, 1)
	}
	var left []int32
	for _, id := range ids {
		if lost.get(id) == 0 && (m.exact || id == e.id || !m.ids[id].lost) {
			left = append(left, id)
		}
	}
	return left
}

// persistent reports whether an id is persistent at the current node.
func (m *Morph) persistent(id int32) bool {
	return id != 0 && m.inert == 0 && int(id) < len(m.ids) && m.ids[id].persistent
}

// lose notes that the element with a persistent id leaves its place because the
// plan of a window says so: what is around it no longer has the id, and the plans
// of other windows may not hold any more.
func (m *Morph) lose(element dom.Node, id int32, planning *Window) {
	m.ids[id].lost, m.moved = true, true
	for i, n := range m.Page.Entries(m.book, element) {
		if n == 0 {
			continue
		}
		e := &m.entries[n]
		if i > 0 {
			e.lost = append(e.lost, id)
		}
		if e.window != nil {
			e.window.Lose(e.child, id)
			e.window.stale = e.window.stale || e.window.planned && e.window != planning
		}
	}
}
