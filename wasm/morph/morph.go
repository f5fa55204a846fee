// Package morph makes a part of a page become new content and keeps what it
// can of its nodes (Turbo 8.0.23, morphing). Equal subtrees are found by the
// page itself; what happens to the rest is decided here, depth first over the
// live tree. Somebody who listens to the events of elements sees them all, and
// the reference's pairs; otherwise fewer nodes move.
package morph

import "github.com/turbowasm/turbowasm/wasm/dom"

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
		m.restore(focus)
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

func first(text string, _ bool) string { return text }

func (m *Morph) is(path string) bool { return m.Options != 0 && m.Page.Is(m.Options, path) }

func (m *Morph) style(path string) string {
	if m.Options == 0 {
		return ""
	}
	return first(m.Page.Text(m.Options, path))
}
