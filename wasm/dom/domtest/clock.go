package domtest

import "slices"

// clock holds what waits for time to pass. Time passes only by NextFrame and
// Advance.
type clock struct {
	now    int // in milliseconds
	frames []func()
	timers []*timer // in the order in which they are due
}

type timer struct {
	due      int
	callback func()
}

// Frame calls back in the next animation frame.
func (p *Page) Frame(callback func()) { p.clock.frames = append(p.clock.frames, callback) }

// Repaint calls back in the next animation frame or, on a hidden page, after
// a zero timer.
func (p *Page) Repaint(callback func()) {
	if p.Hidden {
		p.Timeout(0, callback)
	} else {
		p.Frame(callback)
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

// NextFrame runs what waits for the next animation frame; on a hidden page,
// nothing. It reports whether anything ran.
func (p *Page) NextFrame() bool {
	if p.Hidden {
		return false
	}
	callbacks := p.clock.frames
	p.clock.frames = nil
	for _, callback := range callbacks {
		p.Call(callback)
	}
	return len(callbacks) > 0
}

// Advance lets ms milliseconds pass and runs the timers that are due. Frames
// are not run.
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

// Settle runs frames and the timers that are due at once until nothing waits
// for them.
func (p *Page) Settle() {
	for range 1000 {
		waiting := len(p.clock.timers)
		p.Advance(0)
		if !p.NextFrame() && len(p.clock.timers) == waiting {
			return
		}
	}
	panic("domtest: the page does not come to rest")
}
