// Package frame navigates parts of a page (Turbo 8.0.23, frames). What pages
// see of a frame's doings is its element and the element's delegate, the
// controller, which holds the state; c is always a controller.
package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/drive"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// Frames navigates the frames of a page.
type Frames struct {
	Drive *drive.Drive

	page  drive.Page
	quiet bool // the src of a frame is being written down, not changed
}

// Start begins to serve the frames of a page that is driven.
func (f *Frames) Start() {
	f.page = f.Drive.Page
	f.Drive.Frame = f.visit
	f.Drive.Forms.Delegate = func(s dom.Node) form.Delegate {
		if f.page.Is(s, "delegate.element") {
			return f
		}
		return f.Drive
	}
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

// Connect begins to load a frame that came into the page, or to wait for it to
// be seen.
func (f *Frames) Connect(c dom.Node) {
	p := f.page
	if p.Is(c, "connected") {
		return
	}
	p.Set(c, "connected", p.Bool(true))
	f.settle(c)
	if f.lazy(c) && p.HasAttr(f.element(c), "complete") {
		p.Set(c, "loadedOnce", p.Bool(true)) // it comes back from the cache
	} else if f.lazy(c) {
		p.Do(c, "appear")
	} else {
		f.load(c)
	}
	p.Do(p.Get(c, "observer"), "start")
}

// Disconnect ends what a frame waits for when it leaves the page.
func (f *Frames) Disconnect(c dom.Node) {
	p := f.page
	if !p.Is(c, "connected") {
		return
	}
	p.Set(c, "connected", p.Bool(false))
	p.Do(c, "disappear")
	p.Do(p.Get(c, "observer"), "stop")
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
	element := f.element(c)
	f.quiet = true
	p.Set(element, "src", p.Get(c, "shown"))
	f.quiet = false
	if p.Is(c, "whole") {
		p.SetAttr(element, "complete", "")
	}
	f.Promote(c, "")
	p.Delete(c, "promotion")
}

// Disabled tells of a change of the disabled attribute, Source of src,
// Loading of loading.
func (f *Frames) Disabled(c dom.Node) {
	if f.disabled(c) {
		f.cancel(c)
	} else if !f.lazy(c) {
		f.load(c)
	}
}

func (f *Frames) Source(c dom.Node) {
	p := f.page
	if f.quiet {
		return
	}
	if f.source(c) == "" {
		f.cancel(c)
	}
	if p.Is(f.element(c), "isConnected") {
		p.RemoveAttr(f.element(c), "complete")
	}
	if !f.lazy(c) || p.Is(c, "loadedOnce") {
		f.load(c)
	}
}

func (f *Frames) Loading(c dom.Node) {
	if f.lazy(c) {
		f.page.Do(c, "appear")
	} else {
		f.page.Do(c, "disappear")
		f.load(c)
	}
}

// Appeared tells that a lazy frame is in view.
func (f *Frames) Appeared(c dom.Node) {
	f.Promote(c, link.VisitAction(f.page, f.element(c)))
	f.load(c)
}

// Reload loads a frame again, by morphing where it asks for that, and returns
// the promise of it.
func (f *Frames) Reload(c dom.Node) dom.Node {
	p := f.page
	element, src := f.element(c), p.Get(c, "element.src")
	refresh, _ := p.Attr(element, "refresh")
	p.Set(c, "morphs", p.Bool(src != 0 && refresh == "morph"))
	p.RemoveAttr(element, "complete")
	p.Set(element, "src", 0)
	p.Set(element, "src", src)
	return p.Get(element, "loaded")
}

// Complete is what the property complete of frames says; to ask ends waiting,
// as it does upstream.
func (f *Frames) Complete(c dom.Node) bool {
	if f.page.Is(c, "formSubmission") {
		return false
	}
	f.resolve(c)
	return true
}

// load loads the source of a frame when that is possible and needed.
func (f *Frames) load(c dom.Node) {
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
	p.Do(c, "disappear")
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

// What follows answers the request of a frame.

func (f *Frames) Prepare(c, request dom.Node) { f.prepare(c, request, f.element(c)) }

func (f *Frames) prepare(c, request, frame dom.Node) {
	p := f.page
	p.Set(p.Get(request, "headers"), "Turbo-Frame", p.String(f.text(frame, "id")))
	if from := p.Get(c, "currentNavigationElement"); from != 0 && p.HasAttr(from, "data-turbo-stream") {
		p.Do(request, "acceptResponseType", p.String(form.StreamType))
	}
}

func (f *Frames) Started(c dom.Node) { f.setBusy(f.element(c)) }

func (f *Frames) Prevented(c dom.Node) {
	f.settle(c)
	f.resolve(c)
}

func (f *Frames) Finished(c, request dom.Node) {
	p := f.page
	f.clearBusy(f.element(c))
	// What was aborted for the sake of another source, or by leaving the page,
	// is another matter.
	if p.Is(request, "fetchOptions.signal.aborted") && p.Same(request, p.Get(c, "request")) && p.Is(c, "connected") && !f.disabled(c) && f.source(c) != "" {
		f.restore(c)
	}
}

func (f *Frames) Errored(c, problem dom.Node) {
	f.Drive.Tell(problem)
	p := f.page
	p.Set(c, "spoilt", p.Bool(true)) // it shows what it showed, and can be reloaded
	f.resolve(c)
}

func (f *Frames) Answered(c, response dom.Node) {
	c = f.page.Keep(c)
	f.loadResponse(c, response, func() {
		f.resolve(c)
		f.page.Drop(c)
	})
}

// What follows is told of the submissions of frames.

func (f *Frames) SubmissionStarted(s dom.Node) {
	form := f.page.Get(s, "formElement")
	f.setBusy(form, f.target(f.page.Get(s, "delegate"), form, 0))
}

func (f *Frames) SubmissionFinished(s dom.Node) {
	form := f.page.Get(s, "formElement")
	f.clearBusy(form, f.target(f.page.Get(s, "delegate"), form, 0))
}

func (f *Frames) SubmissionSucceeded(s, response dom.Node) {
	p := f.page
	form, submitter := p.Get(s, "formElement"), p.Get(s, "submitter")
	target := f.target(p.Get(s, "delegate"), form, submitter)
	c := p.Get(target, "delegate")
	f.Promote(c, link.VisitAction(p, submitter, form, target))
	f.loadResponse(c, response, func() {})
	if !p.Is(s, "isSafe") {
		f.Drive.ClearSnapshots()
	}
}

func (f *Frames) SubmissionFailed(s, response dom.Node) {
	f.loadResponse(f.page.Get(s, "delegate"), response, func() {})
	f.Drive.ClearSnapshots()
}

func (f *Frames) SubmissionErrored(_, problem dom.Node) { f.Drive.Tell(problem) }
