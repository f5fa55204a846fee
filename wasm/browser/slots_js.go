package browser

import "github.com/turbowasm/turbowasm/wasm/dom"

// slots are the callbacks that wait for the page, by numbers that are never
// given twice: the page may call one that was taken back.
type slots struct {
	callbacks map[int32]func(value dom.Node, failed bool)
	last      int32
}

func (s *slots) put(callback func()) int32 {
	return s.await(func(dom.Node, bool) { callback() })
}

func (s *slots) await(callback func(value dom.Node, failed bool)) int32 {
	if s.callbacks == nil {
		s.callbacks = map[int32]func(dom.Node, bool){}
	}
	s.last++
	s.callbacks[s.last] = callback
	return s.last
}

// take frees a slot and returns its callback, nil when it was taken before.
func (s *slots) take(slot int32) func(dom.Node, bool) {
	callback := s.callbacks[slot]
	delete(s.callbacks, slot)
	return callback
}

// Frame calls back in the next animation frame, which a hidden page has not.
func (p *Page) Frame(callback func()) { domFrame(p.slots.put(callback)) }

// Repaint calls back in the next animation frame, or after a zero timer while
// the page is hidden.
func (p *Page) Repaint(callback func()) { domRepaint(p.slots.put(callback)) }

// Timeout calls back after ms milliseconds unless cancelled before.
func (p *Page) Timeout(ms int, callback func()) (cancel func()) {
	done := false
	slot := p.slots.put(func() {
		done = true
		callback()
	})
	domTimeout(slot, int32(ms))
	return func() {
		if !done {
			done = true
			domClearTimeout(slot)
			p.slots.take(slot)
		}
	}
}
