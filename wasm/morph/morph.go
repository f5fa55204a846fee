// Package morph makes a part of a page become new content and keeps what it
// can of its nodes (Turbo 8.0.23, morphing). Equal subtrees are found by the
// page itself; what happens to the rest is decided here, depth first over the
// live tree. Somebody who listens to the events of elements sees them all, and
// the reference's pairs; otherwise fewer nodes move.
package morph

import (
	"strconv"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Page is what morphing needs of a page. A book is what a page knows of the
// nodes of one morph. Runs of siblings are given by their first node and the
// one behind their last, 0 where that is their parent's end.
type Page interface {
	Mark() int32
	Release(mark int32)

	// Begin opens a book and looks for elements that equal trees may differ
	// in, which match selectors. End takes stored nodes off the page.
	Begin(root, next, end dom.Node, suspects string) (book dom.Node)
	End(book dom.Node)

	// Rest pushes what is left of two runs. Those inside of a and of b are
	// meant where how says so.
	Rest(book, a, aEnd, b, bEnd dom.Node, how How) (Rest, bool)
	Equal(book, a, b dom.Node) bool
	// Differ returns the next of the pairs of an alike rest that are not equal,
	// and their number where there is none.
	Differ(book dom.Node, r *Rest, from int) int
	Kind(n, next dom.Node) Kind
	Describe(book, first dom.Node, children []Child) // without IDs and Content
	Contents(first dom.Node, old, next []Child)      // adds Content
	// Known reports whether there are ids in count new nodes that the page has
	// too, or may have.
	Known(root, first dom.Node, count int) bool
	// Identify finds the elements with ids in a run of trees, or in one alone.
	Identify(book, tree, end dom.Node, alone bool) []Identified
	// Enter numbers an element and what is around it below a node, up to the
	// first that has a number; an element of the page is known by its id then.
	// Entries tells all these numbers, 0 where there are none.
	Enter(book, n dom.Node, id int32, below dom.Node) []int32
	Entries(book, n dom.Node) []int32
	Element(book dom.Node, id int32) dom.Node

	SyncText(n, next dom.Node)
	// Names lists the names of attributes of n, those that other has not from
	// the last on unless that is 0; 0 for none. The value may be left out.
	Names(n, other dom.Node, noValue bool) (names dom.Node)
	// Changing returns the first, from one on, that next has another value of,
	// or 0 has not; -1 when there is none. Where that is heard, the event of
	// each is dispatched, and those whose default was prevented are left out.
	Changing(n, next, names dom.Node, from int, heard bool) int
	CopyAttribute(n, next, names dom.Node, i int) error
	DropAttribute(n, names dom.Node, i int)

	Inside(parent, n dom.Node) bool
	Follows(n, next dom.Node) bool
	Move(parent, n, before dom.Node) error
	Import(parent, first dom.Node, count int, before dom.Node) error // nodes that were pushed one after another
	Make(parent, like, before dom.Node) (dom.Node, error)
	Store(book, n dom.Node) error
	Refill(n, next dom.Node)
	Remove(n dom.Node)

	Heard() Event
	// Event dispatches an event and reports whether its default was prevented.
	Event(event Event, n, other dom.Node, removed bool) bool
	// Answer calls a method of an object.
	Answer(object dom.Node, method string, n, next dom.Node) (Answer, error)

	Same(a, b dom.Node) bool
	Values
}

// Values is what morphing asks of objects, where that is rare.
type Values interface {
	Get(n dom.Node, path string) dom.Node
	Is(n dom.Node, path string) bool
	Number(n dom.Node, path string) int
	Text(n dom.Node, path string) (text string, ok bool)
	Items(n dom.Node) []dom.Node
	Object() dom.Node
	String(text string) dom.Node
	Int(n int) dom.Node
	Bool(b bool) dom.Node
	Set(n dom.Node, name string, value dom.Node) error
	Call(n dom.Node, method string, args ...dom.Node) (dom.Node, error)
	Attr(n dom.Node, name string) (value string, ok bool)
	HasAttr(n dom.Node, name string) bool
	SetAttr(n dom.Node, name, value string)
	RemoveAttr(n dom.Node, name string)
	Select(root dom.Node, selector string) (dom.Node, error)
	Closest(n dom.Node, selector string) dom.Node
}

// How says what Rest looks at.
type How int32

const (
	InsideOld How = 1 << iota // at the children of a
	InsideNew                 // at those of b
	Trim                      // not at what is equal
	Behind                    // at what is behind a and b
)

// Rest is what is left of two runs: nodes that were pushed one after another.
type Rest struct {
	First    dom.Node // the parent, behind which the old nodes lie, the new ones, and the ends of both
	Old, New int
	Alike    bool // one by one they have the same names and ids
	Named    bool // in that case, all elements have ids
	Single   bool // in that case, at most one is an element
	Bare     bool // none has an entry
}

func (r *Rest) parent() dom.Node    { return r.First }
func (r *Rest) old(k int) dom.Node  { return r.First + 1 + dom.Node(k) }
func (r *Rest) next(i int) dom.Node { return r.First + 1 + dom.Node(r.Old+i) }
func (r *Rest) end() dom.Node       { return r.next(r.New) }
func (r *Rest) nextEnd() dom.Node   { return r.next(r.New) + 1 }

// Kind tells elements apart; it is 0 for other nodes.
type Kind int32

const (
	Element   Kind = 1 << iota
	Permanent      // it has data-turbo-permanent
	Input
	Textarea
	Option
	Select
	Head
	Template
	Frame
	File // the next one is an input for files
)

// Identified is an element with an id; names and ids are numbers.
type Identified struct {
	ID, Label int32
	Node      dom.Node
}

// Event is a set of the events of single elements.
type Event int32

const (
	BeforeElement   Event = 1 << iota // turbo:before-morph-element
	BeforeAttribute                   // turbo:before-morph-attribute
	AfterElement                      // turbo:morph-element
)

// Answer is what a function of the page says.
type Answer int32

const (
	False Answer = iota
	Falsy        // another value that counts as false
	Truthy
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
	entries  []entry    // by number, from 1 on
	inert    int        // how many templates deep the walk is
	inSelect int        // how many selects deep
}

// An identity is what is known of an id.
type identity struct {
	label      int32 // of its element in the page, 0 for none, less for several
	next       int32 // of its element in the new content
	persistent bool  // it occurs once on each side, on elements of one name
	lost       bool  // its element has left its place: it counts no longer for what was around it
}

// An entry is a node that has persistent ids on it or below.
type entry struct {
	id                int32   // its own, 0 for none
	first, last, next int32   // entries below it, and the next one below what is around it
	window            *Window // in which it is an old child
	child             int
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

// survey finds the persistent ids, and enters the nodes they are on or below.
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
		if around.last == 0 {
			around.first = below
		} else {
			m.entries[around.last].next = below
		}
		around.last = below
	}
}

// below appends the persistent ids below an entry, in the order of the tree.
func (m *Morph) below(entry int32, ids []int32) []int32 {
	for n := m.entries[entry].first; n != 0; n = m.entries[n].next {
		if id := m.entries[n].id; id != 0 && !m.ids[id].lost {
			ids = append(ids, id)
		}
		ids = m.below(n, ids)
	}
	return ids
}

// persistent reports whether an id is, here.
func (m *Morph) persistent(id int32) bool {
	return id != 0 && m.inert == 0 && int(id) < len(m.ids) && m.ids[id].persistent
}

// describe returns what matching needs to know of nodes.
func (m *Morph) describe(first dom.Node, count int) []Child {
	children := make([]Child, count)
	if count > 0 {
		m.Page.Describe(m.book, first, children)
	}
	for i := range children {
		if c := &children[i]; c.Entry != 0 && m.inert == 0 {
			if id := m.entries[c.Entry].id; id != 0 {
				c.IDs = append(c.IDs, id)
			}
			c.IDs = m.below(c.Entry, c.IDs)
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
		if m.inert == 0 && !r.Bare && (!r.Named || m.doubled) {
			return false
		}
		for i := range r.Old {
			if m.pair(r.old(i), r.next(i), depth); m.strayed(r, i, i+1, i+1, depth) {
				break
			}
		}
		return true
	}
	sure := r.Single || r.Named
	if m.inert == 0 && !sure && !(m.surveyed && r.Bare) {
		if m.survey(); m.shared {
			return false
		}
	}
	if r.Old == 1 || m.trim(depth) == 0 {
		for i := range r.Old {
			m.pair(r.old(i), r.next(i), depth)
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
		m.pair(r.old(i), r.next(i), depth)
	}
	return true
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

// open describes a window and plans what becomes of its nodes; fitted says
// that nodes may move.
func (m *Morph) open(r *Rest, fates []int32) (w *Window, fitted bool) {
	w = &Window{settled: make([]bool, r.Old)}
	describe := func() { w.Old, w.New = m.describe(r.old(0), r.Old), m.describe(r.next(0), r.New) }
	if !m.exact && !m.surveyed && r.Old > 0 && r.New > 0 {
		if describe(); w.Keyed() {
			return w, w.Fit(fates)
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
		w.Walk(0, 0, fates)
		return w, false
	}
	if r.Old > 1 && r.New > 1 && !w.Named() {
		m.Page.Contents(r.old(0), w.Old, w.New)
	}
	return w, w.Fit(fates)
}

// match makes a window of nodes become another, as planned. A plan is made
// anew when what it was made from has changed.
func (m *Morph) match(r Rest, depth int) {
	p := m.Page
	fates := make([]int32, r.New)
	w, fitted := m.open(&r, fates)
	settled := w.settled
	waiting := make([]bool, r.Old) // old nodes that will move
	for _, fate := range fates {
		if fate <= moved {
			waiting[moved-fate] = true
		}
	}
	from, at, spot := 0, 0, 0
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
		if w.stale && !fitted {
			w.Walk(from, at, fates)
			w.stale = false
		} else if w.stale && fates[from] == Create && w.New[from].Label > 0 {
			if k := w.Spare(from, fates, settled); k >= 0 {
				fates[from] = Move(k)
			}
		}
		fate, next := fates[from], r.next(from)
		k := int(fate)
		if fate <= moved {
			k = int(moved - fate)
		}
		if fate == Create && !w.stale && m.plain(&w.New[from]) {
			count := 1
			for from+count < r.New && fates[from+count] == Create && m.plain(&w.New[from+count]) {
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
		if fate >= 0 {
			pass(k)
			at = k + 1
		}
		waiting[k], settled[k] = false, true
		if fate < 0 {
			check(p.Move(r.parent(), r.old(k), before()))
		}
		if m.trim(depth) == 0 || !p.Equal(m.book, r.old(k), next) {
			m.pair(r.old(k), next, depth)
			behind := k + 1
			for behind < r.Old && settled[behind] {
				behind++
			}
			if m.strayed(&r, k, behind, from+1, depth) {
				return
			}
		}
	}
	clear(waiting)
	at = 0
	pass(r.Old)
}

// strayed reports whether a listener has put something else behind an old node
// that has become a new one; it goes on from there then, as the reference does,
// with the new node from.
func (m *Morph) strayed(r *Rest, k, behind, from, depth int) bool {
	p := m.Page
	next := r.end()
	if behind < r.Old {
		next = r.old(behind)
	}
	outer := depth == 0 && !m.inner // what is beside the root is nobody's business
	if !m.exact || outer || p.Follows(r.old(k), next) || !p.Inside(r.parent(), r.old(k)) {
		return false
	}
	if rest, left := p.Rest(m.book, r.old(k), r.end(), r.next(from-1), r.nextEnd(), Behind); left {
		m.children(rest, depth)
	}
	return true
}

// plain reports whether a new child that nobody becomes is made as it is.
func (m *Morph) plain(c *Child) bool {
	return len(c.IDs) == 0 && !c.Permanent && !m.persistent(c.ID)
}

// make makes a new child: by fetching the element with its persistent id, from
// wherever it is, or else of its own.
func (m *Morph) make(parent, next dom.Node, before func() dom.Node, c *Child, depth int, planned *Window) {
	p := m.Page
	mark := p.Mark()
	defer p.Release(mark)
	around := false
	if m.persistent(c.ID) {
		element := p.Element(m.book, c.ID)
		if contains, err := p.Call(element, "contains", parent); contains == 0 {
			check(err)
			m.lose(element, c.ID, planned)
			check(p.Move(parent, element, before()))
			m.pair(element, next, depth)
			return
		}
		around = true
	}
	if c.Permanent && m.onPage(next) {
		return
	}
	if around || len(c.IDs) == 0 {
		check(p.Import(parent, next, 1, before()))
		return
	}
	element, err := p.Make(parent, next, before())
	check(err)
	m.pair(element, next, depth)
}

// onPage reports whether an element with the id of a new one is on the page.
func (m *Morph) onPage(next dom.Node) bool {
	p := m.Page
	id, _ := p.Attr(next, "id")
	found, _ := p.Call(p.Get(0, "document"), "getElementById", p.String(id))
	return found != 0
}

// lose notes that the element with a persistent id leaves its place: what is
// around it has the id no longer, and windows that did not plan it decide anew.
func (m *Morph) lose(element dom.Node, id int32, planned *Window) {
	m.ids[id].lost = true
	for i, n := range m.Page.Entries(m.book, element) {
		if n == 0 {
			continue
		}
		e := &m.entries[n]
		w := e.window
		if w == nil {
			continue
		}
		if w.Lose(e.child, id); i == 0 {
			w.settled[e.child] = true
		} else {
			c := &w.Old[e.child]
			c.IDs = without(c.IDs, id)
		}
		w.stale = w.stale || w != planned
	}
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

// pair makes a node become another.
func (m *Morph) pair(n, next dom.Node, depth int) {
	p := m.Page
	kind := p.Kind(n, next)
	if kind == 0 {
		p.SyncText(n, next)
		return
	}
	mark := p.Mark()
	defer p.Release(mark)
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
