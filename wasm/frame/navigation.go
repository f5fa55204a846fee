package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// byID returns the frame that an id stands for within this one, 0 if none does.
func (c *Controller) byID(id string) dom.Node {
	f := c.frames
	if id != "_parent" {
		return f.frame(f.Tree.ElementByID(id))
	}
	if parent := f.Tree.Parent(c.element()); parent != 0 {
		return f.frame(f.Tree.Closest(parent, "turbo-frame"))
	}
	return 0
}

// targetID is the id of the frame to navigate, as the submitter, the element or
// this frame says.
func (c *Controller) targetID(element, submitter dom.Node) string {
	f := c.frames
	for _, n := range [...]dom.Node{submitter, element} {
		if n == 0 {
			continue
		}
		if id, ok := f.Elements.Attr(n, "data-turbo-frame"); ok {
			if id != "" {
				return id
			}
			break
		}
	}
	id, _ := f.Elements.Attr(c.element(), "target")
	return id
}

// target returns the frame that an element inside this one navigates.
func (c *Controller) target(element, submitter dom.Node) dom.Node {
	if id := c.targetID(element, submitter); id != "" {
		if n := c.byID(id); n != 0 {
			return n
		}
	}
	return c.element()
}

// intercepts reports whether an element inside this frame navigates a frame
// (Turbo 8.0.23, frames §5).
func (c *Controller) intercepts(element, submitter dom.Node) bool {
	f := c.frames
	id := c.targetID(element, submitter)
	if f.text(element, "localName") == "form" && !f.Locations.Visitable(f.Forms.Action(element, submitter)) {
		return false
	}
	if f.disabled(c.element()) || id == "_top" {
		return false
	}
	if id != "" {
		if n := c.byID(id); n != 0 {
			return !f.disabled(n)
		}
		if id == "_parent" {
			return false
		}
	}
	return f.Visits.Navigatable(element) && (submitter == 0 || f.Visits.Navigatable(submitter))
}

// TakesLink reports whether a link inside this frame navigates a frame.
//
//turbo:method FrameController shouldInterceptLinkClick willSubmitFormLinkToLocation
func (c *Controller) TakesLink(link dom.Node) bool { return c.intercepts(link, 0) }

// TakesForm reports whether a form of this frame navigates a frame.
//
//turbo:method FrameController willSubmitForm
func (c *Controller) TakesForm(form, submitter dom.Node) bool {
	f := c.frames
	return f.Tree.Same(f.Tree.Closest(form, "turbo-frame"), c.element()) && c.intercepts(form, submitter)
}

// Follow has the frame that an element inside this one navigates load a URL.
//
//turbo:method FrameController linkClickIntercepted
func (c *Controller) Follow(element dom.Node, url string) {
	f, self := c.frames, c.wrapper()
	target := c.target(element, 0)
	delegate := f.Parts.Get(target, delegateOf)
	f.Visits.Propose(delegate, target, link.VisitAction(f.Elements, element, target))
	f.Parts.Set(self, partFrom, element)
	f.Parts.Set(delegate, partFrom, element)
	f.Loads.SetSource(target, url)
	f.Parts.Delete(delegate, partFrom)
	f.Parts.Delete(self, partFrom)
}

// SubmitLink names the frame that the form of a link navigates.
//
//turbo:method FrameController submittedFormLinkToLocation
func (c *Controller) SubmitLink(link, _, form dom.Node) {
	f := c.frames
	f.Elements.SetAttr(form, "data-turbo-frame", f.text(c.target(link, 0), "id"))
}

// Submit submits a form into the frame that it navigates.
//
//turbo:method FrameController formSubmitted
func (c *Controller) Submit(form, submitter dom.Node) {
	f, self := c.frames, c.wrapper()
	if before := f.Parts.Get(self, partSubmission); before != 0 {
		f.Objects.Do(before, "stop")
	}
	s, err := f.Forms.New(self, form, submitter, false)
	if err != nil {
		return
	}
	submission := f.Objects.Wrapper(s.Object)
	f.Parts.Set(self, partSubmission, submission)
	f.Objects.Do(self, "prepareRequest", f.Parts.Get(submission, requestOf), c.target(form, submitter))
	f.Objects.Do(submission, "start")
}

// SubmitInFrame handles a submit event that reached a frame.
//
//turbo:function SUBMIT_IN_FRAME
func (f *Frames) SubmitInFrame(event dom.Node) { f.submit(event, f.Parts.Get(event, receiverOf)) }

// submit asks a delegate whether it takes a form, and submits it.
func (f *Frames) submit(event, delegate dom.Node) {
	form, submitter, ok := f.Forms.Accepts(event)
	if ok && f.asks(delegate, "willSubmitForm", form, submitter) {
		f.Events.Prevent(event, true)
		f.Objects.Do(delegate, "formSubmitted", form, submitter)
	}
}

// ClickInFrame handles a click that reached a frame: it submits the links that ask
// for a form submission.
//
//turbo:function CLICK_IN_FRAME
func (f *Frames) ClickInFrame(click dom.Node) {
	f.Clicked()
	delegate := f.Parts.Get(click, receiverOf)
	link, url := f.Events.Link(click)
	if link != 0 && f.asks(delegate, "willSubmitFormLinkToLocation", link, url, click) && form.Submits(f.Elements, link) {
		f.Events.Prevent(click, false)
		f.Events.SubmitLink(delegate, link, url)
	}
}

// Followed handles turbo:click: it takes the links that navigate a frame.
//
//turbo:function CLICKED
func (f *Frames) Followed(event dom.Node) {
	if !f.clicked {
		return
	}
	f.clicked = false
	link, url, click, around := f.Events.Followed(event)
	if around == 0 {
		return
	}
	delegate := f.Parts.Get(0, redirector)
	if frame := f.frame(f.Tree.Closest(around, "turbo-frame, html")); frame != 0 {
		delegate = f.Parts.Get(frame, delegateOf)
	}
	if !f.asks(delegate, "shouldInterceptLinkClick", link, url, click) {
		return
	}
	if click != 0 {
		f.Events.Prevent(click, false)
	}
	f.Events.Prevent(event, false)
	f.Objects.Do(delegate, "linkClickIntercepted", link, url, click)
}
