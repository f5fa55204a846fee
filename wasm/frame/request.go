package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// What follows is what a controller is told of its requests, and by the forms
// in its frame.

// prepareRequest names the frame that a request is for, the controller's own
// unless another is given.
//
//turbo:method FrameController prepareRequest
func (f *Frames) prepareRequest(c, request, frame dom.Node) {
	p := f.page
	if frame == 0 {
		frame = c
	}
	p.Set(p.Get(request, "headers"), "Turbo-Frame", p.String(f.text(frame, "id")))
	if from := p.Get(c, "currentNavigationElement"); from != 0 && p.HasAttr(from, "data-turbo-stream") {
		p.Do(request, "acceptResponseType", p.String(form.StreamType))
	}
}

//turbo:method FrameController requestStarted
func (f *Frames) requestStarted(c dom.Node) { f.setBusy(f.element(c)) }

//turbo:method FrameController requestPreventedHandlingResponse
func (f *Frames) requestPrevented(c dom.Node) {
	f.settle(c)
	f.resolve(c)
}

// answered loads a response by way of the controller.
//
//turbo:method FrameController requestSucceededWithResponse requestFailedWithResponse
func (f *Frames) answered(c, _, response dom.Node, then func(ok bool)) {
	f.page.DoThen(c, "loadResponse", func(ok bool) {
		if ok {
			f.resolve(c)
		}
		then(ok)
	}, response)
}

// requestErrored leaves the frame with what it showed; it can be reloaded.
//
//turbo:method FrameController requestErrored
func (f *Frames) requestErrored(c, _, problem dom.Node) {
	f.Drive.Tell(problem)
	f.page.Set(c, "spoilt", dom.True)
	f.resolve(c)
}

// finished ends what a request began. What was aborted for the sake of another
// source, or by leaving the page, is another matter.
//
//turbo:method FrameController requestFinished
func (f *Frames) finished(c, request dom.Node) {
	p := f.page
	f.clearBusy(f.element(c))
	if p.Is(request, "fetchOptions.signal.aborted") && p.Same(request, p.Get(c, "request")) && p.Is(c, "connected") && !f.disabled(c) && f.source(c) != "" {
		f.restore(c)
	}
}

// restore gives a frame whose request was aborted the source of what it shows.
func (f *Frames) restore(c dom.Node) {
	p := f.page
	p.Set(c, "sourceURL", p.Get(c, "shown"))
	if p.Is(c, "whole") {
		p.SetAttr(f.element(c), "complete", "")
	}
	p.Set(c, "action", dom.Null)
	p.Delete(c, "promotion")
}

//turbo:method FrameController formSubmissionStarted
func (f *Frames) submissionStarted(c, s dom.Node) {
	form := f.page.Get(s, "formElement")
	f.setBusy(form, f.target(c, form, 0))
}

// submissionSucceeded loads the answer of a form into the frame it is for.
//
//turbo:method FrameController formSubmissionSucceededWithResponse
func (f *Frames) submissionSucceeded(c, s, response dom.Node) {
	p := f.page
	form, submitter := p.Get(s, "formElement"), p.Get(s, "submitter")
	target := f.target(c, form, submitter)
	t := p.Get(target, "delegate")
	f.propose(t, target, link.VisitAction(p, submitter, form, target))
	p.Do(t, "loadResponse", response)
	if !p.Is(s, "isSafe") {
		p.Do(p.Get(0, "session"), "clearCache")
	}
}

//turbo:method FrameController formSubmissionFailedWithResponse
func (f *Frames) submissionFailed(c, _, response dom.Node) {
	p := f.page
	p.Do(p.Get(f.element(c), "delegate"), "loadResponse", response)
	p.Do(p.Get(0, "session"), "clearCache")
}

//turbo:method FrameController formSubmissionErrored
func (f *Frames) submissionErrored(_, problem dom.Node) { f.Drive.Tell(problem) }

//turbo:method FrameController formSubmissionFinished
func (f *Frames) submissionFinished(c, s dom.Node) {
	form := f.page.Get(s, "formElement")
	f.clearBusy(form, f.target(c, form, 0))
}
