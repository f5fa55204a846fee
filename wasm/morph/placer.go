package morph

import "github.com/turbowasm/turbowasm/wasm/dom"

// A placer walks along the old nodes of a window while its new children get
// their places, one after another. Old nodes that it passes are removed.
type placer struct {
	*Morph
	r       *Rest
	w       *Window
	depth   int
	waiting []bool // old nodes that will move
	passed  int    // how many old nodes lie behind
	spot    int    // no old node from passed up to here keeps its place
}

// match makes a window of nodes become another, fate by fate.
func (m *Morph) match(r Rest, depth int) {
	p := &placer{Morph: m, r: &r, w: m.open(&r), depth: depth, waiting: make([]bool, r.Old)}
	w := p.w
	for _, fate := range w.fates[:w.decided] {
		if fate.Verdict == Move {
			p.waiting[fate.Old] = true
		}
	}
	for i := 0; i < r.New; i++ {
		switch fate := w.fate(i, p.passed); {
		case fate.Verdict == Create && !w.stale && m.plain(&w.New[i]):
			i += p.create(i) - 1
		case fate.Verdict < Stay || !m.Page.Inside(r.parent(), r.old(int(fate.Old))):
			p.make(i)
		default:
			p.take(i, fate)
			if k := int(fate.Old); p.strayed(k) {
				m.follow(&r, k, i+1, depth)
				return
			}
		}
	}
	clear(p.waiting)
	p.passed = 0
	p.pass(r.Old)
}

// take makes an old node the new child i.
func (p *placer) take(i int, fate Fate) {
	k := int(fate.Old)
	n, next := p.r.old(k), p.r.next(i)
	if fate.Verdict == Stay {
		p.pass(k)
		p.passed = k + 1
	}
	p.waiting[k], p.w.settled[k] = false, true
	if fate.Verdict == Move {
		check(p.Page.Move(p.r.parent(), n, p.before()))
	}
	if p.trim(p.depth) == 0 || !p.Page.Equal(p.book, n, next) {
		p.become(n, next, p.depth)
	}
}

// create makes the new child i, and those behind it that are to be made as they
// are. It returns how many these were.
func (p *placer) create(i int) (count int) {
	for count = 1; i+count < p.r.New && p.plain(&p.w.New[i+count]); count++ {
		if p.w.fate(i+count, p.passed).Verdict != Create {
			break
		}
	}
	check(p.Page.Import(p.r.parent(), p.r.next(i), count, p.before()))
	return count
}

// free reports whether an old node waits for nothing and is where it was.
func (p *placer) free(k int) bool {
	return !p.w.settled[k] && !p.waiting[k] && p.Page.Inside(p.r.parent(), p.r.old(k))
}

// pass removes the free old nodes before one of them.
func (p *placer) pass(k int) {
	for ; p.passed < k; p.passed++ {
		if p.free(p.passed) {
			p.remove(p.r.old(p.passed), &p.w.Old[p.passed])
			p.w.settled[p.passed] = true
		}
	}
}

// before returns the node that the next one goes before: the next old one that
// keeps its place, or what is behind them all, 0 for the end of the parent.
func (p *placer) before() dom.Node {
	for p.spot = max(p.spot, p.passed); p.spot < p.r.Old; p.spot++ {
		if p.free(p.spot) {
			return p.r.old(p.spot)
		}
	}
	if p.Page.Inside(p.r.parent(), p.r.end()) {
		return p.r.end()
	}
	return 0
}

// strayed reports whether a listener has put something else behind an old node
// that has become a new one than the next of those that have not.
func (p *placer) strayed(k int) bool {
	if !p.guarded(p.depth) {
		return false
	}
	behind := k + 1
	for behind < p.r.Old && p.w.settled[behind] {
		behind++
	}
	next := p.r.end()
	if behind < p.r.Old {
		next = p.r.old(behind)
	}
	return !p.Page.Follows(p.r.old(k), next) && p.Page.Inside(p.r.parent(), p.r.old(k))
}

// make makes the new child i: it fetches the element with its persistent id from
// wherever that is, or else makes one.
func (p *placer) make(i int) {
	page, parent, next, c := p.Page, p.r.parent(), p.r.next(i), &p.w.New[i]
	mark := page.Mark()
	defer page.Release(mark)
	fetch := p.persistent(c.ID)
	if fetch {
		if element := page.Outside(p.book, c.ID, parent); element != 0 {
			p.lose(element, c.ID, p.w)
			check(page.Move(parent, element, p.before()))
			p.become(element, next, p.depth)
			return
		}
	}
	switch {
	case c.Permanent && p.kept(next):
	case fetch || len(c.IDs) == 0: // an element around it cannot be fetched
		check(page.Import(parent, next, 1, p.before()))
	default:
		element, err := page.Make(parent, next, p.before())
		check(err)
		p.become(element, next, p.depth)
	}
}

// plain reports whether a new child that no old one becomes is made as it is.
func (m *Morph) plain(c *Child) bool {
	return len(c.IDs) == 0 && !c.Permanent && !m.persistent(c.ID)
}

// kept reports whether the page has a permanent element of its own in place of a
// new one. The reference takes any element with the id for that, even one that
// it removes in the end.
func (m *Morph) kept(next dom.Node) bool {
	p := m.Page
	id, _ := p.Attr(next, "id")
	found, _ := p.Call(p.Get(0, "document"), "getElementById", p.String(id))
	return found != 0 && (m.exact || p.Kind(found, 0)&Permanent != 0)
}

// remove takes a node away. What holds persistent ids is stored until they are
// fetched.
func (m *Morph) remove(n dom.Node, c *Child) {
	if len(c.IDs) > 0 {
		check(m.Page.Store(m.book, n))
	} else {
		m.discard(n)
	}
}

// discard removes a node, unless it may not go.
func (m *Morph) discard(n dom.Node) {
	if m.may(n, 0, m.Page.Kind(n, 0)) {
		m.Page.Remove(n)
	}
}
