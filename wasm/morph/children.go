package morph

import (
	"slices"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// children makes what is left of a run of siblings become that of another.
func (m *Morph) children(r Rest, depth int) {
	if r.Old == 0 && !m.exact && !m.surveyed && !m.Page.Known(m.Root, r.next(0), r.New) {
		check(m.Page.Import(r.parent(), r.next(0), r.New, r.end()))
		return
	}
	if r.is(Alike) && m.inStep(&r, depth) {
		return
	}
	m.match(r, depth)
}

// inStep makes nodes become each other one by one, where that is what matching
// would come to, or nearly so. It reports whether it did.
func (m *Morph) inStep(r *Rest, depth int) (done bool) {
	if m.exact {
		if m.inert == 0 && !r.is(Bare) && (!r.is(Named) || m.doubled) && !m.matched(r) {
			return false
		}
		m.step(r, depth)
		return true
	}
	sure := r.is(Single | Named)
	if m.inert == 0 && !sure && !(m.surveyed && r.is(Bare)) {
		if m.survey(); m.shared {
			return false
		}
	}
	if r.Old == 1 || m.trim(depth) == 0 {
		for i := range r.Old {
			m.become(r.old(i), r.next(i), depth)
		}
		return true
	}
	differ := m.differing(r)
	if !sure && 4*len(differ) > r.Old && m.shifted(r, differ[0]) {
		return false
	}
	for _, i := range differ {
		m.become(r.old(i), r.next(i), depth)
	}
	return true
}

// step takes one pair after another while listeners may change the page.
func (m *Morph) step(r *Rest, depth int) {
	for i := 0; ; i++ {
		at, kind, strayed := m.Page.Step(r, i, m.guarded(depth))
		if strayed {
			m.follow(r, at, at+1, depth)
			return
		}
		if at == r.Old {
			return
		}
		m.pair(r.old(at), r.next(at), kind, depth)
		i = at
	}
}

// differing are the places in which the nodes of an alike rest are not equal.
func (m *Morph) differing(r *Rest) (differ []int) {
	for i := m.Page.Differ(m.book, r, 0); i < r.Old; i = m.Page.Differ(m.book, r, i+1) {
		differ = append(differ, i)
	}
	return differ
}

// matched reports whether a rest of one node on each side is obviously a match.
func (m *Morph) matched(r *Rest) bool {
	if r.Old != 1 {
		return false
	}
	c := m.describe(r.old(0), 2)
	return len(c[0].IDs) == 0 || len(c[1].IDs) > 0 && slices.Contains(c[0].IDs, c[1].IDs[0])
}

// shifted reports whether a node that differs from the one in its place equals
// one a little further on.
func (m *Morph) shifted(r *Rest, i int) bool {
	const ahead = 16
	for j := i + 1; j < min(r.Old, i+ahead); j++ {
		if m.Page.Equal(m.book, r.old(i), r.next(j)) || m.Page.Equal(m.book, r.old(j), r.next(i)) {
			return true
		}
	}
	return false
}

// describe returns what matching needs to know of nodes.
func (m *Morph) describe(first dom.Node, count int) []Child {
	children := make([]Child, count)
	if count > 0 {
		m.Page.Describe(m.book, first, children)
	}
	for i := range children {
		if c := &children[i]; c.Entry != 0 && m.inert == 0 {
			c.IDs = m.identifiers(c.Entry)
		}
	}
	return children
}

// open makes a rest a window and plans its fates, unless they are to be decided
// one by one.
func (m *Morph) open(r *Rest) *Window {
	w := &Window{fates: make([]Fate, r.New), settled: make([]bool, r.Old), tables: &m.tables}
	describe := func() { w.Old, w.New = m.describe(r.old(0), r.Old), m.describe(r.next(0), r.New) }
	if !m.exact && !m.surveyed && r.Old > 0 && r.New > 0 {
		if describe(); w.Keyed() {
			w.Fit()
			return w
		}
	}
	if m.survey(); m.shared || w.Old == nil {
		describe()
	}
	for k := range w.Old {
		if e := w.Old[k].Entry; e != 0 {
			m.entries[e].window, m.entries[e].child = w, k
		}
	}
	if m.exact {
		return w
	}
	if r.Old > 1 && r.New > 1 {
		if w.Vague() {
			m.Page.Contents(r.old(0), w.Old, w.New)
		} else {
			w.Unique()
		}
	}
	w.Fit()
	return w
}

// guarded reports whether listeners may change what is around the nodes at a
// depth. What is beside the root does not matter.
func (m *Morph) guarded(depth int) bool { return m.exact && (depth > 0 || m.inner) }

// follow goes on behind an old node as the reference does, with the new node
// from, after a listener has changed what is there.
func (m *Morph) follow(r *Rest, k, from, depth int) {
	if rest, left := m.Page.Rest(m.book, r.old(k), r.end(), r.next(from-1), r.nextEnd(), Behind); left {
		m.children(rest, depth)
	}
}
