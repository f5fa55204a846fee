package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// The methods of views, in the order of their names in js/drive.js.
const (
	viewScrollToAnchor = iota
	viewScrollToAnchorFromLocation
	viewScrollToElement
	viewFocusElement
	viewScrollToPosition
	viewScrollToTop
	viewRender
	viewInvalidate
	viewPrepareToRenderSnapshot
	viewMarkAsPreview
	viewMarkVisitDirection
	viewUnmarkVisitDirection
	viewRenderSnapshot
	viewFinishRenderingSnapshot
)

// AnswerView answers for the view of the page, or of a frame (Turbo 8.0.23,
// view).
func (d *Drive) AnswerView(view dom.Node, method int, a dom.Node) dom.Node {
	p := d.Page
	switch method {
	case viewScrollToAnchor:
		d.scrollToAnchor(view, a)
	case viewScrollToAnchorFromLocation:
		anchor, ok := d.anchor(a)
		if !ok {
			p.Do(view, "scrollToAnchor")
			break
		}
		p.Do(view, "scrollToAnchor", p.String(anchor))
	case viewScrollToElement:
		p.Do(a, "scrollIntoView")
	case viewFocusElement:
		d.focusElement(a)
	case viewScrollToPosition:
		p.Do(p.Get(0, "window"), "scrollTo", p.Fraction(p.Float(a, "x")), p.Fraction(p.Float(a, "y")))
	case viewScrollToTop:
		p.Do(view, "scrollToPosition", d.object("x", p.Int(0), "y", p.Int(0)))
	case viewRender:
		return d.Promise(func(then then) { d.Render(view, a, then) })
	case viewInvalidate:
		p.Do(p.Get(view, "delegate"), "viewInvalidated", a)
	case viewPrepareToRenderSnapshot:
		a = p.Keep(a)
		return d.Promise(func(then then) {
			d.prepare(view, a, func(ok bool) {
				p.Drop(a)
				then(ok)
			})
		})
	case viewMarkAsPreview:
		if a == 0 || a == dom.False {
			p.RemoveAttr(p.Get(view, "element"), "data-turbo-preview")
		} else {
			p.SetAttr(p.Get(view, "element"), "data-turbo-preview", "")
		}
	case viewMarkVisitDirection:
		p.SetAttr(p.Get(view, "element"), "data-turbo-visit-direction", d.text(a, ""))
	case viewUnmarkVisitDirection:
		p.RemoveAttr(p.Get(view, "element"), "data-turbo-visit-direction")
	case viewRenderSnapshot:
		return p.Do(a, "render")
	case viewFinishRenderingSnapshot:
		p.Do(a, "finishRendering")
	}
	return 0
}

// The further methods of the page's view.
const (
	pageRenderPage = iota
	pageRenderError
	pageCacheSnapshot
	pageIsPageRefresh
	pageShouldPreserveScrollPosition
	pageShouldTransitionTo
)

// AnswerPage answers for the view of the page.
func (d *Drive) AnswerPage(view dom.Node, method int, a, b, c, e dom.Node) dom.Node {
	p := d.Page
	switch method {
	case pageRenderPage:
		return d.Promise(func(then then) { d.renderPage(a, b != 0 && b != dom.False, c != dom.False, e, then) })
	case pageRenderError:
		return d.Promise(func(then then) { d.renderError(a, b, then) })
	case pageCacheSnapshot:
		return d.PromiseOf(func(then func(dom.Node, bool)) { d.CacheSnapshot(a, func(cached dom.Node) { then(cached, true) }) })
	case pageIsPageRefresh:
		return p.Bool(d.isPageRefresh(a))
	case pageShouldPreserveScrollPosition:
		return p.Bool(d.Asks(view, "isPageRefresh", a) && d.refreshSetting(a, "scroll") == "preserve")
	case pageShouldTransitionTo:
		return p.Bool(d.transitions(d.pageMeta) && p.Is(a, "prefersViewTransitions"))
	}
	return 0
}

// showPage and showError render a page by way of the view.
func (d *Drive) showPage(snapshot dom.Node, preview, will bool, visit dom.Node, then then) {
	p := d.Page
	d.Step(p.Get(0, "view"), "renderPage", func(then func(bool)) { d.renderPage(snapshot, preview, will, visit, then) }, then,
		snapshot, p.Bool(preview), p.Bool(will), visit)
}

func (d *Drive) showError(snapshot, visit dom.Node, then then) {
	d.Step(d.Page.Get(0, "view"), "renderError", func(then func(bool)) { d.renderError(snapshot, visit, then) }, then, snapshot, visit)
}

// renderPage renders a snapshot on behalf of a visit, or of nobody (0). then
// is told when it is rendered, or cannot be.
func (d *Drive) renderPage(snapshot dom.Node, preview, will bool, visit dom.Node, then then) {
	p := d.Page
	view := p.Get(0, "view")
	make := "newPageRenderer"
	if d.Asks(view, "isPageRefresh", visit) && d.refreshSetting(visit, "method") == "morph" {
		make = "newMorphingPageRenderer"
	}
	current := d.page()
	if !will && p.Number(snapshot, "headElement.childElementCount") == 0 {
		// A part of the page, as frames are answered with: the head stays.
		p.Set(snapshot, "headSnapshot", p.Get(current, "headSnapshot"))
		p.Set(snapshot, "documentElement", p.Get(current, "documentElement"))
	}
	renderer := p.Do(0, make, current, snapshot, p.Bool(preview), p.Bool(will))
	if !p.Is(renderer, "shouldRender") {
		p.Set(view, "forceReloaded", p.Bool(true))
	} else if visit != 0 {
		p.Do(visit, "changeHistory")
	}
	d.showWith(view, renderer, then)
}

// renderError renders the page that an error is answered with.
func (d *Drive) renderError(snapshot, visit dom.Node, then then) {
	p := d.Page
	if visit != 0 {
		p.Do(visit, "changeHistory")
	}
	d.showWith(p.Get(0, "view"), p.Do(0, "newErrorRenderer", d.page(), snapshot, p.Bool(false)), then)
}

func (d *Drive) showWith(view, renderer dom.Node, then then) {
	d.Step(view, "render", func(then func(bool)) { d.Render(view, renderer, then) }, then, renderer)
}

// isPageRefresh reports whether a visit shows the page that is there again.
func (d *Drive) isPageRefresh(visit dom.Node) bool {
	return visit == 0 || d.text(visit, "action") == "replace" &&
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
func (d *Drive) CacheSnapshot(snapshot dom.Node, then func(cached dom.Node)) {
	p := d.Page
	view := p.Get(0, "view")
	if snapshot == 0 {
		snapshot = d.page()
	}
	if !p.Is(snapshot, "isCacheable") {
		then(0)
		return
	}
	p.Do(p.Get(view, "delegate"), "viewWillCacheSnapshot")
	about := p.Keep(d.object("snapshot", snapshot, "location", p.Get(view, "lastRenderedLocation")))
	p.Timeout(0, func() {
		cached := p.Do(p.Get(about, "snapshot"), "clone")
		p.Do(p.Get(0, "view.snapshotCache"), "put", p.Get(about, "location"), cached)
		p.Drop(about)
		then(cached)
	})
}

// ClearSnapshots empties the cache.
func (d *Drive) ClearSnapshots() { d.Page.Do(d.Page.Get(0, "view"), "clearSnapshotCache") }

// scrollToAnchor brings the element that an anchor names into view, or goes to
// the top.
func (d *Drive) scrollToAnchor(view, anchor dom.Node) {
	p := d.Page
	if n := p.Do(p.Get(view, "snapshot"), "getElementForAnchor", anchor); n > dom.Null {
		p.Do(view, "focusElement", n)
		p.Do(view, "scrollToElement", n)
		return
	}
	p.Do(view, "scrollToPosition", d.object("x", p.Int(0), "y", p.Int(0)))
}

// focusElement moves the focus, also to what takes it only when it must.
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

// anchored returns the element that an anchor names.
func (d *Drive) anchored(root dom.Node, anchor string) dom.Node {
	return d.Page.Do(root, "querySelector", d.Page.String("[id='"+anchor+"'], a[name='"+anchor+"']"))
}
