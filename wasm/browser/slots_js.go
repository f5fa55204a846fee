package browser

import "github.com/turbowasm/turbowasm/wasm/dom"

// slots are the callbacks that wait for a frame or a timer of the page.
type slots struct {
	callbacks []func(value dom.Node, failed bool)
	free      []int32
}

func (s *slots) put(callback func()) int32 {
	return s.await(func(dom.Node, bool) { callback() })
}

func (s *slots) await(callback func(value dom.Node, failed bool)) int32 {
	if n := len(s.free); n > 0 {
		slot := s.free[n-1]
		s.free = s.free[:n-1]
		s.callbacks[slot] = callback
		return slot
	}
	s.callbacks = append(s.callbacks, callback)
	return int32(len(s.callbacks) - 1)
}

// take frees a slot and returns its callback, nil when it was taken before.
func (s *slots) take(slot int32) func(dom.Node, bool) {
	if slot < 0 || int(slot) >= len(s.callbacks) || s.callbacks[slot] == nil {
		return nil
	}
	callback := s.callbacks[slot]
	s.callbacks[slot] = nil
	s.free = append(s.free, slot)
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
