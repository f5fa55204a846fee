package browser

import "github.com/turbowasm/turbowasm/wasm/dom"

// slots are the callbacks that wait for the page, by number. No number is given
// twice, since the page may call one that was forgotten.
type slots struct {
	waiting map[int32]waiting
	last    int32
}

type waiting struct {
	callback func(value dom.Node, failed bool)
	holding  *holding // nil if it may be called again
}

// take returns and frees a slot; ok is false if it was freed before. One that may
// be called again stays, unless it must go.
func (s *slots) take(slot int32, always bool) (w waiting, ok bool) {
	w, ok = s.waiting[slot]
	if always || w.holding != nil {
		delete(s.waiting, slot)
	}
	return w, ok
}

func (p *Page) await(callback func(value dom.Node, failed bool)) int32 {
	h := p.current()
	h.users++
	return p.wait(waiting{callback, h})
}

func (p *Page) wait(w waiting) int32 {
	if p.slots.waiting == nil {
		p.slots.waiting = map[int32]waiting{}
	}
	p.slots.last++
	p.slots.waiting[p.slots.last] = w
	return p.slots.last
}

func (p *Page) put(callback func()) int32 {
	return p.await(func(dom.Node, bool) { callback() })
}

// forget frees the slot of a callback that is no longer wanted.
func (p *Page) forget(slot int32) {
	w, ok := p.slots.take(slot, true)
	if ok && w.holding != nil {
		domForget(slot)
		p.unuse(w.holding)
	}
}

// AwaitRepaint calls back before the next repaint, which a hidden page does not
// have until it is shown again.
func (p *Page) AwaitRepaint(callback func()) { domAwaitRepaint(p.put(callback)) }

// Repaint calls back before the next repaint, or after a zero timer while the
// page is hidden.
func (p *Page) Repaint(callback func()) { domRepaint(p.put(callback)) }

// Timeout calls back after ms milliseconds unless cancelled before.
func (p *Page) Timeout(ms int, callback func()) (cancel func()) {
	return p.timer(ms, false, callback)
}

// Idle does the same, but the page counts as settled meanwhile.
func (p *Page) Idle(ms int, callback func()) (cancel func()) {
	return p.timer(ms, true, callback)
}

func (p *Page) timer(ms int, idle bool, callback func()) (cancel func()) {
	done := false
	slot := p.put(func() {
		done = true
		callback()
	})
	domTimeout(slot, int32(ms), number(idle))
	return func() {
		if !done {
			done = true
			p.forget(slot)
		}
	}
}
