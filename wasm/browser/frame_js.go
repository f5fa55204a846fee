package browser

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/frame"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// frames is the page as package frame needs it, as far as Page is not that
// already.
type frames Page

func (f *frames) page() *Page { return (*Page)(f) }

// framePage returns the page in the parts that package frame needs.
func framePage(p *Page, made frame.Forms) frame.Page {
	f := (*frames)(p)
	return frame.Page{
		Elements: p, Tree: p, Objects: p, Parts: p, Work: p,
		Requests: (*forms)(p), Forms: made,
		Events: f, Loads: f, Responses: f, Locations: f, Rendering: f, Visits: f, Console: f,
	}
}

// adopt makes the controller of a wrapper: the page makes those, and the first call
// of one its controller.
func (f *frames) adopt(wrapper dom.Node) dom.Object {
	c := session.frames.New()
	c.Object = f.objects.add(c)
	domWrap(int32(wrapper), int32(c.Object))
	return c.Object
}

func (f *frames) Link(click dom.Node) (from, url dom.Node) { return link.Clicked(f.page(), click) }

func (f *frames) Followed(event dom.Node) (from, url, click, around dom.Node) {
	p := f.page()
	from = p.Get(event, "target")
	around = p.Parent(from)
	if outer := p.Around(around, `a[href], a[xlink\:href]`); outer != 0 {
		around = outer
	}
	return from, p.Get(event, "detail.url"), p.Get(event, "detail.originalEvent"), around
}

func (f *frames) Prevent(event dom.Node, alone bool) {
	f.page().Do(event, "preventDefault")
	if alone {
		f.page().Do(event, "stopImmediatePropagation")
	}
}

func (f *frames) SubmitLink(delegate, from, url dom.Node) {
	form.SubmitLink(f.page(), delegate, from, url)
}

func (f *frames) SetSource(n dom.Node, src string) { f.page().Set(n, "src", f.page().String(src)) }

func (f *frames) Request(delegate, url, n dom.Node) dom.Node {
	return f.page().Do(0, "newRequest", delegate, url, n)
}

func (f *frames) Promise(n dom.Node) dom.Node {
	promise := f.page().Do(0, "promise")
	f.page().Set(n, "loaded", promise)
	return promise
}

func (f *frames) VisitResponse(response dom.Node) dom.Node {
	return f.page().Do(0, "visitAny", f.page().Get(response, "response"))
}

func (f *frames) Answer(response dom.Node) (a frame.Answer) {
	p := f.page()
	a.Status, _ = p.Text(response, "statusCode")
	a.Redirected, a.Succeeded, a.IsHTML = p.Is(response, "redirected"), p.Is(response, "succeeded"), p.Is(response, "isHTML")
	a.URL, _ = p.Text(response, "response.url")
	return a
}

func (f *frames) Parse(html dom.Node) (body dom.Node, visitable bool) {
	snapshot := session.drive.Parsed(html)
	return f.page().Get(snapshot, "element"), f.page().Is(snapshot, "isVisitable")
}

func (f *frames) Adopt(n dom.Node) dom.Node {
	p := f.page()
	document := p.Document()
	if !p.Same(p.Get(n, "ownerDocument"), document) {
		n = p.Do(document, "importNode", n, dom.True)
	}
	p.Do(n, "connectedCallback")
	p.Do(n, "disconnectedCallback")
	return n
}

func (f *frames) Empty() dom.Node {
	return f.page().Do(f.page().Document(), "createElement", f.page().String("turbo-frame"))
}

func (f *frames) Missing(n, response dom.Node) bool {
	p := f.page()
	detail := p.Object("response visit", p.Get(response, "response"), p.Get(0, "visitAny"))
	return p.Dispatch("turbo:frame-missing", n, true, detail)
}

func (f *frames) ShowMissing(delegate dom.Node, message string) {
	f.page().Do(delegate, "view.missing")
	f.page().Do(0, "frameMissing", f.page().String(message))
}

func (f *frames) Visitable(url dom.Node) bool { return link.VisitableInFrame(f.page(), url) }

func (f *frames) Escape(id string) string {
	escaped, _ := f.page().Text(f.page().Do(0, "window.CSS.escape", f.page().String(id)), "")
	return escaped
}

func (f *frames) Named(id string) dom.Node {
	return f.page().Do(f.page().Root(), "querySelector", f.page().String("#"+id+":not([disabled])"))
}

func (f *frames) Asked(options dom.Node) (id, action string, ok bool) {
	id, ok = f.page().Text(options, "frame")
	action, _ = f.page().Text(options, "action")
	return id, action, ok
}

func (f *frames) Render(delegate, next dom.Node, morphs bool, then func(ok bool)) {
	p := f.page()
	how := "newFrameRenderer"
	if morphs {
		how = "newMorphingFrameRenderer"
	}
	view := p.Get(delegate, "view")
	renderer := p.Do(0, how, delegate, p.Get(view, "snapshot"), p.Do(0, "newSnapshot", next), dom.False)
	p.DoThen(view, "render", then, renderer)
}

func (f *frames) Allows(delegate, snapshot, options dom.Node) bool {
	p := f.page()
	detail := p.Object("newFrame", p.Get(snapshot, "element"))
	p.Do(0, "window.Object.assign", detail, options)
	event := p.Do(0, "dispatch", p.String("turbo:before-frame-render"), p.Get(delegate, "element"), dom.True, detail)
	return session.drive.Allows(event, p.Get(delegate, "view"))
}

func (f *frames) Copy(n dom.Node) dom.Node { return f.page().Do(0, "copied", n) }

func (f *frames) Navigatable(n dom.Node) bool { return session.drive.Navigatable(n) }

func (f *frames) Propose(delegate, n dom.Node, action string) {
	name := dom.Null
	if action != "" {
		name = f.page().String(action)
	}
	f.page().Do(delegate, "proposeVisitIfNavigatedWithAction", n, name)
}

func (f *frames) Snapshot() dom.Node { return f.page().Do(0, "view.snapshot.clone") }

func (f *frames) Promote(delegate dom.Node, src, action string, response, html dom.Node) {
	p := f.page()
	options := p.Object("response visitCachedSnapshot willRender updateHistory restorationIdentifier",
		session.drive.Answer(response, p.Get(response, "statusCode"), html), p.Get(delegate, "visitCachedSnapshot"),
		dom.False, dom.False, p.Get(delegate, "restorationIdentifier"))
	p.Set(options, "snapshot", p.Get(delegate, "promotion"))
	if action != "" {
		p.Set(options, "action", p.String(action))
	}
	p.Do(0, "session.visit", p.String(src), options)
}

func (f *frames) UpdateHistory(action string, url, identifier dom.Node) {
	session.drive.UpdateHistory(action, url, identifier)
}

func (f *frames) Tell(problem dom.Node) { session.drive.Tell(problem) }

func (f *frames) Error(message string) dom.Node { return (*forms)(f).Error(message) }

func (f *frames) Warn(message string) {
	f.page().Do(0, "window.console.warn", f.page().String(message))
}

func (f *frames) Reject() { f.page().Do(0, "reject") }
