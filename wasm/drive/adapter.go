package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// What follows answers for the adapter of browsers (Turbo 8.0.23, browser
// adapter).

//turbo:method BrowserAdapter visitStarted
func (d *Drive) adapterVisitStarted(adapter, visit dom.Node) {
	p := d.Page
	p.Set(adapter, "location", p.Get(visit, "location"))
	p.Delete(adapter, "redirectedToLocation")
	p.Do(visit, "loadCachedSnapshot")
	p.Do(visit, "issueRequest")
}

// adapterRequestStarted shows the bar when the page is slow to come, or at once where
// nothing stands for it meanwhile.
//
//turbo:method BrowserAdapter visitRequestStarted
func (d *Drive) adapterRequestStarted(adapter, visit dom.Node) {
	p := d.Page
	d.setBar(adapter, 0)
	if d.Asks(visit, "hasCachedSnapshot") || d.text(visit, "action") != "restore" {
		p.Do(adapter, "showVisitProgressBarAfterDelay")
	} else {
		p.Do(adapter, "showProgressBar")
	}
}

//turbo:method BrowserAdapter visitRequestCompleted
func (d *Drive) adapterRequestCompleted(adapter, visit dom.Node) {
	p := d.Page
	p.Do(visit, "loadResponse")
	if p.Is(visit, "response.redirected") {
		p.Set(adapter, "redirectedToLocation", p.Get(visit, "redirectedToLocation"))
	}
}

// adapterRequestFailed renders what a failure was answered with; where there was
// no answer the browser loads the page anew.
//
//turbo:method BrowserAdapter visitRequestFailedWithStatusCode
func (d *Drive) adapterRequestFailed(adapter, visit dom.Node, status int) dom.Node {
	p := d.Page
	switch status {
	case networkFailure, timeoutFailure, contentTypeMismatch:
		return p.Do(adapter, "reload", p.Object("reason context", p.String("request_failed"), p.Object("statusCode", p.Int(status))))
	}
	return p.Do(visit, "loadResponse")
}

//turbo:method BrowserAdapter visitCompleted visitFailed
func (d *Drive) adapterVisitOver(adapter dom.Node) {
	d.setBar(adapter, 1)
	d.Page.Do(adapter, "hideVisitProgressBar")
}

//turbo:method BrowserAdapter visitRequestFinished visitRendered
func (d *Drive) adapterIgnores() {}

//turbo:method BrowserAdapter pageInvalidated
func (d *Drive) adapterPageInvalidated(adapter, reason dom.Node) {
	d.Page.Do(adapter, "reload", reason)
}

//turbo:method BrowserAdapter formSubmissionStarted
func (d *Drive) adapterSubmissionStarted(adapter dom.Node) {
	d.setBar(adapter, 0)
	d.Page.Do(adapter, "showFormProgressBarAfterDelay")
}

//turbo:method BrowserAdapter formSubmissionFinished
func (d *Drive) adapterSubmissionFinished(adapter dom.Node) {
	d.setBar(adapter, 1)
	d.Page.Do(adapter, "hideFormProgressBar")
}

//turbo:method BrowserAdapter showVisitProgressBarAfterDelay
func (d *Drive) showVisitBar(adapter dom.Node) { d.showAfterDelay(adapter, "visitProgressBarTimeout") }

//turbo:method BrowserAdapter hideVisitProgressBar
func (d *Drive) hideVisitBar(adapter dom.Node) { d.hideBar(adapter, "visitProgressBarTimeout") }

//turbo:method BrowserAdapter showFormProgressBarAfterDelay
func (d *Drive) showFormBar(adapter dom.Node) {
	if _, waiting := d.Page.Text(adapter, "formProgressBarTimeout"); !waiting {
		d.showAfterDelay(adapter, "formProgressBarTimeout")
	}
}

//turbo:method BrowserAdapter hideFormProgressBar
func (d *Drive) hideFormBar(adapter dom.Node) { d.hideBar(adapter, "formProgressBarTimeout") }

func (d *Drive) setBar(adapter dom.Node, value int) {
	p := d.Page
	p.Do(adapter, "progressBar.setValue", p.Int(value))
}

// proposed starts a visit, or leaves a location to the browser.
//
//turbo:method BrowserAdapter visitProposedToLocation
func (d *Drive) proposed(url, options dom.Node) {
	p := d.Page
	if !link.VisitableURL(p, url) {
		p.Set(0, "window.location.href", p.Get(url, "href"))
		return
	}
	identifier := dom.Node(0)
	if options != 0 {
		identifier = p.Get(options, "restorationIdentifier")
	}
	if identifier == 0 {
		identifier = p.String(p.UUID())
	}
	p.Do(0, "navigator.startVisit", url, identifier, options)
}

func (d *Drive) showAfterDelay(adapter dom.Node, timer string) {
	p := d.Page
	p.Set(adapter, timer, p.Do(0, "window.setTimeout", p.Get(adapter, "showProgressBar"), p.Get(0, "session.progressBarDelay")))
}

func (d *Drive) hideBar(adapter dom.Node, timer string) {
	p := d.Page
	p.Do(adapter, "progressBar.hide")
	p.Do(0, "window.clearTimeout", p.Get(adapter, timer))
	p.Delete(adapter, timer)
}

func stop(timer *func()) {
	if *timer != nil {
		(*timer)()
		*timer = nil
	}
}

// reload has the browser load the page that was last visited.
//
//turbo:method BrowserAdapter reload
func (d *Drive) reload(adapter, reason dom.Node) {
	p := d.Page
	p.Dispatch("turbo:reload", 0, false, reason)
	href := d.text(adapter, "redirectedToLocation.href")
	if href == "" {
		href = d.text(adapter, "location.href")
	}
	if href == "" {
		href = d.text(0, "window.location.href")
	}
	p.Set(0, "window.location.href", p.String(href))
}
