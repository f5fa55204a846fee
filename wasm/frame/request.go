package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// What follows is what a controller is told about its requests, and by the forms
// in its frame.

// Prepare names the frame that a request is for: this one unless another is given.
//
//turbo:method FrameController prepareRequest
func (c *Controller) Prepare(request, frame dom.Node) {
	f := c.frames
	if frame == 0 {
		frame = c.element()
	}
	f.Requests.SetHeader(request, "Turbo-Frame", f.text(frame, "id"))
	if from := c.part(partFrom); from != 0 && f.Elements.HasAttr(from, "data-turbo-stream") {
		f.Requests.Accept(request, form.StreamType)
	}
}

// Began is told that the request was sent.
//
//turbo:method FrameController requestStarted
func (c *Controller) Began() { c.frames.setBusy(true, c.element()) }

// Prevented is told that the application deals with the response itself.
//
//turbo:method FrameController requestPreventedHandlingResponse
func (c *Controller) Prevented() {
	c.settle(c.element())
	c.finish()
}

// Answered loads the response of a request.
//
//turbo:method FrameController requestSucceededWithResponse requestFailedWithResponse
func (c *Controller) Answered(_, response dom.Node, then func(ok bool)) {
	c.frames.Objects.DoThen(c.wrapper(), "loadResponse", func(ok bool) {
		if ok {
			c.finish()
		}
		then(ok)
	}, response)
}

// Errored leaves the frame with what it showed; it can be reloaded.
//
//turbo:method FrameController requestErrored
func (c *Controller) Errored(_, problem dom.Node) {
	c.frames.Console.Tell(problem)
	c.failed = true
	c.finish()
}

// Finished ends what a request began. One that was aborted has left the frame with
// what it showed, and so with the source of that, unless another source has taken
// its place, or the frame has left the page.
//
//turbo:method FrameController requestFinished
func (c *Controller) Finished(request dom.Node) {
	f, element := c.frames, c.element()
	f.setBusy(false, element)
	if f.Elements.Is(request, "fetchOptions.signal.aborted") && f.Tree.Same(request, c.part(partRequest)) && c.connected && !f.disabled(element) && f.source(element) != "" {
		c.restore(element)
	}
}

// restore gives the frame the source of what it shows.
func (c *Controller) restore(element dom.Node) {
	c.SetSource(c.shown)
	if c.complete {
		c.frames.Elements.SetAttr(element, "complete", "")
	}
	c.action = ""
	c.frames.Parts.Delete(c.wrapper(), partPromotion)
}

// SubmissionBegan marks a form and the frame that it navigates as busy.
//
//turbo:method FrameController formSubmissionStarted
func (c *Controller) SubmissionBegan(submission dom.Node) { c.submitting(submission, true) }

// SubmissionFinished takes the marks off.
//
//turbo:method FrameController formSubmissionFinished
func (c *Controller) SubmissionFinished(submission dom.Node) { c.submitting(submission, false) }

func (c *Controller) submitting(submission dom.Node, busy bool) {
	form := c.frames.Parts.Get(submission, formOf)
	c.frames.setBusy(busy, form, c.target(form, 0))
}

// SubmissionSucceeded loads the response of a form into the frame that the form
// navigates.
//
//turbo:method FrameController formSubmissionSucceededWithResponse
func (c *Controller) SubmissionSucceeded(submission, response dom.Node) {
	f := c.frames
	form, submitter := f.Parts.Get(submission, formOf), f.Parts.Get(submission, submitterOf)
	target := c.target(form, submitter)
	delegate := f.Parts.Get(target, delegateOf)
	f.Visits.Propose(delegate, target, link.VisitAction(f.Elements, submitter, form, target))
	f.Objects.Do(delegate, "loadResponse", response)
	if !f.Elements.Is(submission, "isSafe") {
		f.Objects.Do(f.Parts.Get(0, session), "clearCache")
	}
}

// SubmissionFailed loads the response of a form into this frame.
//
//turbo:method FrameController formSubmissionFailedWithResponse
func (c *Controller) SubmissionFailed(_, response dom.Node) {
	f := c.frames
	f.Objects.Do(f.Parts.Get(c.element(), delegateOf), "loadResponse", response)
	f.Objects.Do(f.Parts.Get(0, session), "clearCache")
}

// SubmissionErrored reports an error.
//
//turbo:method FrameController formSubmissionErrored
func (c *Controller) SubmissionErrored(_, problem dom.Node) { c.frames.Console.Tell(problem) }
