// Package drive navigates without page loads (Turbo 8.0.23, drive): it decides
// which links and forms it follows, carries visits from their start to the
// rendered page, and keeps history, scroll positions and snapshots.
//
// What pages see of it are objects of theirs, which hold the state: a visit is
// the object that its adapter is given.
package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// Page is what drive needs of a page beside its objects.
type Page interface {
	dom.Values
	// IsRecentRequest reports whether a request with this id was made by this
	// page of late.
	IsRecentRequest(id string) bool
}

// Drive navigates one page. The zero Drive with a page is ready to be started.
type Drive struct {
	Page  Page
	Forms form.Forms
	// Frame navigates a frame when the options of a visit name one.
	Frame func(location, options dom.Node) bool
	// Heard says that a click came by that no visit was proposed after: only
	// such a click may navigate a frame (Turbo 8.0.23, link interceptor).
	Heard bool

	frames   map[int]func() // what frees a frame that a visit waits for
	bar      bar
	prefetch prefetch
	refresh  func() // cancels the refresh that waits
}

// Start begins to drive a page that is there already.
func (d *Drive) Start() {
	d.Forms = form.Forms{
		Page:     d.Page,
		Delegate: func(dom.Node) form.Delegate { return d },
		Answered: d.clearPrefetched,
	}
}

// Click handles a click that reached the window.
func (d *Drive) Click(event dom.Node) {
	p := d.Page
	from, url := link.Clicked(p, event)
	if from == 0 || !link.Navigatable(p, from) || !link.VisitableURL(p, url) {
		return
	}
	href, _ := p.Text(url, "href")
	detail := p.Object()
	p.Set(detail, "url", p.String(href))
	p.Set(detail, "originalEvent", event)
	if !p.Dispatch("turbo:click", from, true, detail) {
		return
	}
	p.Do(event, "preventDefault")
	action := link.VisitAction(p, from)
	if action == "" {
		action = "advance"
	}
	options := p.Object()
	p.Set(options, "action", p.String(action))
	p.Set(options, "acceptsStreamResponse", p.Bool(p.HasAttr(from, "data-turbo-stream")))
	p.Do(p.Get(0, "session"), "visit", p.String(href), options)
}

// ClickFormLink handles a click that reached the html element: on a link that
// is to submit a form.
func (d *Drive) ClickFormLink(event dom.Node) {
	p := d.Page
	d.Heard = true
	from, url := link.Clicked(p, event)
	if form.Submits(p, from) && link.Navigatable(p, from) && link.VisitableURL(p, url) {
		p.Do(event, "preventDefault")
		form.SubmitLink(p, from, url, "")
	}
}

// Submit handles a submit event that reached the document.
func (d *Drive) Submit(event dom.Node) {
	p := d.Page
	form, submitter, ok := d.Forms.Accepts(event)
	if !ok || !link.SubmissionNavigatable(p, form, submitter) || !link.VisitableURL(p, d.Forms.Action(form, submitter)) {
		return
	}
	p.Do(event, "preventDefault")
	p.Do(event, "stopImmediatePropagation")
	d.SubmitForm(form, submitter)
}

// Visit proposes a visit, unless it is for a frame.
func (d *Drive) Visit(location, options dom.Node) {
	p := d.Page
	if options == 0 {
		options = p.Object()
	}
	if d.Frame == nil || !d.Frame(location, options) {
		if url := p.Do(0, "url", location); url != 0 {
			d.Propose(url, options)
		}
	}
}

// Refresh visits the page at url again once no other refresh has come for the
// session's period; of a burst only the last counts (Turbo 8.0.23, streams
// §12).
func (d *Drive) Refresh(url, options dom.Node) {
	p := d.Page
	stop(&d.refresh)
	call := p.Object()
	p.Set(call, "url", url)
	p.Set(call, "options", options)
	call = p.Keep(call)
	cancel := p.Timeout(p.Number(0, "session.pageRefreshDebouncePeriod"), func() {
		d.refresh = nil
		d.RefreshNow(p.Get(call, "url"), p.Get(call, "options"))
		p.Drop(call)
	})
	d.refresh = func() {
		cancel()
		p.Drop(call)
	}
}

// RefreshNow visits the page at url again, unless the request that caused it
// was this page's own, a visit is under way, or the page is at another URL.
func (d *Drive) RefreshNow(url, options dom.Node) {
	p := d.Page
	id, ok := p.Text(options, "requestId")
	if d.text(options, "constructor.name") == "String" {
		id, ok = p.Text(options, "")
	}
	href, _ := p.Text(url, "")
	base, _ := p.Text(0, "document.baseURI")
	if ok && p.IsRecentRequest(id) || p.Is(0, "navigator.currentVisit") || href != base {
		return
	}
	how := p.Object()
	refresh := p.Object()
	p.Set(refresh, "method", p.Get(options, "method"))
	p.Set(refresh, "scroll", p.Get(options, "scroll"))
	p.Set(how, "action", p.String("replace"))
	p.Set(how, "shouldCacheSnapshot", p.Bool(false))
	p.Set(how, "refresh", refresh)
	p.Do(p.Get(0, "session"), "visit", url, how)
}

// Loaded tells of a page that is there: at first when the document is, and
// after every visit.
func (d *Drive) Loaded(timing dom.Node) {
	p := d.Page
	detail := p.Object()
	href, _ := p.Text(0, "history.location.href")
	p.Set(detail, "url", p.String(href))
	p.Set(detail, "timing", timing)
	p.Dispatch("turbo:load", 0, false, detail)
}

// RemoveTemporary takes away what is not to be cached.
func (d *Drive) RemoveTemporary() {
	nodes, _ := d.Page.SelectAll(d.Page.Get(0, "document"), "[data-turbo-temporary]")
	for _, n := range nodes {
		d.Page.Remove(n)
	}
}

// text returns a string of the page's, "" when there is none.
func (d *Drive) text(n dom.Node, path string) string {
	text, _ := d.Page.Text(n, path)
	return text
}

// await calls back with what a promise comes to, and with a value that it is
// about.
func (d *Drive) await(promise, about dom.Node, then func(about, value dom.Node)) {
	kept := d.Page.Keep(about)
	d.Page.Await(promise, func(value dom.Node, failed bool) {
		if !failed {
			then(kept, value)
		}
		d.Page.Drop(kept)
	})
}
