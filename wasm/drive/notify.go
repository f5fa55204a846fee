package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// What follows tells the application of what the session does, by events of the
// page's (Turbo 8.0.23, session). Each returns its event.

//turbo:method Session applicationAllowsFollowingLinkToLocation
func (d *Drive) allowsFollowing(session, from, url, click dom.Node) bool {
	return d.allowed(d.Page.Do(session, "notifyApplicationAfterClickingLinkToLocation", from, url, click))
}

//turbo:method Session applicationAllowsVisitingLocation
func (d *Drive) allowsLocation(session, url dom.Node) bool {
	return d.allowed(d.Page.Do(session, "notifyApplicationBeforeVisitingLocation", url))
}

//turbo:method Session notifyApplicationAfterClickingLinkToLocation
func (d *Drive) tellOfClick(from, url, click dom.Node) dom.Node {
	return d.event("turbo:click", from, true, "url originalEvent", d.Page.Get(url, "href"), click)
}

//turbo:method Session notifyApplicationBeforeVisitingLocation
func (d *Drive) tellBeforeVisit(url dom.Node) dom.Node {
	d.Frames.Proposed()
	return d.event("turbo:before-visit", 0, true, "url", d.Page.Get(url, "href"))
}

//turbo:method Session notifyApplicationAfterVisitingLocation
func (d *Drive) tellOfVisit(url, action dom.Node) dom.Node {
	return d.event("turbo:visit", 0, false, "url action", d.Page.Get(url, "href"), action)
}

//turbo:method Session notifyApplicationBeforeCachingSnapshot
func (d *Drive) tellBeforeCache() dom.Node { return d.event("turbo:before-cache", 0, false, "") }

//turbo:method Session notifyApplicationBeforeRender
func (d *Drive) tellBeforeRender(body, options dom.Node) dom.Node {
	p := d.Page
	detail := p.Do(0, "window.Object.assign", p.Object("newBody", body), options)
	return p.Do(0, "dispatch", p.String("turbo:before-render"), 0, dom.True, detail)
}

//turbo:method Session notifyApplicationAfterRender
func (d *Drive) tellOfRender(method dom.Node) dom.Node {
	d.Rendered()
	return d.event("turbo:render", 0, false, "renderMethod", method)
}

//turbo:method Session notifyApplicationAfterPageLoad
func (d *Drive) tellOfLoad(session, timing dom.Node) dom.Node {
	if timing == 0 {
		timing = d.Page.Object("")
	}
	return d.event("turbo:load", 0, false, "url timing", d.Page.Get(session, "location.href"), timing)
}

//turbo:method Session notifyApplicationAfterFrameLoad
func (d *Drive) tellOfFrameLoad(frame dom.Node) dom.Node {
	return d.event("turbo:frame-load", frame, false, "")
}

//turbo:method Session notifyApplicationAfterFrameRender
func (d *Drive) tellOfFrameRender(response, frame dom.Node) dom.Node {
	return d.event("turbo:frame-render", frame, true, "fetchResponse", response)
}

// event dispatches an event of the runtime whose detail is made of names and
// values, and returns it.
func (d *Drive) event(name string, target dom.Node, cancelable bool, names string, values ...dom.Node) dom.Node {
	var detail dom.Node
	if names != "" {
		detail = d.Page.Object(names, values...)
	}
	return d.Page.Do(0, "dispatch", d.Page.String(name), target, d.Page.Bool(cancelable), detail)
}

// allowed says that nobody prevented an event's default.
func (d *Drive) allowed(event dom.Node) bool { return !d.Page.Is(event, "defaultPrevented") }
