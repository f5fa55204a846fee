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

//turbo:method Visit start
func (d *Drive) start(visit dom.Node) {
	p := d.Page
	if d.state(visit) != "initialized" {
		return
	}
	p.Do(visit, "recordTimingMetric", p.String("visitStart"))
	d.setState(visit, "started")
	p.Do(d.adapter(), "visitStarted", visit)
	p.Do(p.Get(visit, "delegate"), "visitStarted", visit)
}

//turbo:method Visit cancel
func (d *Drive) cancel(visit dom.Node) {
	p := d.Page
	if d.state(visit) != "started" {
		return
	}
	if request := p.Get(visit, "request"); request != 0 {
		p.Do(request, "cancel")
	}
	p.Do(visit, "cancelRender")
	d.setState(visit, "canceled")
}

//turbo:method Visit complete
func (d *Drive) complete(visit dom.Node) {
	p := d.Page
	if d.state(visit) != "started" {
		return
	}
	p.Do(visit, "recordTimingMetric", p.String("visitEnd"))
	p.Do(d.adapter(), "visitCompleted", visit)
	d.setState(visit, "completed")
	p.Do(visit, "followRedirect")
	if !p.Is(visit, "followedRedirect") {
		p.Do(p.Get(visit, "delegate"), "visitCompleted", visit)
	}
}

//turbo:method Visit fail
func (d *Drive) fail(visit dom.Node) {
	p := d.Page
	if d.state(visit) != "started" {
		return
	}
	d.setState(visit, "failed")
	p.Do(d.adapter(), "visitFailed", visit)
	p.Do(p.Get(visit, "delegate"), "visitCompleted", visit)
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
//
//turbo:method Visit followRedirect
func (d *Drive) followRedirect(visit dom.Node) {
	p := d.Page
	to := p.Get(visit, "redirectedToLocation")
	if to == 0 || p.Is(visit, "followedRedirect") || !p.Is(visit, "response.redirected") {
		return
	}
	p.Do(d.adapter(), "visitProposedToLocation", to, d.object("action", p.String("replace"), "response", p.Get(visit, "response"),
		"shouldCacheSnapshot", p.Bool(false), "willRender", p.Bool(false)))
	p.Set(visit, "followedRedirect", p.Bool(true))
}

// changeHistory brings the visit's location into the history, once.
//
//turbo:method Visit changeHistory
func (d *Drive) changeHistory(visit dom.Node) {
	p := d.Page
	if p.Is(visit, "historyChanged") || !p.Is(visit, "updateHistory") {
		return
	}
	action := d.text(visit, "action")
	if d.text(visit, "location.href") == d.text(visit, "referrer.href") {
		action = "replace"
	}
	d.UpdateHistory(action, p.Get(visit, "location"), p.Get(visit, "restorationIdentifier"))
	p.Set(visit, "historyChanged", p.Bool(true))
}

// issueRequest requests the page, or takes the response that it came with.
//
//turbo:method Visit issueRequest
func (d *Drive) issueRequest(visit dom.Node) {
	p := d.Page
	switch {
	case d.Asks(visit, "hasPreloadedResponse"):
		p.Do(visit, "simulateRequest")
	case d.Asks(visit, "shouldIssueRequest") && !p.Is(visit, "request"):
		request := p.Do(0, "newRequest", visit, p.Get(visit, "location"))
		p.Set(visit, "request", request)
		p.Do(request, "perform")
	}
}

//turbo:method Visit shouldIssueRequest
func (d *Drive) shouldIssueRequest(visit dom.Node) bool {
	if d.text(visit, "action") == "restore" {
		return !d.Asks(visit, "hasCachedSnapshot")
	}
	return d.Page.Is(visit, "willRender")
}

//turbo:method Visit recordResponse
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

// simulateRequest takes the response that the visit came with.
//
//turbo:method Visit simulateRequest
func (d *Drive) simulateRequest(visit dom.Node) {
	p := d.Page
	if p.Is(visit, "response") {
		p.Do(visit, "startRequest")
		p.Do(visit, "recordResponse")
		p.Do(visit, "finishRequest")
	}
}

//turbo:method Visit hasPreloadedResponse
func (d *Drive) hasPreloadedResponse(visit dom.Node) bool { return d.Page.Is(visit, "response") }

//turbo:method Visit startRequest
func (d *Drive) startRequest(visit dom.Node) {
	d.Page.Do(visit, "recordTimingMetric", d.Page.String("requestStart"))
	d.Page.Do(d.adapter(), "visitRequestStarted", visit)
}

//turbo:method Visit finishRequest
func (d *Drive) finishRequest(visit dom.Node) {
	d.Page.Do(visit, "recordTimingMetric", d.Page.String("requestEnd"))
	d.Page.Do(d.adapter(), "visitRequestFinished", visit)
}

//turbo:method Visit recordTimingMetric
func (d *Drive) recordTiming(visit dom.Node, metric string) {
	p := d.Page
	p.Set(p.Get(visit, "timingMetrics"), metric, p.Do(p.Get(0, "window.Date"), "now"))
}

//turbo:method Visit getTimingMetrics
func (d *Drive) timings(visit dom.Node) dom.Node {
	p := d.Page
	return p.Do(p.Get(0, "window.Object"), "assign", p.Object(), p.Get(visit, "timingMetrics"))
}

func successful(status int) bool { return status >= 200 && status < 300 }

// prepareRequest asks for streams where the visit may be answered with them.
//
//turbo:method Visit prepareRequest
func (d *Drive) prepareRequest(visit, request dom.Node) {
	if d.Page.Is(visit, "acceptsStreamResponse") {
		d.Page.Do(request, "acceptResponseType", d.Page.String(form.StreamType))
	}
}

//turbo:method Visit requestStarted
func (d *Drive) requestStarted(visit dom.Node) { d.Page.Do(visit, "startRequest") }

//turbo:method Visit requestFinished
func (d *Drive) requestFinished(visit dom.Node) { d.Page.Do(visit, "finishRequest") }

// requestPrevented ends a visit that streams have answered.
//
//turbo:method Visit requestPreventedHandlingResponse
func (d *Drive) requestPrevented(visit, _, response dom.Node) {
	if strings.HasPrefix(d.text(response, "contentType"), form.StreamType) {
		d.dismiss(visit)
	}
}

//turbo:method Visit requestErrored
func (d *Drive) requestErrored(visit dom.Node) {
	d.Page.Do(visit, "recordResponse", d.Answer(0, d.Page.Int(networkFailure), 0))
}

//turbo:method Visit requestSucceededWithResponse
func (d *Drive) requestSucceeded(visit, _, response dom.Node, then then) {
	d.requestAnswered(visit, response, true, then)
}

//turbo:method Visit requestFailedWithResponse
func (d *Drive) requestFailed(visit, _, response dom.Node, then then) {
	d.requestAnswered(visit, response, false, then)
}

// requestAnswered takes the answer of a visit's request.
func (d *Drive) requestAnswered(visit, response dom.Node, succeeded bool, then then) {
	p := d.Page
	p.Then(p.Get(response, "responseHTML"), func(html dom.Node) {
		defer then(true)
		if d.state(visit) == "canceled" { // another visit has taken its place
			return
		}
		if status := p.Number(response, "statusCode"); status == 204 {
			d.dismiss(visit)
			return
		}
		if !p.Is(response, "isHTML") {
			p.Do(visit, "recordResponse", d.Answer(response, p.Int(contentTypeMismatch), 0))
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
		p.Do(visit, "recordResponse", d.Answer(response, p.Get(response, "statusCode"), html))
	})
}

// renderLater calls back in the next frame with an object of what it is about,
// which knows the visit; a frame that was asked for before is not waited for
// any more.
func (d *Drive) renderLater(visit, about dom.Node, callback func(about dom.Node, done func())) {
	p := d.Page
	p.Do(visit, "cancelRender")
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
//
//turbo:method Visit cancelRender
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

// render renders later, by way of the visit.
func (d *Drive) render(visit, about dom.Node, callback func(about dom.Node, done func())) {
	p := d.Page
	if p.Own(visit, "render") >= 0 {
		d.renderLater(visit, about, callback)
		return
	}
	p.Set(about, "visit", visit)
	about = p.Keep(about)
	function, _ := p.Once(func(promise dom.Node) {
		promise = p.Keep(promise)
		callback(about, func() {
			p.Do(promise, "resolve")
			p.Drop(promise)
			p.Drop(about)
		})
	})
	p.Do(visit, "render", p.Do(0, "callback", function))
}

// renderCallback renders later what a function of the application's renders.
//
//turbo:method Visit render
func (d *Drive) renderCallback(visit, callback dom.Node, then then) {
	p := d.Page
	d.renderLater(visit, p.Object(), func(_ dom.Node, done func()) {
		p.Await(p.Do(callback, "call"), func(_ dom.Node, failed bool) {
			done()
			then(!failed)
		})
	})
}

// loadResponse renders the response of a visit. Its source is parsed while the
// frame is waited for.
//
//turbo:method Visit loadResponse
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
	d.render(visit, d.object("snapshot", d.Parsed(html)), func(about dom.Node, done func()) {
		if visit := p.Get(about, "visit"); p.Is(visit, "shouldCacheSnapshot") {
			p.Do(visit, "cacheSnapshot")
		}
		d.rendering(func() {
			if d.state(p.Get(about, "visit")) == "canceled" {
				done()
				return
			}
			end := func(rendered bool) {
				if rendered {
					visit := p.Get(about, "visit")
					p.Do(d.adapter(), "visitRendered", visit)
					if successful(status) && ok {
						p.Do(visit, "complete")
					} else {
						p.Do(visit, "fail")
					}
				}
				done()
			}
			visit, snapshot := p.Get(about, "visit"), p.Get(about, "snapshot")
			if successful(status) && ok {
				d.showSnapshot(visit, snapshot, false, end)
			} else {
				d.showError(snapshot, visit, end)
			}
		})
	})
}

func (d *Drive) showSnapshot(visit, snapshot dom.Node, preview bool, then then) {
	d.Page.DoThen(visit, "renderPageSnapshot", then, snapshot, d.Page.Bool(preview))
}

// cachedSnapshot returns the snapshot that stands for the page until it comes.
//
//turbo:method Visit getCachedSnapshot
func (d *Drive) cachedSnapshot(visit dom.Node) dom.Node {
	p := d.Page
	url := p.Get(visit, "location")
	snapshot := p.Do(p.Get(0, "view"), "getCachedSnapshotForLocation", url)
	if snapshot == 0 {
		if snapshot = p.Do(visit, "getPreloadedSnapshot"); snapshot == 0 {
			return 0
		}
	}
	if anchor, _ := d.anchor(url); anchor != "" && !d.Asks(snapshot, "hasAnchor", p.String(anchor)) {
		return 0
	}
	if d.text(visit, "action") != "restore" && !p.Is(snapshot, "isPreviewable") {
		return 0
	}
	return snapshot
}

//turbo:method Visit hasCachedSnapshot
func (d *Drive) hasCachedSnapshot(visit dom.Node) bool {
	return d.Page.Do(visit, "getCachedSnapshot") != 0
}

//turbo:method Visit getPreloadedSnapshot
func (d *Drive) preloadedSnapshot(visit dom.Node) dom.Node {
	if html := d.Page.Get(visit, "snapshotHTML"); html != 0 {
		return d.Parsed(html)
	}
	return 0
}

// loadCachedSnapshot renders the cached page: as a preview where the page
// itself is requested as well.
//
//turbo:method Visit loadCachedSnapshot
func (d *Drive) loadCachedSnapshot(visit dom.Node) {
	p := d.Page
	snapshot := p.Do(visit, "getCachedSnapshot")
	if snapshot == 0 {
		return
	}
	preview := d.Asks(visit, "shouldIssueRequest")
	d.render(visit, d.object("snapshot", snapshot), func(about dom.Node, done func()) {
		visit := p.Get(about, "visit")
		p.Do(visit, "cacheSnapshot")
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
			d.showSnapshot(p.Get(about, "visit"), shown, preview, func(ok bool) {
				if ok {
					visit := p.Get(about, "visit")
					p.Do(d.adapter(), "visitRendered", visit)
					if !preview {
						p.Do(visit, "complete")
					}
				}
				done()
			})
		})
	})
}

// renderSnapshot renders a page and scrolls, in a view transition where both
// pages ask for one.
//
//turbo:method Visit renderPageSnapshot
func (d *Drive) renderSnapshot(visit, snapshot dom.Node, preview bool, then then) {
	p := d.Page
	visit, snapshot = p.Keep(visit), p.Keep(snapshot)
	change := func(then func(ok bool)) {
		d.showPage(snapshot, preview, p.Is(visit, "willRender"), visit, func(ok bool) {
			if ok {
				p.Do(visit, "performScroll")
			}
			then(ok)
		})
	}
	end := func(ok bool) {
		p.Drop(visit)
		p.Drop(snapshot)
		then(ok)
	}
	if before := p.Get(visit, "transitioned"); before != 0 {
		// The page itself comes when the transition to its preview is over.
		p.Then(before, func(dom.Node) { change(end) })
		return
	}
	if !p.Is(visit, "willRender") || !d.Asks(p.Get(0, "view"), "shouldTransitionTo", snapshot) || !p.Is(0, "document.startViewTransition") {
		change(end)
		return
	}
	rendered := false
	start, _ := p.Once(func(resolve dom.Node) {
		resolve = p.Keep(resolve)
		change(func(ok bool) {
			rendered = ok
			p.Do(resolve, "call")
			p.Drop(resolve)
		})
	})
	finished := p.Do(0, "transition", start)
	p.Set(visit, "transitioned", finished)
	p.Then(finished, func(dom.Node) { end(rendered) })
}

//turbo:method Visit cacheSnapshot
func (d *Drive) cacheSnapshotOf(visit dom.Node) {
	p := d.Page
	if p.Is(visit, "snapshotCached") {
		return
	}
	p.Set(visit, "snapshotCached", p.Bool(true))
	view, snapshot := p.Get(0, "view"), p.Get(visit, "snapshot")
	visit = p.Keep(visit)
	cached := func(cached dom.Node) {
		if cached != 0 {
			p.Do(visit, "visitCachedSnapshot", cached)
		}
		p.Drop(visit)
	}
	if p.Own(view, "cacheSnapshot") >= 0 {
		d.cacheSnapshot(snapshot, cached)
	} else {
		p.Then(p.Do(view, "cacheSnapshot", snapshot), cached)
	}
}

// performScroll brings the page to where the visit wants it, once.
//
//turbo:method Visit performScroll
func (d *Drive) performScroll(visit dom.Node) {
	p := d.Page
	view := p.Get(0, "view")
	if p.Is(visit, "scrolled") || p.Is(view, "forceReloaded") || d.Asks(view, "shouldPreserveScrollPosition", visit) {
		return
	}
	if !(d.text(visit, "action") == "restore" && d.Asks(visit, "scrollToRestoredPosition")) && !d.Asks(visit, "scrollToAnchor") {
		p.Do(view, "scrollToTop")
	}
	p.Set(visit, "scrolled", p.Bool(true))
}

// scrollToRestored returns true where there is a position to go back to.
//
//turbo:method Visit scrollToRestoredPosition
func (d *Drive) scrollToRestored(visit dom.Node) dom.Node {
	p := d.Page
	position := p.Get(visit, "restorationData.scrollPosition")
	if position == 0 {
		return 0
	}
	p.Do(p.Get(0, "view"), "scrollToPosition", position)
	return dom.True
}

// scrollToFragmentOf returns true where the visit's URL has a fragment.
//
//turbo:method Visit scrollToAnchor
func (d *Drive) scrollToFragmentOf(visit dom.Node) dom.Node {
	p := d.Page
	anchor, ok := d.anchor(p.Get(visit, "location"))
	if !ok {
		return 0
	}
	p.Do(p.Get(0, "view"), "scrollToAnchor", p.String(anchor))
	return dom.True
}

// anchor returns the fragment of a URL, escapes kept.
func (d *Drive) anchor(url dom.Node) (string, bool) {
	_, anchor, ok := strings.Cut(d.text(url, "href"), "#")
	return anchor, ok
}
