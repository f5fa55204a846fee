package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// Promote remembers that what a frame loads next is to be a visit of the page
// as well, "" that it is not (Turbo 8.0.23, frames §8).
func (f *Frames) Promote(c dom.Node, action string) {
	p := f.page
	if action == "" {
		p.Delete(c, "action")
		return
	}
	p.Set(c, "action", p.String(action))
	p.Set(c, "promotion", p.Do(p.Get(0, "view.snapshot"), "clone"))
}

// loadResponse renders a frame's part of a response; done is called unless it
// has none.
func (f *Frames) loadResponse(c, response dom.Node, done func()) {
	p := f.page
	if p.Is(response, "redirected") || p.Is(response, "succeeded") && p.Is(response, "isHTML") {
		f.quiet = true
		p.Set(f.element(c), "src", p.Get(response, "response.url"))
		f.quiet = false
	}
	c, response = p.Keep(c), p.Keep(response)
	end := func() {
		p.Delete(c, "morphs")
		p.Delete(c, "promotion")
		p.Drop(c)
		p.Drop(response)
	}
	p.Await(p.Get(response, "responseHTML"), func(html dom.Node, failed bool) {
		if html == 0 || failed {
			end()
			done()
			return
		}
		snapshot := f.Drive.Parsed(html)
		if control, _ := f.Drive.Setting(snapshot, "visit-control"); control == "reload" {
			p.Do(p.Get(0, "window.console"), "warn", p.String(`turbo: the response (`+f.text(response, "statusCode")+`) for <turbo-frame id="`+f.text(c, "element.id")+`"> asks for a full page visit by turbo-visit-control.`))
			visited := p.Do(0, "visitAny", p.Get(response, "response"))
			p.Then(visited, func(dom.Node) {
				end()
				done()
			})
			return
		}
		f.extract(c, p.Get(snapshot, "element"), func(next dom.Node) {
			if next == 0 {
				f.missing(c, response, end, done)
				return
			}
			f.render(c, next, func() {
				f.rendered(c, response, func() {
					end()
					done()
				})
			})
		})
	})
}

// rendered tells of a frame that was loaded, and visits where it leads.
func (f *Frames) rendered(c, response dom.Node, done func()) {
	p := f.page
	element := f.element(c)
	p.SetAttr(element, "complete", "")
	f.settle(c)
	detail := p.Object()
	p.Set(detail, "fetchResponse", response)
	p.Dispatch("turbo:frame-render", element, true, detail)
	p.Dispatch("turbo:frame-load", element, false, 0)
	if p.Get(c, "promotion") == 0 || f.source(c) == "" {
		p.Then(0, func(dom.Node) { done() })
		return
	}
	p.Then(p.Get(response, "responseHTML"), func(html dom.Node) {
		f.promote(c, response, html)
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
func (f *Frames) missing(c, response dom.Node, end, done func()) {
	p := f.page
	element := f.element(c)
	p.SetAttr(element, "complete", "")
	f.settle(c)
	detail := p.Object()
	p.Set(detail, "response", p.Get(response, "response"))
	p.Set(detail, "visit", p.Get(0, "visitAny"))
	if !p.Dispatch("turbo:frame-missing", element, true, detail) {
		end()
		done()
		return
	}
	element = f.element(c)
	p.Set(element, "innerHTML", p.String(`<strong class="turbo-frame-error">Content missing</strong>`))
	p.Do(0, "frameMissing", p.String(`turbo: the response (`+f.text(response, "statusCode")+`) has no <turbo-frame id="`+f.text(element, "id")+`">, so the frame has no content. Answer with that frame, or set turbo-visit-control to reload to visit the page instead.`))
	end()
}

// changeHistory brings the source of a promoted frame into the history.
func (f *Frames) changeHistory(c dom.Node) {
	p := f.page
	if action := f.text(c, "action"); action != "" {
		f.Drive.ChangeHistory(action != "replace", link.URL(p, p.String(f.source(c))), f.text(c, "restorationIdentifier"))
	}
}

// render puts the content of the next frame into the current one.
func (f *Frames) render(c, next dom.Node, done func()) {
	p := f.page
	next = p.Keep(next)
	if promise := p.Get(c, "rendering"); promise != 0 {
		p.Then(promise, func(dom.Node) {
			f.render(c, next, done)
			p.Drop(next)
		})
		return
	}
	f.changeHistory(c)
	p.Set(c, "rendering", p.Do(0, "promise"))
	end := func() {
		promise := p.Get(c, "rendering")
		p.Delete(c, "rendering")
		p.Do(promise, "resolve")
		p.Drop(next)
	}
	p.Then(0, func(dom.Node) { f.announce(c, next, end, done) })
}

// announce asks the page whether to render, and how.
func (f *Frames) announce(c, next dom.Node, end, done func()) {
	p := f.page
	how := p.Get(0, "renderFrame")
	if p.Is(c, "morphs") {
		how = p.Get(0, "morphFrame")
	}
	how = p.Keep(how)
	detail := p.Object()
	p.Set(detail, "newFrame", next)
	p.Set(detail, "renderMethod", p.String("replace"))
	f.Drive.AskToRender("turbo:before-frame-render", f.element(c), detail, &how, func() {
		p.Repaint(func() {
			defer p.Drop(how)
			f.change(c, next, how)
			f.finish(c, next, func() {
				end()
				p.Then(0, func(dom.Node) { done() })
			})
		})
	})
}

// change renders, with permanent elements kept. What the page throws is a
// rejection, and nothing more.
func (f *Frames) change(c, next, how dom.Node) {
	p := f.page
	element := f.element(c)
	morphs := p.Is(c, "morphs")
	kept, err := f.Drive.Permanents(element, next)
	if morphs {
		kept, err = nil, nil
	}
	if err == nil {
		kept.Enter()
		if p.Is(c, "action") {
			p.Set(c, "previousFrameElement", p.Do(0, "copied", element))
		}
		_, err = p.Call(0, "apply", how, element, next)
	}
	if err != nil {
		p.Do(0, "reject")
		return
	}
	p.Then(0, func(dom.Node) {
		kept.Leave()
		kept.Drop()
	})
}

// finish scrolls, focuses and runs scripts, each in a frame of its own.
func (f *Frames) finish(c, next dom.Node, done func()) {
	p := f.page
	element := f.element(c)
	if first := p.Get(element, "firstElementChild"); first != 0 && (p.HasAttr(element, "autoscroll") || p.HasAttr(next, "autoscroll")) {
		options := p.Object()
		p.Set(options, "block", p.String(f.oneOf(element, "data-autoscroll-block", "end", "start", "center", "nearest")))
		p.Set(options, "behavior", p.String(f.oneOf(element, "data-autoscroll-behavior", "auto", "smooth")))
		p.Do(first, "scrollIntoView", options)
	}
	p.Repaint(func() {
		if n := f.Drive.Focusable(f.element(c)); n != 0 {
			p.Do(n, "focus")
		}
		p.Repaint(func() {
			f.Drive.Activate(f.element(c))
			f.Drive.Preload(f.element(c))
			done()
		})
	})
}

// oneOf returns the value of an attribute that must be one of some, the first
// of them otherwise.
func (f *Frames) oneOf(n dom.Node, name string, values ...string) string {
	value, _ := f.page.Attr(n, name)
	for _, v := range values {
		if v == value {
			return v
		}
	}
	return values[0]
}
