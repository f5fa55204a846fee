// Package morph makes a part of a page become new content and keeps what it
// can of its nodes (Turbo 8.0.23, morphing). Equal subtrees are found by the
// page itself; what happens to the rest is decided here, depth first over the
// live tree. Somebody who listens to the events of elements sees them all, and
// the reference's pairs; otherwise fewer nodes move.
package morph

import (
	"slices"
	"strconv"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Refresh says which frames that can load by themselves do so instead of being
// morphed.
type Refresh int32

const (
	NoFrames Refresh = iota
	OfPage           // those in no other such frame
	OfFrame          // those in the root itself
)

// Deepest is how deep elements are morphed; below they are replaced.
const Deepest = 2000

// A Morph makes Root, or what is inside, become a run of new nodes.
type Morph struct {
	Page      Page
	Root      dom.Node
	Next, End dom.Node
	Options   dom.Node // as the page gives them (js/turbo.d.ts), 0 for none
	Frames    Refresh

	inner                           bool
	ignoreActive, ignoreActiveValue bool
	restoreFocus                    bool
	callbacks                       dom.Node // with one that decides about elements, 0 for none

	book     dom.Node
	heard    Event
	exact    bool // somebody may look: the reference's pairs
	surveyed bool
	ids      []identity // by the number of the id
	shared   bool       // there are persistent ids: nodes with entries
	doubled  bool       // there are ids that both sides have but are not persistent
	moved    bool       // the element with a persistent id has left its place
	entries  []entry    // by number, from 1 on
	order    []int32    // the persistent ids, in the order of the trees
	tables   tables
	inert    int // how many templates deep the walk is
	inSelect int // how many selects deep
}

// thrown is what ends a morph that the page has thrown in.
type thrown struct{ err error }

func check(err error) {
	if err != nil {
		panic(thrown{err})
	}
}

// Run performs the morph. It fails with dom.ErrPage when the page throws, and
// with the wrong options.
func (m *Morph) Run() (err error) {
	p := m.Page
	m.inner, m.restoreFocus = m.Frames == OfFrame, true
	if m.Options != 0 {
		if err := m.read(); err != nil {
			return err
		}
	}
	if m.heard = p.Heard(); m.heard != 0 || m.callbacks != 0 {
		m.exact = true
	}
	suspects := ""
	if !m.exact {
		suspects = "input,textarea,option,template"
		if m.Frames != NoFrames {
			suspects += ",turbo-frame[refresh=morph]"
		}
	}
	focus := focus{}
	if m.restoreFocus {
		focus = m.focus()
	}
	m.book = p.Begin(m.Root, m.Next, m.End, suspects)
	defer func() {
		if r := recover(); r != nil {
			t, ok := r.(thrown)
			if !ok {
				p.End(m.book)
				panic(r)
			}
			err = t.err
		}
		if restored := m.restore(focus); err == nil {
			err = restored
		}
		p.End(m.book)
	}()
	if m.exact {
		m.survey()
	}
	m.begin()
	return nil
}

func (m *Morph) read() error {
	p := m.Page
	if style, ok := p.Text(m.Options, "morphStyle"); ok {
		if style != "outerHTML" && style != "innerHTML" {
			return styleError(style)
		}
		m.inner = style == "innerHTML"
	}
	if _, ok := p.Text(m.Options, "restoreFocus"); ok {
		m.restoreFocus = p.Is(m.Options, "restoreFocus")
	}
	m.ignoreActive = p.Is(m.Options, "ignoreActive")
	m.ignoreActiveValue = p.Is(m.Options, "ignoreActiveValue")
	if p.Is(m.Options, "callbacks.beforeNodeMorphed") {
		m.callbacks = p.Get(m.Options, "callbacks")
	}
	return nil
}

type styleError string

func (s styleError) Error() string {
	return `turbo: "` + string(s) + `" is no way to morph, only "innerHTML" and "outerHTML" are`
}

// begin walks from the root.
func (m *Morph) begin() {
	p := m.Page
	if p.Closest(m.Root, "select") != 0 {
		m.inSelect++
	}
	how := m.trim(0)
	if m.inner {
		if p.Kind(m.Root, 0)&Template != 0 {
			m.inert++
		}
		if rest, left := p.Rest(m.book, m.Root, 0, m.Next, m.End, how|InsideOld); left {
			m.children(rest, 0)
		}
		return
	}
	if p.Get(m.Root, "parentNode") == 0 {
		parent, err := p.Call(p.Get(0, "document"), "createDocumentFragment")
		check(err)
		_, err = p.Call(parent, "append", m.Root)
		check(err)
	}
	if rest, left := p.Rest(m.book, m.Root, p.Get(m.Root, "nextSibling"), m.Next, m.End, how); left {
		m.children(rest, 0)
	}
}

// trim says whether equal nodes are left out. Options choose among each other
// as they come; and far down, trees are compared at some depths only, lest it
// be done at all of them.
func (m *Morph) trim(depth int) How {
	if m.exact || m.inSelect > 0 || depth > 24 && depth&(depth-1) != 0 {
		return 0
	}
	return Trim
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
			if k := w.Spare(from, fates, settled); k >= 0 {
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
			behind := k + 1
			for behind < r.Old && settled[behind] {
				behind++
			}
			if m.strayed(&r, k, behind, depth) {
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
// that has become a new one.
func (m *Morph) strayed(r *Rest, k, behind, depth int) bool {
	p := m.Page
	next := r.end()
	if behind < r.Old {
		next = r.old(behind)
	}
	return m.guarded(depth) && !p.Follows(r.old(k), next) && p.Inside(r.parent(), r.old(k))
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

// may reports whether a node may change, or go where next is 0.
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

func first(text string, _ bool) string { return text }

// href resolves what an attribute names.
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
	// What lies in a template is nobody else's.
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

// ignoresValue reports whether an element is the active one, whose value and
// children stay.
func (m *Morph) ignoresValue(n dom.Node) bool {
	p := m.Page
	return m.ignoreActiveValue && p.Same(n, m.active()) && !p.Same(n, p.Get(0, "document.body"))
}

func (m *Morph) active() dom.Node { return m.Page.Get(0, "document.activeElement") }

func (m *Morph) is(path string) bool { return m.Options != 0 && m.Page.Is(m.Options, path) }

func (m *Morph) style(path string) string {
	if m.Options == 0 {
		return ""
	}
	return first(m.Page.Text(m.Options, path))
}
