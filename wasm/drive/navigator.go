package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// Propose asks the page and then the adapter for a visit.
func (d *Drive) Propose(url, options dom.Node) {
	p := d.Page
	d.Heard = false
	detail := p.Object()
	p.Set(detail, "url", p.String(d.text(url, "href")))
	if p.Dispatch("turbo:before-visit", 0, true, detail) {
		d.propose(url, options)
	}
}

func (d *Drive) propose(url, options dom.Node) {
	d.Page.Do(0, "extendURL", url)
	d.Page.Do(d.adapter(), "visitProposedToLocation", url, options)
}

func (d *Drive) adapter() dom.Node { return d.Page.Get(0, "session.adapter") }

// StartVisit starts a visit in the place of what is under way.
func (d *Drive) StartVisit(location, identifier, options dom.Node) {
	p := d.Page
	d.Stop()
	visit := p.Do(0, "newVisit", link.URL(p, location), identifier, options)
	p.Set(visit, "isPageRefresh", p.Bool(d.isPageRefresh(visit)))
	p.Set(p.Get(0, "navigator"), "currentVisit", visit)
	d.start(visit)
}

// SubmitForm submits a form in the place of what is under way.
func (d *Drive) SubmitForm(form, submitter dom.Node) {
	p := d.Page
	d.Stop()
	navigator := p.Get(0, "navigator")
	s, err := d.Forms.New(navigator, form, submitter, true)
	if err != nil {
		return
	}
	p.Set(navigator, "formSubmission", s)
	d.Forms.Start(s)
}

// Stop stops the submission and the visit that are under way.
func (d *Drive) Stop() {
	p := d.Page
	navigator := p.Get(0, "navigator")
	if s := p.Get(navigator, "formSubmission"); s != 0 {
		d.Forms.Stop(s)
		p.Delete(navigator, "formSubmission")
	}
	if visit := p.Get(navigator, "currentVisit"); visit != 0 {
		d.cancel(visit)
		p.Delete(navigator, "currentVisit")
	}
}

func (d *Drive) visitStarted(visit dom.Node) {
	p := d.Page
	root := p.Get(0, "document.documentElement")
	if !p.Is(visit, "acceptsStreamResponse") {
		p.SetAttr(root, "aria-busy", "true")
		p.SetAttr(root, "data-turbo-visit-direction", d.text(visit, "direction"))
	}
	p.Do(0, "extendURL", p.Get(visit, "location"))
	detail := p.Object()
	p.Set(detail, "url", p.String(d.text(visit, "location.href")))
	p.Set(detail, "action", p.Get(visit, "action"))
	p.Dispatch("turbo:visit", 0, false, detail)
}

func (d *Drive) visitCompleted(visit dom.Node) {
	p := d.Page
	root := p.Get(0, "document.documentElement")
	p.RemoveAttr(root, "data-turbo-visit-direction")
	p.RemoveAttr(root, "aria-busy")
	d.Loaded(d.timing(visit))
	p.Delete(p.Get(0, "navigator"), "currentVisit")
}

// unbusy ends the current visit without a page.
func (d *Drive) unbusy() {
	p := d.Page
	root := p.Get(0, "document.documentElement")
	for _, name := range [...]string{"data-turbo-visit-direction", "data-turbo-preview", "aria-busy"} {
		p.RemoveAttr(root, name)
	}
	p.Delete(p.Get(0, "navigator"), "currentVisit")
}

// SubmissionStarted and the like are told of the navigator's submissions.
func (d *Drive) SubmissionStarted(s dom.Node) { d.tellAdapter("formSubmissionStarted", s) }

func (d *Drive) SubmissionFinished(s dom.Node) { d.tellAdapter("formSubmissionFinished", s) }

// tellAdapter calls a method that adapters need not have.
func (d *Drive) tellAdapter(method string, s dom.Node) {
	if adapter := d.adapter(); d.Page.Is(adapter, method) {
		d.Page.Do(adapter, method, s)
	}
}

// SubmissionSucceeded visits where the answer came from, with the answer.
func (d *Drive) SubmissionSucceeded(s, response dom.Node) {
	p := d.Page
	if !p.Same(s, p.Get(0, "navigator.formSubmission")) {
		return
	}
	about := p.Object()
	p.Set(about, "s", s)
	p.Set(about, "response", response)
	d.await(p.Get(response, "responseHTML"), about, func(about, html dom.Node) {
		if html == 0 {
			return
		}
		s, response := p.Get(about, "s"), p.Get(about, "response")
		if superseded(p, s) {
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
		options := p.Object()
		p.Set(options, "action", p.String(action))
		p.Set(options, "shouldCacheSnapshot", p.Bool(safe))
		p.Set(options, "response", d.Answer(response, p.Get(response, "statusCode"), html))
		d.Propose(p.Get(response, "location"), options)
	})
}

// superseded reports whether a submission was stopped: its answer is ignored.
func superseded(p Page, s dom.Node) bool {
	return p.Is(s, "fetchRequest.abortController.signal.aborted")
}

// Answer makes the response of a visit: its status, its HTML, and whether it
// was redirected.
func (d *Drive) Answer(response, status, html dom.Node) dom.Node {
	p := d.Page
	answer := p.Object()
	p.Set(answer, "statusCode", status)
	p.Set(answer, "redirected", p.Bool(p.Is(response, "redirected")))
	if html != 0 {
		p.Set(answer, "responseHTML", html)
	}
	return answer
}

// SubmissionFailed renders the answer in the place of the page.
func (d *Drive) SubmissionFailed(s, response dom.Node) {
	p := d.Page
	about := p.Object()
	p.Set(about, "s", s)
	p.Set(about, "response", response)
	d.await(p.Get(response, "responseHTML"), about, func(about, html dom.Node) {
		response := p.Get(about, "response")
		if html == 0 || superseded(p, p.Get(about, "s")) {
			return
		}
		snapshot := p.Keep(d.Parsed(html))
		visit := p.Get(0, "navigator.currentVisit")
		done := func() {
			if method, _ := d.Setting(snapshot, "refresh-scroll"); method != "preserve" {
				d.scrollTo(0, 0)
			}
			d.ClearSnapshots()
			p.Drop(snapshot)
		}
		if p.Is(response, "serverError") {
			d.renderError(snapshot, visit, done)
		} else {
			d.renderPage(snapshot, false, true, visit, done)
		}
	})
}

func (d *Drive) SubmissionErrored(_, problem dom.Node) { d.Tell(problem) }

// Tell writes an error of the page's to the console.
func (d *Drive) Tell(problem dom.Node) {
	d.Page.Do(d.Page.Get(0, "window.console"), "error", problem)
}
