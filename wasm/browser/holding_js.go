package browser

import "github.com/turbowasm/turbowasm/wasm/dom"

// A holding is what Go keeps of the page on behalf of one call from it and of the
// callbacks that wait because of that call. When the last of them has run, or can
// no longer run, nothing can use the kept values any more, and they are dropped:
// work that is abandoned leaks nothing.
type holding struct {
	kept  map[dom.Node]struct{}
	users int // callbacks that wait, and the call while it runs
}

// interrupted is what a call from the page interrupts: another one, which the page
// has not left yet.
type interrupted struct {
	holding *holding
	failure error
}

// begin begins a call from the page. It returns what the call interrupts, for
// leave.
func (p *Page) begin() interrupted {
	outer := interrupted{p.holding, p.failure}
	p.holding, p.failure = nil, nil
	boxes.begin()
	return outer
}

func (p *Page) leave(outer interrupted) {
	h := p.holding
	p.holding = outer.holding
	boxes.end()
	if outer.failure != nil {
		p.failure = outer.failure
	}
	if h != nil {
		p.unuse(h)
	}
	if len(boxes.calls) == 0 {
		p.flush()
	}
}

// current is the holding of the running call.
func (p *Page) current() *holding {
	if p.holding == nil {
		p.holding = &holding{users: 1}
	}
	return p.holding
}

func (p *Page) unuse(h *holding) {
	if h.users--; h.users > 0 {
		return
	}
	for n := range h.kept {
		p.Drop(n)
	}
}

// Keep returns a handle that lasts until Drop, but no longer than the callbacks
// that wait because of the current call from the page or the work it continues.
func (p *Page) Keep(n dom.Node) dom.Node {
	h := p.current()
	kept := p.Hold(n)
	if h.kept == nil {
		h.kept = map[dom.Node]struct{}{}
	}
	h.kept[kept] = struct{}{}
	p.kept[kept] = h
	return kept
}

// Hold returns a handle that lasts until Drop.
func (p *Page) Hold(n dom.Node) dom.Node {
	held := dom.Node(domKeep(int32(n)))
	if p.kept == nil {
		p.kept = map[dom.Node]*holding{}
	}
	p.kept[held] = nil
	return held
}

// Drop releases what is kept or held, at the end of the call from the page at the
// latest. Other handles are ignored.
func (p *Page) Drop(n dom.Node) {
	h, ok := p.kept[n]
	if !ok {
		return
	}
	if h != nil {
		delete(h.kept, n)
	}
	delete(p.kept, n)
	p.dropped = append(p.dropped, int32(n))
	if len(p.dropped) == cap(p.dropped) {
		p.flush()
	}
}

// flush drops what is no longer kept or held.
func (p *Page) flush() {
	var d [6]int32
	if copy(d[:], p.dropped) > 0 {
		domDrop(d[0], d[1], d[2], d[3], d[4], d[5])
	}
	p.dropped = p.drops[:0]
}

// turbo_kept is for finding leaks: it returns how many values are kept (0), how
// many callbacks wait (1), or how many values are held (2).
//
//go:wasmexport turbo_kept
func exportKept(_, which int32) (count int32) {
	if which == 1 {
		return int32(len(page.slots.waiting))
	}
	for _, h := range page.kept {
		if (h == nil) == (which == 2) {
			count++
		}
	}
	return count
}
