package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// What follows answers for the adapter of browsers.

// ProposedVisit starts a visit, or leaves a location to the browser.
func (d *Drive) ProposedVisit(url, options dom.Node) {
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

// VisitStarted looks for the page in the cache and asks for it.
func (d *Drive) VisitStarted(adapter, visit dom.Node) {
	p := d.Page
	p.Set(adapter, "location", p.Get(visit, "location"))
	p.Delete(adapter, "redirectedToLocation")
	p.Do(visit, "loadCachedSnapshot")
	p.Do(visit, "issueRequest")
}

// VisitRequestStarted shows the progress bar when the page is slow to come.
func (d *Drive) VisitRequestStarted(visit dom.Node) {
	d.bar.set(d, 0)
	if d.cachedSnapshot(visit) != 0 || d.text(visit, "action") != "restore" {
		d.bar.visit = d.afterDelay()
	} else {
		d.bar.show(d)
	}
}

func (d *Drive) afterDelay() (cancel func()) {
	return d.Page.Timeout(d.Page.Number(0, "config.drive.progressBarDelay"), func() { d.bar.show(d) })
}

func (d *Drive) VisitRequestCompleted(adapter, visit dom.Node) {
	p := d.Page
	p.Do(visit, "loadResponse")
	if p.Is(visit, "response.redirected") {
		p.Set(adapter, "redirectedToLocation", p.Get(visit, "redirectedToLocation"))
	}
}

// VisitRequestFailed renders what a failure was answered with, or has the
// browser load the page anew.
func (d *Drive) VisitRequestFailed(adapter, visit dom.Node, status int) {
	p := d.Page
	switch status {
	case networkFailure, timeoutFailure, contentTypeMismatch:
		reason, context := p.Object(), p.Object()
		p.Set(context, "statusCode", p.Int(status))
		p.Set(reason, "reason", p.String("request_failed"))
		p.Set(reason, "context", context)
		d.Reload(adapter, reason)
	default:
		p.Do(visit, "loadResponse")
	}
}

// VisitEnded takes the progress bar away.
func (d *Drive) VisitEnded() {
	d.bar.set(d, 1)
	d.bar.hide(d)
	stop(&d.bar.visit)
}

func stop(timer *func()) {
	if *timer != nil {
		(*timer)()
		*timer = nil
	}
}

// FormStarted and FormFinished do the same for submissions.
func (d *Drive) FormStarted() {
	d.bar.set(d, 0)
	if d.bar.form == nil {
		d.bar.form = d.afterDelay()
	}
}

func (d *Drive) FormFinished() {
	d.bar.set(d, 1)
	d.bar.hide(d)
	stop(&d.bar.form)
}

// Reload has the browser load the page that was last visited.
func (d *Drive) Reload(adapter, reason dom.Node) {
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

// A bar shows that a page is on its way.
type bar struct {
	value           float64
	visible, hiding bool
	visit, form     func() // cancel what shows it
	trickle         func()
}

const trickling = 300 // ms

func (b *bar) element(d *Drive) dom.Node { return d.Page.Get(0, "progressBar.progressElement") }

func (b *bar) show(d *Drive) {
	if b.visible {
		return
	}
	b.visible = true
	p := d.Page
	style := p.Get(b.element(d), "style")
	p.Set(style, "width", p.String("0"))
	p.Set(style, "opacity", p.String("1"))
	p.Do(p.Get(0, "document.documentElement"), "insertBefore", b.element(d), p.Get(0, "document.body"))
	b.refresh(d)
	if b.trickle == nil {
		b.next(d)
	}
}

func (b *bar) next(d *Drive) {
	b.trickle = d.Page.Timeout(trickling, func() {
		b.next(d)
		random := d.Page.Do(d.Page.Get(0, "window.Math"), "random")
		b.set(d, b.value+d.Page.Float(random, "")/100)
	})
}

func (b *bar) hide(d *Drive) {
	if !b.visible || b.hiding {
		return
	}
	b.hiding = true
	p := d.Page
	p.Set(p.Get(b.element(d), "style"), "opacity", p.String("0"))
	p.Timeout(trickling*3/2, func() {
		p.Remove(b.element(d))
		stop(&b.trickle)
		b.visible, b.hiding = false, false
	})
}

func (b *bar) set(d *Drive, value float64) {
	b.value = value
	b.refresh(d)
}

func (b *bar) refresh(d *Drive) {
	d.Page.Frame(func() {
		width := d.text(d.Page.Fraction(10+b.value*90), "")
		d.Page.Set(d.Page.Get(b.element(d), "style"), "width", d.Page.String(width+"%"))
	})
}
