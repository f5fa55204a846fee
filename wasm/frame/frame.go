// Package frame navigates parts of a page (Turbo 8.0.23, frames). What pages
// see of a frame's doings is its element and the element's delegate, the
// controller, which holds the state; c is always a controller.
package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/drive"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/link"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

// Frames navigates the frames of a page.
type Frames struct {
	Drive *drive.Drive

	page drive.Page
}

// Start begins to serve the frames of a page that is driven.
func (f *Frames) Start() {
	f.page = f.Drive.Page
	f.Drive.Frame = f.visit
}

func (f *Frames) element(c dom.Node) dom.Node { return f.page.Get(c, "element") }

func (f *Frames) source(c dom.Node) string {
	src, _ := f.page.Attr(f.element(c), "src")
	return src
}

func (f *Frames) lazy(c dom.Node) bool { return f.text(f.element(c), "loading") == "lazy" }

func (f *Frames) text(n dom.Node, path string) string {
	text, _ := f.page.Text(n, path)
	return text
}

func (f *Frames) disabled(c dom.Node) bool { return f.page.HasAttr(f.element(c), "disabled") }

// The methods of controllers beyond those of their requests, in the order of
// their names in js/frames.js.
const (
	frameConnect = surface.RequestMethods + iota
	frameDisconnect
	frameDisabledChanged
	frameSourceURLChanged
	frameLoadingStyleChanged
	frameSourceURLReloaded
	frameLoadResponse
	frameElementAppearedInViewport
	frameWillSubmitFormLinkToLocation
	frameSubmittedFormLinkToLocation
	frameShouldInterceptLinkClick
	frameLinkClickIntercepted
	frameWillSubmitForm
	frameFormSubmitted
	frameFormSubmissionStarted
	frameFormSubmissionSucceededWithResponse
	frameFormSubmissionFailedWithResponse
	frameFormSubmissionErrored
	frameFormSubmissionFinished
	frameAllowsImmediateRender
	framePreloadOnLoadLinksForView
	frameWillRenderFrame
	frameProposeVisitIfNavigatedWithAction
	frameChangeHistory
	frameExtractForeignFrameElement
	frameFetchResponseLoaded
	frameIsLoading
)

// Answer answers for a controller (Turbo 8.0.23, frame controller).
func (f *Frames) Answer(c dom.Node, method int, a, b, third dom.Node) dom.Node {
	p := f.page
	switch method {
	case surface.RequestPrepareRequest:
		if b == 0 {
			b = c
		}
		p.Set(p.Get(a, "headers"), "Turbo-Frame", p.String(f.text(b, "id")))
		if from := p.Get(c, "currentNavigationElement"); from != 0 && p.HasAttr(from, "data-turbo-stream") {
			p.Do(a, "acceptResponseType", p.String(form.StreamType))
		}
	case surface.RequestRequestStarted:
		f.setBusy(f.element(c))
	case surface.RequestRequestPreventedHandlingResponse:
		f.settle(c)
		f.resolve(c)
	case surface.RequestRequestSucceededWithResponse, surface.RequestRequestFailedWithResponse:
		c = p.Keep(c)
		return f.Drive.Promise(func(then func(bool)) {
			f.load(c, b, func(ok bool) {
				if ok {
					f.resolve(c)
				}
				p.Drop(c)
				then(ok)
			})
		})
	case surface.RequestRequestErrored:
		f.Drive.Tell(b)
		p.Set(c, "spoilt", dom.True) // it shows what it showed, and can be reloaded
		f.resolve(c)
	case surface.RequestRequestFinished:
		f.finished(c, a)
	case frameConnect:
		f.connect(c)
	case frameDisconnect:
		f.disconnect(c)
	case frameDisabledChanged:
		if f.disabled(c) {
			f.cancel(c)
		} else if !f.lazy(c) {
			f.loadSource(c)
		}
	case frameSourceURLChanged:
		f.sourceChanged(c)
	case frameLoadingStyleChanged:
		if f.lazy(c) {
			p.Do(p.Get(c, "appearanceObserver"), "start")
		} else {
			p.Do(p.Get(c, "appearanceObserver"), "stop")
			f.loadSource(c)
		}
	case frameSourceURLReloaded:
		return f.reload(c)
	case frameLoadResponse:
		return f.Drive.Promise(func(then func(bool)) { f.loadResponse(c, a, then) })
	case frameElementAppearedInViewport:
		f.propose(c, a, link.VisitAction(p, a))
		f.loadSource(c)
	case frameWillSubmitFormLinkToLocation, frameShouldInterceptLinkClick:
		return p.Bool(f.intercepts(c, a, 0))
	case frameSubmittedFormLinkToLocation:
		p.SetAttr(third, "data-turbo-frame", f.text(f.target(c, a, 0), "id"))
	case frameLinkClickIntercepted:
		f.navigate(c, a, b)
	case frameWillSubmitForm:
		return p.Bool(p.Same(p.Closest(a, "turbo-frame"), f.element(c)) && f.intercepts(c, a, b))
	case frameFormSubmitted:
		f.submit(c, a, b)
	case frameFormSubmissionStarted:
		form := p.Get(a, "formElement")
		f.setBusy(form, f.target(c, form, 0))
	case frameFormSubmissionSucceededWithResponse:
		f.submissionSucceeded(c, a, b)
	case frameFormSubmissionFailedWithResponse:
		p.Do(p.Get(f.element(c), "delegate"), "loadResponse", b)
		p.Do(p.Get(0, "session"), "clearCache")
	case frameFormSubmissionErrored:
		f.Drive.Tell(b)
	case frameFormSubmissionFinished:
		form := p.Get(a, "formElement")
		f.clearBusy(form, f.target(c, form, 0))
	case frameAllowsImmediateRender:
		return p.Bool(f.allows(c, a, b))
	case framePreloadOnLoadLinksForView:
		p.Do(p.Get(0, "session"), "preloadOnLoadLinksForView", a)
	case frameWillRenderFrame:
		if p.Is(c, "action") { // a visit will ask for it
			p.Set(c, "previousFrameElement", p.Do(0, "copied", a))
		}
	case frameProposeVisitIfNavigatedWithAction:
		f.remember(c, a, f.text(b, ""))
	case frameChangeHistory:
		if action := f.text(c, "action"); action != "" {
			f.Drive.UpdateHistory(action, link.URL(p, p.String(f.source(c))), p.Get(c, "restorationIdentifier"))
		}
	case frameExtractForeignFrameElement:
		c = p.Keep(c)
		return f.Drive.PromiseOf(func(then func(dom.Node, bool)) {
			f.extract(c, a, func(next dom.Node) {
				p.Drop(c)
				then(next, true)
			})
		})
	case frameFetchResponseLoaded:
		return f.Drive.Promise(func(then func(bool)) { f.loaded(c, a, func() { then(true) }) })
	case frameIsLoading:
		// To ask ends waiting, as it does upstream.
		if p.Is(c, "formSubmission") {
			return dom.True
		}
		f.resolve(c)
		return dom.False
	}
	return 0
}

// connect begins to load a frame that came into the page, or to wait for it to
// be seen.
func (f *Frames) connect(c dom.Node) {
	p := f.page
	if p.Is(c, "connected") {
		return
	}
	p.Set(c, "connected", p.Bool(true))
	f.settle(c)
	if f.lazy(c) && p.HasAttr(f.element(c), "complete") {
		p.Set(c, "loadedOnce", p.Bool(true)) // it comes back from the cache
	} else if f.lazy(c) {
		p.Do(p.Get(c, "appearanceObserver"), "start")
	} else {
		f.loadSource(c)
	}
	p.Do(p.Get(c, "formLinkClickObserver"), "start")
	p.Do(p.Get(c, "formSubmitObserver"), "start")
}

// disconnect ends what a frame waits for when it leaves the page.
func (f *Frames) disconnect(c dom.Node) {
	p := f.page
	if !p.Is(c, "connected") {
		return
	}
	p.Set(c, "connected", p.Bool(false))
	p.Do(p.Get(c, "appearanceObserver"), "stop")
	p.Do(p.Get(c, "formLinkClickObserver"), "stop")
	p.Do(p.Get(c, "formSubmitObserver"), "stop")
	if !p.HasAttr(f.element(c), "recurse") {
		f.cancel(c)
	}
}

func (f *Frames) cancel(c dom.Node) {
	if request := f.page.Get(c, "request"); request != 0 {
		f.page.Do(request, "cancel")
	}
}

// settle remembers what a frame at rest shows.
func (f *Frames) settle(c dom.Node) {
	p := f.page
	p.Delete(c, "spoilt")
	p.Set(c, "shown", p.String(f.source(c)))
	p.Set(c, "whole", p.Bool(p.HasAttr(f.element(c), "complete")))
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

// finished ends what a request began. What was aborted for the sake of another
// source, or by leaving the page, is another matter.
func (f *Frames) finished(c, request dom.Node) {
	p := f.page
	f.clearBusy(f.element(c))
	if p.Is(request, "fetchOptions.signal.aborted") && p.Same(request, p.Get(c, "request")) && p.Is(c, "connected") && !f.disabled(c) && f.source(c) != "" {
		f.restore(c)
	}
}

func (f *Frames) sourceChanged(c dom.Node) {
	p := f.page
	if p.Is(c, "quiet") {
		return
	}
	if f.source(c) == "" {
		f.cancel(c)
	}
	if p.Is(f.element(c), "isConnected") {
		p.RemoveAttr(f.element(c), "complete")
	}
	if !f.lazy(c) || p.Is(c, "loadedOnce") {
		f.loadSource(c)
	}
}

// reload loads a frame again, by morphing where it asks for that, and returns
// the promise of it.
func (f *Frames) reload(c dom.Node) dom.Node {
	p := f.page
	element, src := f.element(c), p.Get(c, "element.src")
	refresh, _ := p.Attr(element, "refresh")
	p.Set(c, "morphs", p.Bool(src != 0 && refresh == "morph"))
	p.RemoveAttr(element, "complete")
	p.Set(element, "src", 0)
	p.Set(element, "src", src)
	return p.Get(element, "loaded")
}

// loadSource loads the source of a frame when that is possible and needed.
func (f *Frames) loadSource(c dom.Node) {
	p := f.page
	src, element := f.source(c), f.element(c)
	if src == "" || f.disabled(c) || !p.Is(c, "connected") || p.HasAttr(element, "complete") || !p.Is(element, "isActive") {
		return
	}
	url := link.URL(p, p.String(src))
	if url == 0 {
		p.Do(0, "reject")
		return
	}
	request := p.Do(0, "newRequest", c, url, element)
	f.cancel(c)
	p.Set(c, "request", request)
	promise := p.Do(0, "promise")
	p.Set(c, "promise", promise)
	p.Set(element, "loaded", promise)
	p.Do(request, "perform")
	p.Do(p.Get(c, "appearanceObserver"), "stop")
}

// resolve settles the promise of the load that is under way.
func (f *Frames) resolve(c dom.Node) {
	p := f.page
	if promise := p.Get(c, "promise"); promise != 0 {
		p.Set(c, "loadedOnce", p.Bool(true))
		p.Delete(c, "promise")
		p.Delete(c, "request")
		p.Do(promise, "resolve")
	}
}

func (f *Frames) setBusy(elements ...dom.Node) {
	for _, n := range elements {
		if f.text(n, "localName") == "turbo-frame" {
			f.page.SetAttr(n, "busy", "")
		}
		f.page.SetAttr(n, "aria-busy", "true")
	}
}

func (f *Frames) clearBusy(elements ...dom.Node) {
	for _, n := range elements {
		if f.text(n, "localName") == "turbo-frame" {
			f.page.RemoveAttr(n, "busy")
		}
		f.page.RemoveAttr(n, "aria-busy")
	}
}

// load loads a response by way of the controller, which is kept.
func (f *Frames) load(c, response dom.Node, then func(ok bool)) {
	f.Drive.Step(c, "loadResponse", func(then func(ok bool)) { f.loadResponse(c, response, then) }, then, response)
}

// submissionSucceeded loads the answer of a form into the frame it is for.
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
