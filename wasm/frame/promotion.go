package frame

import "github.com/turbowasm/turbowasm/wasm/dom"

// What follows makes a visit of the page of what a frame loads, where that has an
// action (Turbo 8.0.23, frames §8).

// Promote says that what a frame loads next is to be a visit with an action; "",
// that it is not.
//
//turbo:method FrameController proposeVisitIfNavigatedWithAction
func (c *Controller) Promote(frame dom.Node, action string) {
	c.action = action
	if action != "" {
		p := c.frames.Parts
		p.Set(p.Get(frame, delegateOf), partPromotion, c.frames.Visits.Snapshot())
	}
}

// ChangeHistory changes the history if the load is to be a visit.
//
//turbo:method FrameController changeHistory
func (c *Controller) ChangeHistory() {
	if f := c.frames; c.action != "" {
		f.Visits.UpdateHistory(c.action, f.Requests.URL(f.source(c.element())), c.part(partIdentifier))
	}
}

// Remember keeps what the frame shows, which the visit will ask for.
//
//turbo:method FrameController willRenderFrame
func (c *Controller) Remember(current dom.Node) {
	if c.action != "" {
		c.frames.Parts.Set(c.wrapper(), partPrevious, c.frames.Rendering.Copy(current))
	}
}

// Loaded visits the page whose part the frame has become: it is there already.
//
//turbo:method FrameController fetchResponseLoaded
func (c *Controller) Loaded(response dom.Node, done func()) {
	f := c.frames
	if c.part(partPromotion) == 0 || f.source(c.element()) == "" {
		f.Work.Then(0, func(dom.Node) { done() })
		return
	}
	self, response := f.Work.Keep(c.wrapper()), f.Work.Keep(response)
	f.Work.Then(f.Parts.Get(response, htmlOf), func(html dom.Node) {
		f.Visits.Promote(self, f.source(c.element()), c.action, response, html)
		f.Work.Drop(self)
		f.Work.Drop(response)
		done()
	})
}
