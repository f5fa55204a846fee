package stream_test

import (
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/dom/domtest"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// column is a page whose elements with ids lie below each other in the window,
// which scrolls and moves nothing by itself. Handles are not released.
type column struct {
	*domtest.Page
	heights map[string]float64
	order   []string
	scroll  stream.Scroller
	loading map[string]bool
	watched map[dom.Node]bool
	kept    int
	timers  []*timer
}

type timer struct {
	fire   func()
	ms     int
	ended  bool
	called bool
}

func (c *column) id(n dom.Node) string {
	id, _ := c.Attr(n, dom.ID)
	return id
}

func (c *column) RootScroller() dom.Node   { return c.Root() }
func (c *column) Scrolls(dom.Node) bool    { return false }
func (c *column) Hold(n dom.Node) dom.Node { c.kept++; return n }
func (c *column) Drop(dom.Node)            { c.kept-- }

func (c *column) Scroller(dom.Node) stream.Scroller {
	s := c.scroll
	s.Height = 1000
	for _, id := range c.order {
		s.Height += c.heights[id]
	}
	return s
}

func (c *column) ScrollTo(_ dom.Node, top float64) { c.scroll.Top = top }

func (c *column) Box(n dom.Node) stream.Box {
	at := -c.scroll.Top
	for _, id := range c.order {
		if id == c.id(n) {
			return stream.Box{Top: at, Bottom: at + c.heights[id]}
		}
		at += c.heights[id]
	}
	return stream.Box{Top: at, Bottom: at}
}

func (c *column) Added(f func()) []dom.Node {
	f()
	return nil
}

func (c *column) Loading(n dom.Node) bool { return c.loading[c.id(n)] }

func (c *column) WatchSize(n dom.Node, watch bool) {
	if watch {
		c.watched[n] = true
	} else {
		delete(c.watched, n)
	}
}

func (c *column) WatchScroll(n dom.Node, watch bool) { c.WatchSize(n, watch) }

func (c *column) Idle(ms int, callback func()) func() {
	t := &timer{fire: callback, ms: ms}
	c.timers = append(c.timers, t)
	return func() { t.ended = true }
}

// pass fires the timer that waits and reports whether there was one.
func (c *column) pass() bool {
	for _, t := range c.timers {
		if !t.ended && !t.called {
			t.called = true
			t.fire()
			return true
		}
	}
	return false
}

func TestViewsAreKeptForAWhile(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(c *column, v *stream.Views)
		want float64 // where the window is scrolled to when b has grown by 40
		over bool
	}{
		{"what grows above is scrolled by", func(*column, *stream.Views) {}, 190, false},
		{"what the browser anchored is not scrolled by twice", func(c *column, v *stream.Views) {
			c.heights["a"] += 30
			c.scroll.Top += 30
			v.Resized()
		}, 220, false},
		{"what was scrolled to meanwhile stays", func(c *column, v *stream.Views) {
			c.scroll.Top = 120
			v.Scrolled(c.Root())
		}, 160, false},
		{"a reader who scrolls ends it", func(c *column, v *stream.Views) { v.Taken(c.Root()) }, 150, true},
		{"any container may be meant", func(c *column, v *stream.Views) { v.Taken(0) }, 150, true},
		{"elements that left the page end it", func(c *column, v *stream.Views) {
			for _, id := range []string{"a", "b"} {
				c.Remove(c.ElementByID(id))
			}
			v.Resized()
		}, 150, true},
		{"time ends it", func(c *column, v *stream.Views) { c.pass() }, 150, true},
		{"images on their way prolong it", func(c *column, v *stream.Views) {
			c.loading["b"] = true
			c.pass()
			c.pass()
		}, 190, false},
		{"an image that never comes does not prolong it for ever", func(c *column, v *stream.Views) {
			c.loading["b"] = true
			for n := 0; c.pass(); n++ {
				if n > 100 {
					panic("for ever")
				}
			}
		}, 150, true},
		{"an image that has come ends it", func(c *column, v *stream.Views) {
			c.loading["b"] = true
			c.pass()
			c.loading["b"] = false
			c.pass()
		}, 150, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &column{
				Page:    domtest.New(`<body><p id="a"></p><p id="b"></p><p id="c"></p><turbo-stream id="s" maintain_scroll target="b" action="update"></turbo-stream></body>`),
				heights: map[string]float64{"a": 50, "b": 50, "c": 500},
				order:   []string{"a", "b", "c"},
				scroll:  stream.Scroller{Top: 150, ClientHeight: 200},
				loading: map[string]bool{},
				watched: map[dom.Node]bool{},
			}
			v := &stream.Views{Page: c}
			c.Call(func() {
				err := v.Perform(stream.NewElement(c, c.ElementByID("s")), func(stream.Element) error { return nil })
				if err != nil {
					t.Fatal(err)
				}
				test.do(c, v)
				c.heights["b"] += 40
				v.Resized()
			})
			if got := c.scroll.Top; got != test.want {
				t.Errorf("scrolled to %v, want %v", got, test.want)
			}
			if over := c.kept == 0 && len(c.watched) == 0; over != test.over {
				t.Errorf("over: got %v, want %v (%d kept, %d watched)", over, test.over, c.kept, len(c.watched))
			}
			for _, timer := range c.timers {
				if test.over && !timer.ended && !timer.called || timer.ms != 2000 {
					t.Errorf("a timer of %d ms waits", timer.ms)
				}
			}
		})
	}
}
