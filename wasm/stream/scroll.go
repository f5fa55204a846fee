package stream

import "github.com/turbowasm/turbowasm/wasm/dom"

// Scroller is a scroll container: lengths in CSS pixels.
type Scroller struct{ Top, Height, ClientHeight float64 }

// Perform performs an action on the element. With the attribute
// maintain_scroll what the reader sees stays where it is.
func (e Element) Perform(action Action) error {
	if !e.page.HasAttribute(e.Node, dom.MaintainScroll) {
		return action(e)
	}
	targets, err := e.Targets()
	if err != nil || len(targets) == 0 {
		return action(e)
	}
	n := e.page.ScrollContainer(targets[0])
	if n == 0 {
		return action(e)
	}
	before := e.page.Scroller(n)
	above := e.page.ViewportTop(targets[0]) < before.ClientHeight
	err = action(e)
	after := e.page.Scroller(n)
	if top := maintained(before, after, above); top != after.Top {
		e.page.ScrollTo(n, top)
	}
	return err
}

// maintained returns where a container must be scrolled to after its content
// changed: what grew above the end of the view pushes the rest down, and the
// view goes with it (the rule of Campfire's message list).
func maintained(before, after Scroller, above bool) float64 {
	if above {
		return before.Top + after.Height - before.Height
	}
	return before.Top
}
