package stream

import (
	"math"
	"slices"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

const (
	viewPeriod  = 2000 // how long late layout is waited for, in milliseconds
	viewPeriods = 15   // for how many such periods, while images are loading
	viewNodes   = 200  // how many nodes a view watches, the latest ones
	viewsKept   = 16   // how many views there are, the latest ones
)

// Views keeps what readers see where it is, for streams with the attribute
// maintain_scroll: when they are performed, and for a while after that, because
// images come late. The zero Views with a page is ready for use.
type Views struct {
	Page  ScrollPage
	views []*view
}

// A view is a container in which elements were added above the end of what the
// reader sees. The lower edge of the lowest of them stays where it is in the
// window, and so does all that follows it.
type view struct {
	page      ScrollPage
	container dom.Node
	nodes     []dom.Node // held and watched
	anchor    dom.Node   // the lowest of them
	bottom    float64    // its lower edge in the window
	periods   int        // how many have passed
	cancel    func()     // the timer, nil when there is none
}

// watch watches what an action added, or changed, above the end of a view.
func (v *Views) watch(c *change, added []dom.Node) {
	nodes := v.grown(c, added)
	w := v.of(c.container)
	if w == nil {
		if len(nodes) == 0 {
			return
		}
		w = v.begin(c.container)
	}
	for _, n := range nodes {
		if len(w.nodes) == viewNodes {
			w.drop(0)
		}
		n = v.Page.Hold(n)
		w.nodes = append(w.nodes, n)
		v.Page.WatchSize(n, true)
	}
	if len(nodes) > 0 {
		w.periods = 0
		v.wait(w)
	}
	v.settle(w)
}

// grown returns the elements above the end of a view that may still grow: those
// that were added, or else the targets that were changed.
func (v *Views) grown(c *change, added []dom.Node) (nodes []dom.Node) {
	for _, n := range added {
		if v.Page.Box(n).Top < c.before.ClientHeight && v.Page.Same(v.container(n, false), c.container) {
			nodes = append(nodes, n)
		}
	}
	if len(added) > 0 {
		return nodes
	}
	for _, n := range c.above {
		if v.Page.Connected(n) && !v.Page.Same(n, c.container) {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// begin begins a view of a container. The oldest one makes room for it.
func (v *Views) begin(container dom.Node) *view {
	if len(v.views) == viewsKept {
		v.end(v.views[0])
	}
	w := &view{page: v.Page, container: v.Page.Hold(container)}
	v.views = append(v.views, w)
	v.Page.WatchScroll(w.container, true)
	return w
}

// of returns the view of a container, nil if there is none.
func (v *Views) of(container dom.Node) *view {
	for _, w := range v.views {
		if v.Page.Same(w.container, container) {
			return w
		}
	}
	return nil
}

// wait ends a view once nothing more is to be expected.
func (v *Views) wait(w *view) {
	if w.cancel != nil {
		w.cancel()
	}
	w.cancel = v.Page.Idle(viewPeriod, func() {
		w.cancel = nil
		if w.periods++; w.periods < viewPeriods && slices.ContainsFunc(w.nodes, v.Page.Loading) {
			v.wait(w)
		} else {
			v.end(w)
		}
	})
}

// end forgets a view.
func (v *Views) end(w *view) {
	if w.cancel != nil {
		w.cancel()
	}
	for len(w.nodes) > 0 {
		w.drop(len(w.nodes) - 1)
	}
	v.Page.WatchScroll(w.container, false)
	v.Page.Drop(w.container)
	if i := slices.Index(v.views, w); i >= 0 {
		v.views = append(v.views[:i:i], v.views[i+1:]...) // a loop over the old slice goes on
	}
}

func (w *view) drop(i int) {
	w.page.WatchSize(w.nodes[i], false)
	w.page.Drop(w.nodes[i])
	w.nodes = append(w.nodes[:i], w.nodes[i+1:]...)
}

// settle takes the view as it is now as the one to keep.
func (v *Views) settle(w *view) {
	w.anchor, w.bottom = 0, math.Inf(-1)
	for i := len(w.nodes) - 1; i >= 0; i-- {
		n := w.nodes[i]
		if !v.Page.Connected(n) || !v.Page.Connected(w.container) {
			w.drop(i)
		} else if bottom := v.Page.Box(n).Bottom; bottom > w.bottom {
			w.anchor, w.bottom = n, bottom
		}
	}
	if w.anchor == 0 {
		v.end(w)
	}
}

// Resized puts the views back to where they were. By then the browser has done
// what it does about that by itself, so nothing moves twice.
func (v *Views) Resized() {
	for _, w := range v.views {
		if v.Page.Connected(w.anchor) {
			if moved := v.Page.Box(w.anchor).Bottom - w.bottom; math.Abs(moved) >= 0.5 {
				v.Page.ScrollTo(w.container, v.Page.Scroller(w.container).Top+moved)
			}
		}
		v.settle(w)
	}
}

// Scrolled tells that a container was scrolled, by whatever: the view is now
// kept as it is after that.
func (v *Views) Scrolled(container dom.Node) {
	if w := v.of(container); w != nil {
		v.settle(w)
	}
}

// Taken tells that the reader scrolls a container, 0 when it may be any: its
// view is not kept any longer.
func (v *Views) Taken(container dom.Node) {
	for _, w := range v.views {
		if container == 0 || v.Page.Same(w.container, container) {
			v.end(w)
		}
	}
}
