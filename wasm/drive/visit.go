package drive

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
)

// Statuses of answers that are none.
const (
	networkFailure      = 0
	timeoutFailure      = -1
	contentTypeMismatch = -2
)

func (d *Drive) state(visit dom.Node) string { return d.text(visit, "state") }

func (d *Drive) setState(visit dom.Node, state string) {
	d.Page.Set(visit, "state", d.Page.String(state))
}

// record notes the time at which a visit reached a point.
func (d *Drive) record(visit dom.Node, point string) {
	p := d.Page
	p.Set(p.Get(visit, "timingMetrics"), point, p.Do(p.Get(0, "window.Date"), "now"))
}

func (d *Drive) timing(visit dom.Node) dom.Node {
	p := d.Page
	return p.Do(p.Get(0, "window.Object"), "assign", p.Object(), p.Get(visit, "timingMetrics"))
}

func (d *Drive) start(visit dom.Node) {
	if d.state(visit) != "initialized" {
		return
	}
	d.record(visit, "visitStart")
	d.setState(visit, "started")
	d.Page.Do(d.adapter(), "visitStarted", visit)
	d.visitStarted(visit)
}

func (d *Drive) cancel(visit dom.Node) {
	if d.state(visit) != "started" {
		return
	}
	if request := d.Page.Get(visit, "request"); request != 0 {
		d.Page.Do(request, "cancel")
	}
	d.cancelRender(visit)
	d.setState(visit, "canceled")
}

func (d *Drive) complete(visit dom.Node) {
	if d.state(visit) != "started" {
		return
	}
	d.record(visit, "visitEnd")
	d.Page.Do(d.adapter(), "visitCompleted", visit)
	d.setState(visit, "completed")
	d.followRedirect(visit)
	if !d.Page.Is(visit, "followedRedirect") {
		d.visitCompleted(visit)
	}
}

func (d *Drive) fail(visit dom.Node) {
	if d.state(visit) != "started" {
		return
	}
	d.setState(visit, "failed")
	d.Page.Do(d.adapter(), "visitFailed", visit)
	d.visitCompleted(visit)
}

// dismiss ends a visit whose answer was no page: the page that is there stays,
// and is not told to load.
func (d *Drive) dismiss(visit dom.Node) {
	if d.state(visit) != "started" {
		return
	}
	d.setState(visit, "failed")
	d.Page.Do(d.adapter(), "visitFailed", visit)
	d.unbusy()
}

// followRedirect gives the page that was rendered its own URL.
func (d *Drive) followRedirect(visit dom.Node) {
	p := d.Page
	to := p.Get(visit, "redirectedToLocation")
	if to == 0 || p.Is(visit, "followedRedirect") || !p.Is(visit, "response.redirected") {
		return
	}
	options := p.Object()
	p.Set(options, "action", p.String("replace"))
	p.Set(options, "response", p.Get(visit, "response"))
	p.Set(options, "shouldCacheSnapshot", p.Bool(false))
	p.Set(options, "willRender", p.Bool(false))
	p.Do(d.adapter(), "visitProposedToLocation", to, options)
	p.Set(visit, "followedRedirect", p.Bool(true))
}

// changeHistory brings the visit's location into the history, once.
func (d *Drive) changeHistory(visit dom.Node) {
	p := d.Page
	if visit == 0 || p.Is(visit, "historyChanged") || !p.Is(visit, "updateHistory") {
		return
	}
	action := d.text(visit, "action")
	if d.text(visit, "location.href") == d.text(visit, "referrer.href") {
		action = "replace"
	}
	d.ChangeHistory(action != "replace", p.Get(visit, "location"), d.text(visit, "restorationIdentifier"))
	p.Set(visit, "historyChanged", p.Bool(true))
}

// hasResponse says that nothing is to be requested.
func (d *Drive) hasResponse(visit dom.Node) bool { return d.Page.Is(visit, "response") }

// issueRequest requests the page, or takes the response that it came with.
func (d *Drive) issueRequest(visit dom.Node) {
	p := d.Page
	switch {
	case d.hasResponse(visit):
		d.startRequest(visit)
		d.recordResponse(visit, 0)
		d.finishRequest(visit)
	case d.shouldIssueRequest(visit) && !p.Is(visit, "request"):
		request := p.Do(0, "newRequest", visit, p.Get(visit, "location"))
		p.Set(visit, "request", request)
		p.Do(request, "perform")
	}
}

func (d *Drive) shouldIssueRequest(visit dom.Node) bool {
	if d.text(visit, "action") == "restore" {
		return d.cachedSnapshot(visit) == 0
	}
	return d.Page.Is(visit, "willRender")
}

func (d *Drive) startRequest(visit dom.Node) {
	d.record(visit, "requestStart")
	d.Page.Do(d.adapter(), "visitRequestStarted", visit)
}

func (d *Drive) recordResponse(visit, response dom.Node) {
	p := d.Page
	if response == 0 {
		response = p.Get(visit, "response")
	}
	p.Set(visit, "response", response)
	if response == 0 {
		return
	}
	if status := p.Number(response, "statusCode"); successful(status) {
		p.Do(d.adapter(), "visitRequestCompleted", visit)
	} else {
		p.Do(d.adapter(), "visitRequestFailedWithStatusCode", visit, p.Int(status))
	}
}

func successful(status int) bool { return status >= 200 && status < 300 }

func (d *Drive) finishRequest(visit dom.Node) {
	d.record(visit, "requestEnd")
	d.Page.Do(d.adapter(), "visitRequestFinished", visit)
}

// prepareRequest asks for streams where the visit may be answered with them.
func (d *Drive) prepareRequest(visit, request dom.Node) {
	if d.Page.Is(visit, "acceptsStreamResponse") {
		d.Page.Do(request, "acceptResponseType", d.Page.String(form.StreamType))
	}
}

// requestAnswered takes the answer of a visit's request.
func (d *Drive) requestAnswered(visit, response dom.Node, succeeded bool) {
	p := d.Page
	about := p.Object()
	p.Set(about, "visit", visit)
	p.Set(about, "response", response)
	d.await(p.Get(response, "responseHTML"), about, func(about, html dom.Node) {
		visit, response := p.Get(about, "visit"), p.Get(about, "response")
		if d.state(visit) == "canceled" { // another visit has taken its place
			return
		}
		if status := p.Number(response, "statusCode"); status == 204 {
			d.dismiss(visit)
			return
		}
		if !p.Is(response, "isHTML") {
			d.recordResponse(visit, d.Answer(response, p.Int(contentTypeMismatch), 0))
			return
		}
		if html == 0 {
			html = p.String("")
		}
		if succeeded {
			var to dom.Node
			if p.Is(response, "redirected") {
				to = p.Get(response, "location")
			}
			p.Set(visit, "redirectedToLocation", to)
		}
		d.recordResponse(visit, d.Answer(response, p.Get(response, "statusCode"), html))
	})
}

func (d *Drive) requestErrored(visit dom.Node) {
	d.recordResponse(visit, d.Answer(0, d.Page.Int(networkFailure), 0))
}

// render calls back in the next frame with an object of what it is about,
// which knows the visit; a frame that was asked for before is not waited for
// any more.
func (d *Drive) render(visit, about dom.Node, callback func(about dom.Node, done func())) {
	p := d.Page
	d.cancelRender(visit)
	p.Set(about, "visit", visit)
	about = p.Keep(about)
	number := 0
	next, release := p.Once(func(dom.Node) {
		delete(d.frames, number)
		// What renders begins in a microtask of its own.
		p.Then(0, func(dom.Node) {
			callback(about, func() {
				p.Delete(p.Get(about, "visit"), "frame")
				p.Drop(about)
			})
		})
	})
	window := p.Get(0, "window")
	if d.text(0, "document.visibilityState") == "hidden" {
		p.Set(visit, "frame", p.Do(window, "setTimeout", next))
		return
	}
	p.Set(visit, "frame", p.Do(window, "requestAnimationFrame", next))
	number = p.Number(visit, "frame")
	if d.frames == nil {
		d.frames = map[int]func(){}
	}
	d.frames[number] = func() {
		release()
		p.Drop(about)
	}
}

// cancelRender cancels the frame that a visit waits for; a timer, on a hidden
// page, is not cancelled (as upstream).
func (d *Drive) cancelRender(visit dom.Node) {
	p := d.Page
	number := p.Number(visit, "frame")
	if number == 0 {
		return
	}
	p.Do(p.Get(0, "window"), "cancelAnimationFrame", p.Int(number))
	p.Delete(visit, "frame")
	if release := d.frames[number]; release != nil {
		delete(d.frames, number)
		release()
	}
}

// rendering calls back once no other rendering is under way.
func (d *Drive) rendering(then func()) {
	if promise := d.Page.Get(0, "view.renderPromise"); promise != 0 {
		d.Page.Then(promise, func(dom.Node) { then() })
		return
	}
	then()
}

// loadResponse renders the response of a visit. Its source is parsed while the
// frame is waited for.
func (d *Drive) loadResponse(visit dom.Node) {
	p := d.Page
	response := p.Get(visit, "response")
	if response == 0 {
		return
	}
	status, html := p.Number(response, "statusCode"), p.Get(response, "responseHTML")
	_, ok := p.Text(response, "responseHTML.length") // the page keeps the text
	if html == 0 {
		html = p.String("")
	}
	about := p.Object()
	p.Set(about, "snapshot", d.Parsed(html))
	d.render(visit, about, func(about dom.Node, done func()) {
		if visit := p.Get(about, "visit"); p.Is(visit, "shouldCacheSnapshot") {
			d.cacheSnapshotOf(visit)
		}
		d.rendering(func() {
			if d.state(p.Get(about, "visit")) == "canceled" {
				done()
				return
			}
			end := func() {
				visit := p.Get(about, "visit")
				p.Do(d.adapter(), "visitRendered", visit)
				if successful(status) && ok {
					d.complete(visit)
				} else {
					d.fail(visit)
				}
				done()
			}
			visit, snapshot := p.Get(about, "visit"), p.Get(about, "snapshot")
			if successful(status) && ok {
				d.renderSnapshot(visit, snapshot, false, end)
			} else {
				d.renderError(snapshot, visit, end)
			}
		})
	})
}

// cachedSnapshot returns the snapshot that stands for the page until it comes.
func (d *Drive) cachedSnapshot(visit dom.Node) dom.Node {
	p := d.Page
	url := p.Get(visit, "location")
	snapshot := p.Do(p.Get(0, "view.snapshotCache"), "get", url)
	if html := p.Get(visit, "snapshotHTML"); snapshot == 0 && html != 0 {
		snapshot = d.Parsed(html)
	}
	if snapshot == 0 {
		return 0
	}
	if anchor, _ := d.anchor(url); anchor != "" && d.anchored(p.Get(snapshot, "element"), anchor) == 0 {
		return 0
	}
	if control, _ := d.Setting(snapshot, "cache-control"); d.text(visit, "action") != "restore" && control == "no-preview" {
		return 0
	}
	return snapshot
}

// loadCachedSnapshot renders the cached page: as a preview where the page
// itself is requested as well.
func (d *Drive) loadCachedSnapshot(visit dom.Node) {
	p := d.Page
	snapshot := d.cachedSnapshot(visit)
	if snapshot == 0 {
		return
	}
	preview := d.shouldIssueRequest(visit)
	about := p.Object()
	p.Set(about, "snapshot", snapshot)
	d.render(visit, about, func(about dom.Node, done func()) {
		visit := p.Get(about, "visit")
		d.cacheSnapshotOf(visit)
		if p.Is(visit, "isPageRefresh") {
			p.Do(d.adapter(), "visitRendered", visit)
			done()
			return
		}
		d.rendering(func() {
			if d.state(p.Get(about, "visit")) == "canceled" {
				done()
				return
			}
			// The cache keeps the page as it was left, whatever becomes of it here.
			shown := p.Do(p.Get(about, "snapshot"), "clone")
			d.renderSnapshot(p.Get(about, "visit"), shown, preview, func() {
				visit := p.Get(about, "visit")
				p.Do(d.adapter(), "visitRendered", visit)
				if !preview {
					d.complete(visit)
				}
				done()
			})
		})
	})
}

// renderSnapshot renders a page and scrolls, in a view transition where both
// pages ask for one.
func (d *Drive) renderSnapshot(visit, snapshot dom.Node, preview bool, done func()) {
	p := d.Page
	visit, snapshot = p.Keep(visit), p.Keep(snapshot)
	change := func(changed func()) {
		d.renderPage(snapshot, preview, p.Is(visit, "willRender"), visit, func() {
			d.performScroll(visit)
			changed()
		})
	}
	end := func() {
		p.Drop(visit)
		p.Drop(snapshot)
		done()
	}
	if before := p.Get(visit, "transitioned"); before != 0 {
		// The page itself comes when the transition to its preview is over.
		p.Then(before, func(dom.Node) { change(end) })
		return
	}
	if !p.Is(visit, "willRender") || !p.Is(0, "document.startViewTransition") || !d.transitions(d.pageMeta) || !d.transitions(d.metasOf(snapshot)) {
		change(end)
		return
	}
	start, _ := p.Once(func(resolve dom.Node) {
		resolve = p.Keep(resolve)
		change(func() {
			p.Do(resolve, "call")
			p.Drop(resolve)
		})
	})
	finished := p.Do(0, "transition", start)
	p.Set(visit, "transitioned", finished)
	p.Then(finished, func(dom.Node) { end() })
}

func (d *Drive) cacheSnapshotOf(visit dom.Node) {
	p := d.Page
	if p.Is(visit, "snapshotCached") {
		return
	}
	p.Set(visit, "snapshotCached", p.Bool(true))
	visit = p.Keep(visit)
	d.CacheSnapshot(p.Get(visit, "snapshot"), func(cached dom.Node) {
		if cached != 0 {
			p.Do(visit, "visitCachedSnapshot", cached)
		}
		p.Drop(visit)
	})
}

// performScroll brings the page to where the visit wants it, once.
func (d *Drive) performScroll(visit dom.Node) {
	p := d.Page
	if p.Is(visit, "scrolled") || p.Is(0, "view.forceReloaded") || d.keepsScroll(visit) {
		return
	}
	p.Set(visit, "scrolled", p.Bool(true))
	if d.text(visit, "action") == "restore" {
		data := p.Do(p.Get(0, "history"), "getRestorationDataForIdentifier", p.Get(visit, "restorationIdentifier"))
		if position := p.Get(data, "scrollPosition"); position != 0 {
			d.ScrollToPosition(position)
			return
		}
	}
	if anchor, ok := d.anchor(p.Get(visit, "location")); ok {
		d.ScrollToAnchor(anchor)
		return
	}
	d.scrollTo(0, 0)
}

// anchor returns the fragment of a URL, escapes kept.
func (d *Drive) anchor(url dom.Node) (string, bool) {
	_, anchor, ok := strings.Cut(d.text(url, "href"), "#")
	return anchor, ok
}
