// Package morph makes a part of a page become new content and keeps as many of
// its nodes as it can (Turbo 8.0.23, morphing). The page itself finds equal
// subtrees; what happens to the rest is decided here, depth first over the live
// tree. Listeners to the events of elements get all of them, for the same pairs of
// elements as in the reference; when nothing listens, fewer nodes move.
package morph

import "github.com/turbowasm/turbowasm/wasm/dom"

// Refresh says which of the frames that can reload do so instead of being morphed.
type Refresh int32

const (
	NoFrames Refresh = iota
	OfPage           // those outside of other such frames
	OfFrame          // those whose closest such frame is the root
)

// Deepest is the depth down to which elements are morphed. Below it they are
// replaced.
const Deepest = 2000

// A Morph makes Root, or its children, become a run of new nodes.
type Morph struct {
	Page      Page
	Root      dom.Node
	Next, End dom.Node
	Options   dom.Node // as the page gives them (js/turbo.d.ts), 0 for none
	Frames    Refresh

	inner                           bool
	ignoreActive, ignoreActiveValue bool
	restoreFocus                    bool
	callbacks                       dom.Node // of the options, if one of them decides about elements, else 0

	book     dom.Node
	heard    Event
	exact    bool       // something may listen: pairs are those of the reference
	surveyed bool       // persistent ids have been looked for
	ids      []identity // by the number of the id
	shared   bool       // there are persistent ids, and nodes with entries
	doubled  bool       // there are ids that both sides have but are not persistent
	moved    bool       // some element with a persistent id has left its place
	entries  []entry    // by number, from 1 on
	order    []int32    // the persistent ids, in the order of the trees
	tables   tables
	inert    int // how many templates are around the current node
	inSelect int // and how many selects
}

// thrown is the panic that ends a morph when the page throws.
type thrown struct{ err error }

func check(err error) {
	if err != nil {
		panic(thrown{err})
	}
}

// Run performs the morph. It fails with dom.ErrPage if the page throws, and if the
// options are wrong.
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
	return `turbo: "` + string(s) + `" is not a morph style, use "innerHTML" or "outerHTML"`
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

// trim says whether equal nodes are skipped. In a select they are not, since
// changing one option changes the others. Far down, trees are compared at some
// depths only, since comparing at every depth would take quadratic time.
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
