package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

// A renderer is an object of the page's, which holds both snapshots and the
// function that changes the one into the other: what is done goes through its
// methods, for applications replace them. Their numbers follow the names in
// js/renderers.js, one list for each class.
const (
	rendererPrepareToRender = surface.KindRenderer<<7 + iota
	rendererRender
	rendererFinishRendering
	rendererPreservingPermanentElements
	rendererFocusFirstAutofocusableElement
)

const (
	pageRendererPrepareToRender = surface.KindPageRenderer<<7 + iota
	pageRendererRender
	pageRendererFinishRendering
	pageRendererMergeHead
	pageRendererReplaceBody
	pageRendererCopyNewHeadStylesheetElements
	pageRendererCopyNewHeadScriptElements
	pageRendererRemoveUnusedDynamicStylesheetElements
	pageRendererMergeProvisionalElements
	pageRendererActivateNewBody
	pageRendererRemoveNoscriptElements
	pageRendererActivateNewBodyScriptElements
	pageRendererAssignNewBody
)

const morphingRendererPreservingPermanentElements = surface.KindMorphingRenderer << 7

const (
	errorRendererRender = surface.KindErrorRenderer<<7 + iota
	errorRendererReplaceHeadAndBody
	errorRendererActivateScriptElements
)

const (
	frameRendererRender = surface.KindFrameRenderer<<7 + iota
	frameRendererLoadFrameElement
	frameRendererScrollFrameIntoView
	frameRendererActivateScriptElements
)

// A then is told that something is over: whether it came to its end, for the
// page may have thrown.
type then = func(ok bool)

// lasting returns what the method of a number does for longer than one call,
// nil for one that is over when it returns.
func (d *Drive) lasting(number int) func(r dom.Node, then then) {
	switch number {
	case rendererPrepareToRender, rendererRender:
		return func(_ dom.Node, then then) { d.Page.Then(0, func(dom.Node) { then(true) }) }
	case pageRendererPrepareToRender:
		return d.preparePage
	case pageRendererRender:
		return d.renderBody
	case pageRendererMergeHead:
		return d.mergeHead
	case pageRendererReplaceBody:
		return d.replaceBody
	case pageRendererCopyNewHeadStylesheetElements:
		return d.copyStylesheets
	case pageRendererAssignNewBody:
		return d.change
	case errorRendererRender:
		return d.renderFailure
	case frameRendererRender:
		return d.renderFrame
	}
	return nil
}

// through goes through a lasting method of a renderer, which is kept.
func (d *Drive) through(r dom.Node, method string, then then) {
	d.Step(r, method, func(then func(ok bool)) {
		if do := d.lasting(d.Page.Own(r, method)); do != nil {
			do(r, then)
			return
		}
		d.Page.Do(r, method)
		then(true)
	}, then)
}

// AnswerRenderer answers for renderers (Turbo 8.0.23, renderer); a is a
// callback.
func (d *Drive) AnswerRenderer(r dom.Node, number int, a dom.Node) dom.Node {
	p := d.Page
	if do := d.lasting(number); do != nil {
		r = p.Keep(r)
		return d.Promise(func(then then) {
			do(r, func(ok bool) {
				p.Drop(r)
				then(ok)
			})
		})
	}
	head := p.Get(0, "document.head")
	switch number {
	case rendererFinishRendering:
		d.finishRendering(r)
	case pageRendererFinishRendering:
		d.finishRendering(r)
		if !p.Is(r, "isPreview") {
			p.Do(r, "focusFirstAutofocusableElement")
		}
	case morphingRendererPreservingPermanentElements:
		return p.Do(a, "call")
	case rendererPreservingPermanentElements:
		a = p.Keep(a)
		return d.Promise(func(then then) {
			d.preserve(r, func(changed func(ok bool)) {
				p.Await(p.Do(a, "call"), func(_ dom.Node, failed bool) { changed(!failed) })
				p.Drop(a)
			}, then)
		})
	case rendererFocusFirstAutofocusableElement:
		d.autofocus(r)
	case pageRendererCopyNewHeadScriptElements:
		for _, n := range p.Items(p.Get(r, "newHeadScriptElements")) {
			p.Do(head, "appendChild", p.Do(0, "activated", n))
		}
	case pageRendererRemoveUnusedDynamicStylesheetElements:
		for _, n := range p.Items(p.Get(r, "unusedDynamicStylesheetElements")) {
			p.Do(head, "removeChild", n)
		}
	case pageRendererMergeProvisionalElements:
		d.mergeProvisional(r)
	case pageRendererActivateNewBody:
		p.Do(p.Get(0, "document"), "adoptNode", p.Get(r, "newElement"))
		p.Do(r, "removeNoscriptElements")
		p.Do(r, "activateNewBodyScriptElements")
	case pageRendererRemoveNoscriptElements:
		noscripts, _ := p.SelectAll(p.Get(r, "newElement"), "noscript")
		for _, n := range noscripts {
			p.Remove(n)
		}
	case pageRendererActivateNewBodyScriptElements:
		d.activate(p.Items(p.Get(r, "newBodyScriptElements")))
	case errorRendererReplaceHeadAndBody:
		d.replaceHead(r)
		d.callRender(r)
	case errorRendererActivateScriptElements:
		d.activate(p.Items(p.Get(r, "scriptElements")))
	case frameRendererLoadFrameElement:
		d.loadFrame(r)
	case frameRendererScrollFrameIntoView:
		return p.Bool(d.scrollFrame(p.Get(r, "currentElement"), p.Get(r, "newElement")))
	case frameRendererActivateScriptElements:
		d.activate(p.Items(p.Get(r, "newScriptElements")))
	}
	return 0
}

// Render has a view render by way of a renderer; then is told when that is
// over, or cannot be.
func (d *Drive) Render(view, r dom.Node, then then) {
	p := d.Page
	if !p.Is(r, "shouldRender") {
		if p.Is(r, "willRender") {
			p.Do(view, "invalidate", p.Get(r, "reloadReason"))
		}
		then(true)
		return
	}
	view, r = p.Keep(view), p.Keep(r)
	p.Set(view, "renderPromise", p.Do(0, "promise"))
	p.Set(view, "renderer", r)
	end := func() {
		p.Delete(view, "renderer")
		promise := p.Get(view, "renderPromise")
		p.Delete(view, "renderPromise")
		p.Do(promise, "resolve")
		p.Drop(r)
		p.Drop(view)
	}
	rendered := func(ok bool) {
		if !ok {
			end()
			then(false)
			return
		}
		delegate := p.Get(view, "delegate")
		p.Do(delegate, "viewRenderedSnapshot", p.Get(r, "newSnapshot"), p.Bool(p.Is(r, "isPreview")), p.Get(r, "renderMethod"))
		p.Do(delegate, "preloadOnLoadLinksForView", p.Get(view, "element"))
		p.Do(view, "finishRenderingSnapshot", r)
		end()
		p.Then(0, func(dom.Node) { then(true) })
	}
	d.Step(view, "prepareToRenderSnapshot", func(then func(ok bool)) { d.prepare(view, r, then) }, func(ok bool) {
		if !ok {
			rendered(false)
			return
		}
		d.askToRender(view, r, func() {
			d.Step(view, "renderSnapshot", func(then func(ok bool)) { d.through(r, "render", then) }, rendered, r)
		})
	}, r)
}

// prepare brings what is not the body into the page.
func (d *Drive) prepare(view, r dom.Node, then then) {
	p := d.Page
	p.Do(view, "markAsPreview", p.Bool(p.Is(r, "isPreview")))
	d.through(r, "prepareToRender", then)
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
	goesOn = d.Asks(p.Get(view, "delegate"), "allowsImmediateRender", p.Get(r, "newSnapshot"),
		d.object("resume", resume, "render", p.Get(r, "renderElement"), "renderMethod", p.Get(r, "renderMethod")))
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
func (d *Drive) preparePage(r dom.Node, then then) {
	p := d.Page
	root := p.Get(0, "document.documentElement")
	for _, name := range [...]string{"lang", "dir"} {
		if value, _ := p.Attr(p.Get(r, "newSnapshot.documentElement"), name); value != "" {
			p.SetAttr(root, name, value)
		} else {
			p.RemoveAttr(root, name)
		}
	}
	d.through(r, "mergeHead", then)
}

func (d *Drive) renderBody(r dom.Node, then then) {
	if !d.Page.Is(r, "willRender") {
		d.Page.Then(0, func(dom.Node) { then(true) })
		return
	}
	d.through(r, "replaceBody", then)
}

// replaceBody changes the body, and keeps what is permanent.
func (d *Drive) replaceBody(r dom.Node, then then) {
	d.preserving(r, func(then func(ok bool)) {
		d.Page.Do(r, "activateNewBody")
		d.through(r, "assignNewBody", then)
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
	case morphingRendererPreservingPermanentElements:
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
	p.Call(p.Get(0, "document.documentElement"), "replaceChild", p.Get(r, "newHead"), p.Get(0, "document.head"))
}

func (d *Drive) finishRendering(r dom.Node) {
	p := d.Page
	if settle := p.Get(r, "resolvingFunctions"); settle != 0 {
		p.Do(settle, "resolve")
		p.Delete(r, "resolvingFunctions")
	}
}

// autofocus focuses the first element that asks for it and can be focused.
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

// renderFrame puts the content of the next frame into the current one, scrolls,
// focuses and runs scripts, each in a frame of its own.
func (d *Drive) renderFrame(r dom.Node, then then) {
	p := d.Page
	p.Repaint(func() {
		d.preserving(r, func(then func(ok bool)) {
			if p.Own(r, "loadFrameElement") < 0 {
				p.Do(r, "loadFrameElement")
			} else if err := d.loadFrame(r); err != nil {
				// What the page throws is a rejection, and nothing more.
				p.Do(0, "reject")
				then(false)
				return
			}
			p.Then(0, func(dom.Node) { then(true) })
		}, func(bool) {})
		p.Do(r, "scrollFrameIntoView")
		p.Repaint(func() {
			p.Do(r, "focusFirstAutofocusableElement")
			p.Repaint(func() {
				p.Do(r, "activateScriptElements")
				then(true)
			})
		})
	})
}

func (d *Drive) loadFrame(r dom.Node) error {
	p := d.Page
	p.Do(p.Get(r, "delegate"), "willRenderFrame", p.Get(r, "currentElement"), p.Get(r, "newElement"))
	_, err := d.callRender(r)
	return err
}

// scrollFrame scrolls to a frame where it asks for that, and reports whether
// it does.
func (d *Drive) scrollFrame(current, next dom.Node) bool {
	p := d.Page
	first := p.Get(current, "firstElementChild")
	if first == 0 || !p.HasAttr(current, "autoscroll") && !p.HasAttr(next, "autoscroll") {
		return false
	}
	p.Do(first, "scrollIntoView", d.object(
		"block", p.String(d.oneOf(current, "data-autoscroll-block", "end", "start", "center", "nearest")),
		"behavior", p.String(d.oneOf(current, "data-autoscroll-behavior", "auto", "smooth"))))
	return true
}

// oneOf returns the value of an attribute that must be one of some, the first
// of them otherwise.
func (d *Drive) oneOf(n dom.Node, name string, values ...string) string {
	value, _ := d.Page.Attr(n, name)
	for _, v := range values {
		if v == value {
			return v
		}
	}
	return values[0]
}
