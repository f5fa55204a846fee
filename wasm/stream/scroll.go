package stream

import (
	"math"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Scroller is a scroll container: lengths in CSS pixels.
type Scroller struct{ Top, Height, ClientHeight float64 }

// Box holds the edges of an element, in CSS pixels below the window's top.
type Box struct{ Top, Bottom float64 }

// ScrollPage is what keeping a view in place needs of a page.
type ScrollPage interface {
	Page
	// RootScroller returns the element that scrolls the document, Scrolls
	// reports whether an element scrolls its own content.
	RootScroller() dom.Node
	Scrolls(n dom.Node) bool
	Scroller(n dom.Node) Scroller
	ScrollTo(n dom.Node, top float64)
	Box(n dom.Node) Box
	// Added runs f and returns the elements in the page that f added, without
	// those inside of others.
	Added(f func()) []dom.Node
	// Loading reports whether n is or holds an image that has not come yet.
	Loading(n dom.Node) bool
	// Keep returns a handle that lasts until it is dropped.
	Hold(n dom.Node) dom.Node
	Drop(n dom.Node)
	// WatchSize has Views.Resized called when the size of n changes,
	// WatchScroll has Views.Scrolled and Views.Taken called for a container.
	WatchSize(n dom.Node, watch bool)
	WatchScroll(container dom.Node, watch bool)
}

const (
	viewPeriod  = 2000 // how long late layout is waited for, in milliseconds
	viewPeriods = 15   // as many while images are on their way
	viewNodes   = 200  // the latest that a view looks after
	viewsKept   = 16   // the latest
)

// Views keeps what readers see where it is: for streams with the attribute
// maintain_scroll, when they are performed and for a while after that, for
// images come late. The zero Views with a page is ready for use.
type Views struct {
	Page  ScrollPage
	views []*view
}

// view is a container in which elements were added above the end of what the
// reader sees. The lower edge of the lowest of them stays where it is in the
// window, and so does all that follows.
type view struct {
	page      ScrollPage
	container dom.Node
	nodes     []dom.Node // kept and watched
	anchor    dom.Node   // one of them
	bottom    float64    // its lower edge in the window
	periods   int
	cancel    func()
}

// place is a container that an action changes.
type place struct {
	container dom.Node
	before    Scroller
	above     []dom.Node // targets that are changed above the view's end
	below     []below    // and those that are changed below
}

type below struct {
	target dom.Node
	index  int // among all targets
	box    Box
}

// Perform performs an action on a stream element. With the attribute
// maintain_scroll what the reader sees stays where it is: what grows above the
// end of the view takes the view along, what grows below leaves it (the rule
// of Campfire's message list).
func (v *Views) Perform(e Element, action Action) (err error) {
	if !v.Page.HasAttr(e.Node, dom.MaintainScroll) {
		return action(e)
	}
	targets, failure := e.Targets()
	if failure != nil || len(targets) == 0 {
		return action(e)
	}
	v.Resized()
	name := e.Attr(dom.Action)
	places := v.places(name, targets)
	added := v.Page.Added(func() { err = action(e) })
	for i := range places {
		p := &places[i]
		after := v.Page.Scroller(p.container)
		top := p.before.Top
		if len(p.above) > 0 {
			top += v.growth(p, after, name, added, len(targets))
		}
		if top != after.Top {
			v.Page.ScrollTo(p.container, top)
		}
		v.look(p, added)
	}
	return err
}

// places finds the containers of the targets.
func (v *Views) places(action string, targets []dom.Node) (places []place) {
	inside := action == "append" || action == "prepend" || action == "update"
	for i, target := range targets {
		container := v.container(target, inside)
		if container == 0 {
			continue
		}
		var p *place
		for k := range places {
			if v.Page.Same(places[k].container, container) {
				p = &places[k]
			}
		}
		if p == nil {
			places = append(places, place{container: container, before: v.Page.Scroller(container)})
			p = &places[len(places)-1]
		}
		box := v.Page.Box(target)
		at := box.Top
		if action == "append" {
			at = box.Bottom
		}
		above := at < p.before.ClientHeight
		if v.Page.Same(target, container) {
			above = action == "prepend"
		}
		if above {
			p.above = append(p.above, target)
		} else {
			p.below = append(p.below, below{target, i, box})
		}
	}
	return places
}

// container returns the closest ancestor that scrolls, or the document's; for
// a change inside the target that may be the target itself.
func (v *Views) container(target dom.Node, inside bool) dom.Node {
	root := v.Page.RootScroller()
	n := target
	if !inside {
		n = v.Page.Parent(n)
	}
	for n != 0 && !v.Page.Same(n, root) && !v.Page.Scrolls(n) {
		n = v.Page.Parent(n)
	}
	if n == 0 {
		return root
	}
	return n
}

// growth returns by how much a container grew above the end of the view: as
// far as the first thing that was changed below was moved in it, all of the
// growth when there is no such thing.
func (v *Views) growth(p *place, after Scroller, action string, added []dom.Node, targets int) float64 {
	growth := after.Height - p.before.Height
	if len(p.below) == 0 {
		return growth
	}
	first := p.below[0]
	mark := first.target
	if (action == "before" || action == "replace") && len(added) >= targets {
		mark = added[first.index*len(added)/targets] // every target got as many
	}
	if v.Page.Connected(mark) {
		return v.Page.Box(mark).Top + after.Top - first.box.Top - p.before.Top
	}
	for _, b := range p.below { // they are gone
		growth += b.box.Bottom - b.box.Top
	}
	return growth
}

// look looks after what an action added, or changed, above the view's end.
func (v *Views) look(p *place, added []dom.Node) {
	var nodes []dom.Node
	for _, n := range added {
		if v.Page.Box(n).Top < p.before.ClientHeight && v.Page.Same(v.container(n, false), p.container) {
			nodes = append(nodes, n)
		}
	}
	if len(added) == 0 {
		for _, n := range p.above {
			if v.Page.Connected(n) && !v.Page.Same(n, p.container) {
				nodes = append(nodes, n)
			}
		}
	}
	w := v.of(p.container)
	if w == nil {
		if len(nodes) == 0 {
			return
		}
		if len(v.views) == viewsKept {
			v.end(v.views[0])
		}
		w = &view{page: v.Page, container: v.Page.Hold(p.container)}
		v.views = append(v.views, w)
		v.Page.WatchScroll(w.container, true)
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
	v.rest(w)
}

func (v *Views) of(container dom.Node) *view {
	for _, w := range v.views {
		if v.Page.Same(w.container, container) {
			return w
		}
	}
	return nil
}

// wait ends a view when nothing is to be expected any more.
func (v *Views) wait(w *view) {
	if w.cancel != nil {
		w.cancel()
	}
	w.cancel = v.Page.Timeout(viewPeriod, func() {
		w.cancel = nil
		if w.periods++; w.periods < viewPeriods && w.loading() {
			v.wait(w)
		} else {
			v.end(w)
		}
	})
}

func (w *view) loading() bool {
	for _, n := range w.nodes {
		if w.page.Loading(n) {
			return true
		}
	}
	return false
}

func (v *Views) end(w *view) {
	if w.cancel != nil {
		w.cancel()
	}
	for len(w.nodes) > 0 {
		w.drop(len(w.nodes) - 1)
	}
	v.Page.WatchScroll(w.container, false)
	v.Page.Drop(w.container)
	for i := range v.views {
		if v.views[i] == w {
			v.views = append(v.views[:i:i], v.views[i+1:]...)
			return
		}
	}
}

func (w *view) drop(i int) {
	w.page.WatchSize(w.nodes[i], false)
	w.page.Drop(w.nodes[i])
	w.nodes = append(w.nodes[:i], w.nodes[i+1:]...)
}

// rest takes the view as it is now for the one to keep.
func (v *Views) rest(w *view) {
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

// Resized puts the views back to where they were. What the browser did to
// that end by itself is seen by then, so that nothing is moved twice.
func (v *Views) Resized() {
	for _, w := range v.views {
		if v.Page.Connected(w.anchor) {
			if moved := v.Page.Box(w.anchor).Bottom - w.bottom; math.Abs(moved) >= 0.5 {
				v.Page.ScrollTo(w.container, v.Page.Scroller(w.container).Top+moved)
			}
		}
		v.rest(w)
	}
}

// Scrolled tells that a container was scrolled, by whomever: that is the view
// to keep from now on.
func (v *Views) Scrolled(container dom.Node) {
	if w := v.of(container); w != nil {
		v.rest(w)
	}
}

// Taken tells that the reader scrolls a container, 0 when any may be meant:
// its view is kept no longer.
func (v *Views) Taken(container dom.Node) {
	for _, w := range v.views {
		if container == 0 || v.Page.Same(w.container, container) {
			v.end(w)
		}
	}
}
