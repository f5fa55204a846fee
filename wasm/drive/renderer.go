package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// A then is told that something is over: whether it came to its end, for the
// page may have thrown.
type then = func(ok bool)

// A renderer is an object of the page's, which holds both snapshots and the
// function that changes the one into the other: what is done goes through its
// methods, for applications replace them (Turbo 8.0.23, renderer).

//turbo:method Renderer prepareToRender render
func (d *Drive) renderNothing(then then) { d.Page.Then(0, func(dom.Node) { then(true) }) }

//turbo:method Renderer preservingPermanentElements
func (d *Drive) preserveDuring(r, callback dom.Node, then then) {
	p := d.Page
	d.preserve(r, func(changed func(ok bool)) {
		p.Await(p.Do(callback, "call"), func(_ dom.Node, failed bool) { changed(!failed) })
	}, then)
}

// preserveNothing is enough where a morph keeps permanent elements.
//
//turbo:method MorphingFrameRenderer preservingPermanentElements
//turbo:method MorphingPageRenderer preservingPermanentElements
func (d *Drive) preserveNothing(callback dom.Node) dom.Node { return d.Page.Do(callback, "call") }

//turbo:method PageRenderer finishRendering
func (d *Drive) finishPage(r dom.Node) {
	d.finishRendering(r)
	if !d.Page.Is(r, "isPreview") {
		d.Page.Do(r, "focusFirstAutofocusableElement")
	}
}

//turbo:method PageRenderer activateNewBody
func (d *Drive) activateBody(r dom.Node) {
	p := d.Page
	p.Do(0, "document.adoptNode", p.Get(r, "newElement"))
	p.Do(r, "removeNoscriptElements")
	p.Do(r, "activateNewBodyScriptElements")
}

//turbo:method PageRenderer removeNoscriptElements
func (d *Drive) removeNoscripts(r dom.Node) {
	p := d.Page
	noscripts, _ := p.SelectAll(p.Get(r, "newElement"), "noscript")
	for _, n := range noscripts {
		p.Remove(n)
	}
}

//turbo:method PageRenderer activateNewBodyScriptElements
func (d *Drive) activateBodyScripts(r dom.Node) {
	d.activate(d.Page.Items(d.Page.Get(r, "newBodyScriptElements")))
}

//turbo:method ErrorRenderer replaceHeadAndBody
func (d *Drive) replaceAll(r dom.Node) {
	d.replaceHead(r)
	d.callRender(r)
}

//turbo:method ErrorRenderer activateScriptElements
func (d *Drive) activateErrorScripts(r dom.Node) {
	d.activate(d.Page.Items(d.Page.Get(r, "scriptElements")))
}

// renderView has a view render by way of a renderer; then is told when that is
// over, or cannot be.
//
//turbo:method View render
func (d *Drive) renderView(view, r dom.Node, then then) {
	p := d.Page
	if !p.Is(r, "shouldRender") {
		if p.Is(r, "willRender") {
			p.Do(view, "invalidate", p.Get(r, "reloadReason"))
		}
		then(true)
		return
	}
	view, r = p.Keep(view), p.Keep(r)
	promise := p.Keep(p.Do(0, "promise"))
	p.Set(view, "renderPromise", promise)
	p.Set(view, "renderer", r)
	end := func() {
		p.Delete(view, "renderer")
		p.Delete(view, "renderPromise")
		p.Do(promise, "resolve")
		p.Drop(promise)
		p.Drop(r)
		p.Drop(view)
	}
	rendered := func(ok bool) {
		if !ok {
			end()
			then(false)
			return
		}
		p.Do(view, "delegate.viewRenderedSnapshot", p.Get(r, "newSnapshot"), p.Bool(p.Is(r, "isPreview")), p.Get(r, "renderMethod"))
		p.Do(view, "delegate.preloadOnLoadLinksForView", p.Get(view, "element"))
		p.Do(view, "finishRenderingSnapshot", r)
		end()
		p.Then(0, func(dom.Node) { then(true) })
	}
	p.DoThen(view, "prepareToRenderSnapshot", func(ok bool) {
		if !ok {
			rendered(false)
			return
		}
		d.askToRender(view, r, func() { p.DoThen(view, "renderSnapshot", rendered, r) })
	}, r)
}

// prepare brings what is not the body into the page.
//
//turbo:method View prepareToRenderSnapshot
func (d *Drive) prepare(view, r dom.Node, then then) {
	p := d.Page
	p.Do(view, "markAsPreview", p.Bool(p.Is(r, "isPreview")))
	d.Page.DoThen(r, "prepareToRender", then)
}

// askToRender asks the page, through the view's delegate, whether to render,
// and how: listeners may replace the function, and who prevents the event's
// default holds the rendering until it resumes.
func (d *Drive) askToRender(view, r dom.Node, goOn func()) {
	p := d.Page
	goesOn := false
	resume, release := p.Once(func(dom.Node) {
		p.Then(0, func(dom.Node) {
			if !goesOn {
				goOn()
			}
		})
	})
	goesOn = d.Asks(view, "delegate.allowsImmediateRender", p.Get(r, "newSnapshot"),
		p.Object("resume render renderMethod", resume, p.Get(r, "renderElement"), p.Get(r, "renderMethod")))
	if goesOn {
		release()
		goOn()
	}
}

// Allows takes the function that listeners of an event want to render with,
// and reports whether none of them prevented its default.
func (d *Drive) Allows(event, view dom.Node) bool {
	p := d.Page
	render, renderer := p.Get(event, "detail.render"), p.Get(view, "renderer")
	if render != 0 && renderer != 0 {
		p.Set(renderer, "renderElement", render)
	}
	return !p.Is(event, "defaultPrevented")
}

// preparePage brings language and head of the next page into the document.
//
//turbo:method PageRenderer prepareToRender
func (d *Drive) preparePage(r dom.Node, then then) {
	p := d.Page
	next := p.Texts(r, "newSnapshot.documentElement.#lang|newSnapshot.documentElement.#dir")
	for i, name := range [...]string{"lang", "dir"} {
		if value := next[i].Value; value != "" {
			p.Do(0, "document.documentElement.setAttribute", p.String(name), p.String(value))
		} else {
			p.Do(0, "document.documentElement.removeAttribute", p.String(name))
		}
	}
	d.Page.DoThen(r, "mergeHead", then)
}

//turbo:method PageRenderer render
func (d *Drive) renderBody(r dom.Node, then then) {
	if !d.Page.Is(r, "willRender") {
		d.Page.Then(0, func(dom.Node) { then(true) })
		return
	}
	d.Page.DoThen(r, "replaceBody", then)
}

// replaceBody changes the body, and keeps what is permanent.
//
//turbo:method PageRenderer replaceBody
func (d *Drive) replaceBody(r dom.Node, then then) {
	d.preserving(r, func(then func(ok bool)) {
		d.Page.Do(r, "activateNewBody")
		d.Page.DoThen(r, "assignNewBody", then)
	}, func(ok bool) {
		if !ok {
			then(false)
			return
		}
		d.Page.Then(0, func(dom.Node) { then(true) })
	})
}

// preserving calls back between taking permanent elements out and putting them
// back, by way of the renderer.
func (d *Drive) preserving(r dom.Node, change func(then then), then then) {
	p := d.Page
	switch p.Own(r, "preservingPermanentElements") {
	case morphingPageRendererPreservingPermanentElements, morphingFrameRendererPreservingPermanentElements:
		change(then)
	case rendererPreservingPermanentElements:
		d.preserve(r, change, then)
	default:
		callback, _ := p.Once(func(about dom.Node) {
			about = p.Keep(about)
			change(func(ok bool) {
				if ok {
					p.Do(about, "resolve")
				}
				p.Drop(about)
			})
		})
		p.Await(p.Do(r, "preservingPermanentElements", p.Do(0, "callback", callback)), func(_ dom.Node, failed bool) { then(!failed) })
	}
}

func (d *Drive) preserve(r dom.Node, change func(then then), then then) {
	kept, err := d.permanents(r)
	if err != nil {
		d.Page.Do(0, "reject")
		then(false)
		return
	}
	kept.Enter()
	change(func(ok bool) {
		if ok {
			kept.Leave()
		}
		kept.Drop()
		then(ok)
	})
}

// activate makes scripts run.
func (d *Drive) activate(scripts []dom.Node) {
	for _, n := range scripts {
		d.Page.ReplaceWith(n, d.Page.Do(0, "activated", n))
	}
}

// callRender calls the function that changes what is shown.
func (d *Drive) callRender(r dom.Node) (result dom.Node, err error) {
	p := d.Page
	return p.Call(r, "renderElement", p.Get(r, "currentElement"), p.Get(r, "newElement"))
}

// change calls the function that changes the body, and waits for it.
//
//turbo:method PageRenderer assignNewBody
func (d *Drive) change(r dom.Node, then then) {
	p := d.Page
	result, err := d.callRender(r)
	if err != nil {
		p.Do(0, "reject")
		then(false)
		return
	}
	p.Await(result, func(_ dom.Node, failed bool) {
		if failed {
			then(false)
			return
		}
		// What watches the page is told of the change before anybody else is.
		p.Then(0, func(dom.Node) { then(true) })
	})
}

// renderFailure shows the page of an error, scripts and all.
//
//turbo:method ErrorRenderer render
func (d *Drive) renderFailure(r dom.Node, then then) {
	p := d.Page
	activate := func(ok bool) {
		if ok {
			p.Do(r, "activateScriptElements")
		}
		then(ok)
	}
	if p.Own(r, "replaceHeadAndBody") < 0 {
		p.Do(r, "replaceHeadAndBody")
		activate(true)
		return
	}
	d.replaceHead(r)
	d.change(r, activate)
}

func (d *Drive) replaceHead(r dom.Node) {
	p := d.Page
	p.Call(0, "document.documentElement.replaceChild", p.Get(r, "newHead"), p.Get(0, "document.head"))
}

//turbo:method Renderer finishRendering
func (d *Drive) finishRendering(r dom.Node) {
	p := d.Page
	if settle := p.Get(r, "resolvingFunctions"); settle != 0 {
		p.Do(settle, "resolve")
		p.Delete(r, "resolvingFunctions")
	}
}

// autofocus focuses the first element that asks for it and can be focused.
//
//turbo:method Renderer focusFirstAutofocusableElement
func (d *Drive) autofocus(r dom.Node) {
	p := d.Page
	if !p.Is(r, "shouldAutofocus") {
		return
	}
	if n := p.Get(r, "connectedSnapshot.firstAutofocusableElement"); n != 0 {
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
