package cable

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// What 10,000 pages do to a server that restarts, as server/delivery.md has it. A page
// that was connected is back within 2 seconds after the server, mostly; and
// however long the server is away, they neither come to it together nor wait
// for ever.
func TestAHerdComesBackToAServerThatRestarts(t *testing.T) {
	for _, c := range []struct {
		away        float64 // seconds
		away50      float64 // seconds from the server's return to a page's, the median at most
		away99      float64 // and for 99 of 100
		most, first int     // connects in 100 ms at most: since the server is back, and ever
	}{
		{1.5, 2, 7, 600, 1150},
		{5, 4, 14, 400, 1150},
		{30, 20, 50, 150, 1150},
		{300, 20, 50, 110, 1150},
	} {
		t.Run(fmt.Sprintf("away for %g s", c.away), func(t *testing.T) {
			h := newHerd(10_000, 1)
			h.run(6000)
			h.lose(c.away * 1000)
			h.run(h.back)
			waits := h.waits()
			for len(waits) < len(h.pages) {
				if h.run(h.now + 2000); h.now > h.back+120_000 {
					t.Fatalf("%d of %d are back", len(waits), len(h.pages))
				}
				waits = h.waits()
			}
			half, most := waits[len(waits)/2]/1000, waits[len(waits)*99/100]/1000
			first, later := h.busiest()
			t.Logf("half are back after %.1f s, 99 of 100 after %.1f s; connects in 100 ms: %d at most, %d when the server is back", half, most, first, later)
			if half > c.away50 || most > c.away99 {
				t.Errorf("half are back after %.1f s and 99 of 100 after %.1f s, want %g and %g at most", half, most, c.away50, c.away99)
			}
			if first > c.first || later > c.most {
				t.Errorf("connects in 100 ms are %d at most, %d when the server is back; want %d and %d at most", first, later, c.first, c.most)
			}
		})
	}
}

const (
	refusalTakes = 5.0  // milliseconds until a page knows that nobody answers
	connectTakes = 30.0 // until a connection is welcome
	connectCosts = 0.2  // of the server's time for each
)

// herd is pages with one server, in a time of its own, in milliseconds.
type herd struct {
	random *rand.Rand
	pages  []*sheep
	queue  happenings
	now    float64
	gone   float64 // when the server went, and
	back   float64 // came back
	busy   float64 // until when the server is, with those who came before
	tries  map[int]int
}

// sheep is a page.
type sheep struct {
	herd     *herd
	consumer *Consumer
	state    State
	socket   int         // which one, so that nothing is heard of former ones
	timers   [timers]int // which setting counts
	welcome  float64     // when it came last
}

// happening is something that is about to happen to a page.
type happening struct {
	at float64
	do func()
}

type happenings []happening

func (q happenings) Len() int           { return len(q) }
func (q happenings) Less(i, j int) bool { return q[i].at < q[j].at }
func (q happenings) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *happenings) Push(x any)        { *q = append(*q, x.(happening)) }
func (q *happenings) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// newHerd connects pages, over five seconds.
func newHerd(n int, seed uint64) *herd {
	h := &herd{random: rand.New(rand.NewPCG(seed, 3)), tries: make(map[int]int)}
	for range n {
		s := &sheep{herd: h, state: Closed}
		s.consumer = New(s)
		h.pages = append(h.pages, s)
		h.after(h.random.Float64()*5000, func() { s.consumer.Subscribe(1, "a") })
	}
	return h
}

func (h *herd) after(ms float64, do func()) { heap.Push(&h.queue, happening{h.now + ms, do}) }

func (h *herd) run(until float64) {
	for len(h.queue) > 0 && h.queue[0].at <= until {
		next := heap.Pop(&h.queue).(happening)
		h.now = next.at
		next.do()
	}
	h.now = until
}

// lose has the server go, with all connections, and come back after a while.
func (h *herd) lose(ms float64) {
	h.gone, h.back = h.now, h.now+ms
	h.busy = h.back
	for _, s := range h.pages {
		s.close()
	}
}

// waits are how long pages were without a connection since the server is back,
// the shortest first.
func (h *herd) waits() (all []float64) {
	for _, s := range h.pages {
		if s.welcome > h.gone && s.state == Open {
			all = append(all, s.welcome-h.back)
		}
	}
	slices.Sort(all)
	return all
}

// busiest is how many connects there were in 100 ms at most: since the server
// went, and since it is back.
func (h *herd) busiest() (ever, later int) {
	for slot, n := range h.tries {
		if at := float64(slot) * 100; at >= h.gone {
			ever = max(ever, n)
			if at >= h.back {
				later = max(later, n)
			}
		}
	}
	return ever, later
}

// Page

func (s *sheep) Open(string) error {
	h := s.herd
	h.tries[int(h.now/100)]++
	s.state = Connecting
	s.socket++
	socket := s.socket
	if h.now < h.back {
		h.after(refusalTakes, func() {
			if s.socket == socket {
				s.close()
			}
		})
		return nil
	}
	h.busy = max(h.busy, h.now) + connectCosts
	h.after(h.busy-h.now+connectTakes, func() {
		if s.socket != socket || s.state != Connecting {
			return
		}
		s.state, s.welcome = Open, h.now
		s.consumer.Opened(extended)
		s.consumer.Receive(Message{Type: Welcome})
		s.consumer.Receive(Message{Type: Confirm, Identifier: "a"})
		s.ping(socket)
	})
	return nil
}

func (s *sheep) ping(socket int) {
	s.herd.after(3000, func() {
		if s.socket == socket && s.state == Open {
			s.consumer.Receive(Message{Type: Ping})
			s.ping(socket)
		}
	})
}

func (s *sheep) close() {
	if s.state != Closed {
		s.state = Closed
		s.consumer.Closed()
	}
}

func (s *sheep) Close()                       { s.herd.after(0, s.close) }
func (s *sheep) State() State                 { return s.state }
func (s *sheep) Send(Command, string, string) {}
func (s *sheep) Now() float64                 { return origin + s.herd.now }
func (s *sheep) Random() float64              { return s.herd.random.Float64() }
func (s *sheep) Notify(int32, Event)          {}
func (s *sheep) Release(string, bool)         {}

func (s *sheep) SetTimer(t Timer, ms int) {
	s.timers[t]++
	setting := s.timers[t]
	if ms >= 0 {
		s.herd.after(float64(ms), func() {
			if s.timers[t] == setting {
				s.consumer.Fire(t)
			}
		})
	}
}

var _ Page = (*sheep)(nil)
