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
	// Rendered is told that another page is shown.
	Rendered func()

	frames   map[int]func() // what frees a frame that a visit waits for
	prefetch prefetch
	refresh  func() // cancels the refresh that waits
}

// Start begins to drive a page that is there already.
func (d *Drive) Start() {
	d.Forms = form.Forms{
		Page:     d.Page,
		Answered: d.clearPrefetched,
	}
}

// Visit proposes a visit, unless it is for a frame.
func (d *Drive) Visit(location, options dom.Node) {
	p := d.Page
	if options == 0 {
		options = p.Object()
	}
	if d.Frame == nil || !d.Frame(location, options) {
		if url := p.Do(0, "url", location); url != 0 {
			p.Do(p.Get(0, "navigator"), "proposeVisit", url, options)
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
