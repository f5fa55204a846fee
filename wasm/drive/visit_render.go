package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// What follows renders what a visit has got, or what the cache has of it.

// cancelRender cancels the frame that the visit waits for; a timer, on a hidden
// page, is not cancelled (as upstream).
//
//turbo:method Visit cancelRender
func (v *Visit) cancelRender() {
	if v.frame != nil {
		v.frame()
		v.frame = nil
	}
}

// renderLater calls back in the next frame, in the place of what waits for it.
func (v *Visit) renderLater(value dom.Node, then func(value dom.Node, done func())) {
	v.page.Step(v, "cancelRender")
	v.frame = v.page.NextFrame(v, value, func(value dom.Node, done func()) {
		v.frame = nil
		then(value, done)
	})
}

// render is renderLater by way of the method render.
func (v *Visit) render(value dom.Node, then func(value dom.Node, done func())) {
	if !v.page.Rerouted(v, value, then) {
		v.renderLater(value, then)
	}
}

// renderCallback renders in the next frame what a function of the application's
// renders.
//
//turbo:method Visit render
func (v *Visit) renderCallback(callback dom.Node, then then) {
	v.renderLater(callback, func(callback dom.Node, done func()) {
		v.page.Call(callback, func(ok bool) {
			done()
			then(ok)
		})
	})
}

// loadResponse renders the response of the visit. Its source is parsed while the
// frame is waited for.
//
//turbo:method Visit loadResponse
func (v *Visit) loadResponse() {
	r, ok := v.page.Response(v)
	if !ok {
		return
	}
	good := successful(r.Status) && r.HTML
	v.render(v.page.ParsedResponse(v), func(snapshot dom.Node, done func()) {
		if v.shouldCache {
			v.page.Step(v, "cacheSnapshot")
		}
		v.page.Rendered(func() {
			if v.state == Canceled {
				done()
				return
			}
			end := func(rendered bool) {
				if rendered {
					v.page.Tell(v, "visitRendered")
					if good {
						v.page.Step(v, "complete")
					} else {
						v.page.Step(v, "fail")
					}
				}
				done()
			}
			if good {
				v.page.ShowSnapshot(v, snapshot, false, end)
			} else {
				v.page.ShowError(v, snapshot, end)
			}
		})
	})
}

// cachedSnapshot returns the snapshot that stands for the page until it comes.
//
//turbo:method Visit getCachedSnapshot
func (v *Visit) cachedSnapshot() dom.Node {
	snapshot := v.page.Cached(v)
	if snapshot == 0 {
		if snapshot = v.page.Step(v, "getPreloadedSnapshot"); snapshot == 0 {
			return 0
		}
	}
	if anchor, _ := v.anchor(); anchor != "" && !v.page.HasAnchor(snapshot, anchor) {
		return 0
	}
	if v.action != Restore && !v.page.Previewable(snapshot) {
		return 0
	}
	return snapshot
}

//turbo:method Visit hasCachedSnapshot
func (v *Visit) hasCachedSnapshot() bool { return v.page.Step(v, "getCachedSnapshot") != 0 }

//turbo:method Visit getPreloadedSnapshot
func (v *Visit) preloadedSnapshot() dom.Node { return v.page.Preloaded(v) }

// loadCachedSnapshot renders the cached page: as a preview where the page
// itself is requested as well.
//
//turbo:method Visit loadCachedSnapshot
func (v *Visit) loadCachedSnapshot() {
	snapshot := v.page.Step(v, "getCachedSnapshot")
	if snapshot == 0 {
		return
	}
	preview := v.asks("shouldIssueRequest")
	v.render(snapshot, func(snapshot dom.Node, done func()) {
		v.page.Step(v, "cacheSnapshot")
		if v.isRefresh {
			v.page.Tell(v, "visitRendered")
			done()
			return
		}
		v.page.Rendered(func() {
			if v.state == Canceled {
				done()
				return
			}
			// The cache keeps the page as it was left, whatever becomes of it here.
			v.page.ShowSnapshot(v, v.page.Copy(snapshot), preview, func(ok bool) {
				if ok {
					v.page.Tell(v, "visitRendered")
					if !preview {
						v.page.Step(v, "complete")
					}
				}
				done()
			})
		})
	})
}

// renderSnapshot renders a page and scrolls.
//
//turbo:method Visit renderPageSnapshot
func (v *Visit) renderSnapshot(snapshot dom.Node, preview bool, then then) {
	snapshot, drop := v.page.Keep(v, snapshot)
	v.page.Transition(v, snapshot, v.willRender, func(then func(ok bool)) {
		v.page.ShowPage(v, snapshot, preview, v.willRender, func(ok bool) {
			if ok {
				v.page.Step(v, "performScroll")
			}
			then(ok)
		})
	}, func(ok bool) {
		drop()
		then(ok)
	})
}

//turbo:method Visit cacheSnapshot
func (v *Visit) cacheSnapshot() {
	if v.cached {
		return
	}
	v.cached = true
	v.page.Cache(v, func(cached dom.Node) { v.page.Step(v, "visitCachedSnapshot", cached) })
}
