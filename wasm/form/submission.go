package form

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

const streamType = "text/vnd.turbo-stream.html"

// What follows answers the fetch request of a submission; s is the submission,
// as the page's object.

// Prepare adds the CSRF token and the wish for streams to the request.
func (o *Observer) Prepare(s, request dom.Node) {
	p := o.Page
	safe := p.Is(request, "isSafe")
	if !safe {
		if token, _ := p.Call(0, "csrfToken"); token != 0 {
			p.Set(p.Get(request, "headers"), "X-CSRF-Token", token)
		}
	}
	form, submitter := p.Get(s, "formElement"), p.Get(s, "submitter")
	if !safe || p.HasAttr(form, "data-turbo-stream") || submitter != 0 && p.HasAttr(submitter, "data-turbo-stream") {
		p.Call(request, "acceptResponseType", p.String(streamType))
	}
}

// Started marks form and submitter as busy.
func (o *Observer) Started(s dom.Node) {
	p := o.Page
	p.Set(s, "state", p.String("waiting"))
	form, submitter := p.Get(s, "formElement"), p.Get(s, "submitter")
	if submitter != 0 {
		p.Call(p.Get(0, "forms.submitter"), "beforeSubmit", submitter)
		if text, _ := p.Attr(submitter, "data-turbo-submits-with"); text != "" {
			o.swapText(s, submitter, text)
		}
	}
	p.SetAttr(form, "aria-busy", "true")
	detail := p.Object()
	p.Set(detail, "formSubmission", s)
	p.Dispatch("turbo:submit-start", form, false, detail)
}

// textProperty is what holds the text of a submitter.
func (o *Observer) textProperty(submitter dom.Node) string {
	if name, _ := o.Page.Text(submitter, "localName"); name == "button" {
		return "innerHTML"
	}
	return "value"
}

func (o *Observer) swapText(s, submitter dom.Node, text string) {
	p := o.Page
	property := o.textProperty(submitter)
	original, _ := p.Text(submitter, property)
	p.Set(s, "originalSubmitText", p.String(original))
	p.Set(submitter, property, p.String(text))
}

// Prevented, Succeeded, Failed and Errored record the outcome.
func (o *Observer) Prevented(s, response dom.Node) {
	o.record(s, o.Page.Is(response, "succeeded"), "fetchResponse", response)
}

func (o *Observer) Succeeded(s, request, response dom.Node) {
	p := o.Page
	if p.Is(s, "mustRedirect") && !p.Is(request, "isSafe") && p.Number(response, "statusCode") == 200 && !p.Is(response, "redirected") {
		problem, _ := p.Call(0, "error", p.String("Form responses must redirect to another location"))
		p.Warn(problem)
		return
	}
	p.Set(s, "state", p.String("receiving"))
	o.record(s, true, "fetchResponse", response)
	if !p.Same(s, o.current) || !p.Is(response, "isHTML") {
		return
	}
	if href, ok := p.Text(response, "location.href"); ok {
		p.Visit(href)
	}
}

func (o *Observer) Failed(s, response dom.Node) {
	p := o.Page
	o.record(s, false, "fetchResponse", response)
	p.Then(p.Get(response, "responseHTML"), func(html dom.Node) {
		if html != 0 {
			p.Render(html)
		}
	})
}

func (o *Observer) Errored(s, problem dom.Node) {
	o.record(s, false, "error", problem)
	o.Page.Warn(problem)
}

func (o *Observer) record(s dom.Node, success bool, name string, value dom.Node) {
	p := o.Page
	result := p.Object()
	p.Set(result, "success", p.Bool(success))
	p.Set(result, name, value)
	p.Set(s, "result", result)
}

// Finished takes the marks off and tells that the submission is over.
func (o *Observer) Finished(s dom.Node) {
	p := o.Page
	p.Set(s, "state", p.String("stopped"))
	form, submitter := p.Get(s, "formElement"), p.Get(s, "submitter")
	if submitter != 0 {
		p.Call(p.Get(0, "forms.submitter"), "afterSubmit", submitter)
		if original, ok := p.Text(s, "originalSubmitText"); ok && original != "" {
			p.Set(submitter, o.textProperty(submitter), p.String(original))
		}
	}
	p.RemoveAttr(form, "aria-busy")
	detail := p.Object()
	p.Set(detail, "formSubmission", s)
	if result := p.Get(s, "result"); result != 0 {
		p.Call(p.Get(0, "Object"), "assign", detail, result)
	}
	p.Dispatch("turbo:submit-end", form, false, detail)
}

// Stop aborts a submission and reports whether it was under way.
func (o *Observer) Stop(s dom.Node) bool {
	p := o.Page
	if state, _ := p.Text(s, "state"); strings.HasPrefix(state, "stop") {
		return false
	}
	p.Set(s, "state", p.String("stopping"))
	p.Call(p.Get(s, "fetchRequest"), "cancel")
	return true
}
