package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// A rendering is one change of the page to another.
type rendering struct {
	method        string   // "replace" or "morph"
	failed        bool     // the page of an error
	current, next dom.Node // snapshots, kept
	preview, will bool
	element       dom.Node // the function that changes the body, kept
	kept          *Permanents
	done          func()
}

// renderPage renders a snapshot on behalf of a visit, or of nobody (0). done
// is called once it is rendered, or cannot be.
func (d *Drive) renderPage(snapshot dom.Node, preview, will bool, visit dom.Node, done func()) {
	p := d.Page
	r := &rendering{method: "replace", current: p.Keep(d.page()), next: p.Keep(snapshot), preview: preview, will: will, done: done}
	how := "renderPage"
	if d.isPageRefresh(visit) && d.refreshSetting(visit, "method") == "morph" {
		r.method, how = "morph", "renderMorph"
	}
	r.element = p.Keep(p.Get(0, how))
	if !will && p.Number(r.next, "headSnapshot.details.size") == 0 {
		// A part of the page, as frames are answered with: the head stays.
		p.Set(r.next, "headSnapshot", p.Get(r.current, "headSnapshot"))
		p.Set(r.next, "documentElement", p.Get(r.current, "documentElement"))
	}
	if reason := d.reloadReason(r); reason != "" {
		p.Set(p.Get(0, "view"), "forceReloaded", p.Bool(true))
		if will {
			d.invalidate(reason)
		}
		d.end(r)
		done()
		return
	}
	d.changeHistory(visit)
	d.begin(r)
}

// renderError renders the page that an error is answered with.
func (d *Drive) renderError(snapshot, visit dom.Node, done func()) {
	p := d.Page
	d.changeHistory(visit)
	d.begin(&rendering{method: "replace", failed: true, current: p.Keep(d.page()), next: p.Keep(snapshot), element: p.Keep(p.Get(0, "renderError")), done: done})
}

// invalidate gives the page up: the browser loads it anew.
func (d *Drive) invalidate(reason string) {
	why := d.Page.Object()
	d.Page.Set(why, "reason", d.Page.String(reason))
	d.Page.Do(d.adapter(), "pageInvalidated", why)
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

func (d *Drive) keepsScroll(visit dom.Node) bool {
	return d.isPageRefresh(visit) && d.refreshSetting(visit, "scroll") == "preserve"
}

// begin renders up to the event that asks the page.
func (d *Drive) begin(r *rendering) {
	p := d.Page
	view, root := p.Get(0, "view"), p.Get(0, "document.documentElement")
	p.Set(view, "renderPromise", p.Do(0, "promise"))
	if r.preview {
		p.SetAttr(root, "data-turbo-preview", "")
	} else {
		p.RemoveAttr(root, "data-turbo-preview")
	}
	if r.failed {
		p.Then(0, func(dom.Node) { d.announce(r) })
		return
	}
	for _, name := range [...]string{"lang", "dir"} {
		if value, _ := p.Attr(p.Get(r.next, "documentElement"), name); value != "" {
			p.SetAttr(root, name, value)
		} else {
			p.RemoveAttr(root, name)
		}
	}
	d.mergeHead(r, func() { d.announce(r) })
}

// announce asks the page whether to render, and how.
func (d *Drive) announce(r *rendering) {
	p := d.Page
	detail := p.Object()
	p.Set(detail, "newBody", p.Get(r.next, "element"))
	p.Set(detail, "renderMethod", p.String(r.method))
	d.AskToRender("turbo:before-render", 0, detail, &r.element, func() { d.renderBody(r) })
}

// AskToRender dispatches an event whose detail names a function that renders,
// kept, which listeners may replace; who prevents its default holds the
// rendering until it resumes.
func (d *Drive) AskToRender(event string, target, detail dom.Node, render *dom.Node, goOn func()) {
	p := d.Page
	goesOn := false
	resume, release := p.Once(func(dom.Node) {
		p.Then(0, func(dom.Node) {
			if !goesOn {
				goOn()
			}
		})
	})
	p.Set(detail, "resume", resume)
	p.Set(detail, "render", *render)
	goesOn = p.Dispatch(event, target, true, detail)
	if replaced := p.Get(detail, "render"); replaced != 0 {
		p.Drop(*render)
		*render = p.Keep(replaced)
	}
	if goesOn {
		release()
		goOn()
	}
}

func (d *Drive) renderBody(r *rendering) {
	p := d.Page
	if r.failed {
		root := p.Get(0, "document.documentElement")
		p.Call(root, "replaceChild", p.Get(r.next, "headSnapshot.element"), p.Get(0, "document.head"))
		d.change(r, func() {
			d.Activate(p.Get(0, "document.documentElement"))
			d.rendered(r)
		})
		return
	}
	if !r.will {
		p.Then(0, func(dom.Node) { d.rendered(r) })
		return
	}
	if r.method == "replace" {
		var err error
		if r.kept, err = d.Permanents(p.Get(r.current, "element"), p.Get(r.next, "element")); err != nil {
			d.abort(r)
			return
		}
		r.kept.Enter()
	}
	body := p.Get(r.next, "element")
	p.Do(p.Get(0, "document"), "adoptNode", body)
	noscripts, _ := p.SelectAll(body, "noscript")
	for _, n := range noscripts {
		p.Remove(n)
	}
	d.Activate(body)
	d.change(r, func() {
		r.kept.Leave()
		p.Then(0, func(dom.Node) { d.rendered(r) })
	})
}

// Activate makes the scripts below root run.
func (d *Drive) Activate(root dom.Node) {
	scripts, _ := d.Page.SelectAll(root, "script")
	for _, n := range scripts {
		d.Page.ReplaceWith(n, d.Page.Do(0, "activated", n))
	}
}

// change calls the function that changes the body, and waits for it.
func (d *Drive) change(r *rendering, changed func()) {
	p := d.Page
	result, err := p.Call(0, "apply", r.element, p.Get(r.current, "element"), p.Get(r.next, "element"))
	if err != nil {
		d.abort(r)
		return
	}
	p.Await(result, func(_ dom.Node, failed bool) {
		if failed {
			d.end(r)
			return
		}
		// What watches the page is told of the change before anybody else is.
		p.Then(0, func(dom.Node) { changed() })
	})
}

// abort ends a rendering that the page has made impossible.
func (d *Drive) abort(r *rendering) {
	d.Page.Do(0, "reject")
	d.end(r)
}

func (d *Drive) rendered(r *rendering) {
	p := d.Page
	p.Set(p.Get(0, "view"), "lastRenderedLocation", p.Get(0, "history.location"))
	detail := p.Object()
	p.Set(detail, "renderMethod", p.String(r.method))
	p.Dispatch("turbo:render", 0, false, detail)
	d.Preload(p.Get(0, "document.documentElement"))
	if !r.failed && !r.preview && r.method == "replace" {
		d.autofocus(r)
	}
	done := r.done
	d.end(r)
	p.Then(0, func(dom.Node) { done() })
}

// autofocus focuses the first element that asks for it and can be focused.
func (d *Drive) autofocus(r *rendering) {
	p := d.Page
	body := p.Get(r.next, "element")
	if !p.Is(body, "isConnected") {
		body = p.Get(r.current, "element")
	}
	if n := d.Focusable(body); n != 0 {
		p.Do(n, "focus")
	}
}

// Focusable returns the first element below root that asks for focus and can
// have it.
func (d *Drive) Focusable(root dom.Node) dom.Node {
	candidates, _ := d.Page.SelectAll(root, "[autofocus]")
	for _, n := range candidates {
		if d.Page.Closest(n, dom.FocusBarriers) == 0 && d.Page.Is(n, "focus") {
			return n
		}
	}
	return 0
}

// end lets go of a rendering.
func (d *Drive) end(r *rendering) {
	p := d.Page
	view := p.Get(0, "view")
	if promise := p.Get(view, "renderPromise"); promise != 0 {
		p.Delete(view, "renderPromise")
		p.Do(promise, "resolve")
	}
	r.kept.Drop()
	for _, n := range [...]dom.Node{r.current, r.next, r.element} {
		p.Drop(n)
	}
}

// CacheSnapshot caches the page that is there, or a snapshot of it, for when
// it is come back to: a moment later, when it has probably been left. then is
// told of what was cached, 0 when the page is not to be.
func (d *Drive) CacheSnapshot(snapshot dom.Node, then func(cached dom.Node)) {
	p := d.Page
	if snapshot == 0 {
		snapshot = d.page()
	}
	if control, _ := d.Setting(snapshot, "cache-control"); control == "no-cache" {
		then(0)
		return
	}
	p.Dispatch("turbo:before-cache", 0, false, 0)
	about := p.Object()
	p.Set(about, "snapshot", snapshot)
	p.Set(about, "location", p.Get(0, "view.lastRenderedLocation"))
	about = p.Keep(about)
	p.Timeout(0, func() {
		cached := p.Do(p.Get(about, "snapshot"), "clone")
		p.Do(p.Get(0, "view.snapshotCache"), "put", p.Get(about, "location"), cached)
		p.Drop(about)
		then(cached)
	})
}

// ClearSnapshots empties the cache.
func (d *Drive) ClearSnapshots() { d.Page.Do(d.Page.Get(0, "view.snapshotCache"), "clear") }

// ScrollToAnchor brings the element that an anchor names into view, or goes to
// the top.
func (d *Drive) ScrollToAnchor(anchor string) {
	p := d.Page
	n := dom.Node(0)
	if anchor != "" {
		n = d.anchored(p.Get(0, "document.body"), anchor)
	}
	if n == 0 {
		d.scrollTo(0, 0)
		return
	}
	if p.Is(n, "focus") {
		tabs := p.HasAttr(n, "tabindex")
		if !tabs {
			p.SetAttr(n, "tabindex", "-1")
		}
		p.Do(n, "focus")
		if !tabs {
			p.RemoveAttr(n, "tabindex")
		}
	}
	p.Do(n, "scrollIntoView")
}

// anchored returns the element that an anchor names.
func (d *Drive) anchored(root dom.Node, anchor string) dom.Node {
	return d.Page.Do(root, "querySelector", d.Page.String("[id='"+anchor+"'], a[name='"+anchor+"']"))
}

// ScrollToPosition scrolls to {x, y}.
func (d *Drive) ScrollToPosition(position dom.Node) {
	p := d.Page
	p.Do(p.Get(0, "window"), "scrollTo", p.Fraction(p.Float(position, "x")), p.Fraction(p.Float(position, "y")))
}

func (d *Drive) scrollTo(x, y int) {
	d.Page.Do(d.Page.Get(0, "window"), "scrollTo", d.Page.Int(x), d.Page.Int(y))
}
