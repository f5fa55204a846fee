// Package drive navigates without page loads (Turbo 8.0.23, drive): it decides
// which links and forms it follows, carries visits from their start to the
// rendered page, and keeps history, scroll positions and snapshots.
//
// A Visit is Go's; pages see an object of it, as of the rest, whose objects hold
// the state themselves.
package drive

import (
	"strconv"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
)

// Page is what drive needs of a page beside its objects.
type Page interface {
	dom.Values
	// IsRecentRequest reports whether a request with this id was made by this
	// page of late.
	IsRecentRequest(id string) bool
	// Differing returns the elements of two lists that are in one of them alone.
	// Titles are equal that say the same.
	Differing(before, after dom.Node) (gone, come []dom.Node)
}

// Frames navigates the frames of the page; *frame.Frames does.
type Frames interface {
	// Visit navigates the frame that the options of a visit name, and reports
	// whether they name one.
	Visit(location, options dom.Node) bool
	// Clicked is told of each click on a link, and Proposed that a visit was
	// proposed: a frame takes only a click that no visit was proposed after.
	Clicked()
	Proposed()
}

// Drive navigates one page. Its exported fields must be set before it starts.
type Drive struct {
	Page   Page
	Visits VisitPage
	Forms  form.Forms
	Frames Frames
	// Rendered is told that another page is shown.
	Rendered func()

	prefetch prefetch
	refresh  *waiting // for others to come, nil if none does
	spread   *waiting // for its turn
}

// Start begins to drive a page that is there already.
func (d *Drive) Start() {
	d.Forms.Answered = d.clearPrefetched
}

// Visit proposes a visit, unless it is for a frame.
//
//turbo:method Session visit
func (d *Drive) Visit(location, options dom.Node) {
	p := d.Page
	if options == 0 {
		options = p.Object("")
	}
	if !d.Frames.Visit(location, options) {
		if url := p.Do(0, "url", location); url != 0 {
			p.Do(0, "navigator.proposeVisit", url, options)
		}
	}
}

// mostSpread is how long a page waits with a refresh at most, in milliseconds.
const mostSpread = 5 * 60_000

// waiting is a call of the page's that a timer waits to make.
type waiting struct {
	call   dom.Node
	cancel func()
}

// stop ends the waiting.
func (d *Drive) stop(w **waiting) {
	if *w != nil {
		(*w).cancel()
		d.Page.Drop((*w).call)
		*w = nil
	}
}

// wait calls back with url and options after ms milliseconds, unless w is
// stopped before.
func (d *Drive) wait(w **waiting, ms int, url, options dom.Node, then func(url, options dom.Node)) {
	p := d.Page
	call := p.Keep(p.Object("url options", url, options))
	*w = &waiting{call, p.Timeout(ms, func() {
		*w = nil
		then(p.Get(call, "url"), p.Get(call, "options"))
		p.Drop(call)
	})}
}

// Refresh visits the page at url again once no other refresh has come for the
// session's period; of a burst only the last counts (Turbo 8.0.23, streams
// §12). With the option spread, which the server sets where a stream has many
// listeners, it waits before that for a random part of so many milliseconds;
// others that come meanwhile wait no longer.
//
//turbo:method Session refresh
func (d *Drive) Refresh(url, options dom.Node) {
	spread, _ := strconv.Atoi(d.text(options, "spread"))
	if spread <= 0 {
		d.debounce(url, options)
		return
	}
	p := d.Page
	if id, ok := p.Text(options, "requestId"); ok && p.IsRecentRequest(id) {
		return // it must not take the place of one that is not this page's own
	}
	if w := d.spread; w != nil {
		p.Set(w.call, "url", url)
		p.Set(w.call, "options", options)
		return
	}
	part := p.Float(p.Do(0, "window.Math.random"), "")
	d.wait(&d.spread, int(float64(min(spread, mostSpread))*part), url, options, d.debounce)
}

func (d *Drive) debounce(url, options dom.Node) {
	d.stop(&d.refresh)
	d.wait(&d.refresh, d.Page.Number(0, "session.pageRefreshDebouncePeriod"), url, options, d.RefreshNow)
}

// RefreshNow visits the page at url again, unless the request that caused it
// was this page's own, a visit is under way, or the page is at another URL.
//
//turbo:method Session debouncedRefresh
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
	refresh := p.Object("method scroll", p.Get(options, "method"), p.Get(options, "scroll"))
	p.Do(0, "session.visit", url, p.Object("action shouldCacheSnapshot refresh", p.String("replace"), dom.False, refresh))
}

// Asks calls a method and reports whether it says yes.
func (d *Drive) Asks(object dom.Node, method string, args ...dom.Node) bool {
	answer := d.Page.Do(object, method, args...)
	return answer != 0 && answer != dom.False
}

// text returns a string of the page's, "" when there is none.
func (d *Drive) text(n dom.Node, path string) string {
	text, _ := d.Page.Text(n, path)
	return text
}
