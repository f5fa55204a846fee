// Package frame navigates parts of a page (Turbo 8.0.23, frames). What pages
// see of a frame's doings is its element and the element's delegate, the
// controller, which holds the state; c is always a controller.
package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/drive"
	"github.com/turbowasm/turbowasm/wasm/link"
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

// What follows answers for controllers (Turbo 8.0.23, frame controller).

// connect begins to load a frame that came into the page, or to wait for it to
// be seen.
//
//turbo:method FrameController connect
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
//
//turbo:method FrameController disconnect
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
	// Renderings that wait for one that nobody resumes have only this to be held by.
	p.Delete(p.Get(c, "view"), "renderPromise")
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

//turbo:method FrameController sourceURLChanged
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
//
//turbo:method FrameController sourceURLReloaded
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

// disabledChanged loads a frame that is no longer disabled.
//
//turbo:method FrameController disabledChanged
func (f *Frames) disabledChanged(c dom.Node) {
	if f.disabled(c) {
		f.cancel(c)
	} else if !f.lazy(c) {
		f.loadSource(c)
	}
}

//turbo:method FrameController loadingStyleChanged
func (f *Frames) loadingChanged(c dom.Node) {
	p := f.page
	if f.lazy(c) {
		p.Do(p.Get(c, "appearanceObserver"), "start")
	} else {
		p.Do(p.Get(c, "appearanceObserver"), "stop")
		f.loadSource(c)
	}
}

//turbo:method FrameController elementAppearedInViewport
func (f *Frames) appeared(c, element dom.Node) {
	f.propose(c, element, link.VisitAction(f.page, element))
	f.loadSource(c)
}

// isLoading ends waiting, as it does upstream.
//
//turbo:getter FrameController isLoading
func (f *Frames) isLoading(c dom.Node) bool {
	if f.page.Is(c, "formSubmission") {
		return true
	}
	f.resolve(c)
	return false
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
