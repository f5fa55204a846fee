package domtest

import "slices"

// clock holds what waits for time to pass. Time passes only by NextRepaint and
// Advance.
type clock struct {
	now      int // in milliseconds
	repaints []func()
	timers   []*timer // in the order in which they are due
}

type timer struct {
	due      int
	callback func()
}

// AwaitRepaint calls back before the next repaint.
func (p *Page) AwaitRepaint(callback func()) {
	p.clock.repaints = append(p.clock.repaints, callback)
}

// Repaint calls back before the next repaint or, on a hidden page, after a
// zero timer.
func (p *Page) Repaint(callback func()) {
	if p.Hidden {
		p.Timeout(0, callback)
	} else {
		p.AwaitRepaint(callback)
	}
}

// Timeout calls back after ms milliseconds unless cancelled before.
func (p *Page) Timeout(ms int, callback func()) (cancel func()) {
	t := &timer{p.clock.now + ms, callback}
	at := len(p.clock.timers)
	for at > 0 && p.clock.timers[at-1].due > t.due {
		at--
	}
	p.clock.timers = slices.Insert(p.clock.timers, at, t)
	return func() {
		p.clock.timers = slices.DeleteFunc(p.clock.timers, func(other *timer) bool { return other == t })
	}
}

// Idle is Timeout: there is nobody here to whom the page is settled.
func (p *Page) Idle(ms int, callback func()) (cancel func()) { return p.Timeout(ms, callback) }

// NextRepaint runs what waits for the next repaint; on a hidden page, nothing.
// It reports whether anything ran.
func (p *Page) NextRepaint() bool {
	if p.Hidden {
		return false
	}
	callbacks := p.clock.repaints
	p.clock.repaints = nil
	for _, callback := range callbacks {
		p.Call(callback)
	}
	return len(callbacks) > 0
}

// Advance lets ms milliseconds pass and runs the timers that are due, but no
// repaints.
func (p *Page) Advance(ms int) {
	end := p.clock.now + ms
	for len(p.clock.timers) > 0 && p.clock.timers[0].due <= end {
		t := p.clock.timers[0]
		p.clock.timers = p.clock.timers[1:]
		p.clock.now = max(p.clock.now, t.due)
		p.Call(t.callback)
	}
	p.clock.now = end
}

// Settle runs repaints and the timers that are due at once until nothing waits
// for them.
func (p *Page) Settle() {
	for range 1000 {
		waiting := len(p.clock.timers)
		p.Advance(0)
		if !p.NextRepaint() && len(p.clock.timers) == waiting {
			return
		}
	}
	panic("domtest: the page does not come to rest")
}
