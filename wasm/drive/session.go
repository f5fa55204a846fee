package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// What follows answers for the session (Turbo 8.0.23, session).

//turbo:method Session elementIsNavigatable
func (d *Drive) elementIsNavigatable(n dom.Node) bool { return link.Navigatable(d.Page, n) }

//turbo:method Session historyPoppedWithEmptyState
func (d *Drive) adopt(url dom.Node) {
	p := d.Page
	p.Do(0, "history.replace", url)
	p.Set(0, "view.lastRenderedLocation", url)
	p.Do(0, "view.cacheSnapshot")
}

// takes reports whether a link's being followed is the runtime's affair.
//
//turbo:method Session willSubmitFormLinkToLocation
func (d *Drive) takes(from, url dom.Node) bool {
	return d.Navigatable(from) && link.VisitableURL(d.Page, url)
}

//turbo:method Session submittedFormLinkToLocation
func (d *Drive) submittedFormLink() {}

//turbo:method Session canPrefetchRequestToLocation
func (d *Drive) canPrefetch(from, url dom.Node) bool {
	return d.takes(from, url) && d.Asks(0, "navigator.linkPrefetchingIsEnabledForLocation", url)
}

//turbo:method Session willFollowLinkToLocation
func (d *Drive) willFollow(session, from, url, event dom.Node) bool {
	return d.takes(from, url) && d.Asks(session, "applicationAllowsFollowingLinkToLocation", from, url, event)
}

//turbo:method Session followedLinkToLocation
func (d *Drive) followed(session, from, url dom.Node) {
	p := d.Page
	p.Do(session, "visit", p.Get(url, "href"), p.Object("action acceptsStreamResponse",
		p.Do(session, "getActionForLink", from), p.Bool(p.HasAttr(from, "data-turbo-stream"))))
}

//turbo:method Session getActionForLink
func (d *Drive) actionOf(from dom.Node) string {
	if action := link.VisitAction(d.Page, from); action != "" {
		return action
	}
	return "advance"
}

//turbo:method Session allowsVisitingLocationWithAction
func (d *Drive) allowsVisiting(session, url dom.Node) bool {
	return d.Asks(session, "applicationAllowsVisitingLocation", url)
}

//turbo:method Session visitProposedToLocation
func (d *Drive) visitProposed(url, options dom.Node) {
	d.Page.Do(0, "extendURL", url)
	d.Page.Do(0, "session.adapter.visitProposedToLocation", url, options)
}

//turbo:method Session visitCompleted
func (d *Drive) visitCompleted(session, visit dom.Node) {
	p := d.Page
	p.Do(0, "view.unmarkVisitDirection")
	p.Do(0, "document.documentElement.removeAttribute", p.String("aria-busy"))
	p.Do(session, "notifyApplicationAfterPageLoad", p.Do(visit, "getTimingMetrics"))
}

//turbo:method Session willSubmitForm
func (d *Drive) willSubmit(session, form, submitter dom.Node) bool {
	return d.Asks(session, "submissionIsNavigatable", form, submitter) && link.VisitableURL(d.Page, d.Forms.Action(form, submitter))
}

//turbo:method Session formSubmitted
func (d *Drive) formSubmitted(form, submitter dom.Node) {
	d.Page.Do(0, "navigator.submitForm", form, submitter)
}

//turbo:method Session pageBecameInteractive
func (d *Drive) pageBecameInteractive(session dom.Node) {
	p := d.Page
	p.Set(0, "view.lastRenderedLocation", p.Get(session, "location"))
	p.Do(session, "notifyApplicationAfterPageLoad")
}

//turbo:method Session viewWillCacheSnapshot
func (d *Drive) willCacheSnapshot(session dom.Node) {
	d.Page.Do(session, "notifyApplicationBeforeCachingSnapshot")
}

//turbo:method Session allowsImmediateRender
func (d *Drive) allowsImmediateRender(session, snapshot, options dom.Node) bool {
	p := d.Page
	return d.Allows(p.Do(session, "notifyApplicationBeforeRender", p.Get(snapshot, "element"), options), p.Get(0, "view"))
}

//turbo:method Session viewRenderedSnapshot
func (d *Drive) renderedSnapshot(session, _, _, method dom.Node) {
	p := d.Page
	p.Set(0, "view.lastRenderedLocation", p.Get(0, "history.location"))
	p.Do(session, "notifyApplicationAfterRender", method)
}

//turbo:method Session preloadOnLoadLinksForView
func (d *Drive) preloadLinksOf(view dom.Node) {
	d.Page.Do(0, "preloader.preloadOnLoadLinksForView", view)
}

//turbo:method Session viewInvalidated
func (d *Drive) viewInvalidated(reason dom.Node) {
	d.Page.Do(0, "session.adapter.pageInvalidated", reason)
}

//turbo:method Session frameLoaded
func (d *Drive) frameLoaded(session, frame dom.Node) {
	d.Page.Do(session, "notifyApplicationAfterFrameLoad", frame)
}

//turbo:method Session frameRendered
func (d *Drive) frameRendered(session, response, frame dom.Node) {
	d.Page.Do(session, "notifyApplicationAfterFrameRender", response, frame)
}

// Navigatable reports whether links and forms at n are the runtime's.
func (d *Drive) Navigatable(n dom.Node) bool {
	return d.Asks(0, "session.elementIsNavigatable", n)
}

// submissionIsNavigatable reports whether a form submission is the runtime's.
//
//turbo:method Session submissionIsNavigatable
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
	p := d.Page
	from, url := link.Clicked(p, event)
	if from != 0 && url != 0 && d.Asks(0, "session.willFollowLinkToLocation", from, url, event) {
		p.Do(event, "preventDefault")
		p.Do(0, "session.followedLinkToLocation", from, url)
	}
}

// ClickFormLink handles a click that reached the html element: on a link that
// is to submit a form.
//
//turbo:function LINK
func (d *Drive) ClickFormLink(event dom.Node) {
	p := d.Page
	d.Frames.Clicked()
	from, url := link.Clicked(p, event)
	if from != 0 && url != 0 && d.Asks(0, "session.willSubmitFormLinkToLocation", from, url, event) && form.Submits(p, from) {
		p.Do(event, "preventDefault")
		form.SubmitLink(p, p.Get(0, "session"), from, url)
	}
}

// Submit handles a submit event that reached the document.
//
//turbo:function SUBMIT
func (d *Drive) Submit(event dom.Node) {
	p := d.Page
	form, submitter, ok := d.Forms.Accepts(event)
	if ok && d.Asks(0, "session.willSubmitForm", form, submitter) {
		p.Do(event, "preventDefault")
		p.Do(event, "stopImmediatePropagation")
		p.Do(0, "session.formSubmitted", form, submitter)
	}
}

// visitStarted marks the page as busy and tells of a visit.
//
//turbo:method Session visitStarted
func (d *Drive) visitStarted(session, visit dom.Node) {
	p, v := d.Page, d.find(visit)
	if !v.acceptsStreams {
		p.Do(0, "document.documentElement.setAttribute", p.String("aria-busy"), p.String("true"))
		p.Do(0, "view.markVisitDirection", d.word(v.direction))
	}
	url := p.Get(visit, "location")
	p.Do(0, "extendURL", url)
	p.Do(session, "notifyApplicationAfterVisitingLocation", url, d.word(string(v.action)))
}

// word makes a string, undefined of an empty one.
func (d *Drive) word(text string) dom.Node {
	if text == "" {
		return 0
	}
	return d.Page.String(text)
}

// find returns the visit that an object of the page's stands for, or one as the
// object says.
func (d *Drive) find(visit dom.Node) *Visit {
	if v := d.Visits.Find(visit); v != nil {
		return v
	}
	return &Visit{action: Action(d.text(visit, "action")), direction: d.text(visit, "direction"), acceptsStreams: d.Page.Is(visit, "acceptsStreamResponse")}
}

// restore visits an entry of the history.
//
//turbo:method Session historyPoppedToLocationWithRestorationIdentifierAndDirection
func (d *Drive) restore(url, identifier, direction dom.Node) {
	p := d.Page
	if !p.Is(0, "session.enabled") {
		p.Do(0, "session.adapter.pageInvalidated", p.Object("reason", p.String("turbo_disabled")))
		return
	}
	p.Do(0, "navigator.startVisit", url, identifier,
		p.Object("action historyChanged direction", p.String("restore"), dom.True, direction))
}
