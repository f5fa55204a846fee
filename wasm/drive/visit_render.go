package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
)

// What follows renders what a visit has got, or what the cache has of it.

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
