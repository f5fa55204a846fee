package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// The methods of the session, in the order of their names in js/session.js.
const (
	sessionVisit = iota
	sessionRefresh
	sessionDebouncedRefresh
	sessionElementIsNavigatable
	sessionSubmissionIsNavigatable
	sessionShouldPreloadLink
	sessionHistoryPoppedToLocationWithRestorationIdentifierAndDirection
	sessionHistoryPoppedWithEmptyState
	sessionWillSubmitFormLinkToLocation
	sessionSubmittedFormLinkToLocation
	sessionCanPrefetchRequestToLocation
	sessionWillFollowLinkToLocation
	sessionFollowedLinkToLocation
	sessionAllowsVisitingLocationWithAction
	sessionVisitProposedToLocation
	sessionVisitStarted
	sessionVisitCompleted
	sessionWillSubmitForm
	sessionFormSubmitted
	sessionPageBecameInteractive
	sessionViewWillCacheSnapshot
	sessionAllowsImmediateRender
	sessionViewRenderedSnapshot
	sessionPreloadOnLoadLinksForView
	sessionViewInvalidated
	sessionFrameLoaded
	sessionFrameRendered
	sessionApplicationAllowsFollowingLinkToLocation
	sessionApplicationAllowsVisitingLocation
	sessionNotifyApplicationAfterClickingLinkToLocation
	sessionNotifyApplicationBeforeVisitingLocation
	sessionNotifyApplicationAfterVisitingLocation
	sessionNotifyApplicationBeforeCachingSnapshot
	sessionNotifyApplicationBeforeRender
	sessionNotifyApplicationAfterRender
	sessionNotifyApplicationAfterPageLoad
	sessionNotifyApplicationAfterFrameLoad
	sessionNotifyApplicationAfterFrameRender
	sessionGetActionForLink
)

// AnswerSession answers for the session (Turbo 8.0.23, session).
func (d *Drive) AnswerSession(method int, a, b, c dom.Node) dom.Node {
	p := d.Page
	session := p.Get(0, "session")
	switch method {
	case sessionVisit:
		d.Visit(a, b)
	case sessionRefresh:
		d.Refresh(a, b)
	case sessionDebouncedRefresh:
		d.RefreshNow(a, b)
	case sessionElementIsNavigatable:
		return p.Bool(link.Navigatable(p, a))
	case sessionSubmissionIsNavigatable:
		return p.Bool(d.submissionIsNavigatable(a, b))
	case sessionShouldPreloadLink:
		return p.Bool(d.preloadable(a))
	case sessionHistoryPoppedToLocationWithRestorationIdentifierAndDirection:
		d.restore(a, b, c)
	case sessionHistoryPoppedWithEmptyState:
		p.Do(p.Get(0, "history"), "replace", a)
		p.Set(p.Get(0, "view"), "lastRenderedLocation", a)
		p.Do(p.Get(0, "view"), "cacheSnapshot")
	case sessionWillSubmitFormLinkToLocation:
		return p.Bool(d.Navigatable(a) && link.VisitableURL(p, b))
	case sessionCanPrefetchRequestToLocation:
		return p.Bool(d.Navigatable(a) && link.VisitableURL(p, b) && d.Asks(p.Get(0, "navigator"), "linkPrefetchingIsEnabledForLocation", b))
	case sessionWillFollowLinkToLocation:
		return p.Bool(d.Navigatable(a) && link.VisitableURL(p, b) && d.Asks(session, "applicationAllowsFollowingLinkToLocation", a, b, c))
	case sessionFollowedLinkToLocation:
		options := p.Object()
		p.Set(options, "action", p.Do(session, "getActionForLink", a))
		p.Set(options, "acceptsStreamResponse", p.Bool(p.HasAttr(a, "data-turbo-stream")))
		p.Do(session, "visit", p.String(d.text(b, "href")), options)
	case sessionAllowsVisitingLocationWithAction:
		return p.Bool(d.Asks(session, "applicationAllowsVisitingLocation", a))
	case sessionVisitProposedToLocation:
		p.Do(0, "extendURL", a)
		p.Do(d.adapter(), "visitProposedToLocation", a, b)
	case sessionVisitStarted:
		d.visitStarted(session, a)
	case sessionVisitCompleted:
		p.Do(p.Get(0, "view"), "unmarkVisitDirection")
		p.RemoveAttr(p.Get(0, "document.documentElement"), "aria-busy")
		p.Do(session, "notifyApplicationAfterPageLoad", p.Do(a, "getTimingMetrics"))
	case sessionWillSubmitForm:
		return p.Bool(d.Asks(session, "submissionIsNavigatable", a, b) && link.VisitableURL(p, d.Forms.Action(a, b)))
	case sessionFormSubmitted:
		p.Do(p.Get(0, "navigator"), "submitForm", a, b)
	case sessionPageBecameInteractive:
		p.Set(p.Get(0, "view"), "lastRenderedLocation", p.Get(session, "location"))
		p.Do(session, "notifyApplicationAfterPageLoad")
	case sessionViewWillCacheSnapshot:
		p.Do(session, "notifyApplicationBeforeCachingSnapshot")
	case sessionAllowsImmediateRender:
		return p.Bool(d.Allows(p.Do(session, "notifyApplicationBeforeRender", p.Get(a, "element"), b), p.Get(0, "view")))
	case sessionViewRenderedSnapshot:
		p.Set(p.Get(0, "view"), "lastRenderedLocation", p.Get(0, "history.location"))
		p.Do(session, "notifyApplicationAfterRender", c)
	case sessionPreloadOnLoadLinksForView:
		p.Do(p.Get(0, "preloader"), "preloadOnLoadLinksForView", a)
	case sessionViewInvalidated:
		p.Do(d.adapter(), "pageInvalidated", a)
	case sessionFrameLoaded:
		p.Do(session, "notifyApplicationAfterFrameLoad", a)
	case sessionFrameRendered:
		p.Do(session, "notifyApplicationAfterFrameRender", a, b)
	case sessionApplicationAllowsFollowingLinkToLocation:
		return d.allowed(p.Do(session, "notifyApplicationAfterClickingLinkToLocation", a, b, c))
	case sessionApplicationAllowsVisitingLocation:
		return d.allowed(p.Do(session, "notifyApplicationBeforeVisitingLocation", a))
	case sessionNotifyApplicationAfterClickingLinkToLocation:
		return d.event("turbo:click", a, true, "url", p.String(d.text(b, "href")), "originalEvent", c)
	case sessionNotifyApplicationBeforeVisitingLocation:
		d.Heard = false
		return d.event("turbo:before-visit", 0, true, "url", p.String(d.text(a, "href")))
	case sessionNotifyApplicationAfterVisitingLocation:
		return d.event("turbo:visit", 0, false, "url", p.String(d.text(a, "href")), "action", b)
	case sessionNotifyApplicationBeforeCachingSnapshot:
		return d.event("turbo:before-cache", 0, false)
	case sessionNotifyApplicationBeforeRender:
		return p.Do(0, "dispatch", p.String("turbo:before-render"), 0, dom.True, p.Do(p.Get(0, "window.Object"), "assign", d.object("newBody", a), b))
	case sessionNotifyApplicationAfterRender:
		d.Rendered()
		return d.event("turbo:render", 0, false, "renderMethod", a)
	case sessionNotifyApplicationAfterPageLoad:
		if a == 0 {
			a = p.Object()
		}
		return d.event("turbo:load", 0, false, "url", p.String(d.text(session, "location.href")), "timing", a)
	case sessionNotifyApplicationAfterFrameLoad:
		return d.event("turbo:frame-load", a, false)
	case sessionNotifyApplicationAfterFrameRender:
		return d.event("turbo:frame-render", b, true, "fetchResponse", a)
	case sessionGetActionForLink:
		if action := link.VisitAction(p, a); action != "" {
			return p.String(action)
		}
		return p.String("advance")
	}
	return 0
}

// Asks calls a method and reports whether it says yes.
func (d *Drive) Asks(object dom.Node, method string, args ...dom.Node) bool {
	answer := d.Page.Do(object, method, args...)
	return answer != 0 && answer != dom.False
}

// object makes an object of names and values.
func (d *Drive) object(entries ...any) dom.Node {
	o := d.Page.Object()
	for i := 0; i < len(entries); i += 2 {
		d.Page.Set(o, entries[i].(string), entries[i+1].(dom.Node))
	}
	return o
}

// event dispatches an event of the runtime whose detail is made of names and
// values, and returns it.
func (d *Drive) event(name string, target dom.Node, cancelable bool, entries ...any) dom.Node {
	var detail dom.Node
	if entries != nil {
		detail = d.object(entries...)
	}
	return d.Page.Do(0, "dispatch", d.Page.String(name), target, d.Page.Bool(cancelable), detail)
}

// allowed says that nobody prevented an event's default.
func (d *Drive) allowed(event dom.Node) dom.Node {
	return d.Page.Bool(!d.Page.Is(event, "defaultPrevented"))
}

// Navigatable reports whether links and forms at n are the runtime's.
func (d *Drive) Navigatable(n dom.Node) bool {
	return d.Asks(d.Page.Get(0, "session"), "elementIsNavigatable", n)
}

// submissionIsNavigatable reports whether a form submission is the runtime's.
func (d *Drive) submissionIsNavigatable(form, submitter dom.Node) bool {
	mode := d.text(0, "config.forms.mode")
	if mode == "off" || submitter != 0 && !d.Navigatable(submitter) {
		return false
	}
	if mode == "optin" {
		return d.Page.Closest(form, `[data-turbo="true"]`) != 0
	}
	return d.Navigatable(form)
}

// Click handles a click that reached the window.
//
//turbo:function CLICK
func (d *Drive) Click(event dom.Node) {
	p, session := d.Page, d.Page.Get(0, "session")
	from, url := link.Clicked(p, event)
	if from != 0 && url != 0 && d.Asks(session, "willFollowLinkToLocation", from, url, event) {
		p.Do(event, "preventDefault")
		p.Do(session, "followedLinkToLocation", from, url)
	}
}

// ClickFormLink handles a click that reached the html element: on a link that
// is to submit a form.
//
//turbo:function LINK
func (d *Drive) ClickFormLink(event dom.Node) {
	p, session := d.Page, d.Page.Get(0, "session")
	d.Heard = true
	from, url := link.Clicked(p, event)
	if from != 0 && url != 0 && d.Asks(session, "willSubmitFormLinkToLocation", from, url, event) && form.Submits(p, from) {
		p.Do(event, "preventDefault")
		form.SubmitLink(p, session, from, url)
	}
}

// Submit handles a submit event that reached the document.
//
//turbo:function SUBMIT
func (d *Drive) Submit(event dom.Node) {
	p, session := d.Page, d.Page.Get(0, "session")
	form, submitter, ok := d.Forms.Accepts(event)
	if ok && d.Asks(session, "willSubmitForm", form, submitter) {
		p.Do(event, "preventDefault")
		p.Do(event, "stopImmediatePropagation")
		p.Do(session, "formSubmitted", form, submitter)
	}
}

// visitStarted marks the page as busy and tells of a visit.
func (d *Drive) visitStarted(session, visit dom.Node) {
	p := d.Page
	if !p.Is(visit, "acceptsStreamResponse") {
		p.SetAttr(p.Get(0, "document.documentElement"), "aria-busy", "true")
		p.Do(p.Get(0, "view"), "markVisitDirection", p.Get(visit, "direction"))
	}
	p.Do(0, "extendURL", p.Get(visit, "location"))
	p.Do(session, "notifyApplicationAfterVisitingLocation", p.Get(visit, "location"), p.Get(visit, "action"))
}

// restore visits an entry of the history.
func (d *Drive) restore(url, identifier, direction dom.Node) {
	p := d.Page
	if !p.Is(0, "session.enabled") {
		p.Do(d.adapter(), "pageInvalidated", d.object("reason", p.String("turbo_disabled")))
		return
	}
	p.Do(p.Get(0, "navigator"), "startVisit", url, identifier,
		d.object("action", p.String("restore"), "historyChanged", p.Bool(true), "direction", direction))
}
