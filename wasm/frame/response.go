package frame

import "github.com/turbowasm/turbowasm/wasm/dom"

// LoadResponse renders the frame's part of a response; then is told when it has,
// unless the response has no such part.
//
//turbo:method FrameController loadResponse
func (c *Controller) LoadResponse(response dom.Node, then func(ok bool)) {
	f := c.frames
	answer := f.Responses.Answer(response)
	if answer.Redirected || answer.Succeeded && answer.IsHTML {
		c.SetSource(answer.URL)
	}
	self, response := f.Work.Keep(c.wrapper()), f.Work.Keep(response)
	end := func(ok bool) {
		c.morphs = false
		f.Parts.Delete(self, partPromotion)
		f.Parts.Delete(self, partAfterLoading)
		f.Work.Drop(self)
		f.Work.Drop(response)
		then(ok)
	}
	f.Work.Await(f.Parts.Get(response, htmlOf), func(html dom.Node, failed bool) {
		if html == 0 || failed {
			end(true)
			return
		}
		body, visitable := f.Responses.Parse(html)
		if !visitable {
			f.Console.Warn("turbo: the response (" + answer.Status + `) for <turbo-frame id="` + c.id() + `"> asks for a full page visit by turbo-visit-control.`)
			f.Work.Then(f.Loads.VisitResponse(response), func(dom.Node) { end(true) })
			return
		}
		found := func(next dom.Node) {
			if next == 0 {
				c.missing(response, answer.Status, end)
				return
			}
			c.render(next, func(ok bool) {
				if !ok {
					end(false)
					return
				}
				c.rendered(response, end)
			})
		}
		if f.Objects.Own(self, "extractForeignFrameElement") >= 0 {
			c.Extract(body, found)
		} else {
			f.Work.Then(f.Objects.Do(self, "extractForeignFrameElement", body), found)
		}
	})
}

func (c *Controller) id() string { return c.frames.text(c.element(), "id") }

// rendered tells of a frame that was loaded, and visits the page that it leads to.
func (c *Controller) rendered(response dom.Node, then func(ok bool)) {
	f, element := c.frames, c.element()
	f.Elements.SetAttr(element, "complete", "")
	c.settle(element)
	f.Objects.Do(f.Parts.Get(0, session), "frameRendered", response, element)
	f.Objects.Do(f.Parts.Get(0, session), "frameLoaded", element)
	f.Objects.DoThen(c.wrapper(), "fetchResponseLoaded", then, response)
}

// missing tells of a response that has no part for the frame.
func (c *Controller) missing(response dom.Node, status string, end func(ok bool)) {
	f, element := c.frames, c.element()
	f.Elements.SetAttr(element, "complete", "")
	c.settle(element)
	if !f.Responses.Missing(element, response) {
		end(true)
		return
	}
	f.Responses.ShowMissing(c.wrapper(), "turbo: the response ("+status+`) has no <turbo-frame id="`+c.id()+`">, so the frame has no content. Answer with that frame, or set turbo-visit-control to reload to visit the page instead.`)
	end(false)
}

// Extract finds the frame's part in a response (Turbo 8.0.23, frames §7). What
// cannot be used is reported, and an empty frame found in its place.
//
//turbo:method FrameController extractForeignFrameElement
func (c *Controller) Extract(container dom.Node, found func(next dom.Node)) {
	f := c.frames
	reject := func(problem string) {
		f.Console.Tell(f.Console.Error(problem))
		found(f.Responses.Empty())
	}
	id := f.Locations.Escape(c.id())
	if id == "" {
		reject("turbo: a <turbo-frame> without an id has no part in a response")
		return
	}
	n, _ := f.Tree.Select(container, "turbo-frame#"+id)
	recurses := n == 0
	if recurses {
		if n, _ = f.Tree.Select(container, "turbo-frame[src][recurse~="+id+"]"); n == 0 {
			found(0)
			return
		}
	}
	src, ok := f.Elements.Attr(n, "src")
	if own := f.source(c.element()); ok && own != "" && f.href(src) == f.href(own) {
		reject(`Matching <turbo-frame id="` + f.text(n, "id") + `"> element has a source URL which references itself`)
		return
	}
	n = f.Responses.Adopt(n)
	if !recurses {
		found(n)
		return
	}
	n = f.Work.Keep(n)
	f.Work.Then(f.Parts.Get(n, loadedOf), func(dom.Node) {
		c.Extract(n, found)
		f.Work.Drop(n)
	})
}

func (f *Frames) href(location string) string { return f.Requests.Href(f.Requests.URL(location)) }

// render gives the frame the content of another one, when no other rendering is
// under way.
func (c *Controller) render(next dom.Node, then func(ok bool)) {
	f, self := c.frames, c.wrapper()
	if rendering := f.Parts.Get(f.Parts.Get(self, partView), renderingOf); rendering != 0 {
		next = f.Work.Keep(next)
		f.Work.Then(rendering, func(dom.Node) {
			c.render(next, then)
			f.Work.Drop(next)
		})
		return
	}
	f.Objects.Do(self, "changeHistory")
	f.Rendering.Render(self, next, c.morphs, then)
}

// Allows asks the page whether to render, and how.
//
//turbo:method FrameController allowsImmediateRender
func (c *Controller) Allows(snapshot, options dom.Node) bool {
	return c.frames.Rendering.Allows(c.wrapper(), snapshot, options)
}

// Preload preloads the links that the frame has now.
//
//turbo:method FrameController preloadOnLoadLinksForView
func (c *Controller) Preload(element dom.Node) {
	c.frames.Objects.Do(c.frames.Parts.Get(0, session), "preloadOnLoadLinksForView", element)
}
