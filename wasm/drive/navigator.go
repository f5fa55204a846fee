package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// What follows answers for the navigator (Turbo 8.0.23, navigator).

//turbo:method Navigator proposeVisit
func (d *Drive) proposeVisit(url, options dom.Node) {
	p := d.Page
	if options == 0 {
		options = p.Object("")
	}
	if d.Asks(0, "session.allowsVisitingLocationWithAction", url, p.Get(options, "action")) {
		p.Do(0, "session.visitProposedToLocation", url, options)
	}
}

//turbo:method Navigator visitStarted
func (d *Drive) navigatorVisitStarted(visit dom.Node) {
	d.Page.Do(0, "session.visitStarted", visit)
}

//turbo:method Navigator visitCompleted
func (d *Drive) navigatorVisitCompleted(visit dom.Node) {
	p := d.Page
	p.Do(0, "session.visitCompleted", visit)
	p.Delete(0, "navigator.currentVisit")
}

//turbo:method Navigator formSubmissionStarted
func (d *Drive) submissionStarted(s dom.Node) { d.tellAdapter("formSubmissionStarted", s) }

//turbo:method Navigator formSubmissionErrored
func (d *Drive) submissionErrored(_, problem dom.Node) { d.Tell(problem) }

//turbo:method Navigator formSubmissionFinished
func (d *Drive) submissionFinished(s dom.Node) { d.tellAdapter("formSubmissionFinished", s) }

//turbo:method Navigator linkPrefetchingIsEnabledForLocation
func (d *Drive) prefetchesLocation(url dom.Node) dom.Node {
	adapter := d.adapter()
	if !d.Page.Is(adapter, "linkPrefetchingIsEnabledForLocation") {
		return dom.True
	}
	return d.Page.Do(adapter, "linkPrefetchingIsEnabledForLocation", url)
}

func (d *Drive) adapter() dom.Node { return d.Page.Get(0, "session.adapter") }

// startVisit starts a visit in the place of what is under way.
//
//turbo:method Navigator startVisit
func (d *Drive) startVisit(location dom.Node, identifier string, options dom.Node) {
	p := d.Page
	p.Do(0, "navigator.stop")
	if identifier == "" {
		identifier = p.UUID()
	}
	v, err := newVisit(d.Visits, p.Do(0, "url", location), identifier, options)
	if err != nil {
		return
	}
	visit := p.Wrapper(v.Object)
	v.isRefresh = d.Asks(0, "view.isPageRefresh", visit)
	p.Set(0, "navigator.currentVisit", visit)
	p.Do(visit, "start")
}

// submitForm submits a form in the place of what is under way.
//
//turbo:method Navigator submitForm
func (d *Drive) submitForm(form, submitter dom.Node) {
	p := d.Page
	navigator := p.Get(0, "navigator")
	p.Do(navigator, "stop")
	s, err := d.Forms.New(navigator, form, submitter, true)
	if err != nil {
		return
	}
	wrapper := p.Wrapper(s.Object)
	p.Set(navigator, "formSubmission", wrapper)
	p.Do(wrapper, "start")
}

// stopCurrent stops the submission and the visit that are under way.
//
//turbo:method Navigator stop
func (d *Drive) stopCurrent() {
	p := d.Page
	if p.Is(0, "navigator.formSubmission") {
		p.Do(0, "navigator.formSubmission.stop")
		p.Delete(0, "navigator.formSubmission")
	}
	if p.Is(0, "navigator.currentVisit") {
		p.Do(0, "navigator.currentVisit.cancel")
		p.Delete(0, "navigator.currentVisit")
	}
}

// Unbusy ends the current visit without a page.
func (d *Drive) Unbusy() {
	p := d.Page
	root := p.Get(0, "document.documentElement")
	for _, name := range [...]string{"data-turbo-visit-direction", "data-turbo-preview", "aria-busy"} {
		p.RemoveAttr(root, name)
	}
	p.Delete(0, "navigator.currentVisit")
}

// superseded reports whether a submission was stopped: its answer is ignored.
func superseded(p Page, s dom.Node) bool {
	return p.Is(s, "fetchRequest.abortController.signal.aborted")
}

// tellAdapter calls a method that adapters need not have.
func (d *Drive) tellAdapter(method string, s dom.Node) {
	if adapter := d.adapter(); d.Page.Is(adapter, method) {
		d.Page.Do(adapter, method, s)
	}
}

// submissionSucceeded visits where the answer came from, with the answer.
//
//turbo:method Navigator formSubmissionSucceededWithResponse
func (d *Drive) submissionSucceeded(s, response dom.Node, then then) {
	p := d.Page
	if !p.Same(s, p.Get(0, "navigator.formSubmission")) {
		then(true)
		return
	}
	p.Then(p.Get(response, "responseHTML"), func(html dom.Node) {
		defer then(true)
		if html == 0 || superseded(p, s) {
			return
		}
		safe := p.Is(s, "isSafe")
		if !safe {
			d.ClearSnapshots()
		}
		action := link.VisitAction(p, p.Get(s, "submitter"), p.Get(s, "formElement"))
		if action == "" {
			action = "advance"
			if p.Is(response, "redirected") && d.text(response, "location.href") == d.text(0, "history.location.href") {
				action = "replace"
			}
		}
		p.Do(0, "navigator.proposeVisit", p.Get(response, "location"), p.Object("action shouldCacheSnapshot response",
			p.String(action), p.Bool(safe), d.Answer(response, p.Get(response, "statusCode"), html)))
	})
}

// Answer makes the response of a visit: its status, its HTML, and whether it
// was redirected.
func (d *Drive) Answer(response, status, html dom.Node) dom.Node {
	p := d.Page
	names := "statusCode redirected"
	if html != 0 {
		names += " responseHTML"
	}
	return p.Object(names, status, p.Bool(p.Is(response, "redirected")), html)
}

// submissionFailed renders the answer in the place of the page.
//
//turbo:method Navigator formSubmissionFailedWithResponse
func (d *Drive) submissionFailed(s, response dom.Node, then then) {
	p := d.Page
	p.Then(p.Get(response, "responseHTML"), func(html dom.Node) {
		if html == 0 || superseded(p, s) {
			then(true)
			return
		}
		snapshot := p.Keep(d.Parsed(html))
		visit := p.Get(0, "navigator.currentVisit")
		end := func(ok bool) {
			if !ok {
				p.Drop(snapshot)
				then(false)
				return
			}
			if method, _ := d.Setting(snapshot, "refresh-scroll"); method != "preserve" {
				p.Do(0, "view.scrollToTop")
			}
			d.ClearSnapshots()
			p.Drop(snapshot)
			then(true)
		}
		if p.Is(response, "serverError") {
			d.ShowError(snapshot, visit, end)
		} else {
			d.ShowPage(snapshot, false, true, visit, end)
		}
	})
}

// Tell writes an error of the page's to the console.
func (d *Drive) Tell(problem dom.Node) {
	d.Page.Do(0, "window.console.error", problem)
}
