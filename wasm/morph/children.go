package morph

import (
	"slices"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

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

// children makes the rest of a run of siblings become that of another.
func (m *Morph) children(r Rest, depth int) {
	p := m.Page
	if r.Old == 0 && !m.exact && !m.surveyed && !p.Known(m.Root, r.next(0), r.New) {
		check(p.Import(r.parent(), r.next(0), r.New, r.end()))
		return
	}
	if r.Alike {
		if done := m.inStep(&r, depth); done {
			return
		}
	}
	m.match(r, depth)
}

// inStep makes nodes become each other one by one where that is what the rules
// come to, or nearly so.
func (m *Morph) inStep(r *Rest, depth int) bool {
	p := m.Page
	if m.exact {
		if m.inert == 0 && !r.Bare && (!r.Named || m.doubled) && !m.matched(r) {
			return false
		}
		for i := 0; ; i++ {
			at, kind, strayed := p.Step(r, i, m.guarded(depth))
			if strayed {
				m.follow(r, at, at+1, depth)
			}
			if strayed || at == r.Old {
				return true
			}
			m.pair(r.old(at), r.next(at), kind, depth)
			i = at
		}
	}
	sure := r.Single || r.Named
	if m.inert == 0 && !sure && !(m.surveyed && r.Bare) {
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
	var differ []int
	for i := p.Differ(m.book, r, 0); i < r.Old; i = p.Differ(m.book, r, i+1) {
		differ = append(differ, i)
	}
	if !sure && 4*len(differ) > r.Old && m.shifted(r, differ) {
		return false
	}
	for _, i := range differ {
		m.become(r.old(i), r.next(i), depth)
	}
	return true
}

// matched reports whether a rest of one node on each side is a match at first
// sight.
func (m *Morph) matched(r *Rest) bool {
	if r.Old != 1 {
		return false
	}
	c := m.describe(r.old(0), 2)
	return len(c[0].IDs) == 0 || len(c[1].IDs) > 0 && slices.Contains(c[0].IDs, c[1].IDs[0])
}

// shifted reports whether nodes that differ in their places are the same a
// little further on.
func (m *Morph) shifted(r *Rest, differ []int) bool {
	p := m.Page
	i := differ[0]
	for j := i + 1; j < min(r.Old, i+16); j++ {
		if p.Equal(m.book, r.old(i), r.next(j)) || p.Equal(m.book, r.old(j), r.next(i)) {
			return true
		}
	}
	return false
}

// open describes a window and plans what becomes of its nodes, unless that is
// decided one by one.
func (m *Morph) open(r *Rest, fates []int32) *Window {
	w := &Window{settled: make([]bool, r.Old), tables: &m.tables}
	describe := func() { w.Old, w.New = m.describe(r.old(0), r.Old), m.describe(r.next(0), r.New) }
	if !m.exact && !m.surveyed && r.Old > 0 && r.New > 0 {
		if describe(); w.Keyed() {
			w.Fit(fates)
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
	w.Fit(fates)
	return w
}

// match makes a window of nodes become another: as planned, or as the reference
// does, which decides about a new node when its turn comes.
func (m *Morph) match(r Rest, depth int) {
	p := m.Page
	fates := make([]int32, r.New)
	w := m.open(&r, fates)
	settled := w.settled
	waiting := make([]bool, r.Old) // old nodes that will move
	decided := 0
	if w.planned {
		decided = r.New
		for _, fate := range fates {
			if fate <= moved {
				waiting[moved-fate] = true
			}
		}
	}
	from, at, spot := 0, 0, 0
	// What becomes of a new node, where none before it takes an old one that was not decided about.
	fate := func(i int) int32 {
		if i >= decided {
			fates[i] = w.Next(i, at)
			decided = i + 1
		}
		return fates[i]
	}
	// Old nodes that wait for nothing, and are where they were.
	free := func(k int) bool { return !settled[k] && !waiting[k] && p.Inside(r.parent(), r.old(k)) }
	pass := func(upTo int) {
		for ; at < upTo; at++ {
			if free(at) {
				m.remove(r.old(at), &w.Old[at])
				settled[at] = true
			}
		}
	}
	// Where the next node goes: before the next old one that keeps its place.
	before := func() dom.Node {
		for spot = max(spot, at); spot < r.Old; spot++ {
			if free(spot) {
				return r.old(spot)
			}
		}
		if p.Inside(r.parent(), r.end()) {
			return r.end()
		}
		return 0
	}
	for ; from < r.New; from++ {
		if w.stale && fates[from] == Create && w.New[from].Label > 0 {
			if k := w.Spare(from, fates); k >= 0 {
				fates[from] = Move(k)
			}
		}
		next := r.next(from)
		k := int(fate(from))
		move := k <= moved
		if move {
			k = moved - k
		}
		if k == Create && !w.stale && m.plain(&w.New[from]) {
			count := 1
			for from+count < r.New && fate(from+count) == Create && m.plain(&w.New[from+count]) {
				count++
			}
			check(p.Import(r.parent(), next, count, before()))
			from += count - 1
			continue
		}
		if k < 0 || !p.Inside(r.parent(), r.old(k)) {
			m.make(r.parent(), next, before, &w.New[from], depth, w)
			continue
		}
		if !move {
			pass(k)
			at = k + 1
		}
		waiting[k], settled[k] = false, true
		if move {
			check(p.Move(r.parent(), r.old(k), before()))
		}
		if m.trim(depth) == 0 || !p.Equal(m.book, r.old(k), next) {
			m.become(r.old(k), next, depth)
			if m.guarded(depth) && m.strayed(&r, k, settled) {
				m.follow(&r, k, from+1, depth)
				return
			}
		}
	}
	clear(waiting)
	at = 0
	pass(r.Old)
}

// guarded reports whether listeners may change what is around the nodes at a
// depth: what is beside the root is nobody's business.
func (m *Morph) guarded(depth int) bool { return m.exact && (depth > 0 || m.inner) }

// strayed reports whether a listener has put something else behind an old node
// that has become a new one than the next of those that have not.
func (m *Morph) strayed(r *Rest, k int, settled []bool) bool {
	p := m.Page
	behind := k + 1
	for behind < r.Old && settled[behind] {
		behind++
	}
	next := r.end()
	if behind < r.Old {
		next = r.old(behind)
	}
	return !p.Follows(r.old(k), next) && p.Inside(r.parent(), r.old(k))
}

// follow goes on with what is behind an old node, as the reference does, with
// the new node from.
func (m *Morph) follow(r *Rest, k, from, depth int) {
	if rest, left := m.Page.Rest(m.book, r.old(k), r.end(), r.next(from-1), r.nextEnd(), Behind); left {
		m.children(rest, depth)
	}
}

// plain reports whether a new child that nobody becomes is made as it is.
func (m *Morph) plain(c *Child) bool {
	return len(c.IDs) == 0 && !c.Permanent && !m.persistent(c.ID)
}

// make makes a new child: by fetching the element with its persistent id, from
// wherever it is, or else of its own.
func (m *Morph) make(parent, next dom.Node, before func() dom.Node, c *Child, depth int, w *Window) {
	p := m.Page
	mark := p.Mark()
	defer p.Release(mark)
	around := false
	if m.persistent(c.ID) {
		if element := p.Outside(m.book, c.ID, parent); element != 0 {
			m.lose(element, c.ID, w)
			check(p.Move(parent, element, before()))
			m.become(element, next, depth)
			return
		}
		around = true
	}
	if c.Permanent && m.kept(next) {
		return
	}
	if around || len(c.IDs) == 0 {
		check(p.Import(parent, next, 1, before()))
		return
	}
	element, err := p.Make(parent, next, before())
	check(err)
	m.become(element, next, depth)
}

// kept reports whether the page has a permanent element of its own instead of a
// new one. The reference takes any element with the id for that, though it may
// go in the end.
func (m *Morph) kept(next dom.Node) bool {
	p := m.Page
	id, _ := p.Attr(next, "id")
	found, _ := p.Call(p.Get(0, "document"), "getElementById", p.String(id))
	return found != 0 && (m.exact || p.Kind(found, 0)&Permanent != 0)
}

// remove takes a node away; what holds persistent ids waits for its turn.
func (m *Morph) remove(n dom.Node, c *Child) {
	if len(c.IDs) > 0 {
		check(m.Page.Store(m.book, n))
	} else {
		m.discard(n)
	}
}

func (m *Morph) discard(n dom.Node) {
	if m.may(n, 0, m.Page.Kind(n, 0)) {
		m.Page.Remove(n)
	}
}
