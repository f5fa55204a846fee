package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// What follows answers for the view of the page, or of a frame (Turbo 8.0.23,
// view).

// scrollToFragment scrolls to what the fragment of a URL names.
//
//turbo:method View scrollToAnchorFromLocation
func (d *Drive) scrollToFragment(view, url dom.Node) {
	p := d.Page
	if anchor, ok := fragment(d.text(url, "href")); ok {
		p.Do(view, "scrollToAnchor", p.String(anchor))
	} else {
		p.Do(view, "scrollToAnchor")
	}
}

//turbo:method View scrollToElement
func (d *Drive) scrollToElement(n dom.Node) { d.Page.Do(n, "scrollIntoView") }

//turbo:method View scrollToPosition
func (d *Drive) scrollToPosition(position dom.Node) {
	p := d.Page
	p.Do(0, "window.scrollTo", p.Fraction(p.Float(position, "x")), p.Fraction(p.Float(position, "y")))
}

//turbo:method View scrollToTop
func (d *Drive) scrollToTop(view dom.Node) {
	p := d.Page
	p.Do(view, "scrollToPosition", p.Object("x y", p.Int(0), p.Int(0)))
}

//turbo:method View invalidate
func (d *Drive) invalidateView(view, reason dom.Node) {
	d.Page.Do(view, "delegate.viewInvalidated", reason)
}

//turbo:method View markAsPreview
func (d *Drive) markAsPreview(view dom.Node, preview bool) {
	p := d.Page
	if preview {
		p.Do(view, "element.setAttribute", p.String("data-turbo-preview"), p.String(""))
	} else {
		p.Do(view, "element.removeAttribute", p.String("data-turbo-preview"))
	}
}

//turbo:method View markVisitDirection
func (d *Drive) markDirection(view dom.Node, direction string) {
	p := d.Page
	p.Do(view, "element.setAttribute", p.String("data-turbo-visit-direction"), p.String(direction))
}

//turbo:method View unmarkVisitDirection
func (d *Drive) unmarkDirection(view dom.Node) {
	p := d.Page
	p.Do(view, "element.removeAttribute", p.String("data-turbo-visit-direction"))
}

//turbo:method View renderSnapshot
func (d *Drive) renderWith(renderer dom.Node, then then) { d.Page.DoThen(renderer, "render", then) }

//turbo:method View finishRenderingSnapshot
func (d *Drive) finishWith(renderer dom.Node) { d.Page.Do(renderer, "finishRendering") }

// What follows answers for the view of the page alone.

//turbo:method PageView shouldPreserveScrollPosition
func (d *Drive) preservesScroll(view, visit dom.Node) bool {
	return d.Asks(view, "isPageRefresh", visit) && d.refreshSetting(visit, "scroll") == "preserve"
}

//turbo:method PageView shouldTransitionTo
func (d *Drive) transitionsTo(snapshot dom.Node) bool {
	return d.transitions(d.pageMeta) && d.Page.Is(snapshot, "prefersViewTransitions")
}

// ShowPage and ShowError render a page by way of the view.
func (d *Drive) ShowPage(snapshot dom.Node, preview, will bool, visit dom.Node, then then) {
	p := d.Page
	p.DoThen(0, "view.renderPage", then, snapshot, p.Bool(preview), p.Bool(will), visit)
}

func (d *Drive) ShowError(snapshot, visit dom.Node, then then) {
	d.Page.DoThen(0, "view.renderError", then, snapshot, visit)
}

// renderPage renders a snapshot on behalf of a visit, or of nobody (0). then
// is told when it is rendered, or cannot be. will is false where the page stays
// as it is.
//
//turbo:method PageView renderPage
func (d *Drive) renderPage(snapshot dom.Node, preview bool, will, visit dom.Node, then then) {
	p := d.Page
	renders := will != dom.False
	make := "newPageRenderer"
	if d.Asks(0, "view.isPageRefresh", visit) && d.refreshSetting(visit, "method") == "morph" {
		make = "newMorphingPageRenderer"
	}
	current := d.page()
	if !renders && p.Number(snapshot, "headElement.childElementCount") == 0 {
		// A part of the page, as frames are answered with: the head stays.
		p.Set(snapshot, "headSnapshot", p.Get(current, "headSnapshot"))
		p.Set(snapshot, "documentElement", p.Get(current, "documentElement"))
	}
	renderer := p.Do(0, make, current, snapshot, p.Bool(preview), p.Bool(renders))
	if !p.Is(renderer, "shouldRender") {
		p.Set(0, "view.forceReloaded", dom.True)
	} else if visit != 0 {
		p.Do(visit, "changeHistory")
	}
	p.DoThen(0, "view.render", then, renderer)
}

// renderError renders the page that an error is answered with.
//
//turbo:method PageView renderError
func (d *Drive) renderError(snapshot, visit dom.Node, then then) {
	p := d.Page
	if visit != 0 {
		p.Do(visit, "changeHistory")
	}
	p.DoThen(0, "view.render", then, p.Do(0, "newErrorRenderer", d.page(), snapshot, p.Bool(false)))
}

// isPageRefresh reports whether a visit shows the page that is there again.
//
//turbo:method PageView isPageRefresh
func (d *Drive) isPageRefresh(visit dom.Node) bool {
	return visit == 0 || d.find(visit).action == Replace &&
		d.text(visit, "location.pathname") == d.text(0, "view.lastRenderedLocation.pathname")
}

// refreshSetting is how a refresh is done: as the visit or else the page says.
func (d *Drive) refreshSetting(visit dom.Node, name string) string {
	if visit != 0 {
		if value := d.text(visit, "refresh."+name); value != "" {
			return value
		}
	}
	value, _ := d.pageMeta("turbo-refresh-" + name)
	return value
}

// CacheSnapshot caches the page that is there, or a snapshot of it, for when
// it is come back to: a moment later, when it has probably been left. then is
// told of what was cached, 0 when the page is not to be.
//
//turbo:method PageView cacheSnapshot
func (d *Drive) CacheSnapshot(snapshot dom.Node, then func(cached dom.Node)) {
	p := d.Page
	if snapshot == 0 {
		snapshot = d.page()
	}
	if !p.Is(snapshot, "isCacheable") {
		then(0)
		return
	}
	p.Do(0, "view.delegate.viewWillCacheSnapshot")
	about := p.Keep(p.Object("snapshot location", snapshot, p.Get(0, "view.lastRenderedLocation")))
	p.Timeout(0, func() {
		cached := p.Do(about, "snapshot.clone")
		p.Do(0, "view.snapshotCache.put", p.Get(about, "location"), cached)
		p.Drop(about)
		then(cached)
	})
}

// ClearSnapshots empties the cache.
func (d *Drive) ClearSnapshots() { d.Page.Do(0, "view.clearSnapshotCache") }

// scrollToAnchor brings the element that an anchor names into view, or goes to
// the top.
//
//turbo:method View scrollToAnchor
func (d *Drive) scrollToAnchor(view, anchor dom.Node) {
	p := d.Page
	if n := p.Do(view, "snapshot.getElementForAnchor", anchor); n > dom.Null {
		p.Do(view, "focusElement", n)
		p.Do(view, "scrollToElement", n)
		return
	}
	p.Do(view, "scrollToPosition", p.Object("x y", p.Int(0), p.Int(0)))
}

// focusElement moves the focus, also to what takes it only when it must.
//
//turbo:method View focusElement
func (d *Drive) focusElement(n dom.Node) {
	p := d.Page
	if !p.Is(n, "focus") {
		return
	}
	tabs := p.HasAttr(n, "tabindex")
	if !tabs {
		p.SetAttr(n, "tabindex", "-1")
	}
	p.Do(n, "focus")
	if !tabs {
		p.RemoveAttr(n, "tabindex")
	}
}
