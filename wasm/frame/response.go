package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// propose remembers, by way of the controller, that what a frame loads next is
// to be a visit of the page as well, "" that it is not (Turbo 8.0.23, frames
// §8).
func (f *Frames) propose(c, frame dom.Node, action string) {
	p := f.page
	name := dom.Null
	if action != "" {
		name = p.String(action)
	}
	p.Do(c, "proposeVisitIfNavigatedWithAction", frame, name)
}

//turbo:method FrameController proposeVisitIfNavigatedWithAction
func (f *Frames) remember(c, frame dom.Node, action string) {
	p := f.page
	if action == "" {
		p.Set(c, "action", dom.Null)
		return
	}
	p.Set(c, "action", p.String(action))
	p.Set(p.Get(frame, "delegate"), "promotion", p.Do(p.Get(0, "view.snapshot"), "clone"))
}

// loadResponse renders a frame's part of a response; then is told when it has,
// unless the response has none.
//
//turbo:method FrameController loadResponse
func (f *Frames) loadResponse(c, response dom.Node, then func(ok bool)) {
	p := f.page
	if p.Is(response, "redirected") || p.Is(response, "succeeded") && p.Is(response, "isHTML") {
		p.Set(c, "sourceURL", p.Get(response, "response.url"))
	}
	c, response = p.Keep(c), p.Keep(response)
	end := func(ok bool) {
		p.Delete(c, "morphs")
		p.Delete(c, "promotion")
		p.Delete(c, "fetchResponseLoaded")
		p.Drop(c)
		p.Drop(response)
		then(ok)
	}
	p.Await(p.Get(response, "responseHTML"), func(html dom.Node, failed bool) {
		if html == 0 || failed {
			end(true)
			return
		}
		snapshot := f.Drive.Parsed(html)
		if !p.Is(snapshot, "isVisitable") {
			p.Do(p.Get(0, "window.console"), "warn", p.String(`turbo: the response (`+f.text(response, "statusCode")+`) for <turbo-frame id="`+f.text(c, "element.id")+`"> asks for a full page visit by turbo-visit-control.`))
			visited := p.Do(0, "visitAny", p.Get(response, "response"))
			p.Then(visited, func(dom.Node) { end(true) })
			return
		}
		found := func(next dom.Node) {
			if next == 0 {
				f.missing(c, response, end)
				return
			}
			f.render(c, next, func(ok bool) {
				if !ok {
					end(false)
					return
				}
				f.rendered(c, response, end)
			})
		}
		if body := p.Get(snapshot, "element"); p.Own(c, "extractForeignFrameElement") >= 0 {
			f.extract(c, body, found)
		} else {
			p.Then(p.Do(c, "extractForeignFrameElement", body), found)
		}
	})
}

// rendered tells of a frame that was loaded, and visits where it leads.
func (f *Frames) rendered(c, response dom.Node, then func(ok bool)) {
	p := f.page
	element, session := f.element(c), p.Get(0, "session")
	p.SetAttr(element, "complete", "")
	f.settle(c)
	p.Do(session, "frameRendered", response, element)
	p.Do(session, "frameLoaded", element)
	p.DoThen(c, "fetchResponseLoaded", then, response)
}

// loaded visits the page that a frame has become the part of, if it is to be.
//
//turbo:method FrameController fetchResponseLoaded
func (f *Frames) loaded(c, response dom.Node, done func()) {
	p := f.page
	if p.Get(c, "promotion") == 0 || f.source(c) == "" {
		p.Then(0, func(dom.Node) { done() })
		return
	}
	c, response = p.Keep(c), p.Keep(response)
	p.Then(p.Get(response, "responseHTML"), func(html dom.Node) {
		f.promote(c, response, html)
		p.Drop(c)
		p.Drop(response)
		done()
	})
}

// promote visits the page that a frame has become the part of: it is there
// already.
func (f *Frames) promote(c, response, html dom.Node) {
	p := f.page
	options := p.Object()
	p.Set(options, "response", f.Drive.Answer(response, p.Get(response, "statusCode"), html))
	p.Set(options, "visitCachedSnapshot", p.Get(c, "visitCachedSnapshot"))
	p.Set(options, "willRender", p.Bool(false))
	p.Set(options, "updateHistory", p.Bool(false))
	p.Set(options, "restorationIdentifier", p.Get(c, "restorationIdentifier"))
	p.Set(options, "snapshot", p.Get(c, "promotion"))
	if action := p.Get(c, "action"); action != 0 {
		p.Set(options, "action", action)
	}
	p.Do(p.Get(0, "session"), "visit", p.String(f.source(c)), options)
}

// extract finds a frame's part in a response (Turbo 8.0.23, frames §7).
//
//turbo:method FrameController extractForeignFrameElement
func (f *Frames) extract(c, container dom.Node, found func(next dom.Node)) {
	p := f.page
	spoilt := func(problem string) {
		f.Drive.Tell(p.Do(0, "error", p.String(problem)))
		found(p.Do(p.Get(0, "document"), "createElement", p.String("turbo-frame")))
	}
	id := f.text(p.Do(p.Get(0, "window.CSS"), "escape", p.String(f.text(c, "element.id"))), "")
	if id == "" {
		spoilt("turbo: a <turbo-frame> without an id has no part in a response")
		return
	}
	for _, selector := range [...]string{"turbo-frame#" + id, "turbo-frame[src][recurse~=" + id + "]"} {
		n := p.Do(container, "querySelector", p.String(selector))
		if n == 0 {
			continue
		}
		if src, ok := p.Attr(n, "src"); ok && f.source(c) != "" && f.href(src) == f.href(f.source(c)) {
			spoilt(`Matching <turbo-frame id="` + f.text(n, "id") + `"> element has a source URL which references itself`)
			return
		}
		document := p.Get(0, "document")
		if !p.Same(p.Get(n, "ownerDocument"), document) {
			n = p.Do(document, "importNode", n, p.Bool(true))
		}
		p.Do(n, "connectedCallback")
		p.Do(n, "disconnectedCallback")
		if selector[len("turbo-frame")] == '#' {
			found(n)
			return
		}
		n = p.Keep(n)
		p.Then(p.Get(n, "loaded"), func(dom.Node) {
			f.extract(c, n, found)
			p.Drop(n)
		})
		return
	}
	found(0)
}

func (f *Frames) href(src string) string {
	return f.text(link.URL(f.page, f.page.String(src)), "href")
}

// missing tells that a response has no part for a frame.
func (f *Frames) missing(c, response dom.Node, end func(ok bool)) {
	p := f.page
	element := f.element(c)
	p.SetAttr(element, "complete", "")
	f.settle(c)
	detail := p.Object()
	p.Set(detail, "response", p.Get(response, "response"))
	p.Set(detail, "visit", p.Get(0, "visitAny"))
	if !p.Dispatch("turbo:frame-missing", element, true, detail) {
		end(true)
		return
	}
	p.Do(p.Get(c, "view"), "missing")
	p.Do(0, "frameMissing", p.String(`turbo: the response (`+f.text(response, "statusCode")+`) has no <turbo-frame id="`+f.text(c, "element.id")+`">, so the frame has no content. Answer with that frame, or set turbo-visit-control to reload to visit the page instead.`))
	end(false)
}

// render puts the content of the next frame into the current one, once no
// other rendering is under way.
func (f *Frames) render(c, next dom.Node, then func(ok bool)) {
	p := f.page
	if promise := p.Get(c, "view.renderPromise"); promise != 0 {
		next = p.Keep(next)
		p.Then(promise, func(dom.Node) {
			f.render(c, next, then)
			p.Drop(next)
		})
		return
	}
	p.Do(c, "changeHistory")
	how := "newFrameRenderer"
	if p.Is(c, "morphs") {
		how = "newMorphingFrameRenderer"
	}
	view := p.Get(c, "view")
	renderer := p.Do(0, how, c, p.Get(view, "snapshot"), p.Do(0, "newSnapshot", next), dom.False)
	p.DoThen(view, "render", then, renderer)
}

//turbo:method FrameController changeHistory
func (f *Frames) changeHistory(c dom.Node) {
	p := f.page
	if action := f.text(c, "action"); action != "" {
		f.Drive.UpdateHistory(action, link.URL(p, p.String(f.source(c))), p.Get(c, "restorationIdentifier"))
	}
}

// willRender remembers what the frame shows where a visit will ask for it.
//
//turbo:method FrameController willRenderFrame
func (f *Frames) willRender(c, current dom.Node) {
	p := f.page
	if p.Is(c, "action") {
		p.Set(c, "previousFrameElement", p.Do(0, "copied", current))
	}
}

//turbo:method FrameController preloadOnLoadLinksForView
func (f *Frames) preloadLinks(element dom.Node) {
	f.page.Do(f.page.Get(0, "session"), "preloadOnLoadLinksForView", element)
}

// allows asks the page whether to render, and how.
//
//turbo:method FrameController allowsImmediateRender
func (f *Frames) allows(c, snapshot, options dom.Node) bool {
	p := f.page
	detail := p.Object()
	p.Set(detail, "newFrame", p.Get(snapshot, "element"))
	p.Do(p.Get(0, "window.Object"), "assign", detail, options)
	event := p.Do(0, "dispatch", p.String("turbo:before-frame-render"), f.element(c), dom.True, detail)
	return f.Drive.Allows(event, p.Get(c, "view"))
}
