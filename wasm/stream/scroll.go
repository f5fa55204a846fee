package stream

import "github.com/turbowasm/turbowasm/wasm/dom"

// Scroller is the state of a scroll container. Lengths are in CSS pixels.
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
	// Hold returns a handle that lasts until Drop.
	Hold(n dom.Node) dom.Node
	Drop(n dom.Node)
	// WatchSize has Views.Resized called when the size of n changes,
	// WatchScroll has Views.Scrolled and Views.Taken called for a container.
	WatchSize(n dom.Node, watch bool)
	WatchScroll(container dom.Node, watch bool)
}

// A change is what an action does to one container.
type change struct {
	place     dom.Place
	container dom.Node
	before    Scroller
	above     []dom.Node // targets that are changed above the end of the view
	below     []below    // and those that are changed below it
	targets   int        // of the action, in all containers
}

// below is a target that is changed below the end of the view.
type below struct {
	target dom.Node
	index  int // among all targets
	box    Box // before the change
}

// Perform performs an action on a stream element. With the attribute
// maintain_scroll, what the reader sees stays where it is: what grows above the
// end of the view takes the view along, what grows below it does not (the rule
// of Campfire's message list).
func (v *Views) Perform(e Element, action Action) (err error) {
	if !v.Page.HasAttr(e.Node(), dom.MaintainScroll) {
		return action(e)
	}
	targets, failure := e.Targets()
	if failure != nil || len(targets) == 0 {
		return action(e)
	}
	v.Resized()
	changes := v.changes(placeOf(e.Attr(dom.Action)), targets)
	added := v.Page.Added(func() { err = action(e) })
	for i := range changes {
		c := &changes[i]
		after := v.Page.Scroller(c.container)
		top := c.before.Top
		if len(c.above) > 0 {
			top += v.growth(c, after, added)
		}
		if top != after.Top {
			v.Page.ScrollTo(c.container, top)
		}
		v.watch(c, added)
	}
	return err
}

// changes sorts targets by the containers that they scroll in, and by whether
// they are changed above the end of what the reader sees there.
func (v *Views) changes(place dom.Place, targets []dom.Node) (changes []change) {
	for i, target := range targets {
		container := v.container(target, place.Inside())
		if container == 0 {
			continue
		}
		c := v.changeOf(changes, container)
		if c == nil {
			changes = append(changes, change{place: place, container: container, before: v.Page.Scroller(container), targets: len(targets)})
			c = &changes[len(changes)-1]
		}
		box := v.Page.Box(target)
		if v.isAbove(c, target, box) {
			c.above = append(c.above, target)
		} else {
			c.below = append(c.below, below{target, i, box})
		}
	}
	return changes
}

func (v *Views) changeOf(changes []change, container dom.Node) *change {
	for i := range changes {
		if v.Page.Same(changes[i].container, container) {
			return &changes[i]
		}
	}
	return nil
}

// isAbove reports whether a target is changed above the end of the view: where it
// begins or, by an append, where it ends. Where the container itself is the
// target, only what is prepended is above.
func (v *Views) isAbove(c *change, target dom.Node, box Box) bool {
	switch {
	case v.Page.Same(target, c.container):
		return c.place == dom.Prepend
	case c.place == dom.Append:
		return box.Bottom < c.before.ClientHeight
	}
	return box.Top < c.before.ClientHeight
}

// container returns the closest ancestor that scrolls, or what scrolls the
// document. For a change inside the target it may be the target itself.
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

// growth returns by how much a container grew above the end of the view: as far
// as the first target below it has moved, or all that it grew by if there is none.
func (v *Views) growth(c *change, after Scroller, added []dom.Node) float64 {
	growth := after.Height - c.before.Height
	if len(c.below) == 0 {
		return growth
	}
	first := c.below[0]
	mark := first.target
	if (c.place == dom.Before || c.place == dom.Replace) && len(added) >= c.targets {
		mark = added[first.index*len(added)/c.targets] // every target got as many
	}
	if v.Page.Connected(mark) {
		return v.Page.Box(mark).Top + after.Top - first.box.Top - c.before.Top
	}
	for _, b := range c.below { // they were removed
		growth += b.box.Bottom - b.box.Top
	}
	return growth
}
