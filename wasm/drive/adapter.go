package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// The methods of the adapter of browsers, in the order of their names in
// js/drive.js.
const (
	adapterVisitProposedToLocation = iota
	adapterVisitStarted
	adapterVisitRequestStarted
	adapterVisitRequestCompleted
	adapterVisitRequestFailedWithStatusCode
	adapterVisitRequestFinished
	adapterVisitCompleted
	adapterPageInvalidated
	adapterVisitFailed
	adapterVisitRendered
	adapterFormSubmissionStarted
	adapterFormSubmissionFinished
	adapterReload
	adapterShowVisitProgressBarAfterDelay
	adapterHideVisitProgressBar
	adapterShowFormProgressBarAfterDelay
	adapterHideFormProgressBar
)

// AnswerAdapter answers for the adapter of browsers (Turbo 8.0.23, browser
// adapter).
func (d *Drive) AnswerAdapter(adapter dom.Node, method int, a, b dom.Node) dom.Node {
	p := d.Page
	switch method {
	case adapterVisitProposedToLocation:
		d.proposed(a, b)
	case adapterVisitStarted:
		p.Set(adapter, "location", p.Get(a, "location"))
		p.Delete(adapter, "redirectedToLocation")
		p.Do(a, "loadCachedSnapshot")
		p.Do(a, "issueRequest")
	case adapterVisitRequestStarted:
		// The bar shows when the page is slow to come.
		p.Do(p.Get(adapter, "progressBar"), "setValue", p.Int(0))
		if d.Asks(a, "hasCachedSnapshot") || d.text(a, "action") != "restore" {
			p.Do(adapter, "showVisitProgressBarAfterDelay")
		} else {
			p.Do(adapter, "showProgressBar")
		}
	case adapterVisitRequestCompleted:
		p.Do(a, "loadResponse")
		if p.Is(a, "response.redirected") {
			p.Set(adapter, "redirectedToLocation", p.Get(a, "redirectedToLocation"))
		}
	case adapterVisitRequestFailedWithStatusCode:
		// What a failure was answered with is rendered; where there was no
		// answer the browser loads the page anew.
		switch p.Number(b, "") {
		case networkFailure, timeoutFailure, contentTypeMismatch:
			return p.Do(adapter, "reload", d.object("reason", p.String("request_failed"), "context", d.object("statusCode", p.Int(p.Number(b, "")))))
		}
		return p.Do(a, "loadResponse")
	case adapterVisitCompleted, adapterVisitFailed:
		p.Do(p.Get(adapter, "progressBar"), "setValue", p.Int(1))
		p.Do(adapter, "hideVisitProgressBar")
	case adapterPageInvalidated:
		p.Do(adapter, "reload", a)
	case adapterFormSubmissionStarted:
		p.Do(p.Get(adapter, "progressBar"), "setValue", p.Int(0))
		p.Do(adapter, "showFormProgressBarAfterDelay")
	case adapterFormSubmissionFinished:
		p.Do(p.Get(adapter, "progressBar"), "setValue", p.Int(1))
		p.Do(adapter, "hideFormProgressBar")
	case adapterReload:
		d.reload(adapter, a)
	case adapterShowVisitProgressBarAfterDelay:
		d.showAfterDelay(adapter, "visitProgressBarTimeout")
	case adapterHideVisitProgressBar:
		d.hideBar(adapter, "visitProgressBarTimeout")
	case adapterShowFormProgressBarAfterDelay:
		if _, waiting := p.Text(adapter, "formProgressBarTimeout"); !waiting {
			d.showAfterDelay(adapter, "formProgressBarTimeout")
		}
	case adapterHideFormProgressBar:
		d.hideBar(adapter, "formProgressBarTimeout")
	}
	return 0
}

// proposed starts a visit, or leaves a location to the browser.
func (d *Drive) proposed(url, options dom.Node) {
	p := d.Page
	if !link.VisitableURL(p, url) {
		p.Set(p.Get(0, "window.location"), "href", p.String(d.text(url, "href")))
		return
	}
	identifier := dom.Node(0)
	if options != 0 {
		identifier = p.Get(options, "restorationIdentifier")
	}
	if identifier == 0 {
		identifier = p.String(p.UUID())
	}
	p.Do(p.Get(0, "navigator"), "startVisit", url, identifier, options)
}

func (d *Drive) showAfterDelay(adapter dom.Node, timer string) {
	p := d.Page
	p.Set(adapter, timer, p.Do(p.Get(0, "window"), "setTimeout", p.Get(adapter, "showProgressBar"), p.Get(0, "session.progressBarDelay")))
}

func (d *Drive) hideBar(adapter dom.Node, timer string) {
	p := d.Page
	p.Do(p.Get(adapter, "progressBar"), "hide")
	p.Do(p.Get(0, "window"), "clearTimeout", p.Get(adapter, timer))
	p.Delete(adapter, timer)
}

func stop(timer *func()) {
	if *timer != nil {
		(*timer)()
		*timer = nil
	}
}

// reload has the browser load the page that was last visited.
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
	p.Set(p.Get(0, "window.location"), "href", p.String(href))
}

// The methods of the progress bar, in the order of their names in js/drive.js.
const (
	barShow = iota
	barHide
	barSetValue
	barInstallStylesheetElement
	barInstallProgressElement
	barFadeProgressElement
	barUninstallProgressElement
	barStartTrickling
	barStopTrickling
	barRefresh
)

const trickling = 300 // ms

// AnswerBar answers for the progress bar (Turbo 8.0.23, progress bar).
func (d *Drive) AnswerBar(bar dom.Node, method int, a dom.Node) dom.Node {
	p := d.Page
	element := p.Get(bar, "progressElement")
	window := p.Get(0, "window")
	switch method {
	case barShow:
		if !p.Is(bar, "visible") {
			p.Set(bar, "visible", dom.True)
			p.Do(bar, "installProgressElement")
			p.Do(bar, "startTrickling")
		}
	case barHide:
		if !p.Is(bar, "visible") || p.Is(bar, "hiding") {
			break
		}
		p.Set(bar, "hiding", dom.True)
		bar = p.Keep(bar)
		faded, _ := p.Once(func(dom.Node) {
			p.Do(bar, "uninstallProgressElement")
			p.Do(bar, "stopTrickling")
			p.Set(bar, "visible", dom.False)
			p.Set(bar, "hiding", dom.False)
			p.Drop(bar)
		})
		p.Do(bar, "fadeProgressElement", faded)
	case barSetValue:
		p.Set(bar, "value", p.Fraction(p.Float(a, "")))
		p.Do(bar, "refresh")
	case barInstallStylesheetElement:
		p.Do(p.Get(0, "document.head"), "prepend", p.Get(bar, "stylesheetElement"))
	case barInstallProgressElement:
		style := p.Get(element, "style")
		p.Set(style, "width", p.String("0"))
		p.Set(style, "opacity", p.String("1"))
		p.Do(p.Get(0, "document.documentElement"), "insertBefore", element, p.Get(0, "document.body"))
		p.Do(bar, "refresh")
	case barFadeProgressElement:
		p.Set(p.Get(element, "style"), "opacity", p.String("0"))
		p.Do(window, "setTimeout", a, p.Int(trickling*3/2))
	case barUninstallProgressElement:
		p.Remove(element)
	case barStartTrickling:
		if !p.Is(bar, "trickleInterval") {
			p.Set(bar, "trickleInterval", p.Do(window, "setInterval", p.Get(bar, "trickle"), p.Int(trickling)))
		}
	case barStopTrickling:
		p.Do(window, "clearInterval", p.Get(bar, "trickleInterval"))
		p.Delete(bar, "trickleInterval")
	case barRefresh:
		bar = p.Keep(bar)
		p.AwaitRepaint(func() {
			width := d.text(p.Fraction(10+p.Float(bar, "value")*90), "")
			p.Set(p.Get(bar, "progressElement.style"), "width", p.String(width+"%"))
			p.Drop(bar)
		})
	}
	return 0
}
