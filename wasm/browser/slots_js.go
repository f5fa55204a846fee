package browser

import "github.com/turbowasm/turbowasm/wasm/dom"

// slots are the callbacks that wait for the page, by numbers that are never
// given twice: the page may call one that was taken back.
type slots struct {
	waiting map[int32]waiting
	last    int32
}

type waiting struct {
	callback func(value dom.Node, failed bool)
	holding  *holding
}

// take frees a slot; ok is false when it was taken before.
func (s *slots) take(slot int32) (w waiting, ok bool) {
	w, ok = s.waiting[slot]
	delete(s.waiting, slot)
	return w, ok
}

func (p *Page) await(callback func(value dom.Node, failed bool)) int32 {
	h := p.current()
	h.users++
	if p.slots.waiting == nil {
		p.slots.waiting = map[int32]waiting{}
	}
	p.slots.last++
	p.slots.waiting[p.slots.last] = waiting{callback, h}
	return p.slots.last
}

func (p *Page) put(callback func()) int32 {
	return p.await(func(dom.Node, bool) { callback() })
}

// forget takes a callback back.
func (p *Page) forget(slot int32) {
	if w, ok := p.slots.take(slot); ok {
		p.unuse(w.holding)
	}
}

// Frame calls back in the next animation frame, which a hidden page has not.
func (p *Page) Frame(callback func()) { domFrame(p.put(callback)) }

// Repaint calls back in the next animation frame, or after a zero timer while
// the page is hidden.
func (p *Page) Repaint(callback func()) { domRepaint(p.put(callback)) }

// Timeout calls back after ms milliseconds unless cancelled before.
func (p *Page) Timeout(ms int, callback func()) (cancel func()) {
	done := false
	slot := p.put(func() {
		done = true
		callback()
	})
	domTimeout(slot, int32(ms))
	return func() {
		if !done {
			done = true
			domClearTimeout(slot)
			p.forget(slot)
		}
	}
}
