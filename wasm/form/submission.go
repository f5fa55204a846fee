package form

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// StreamType is what the runtime accepts beside HTML.
const StreamType = "text/vnd.turbo-stream.html"

// What follows answers the fetch request of a submission; s is the submission,
// as the page's object.

// Prepare adds the CSRF token and the wish for streams to the request.
func (f *Forms) Prepare(s, request dom.Node) {
	p := f.Page
	safe := p.Is(request, "isSafe")
	if !safe {
		if token := f.csrfToken(); token != "" {
			p.Set(p.Get(request, "headers"), "X-CSRF-Token", p.String(token))
		}
	}
	form, submitter := p.Get(s, "formElement"), p.Get(s, "submitter")
	if !safe || p.HasAttr(form, "data-turbo-stream") || submitter != 0 && p.HasAttr(submitter, "data-turbo-stream") {
		p.Do(request, "acceptResponseType", p.String(StreamType))
	}
}

// csrfToken is that of the cookie which csrf-param names, or of csrf-token.
func (f *Forms) csrfToken() string {
	p := f.Page
	if name, ok := link.Meta(p, "csrf-param"); ok {
		cookies, _ := p.Text(0, "document.cookie")
		for _, cookie := range strings.Split(cookies, "; ") {
			if !strings.HasPrefix(cookie, name) {
				continue
			}
			_, value, _ := strings.Cut(cookie, "=")
			if decoded, _ := p.Text(p.Do(p.Get(0, "window"), "decodeURIComponent", p.String(value)), ""); decoded != "" {
				return decoded
			}
			break
		}
	}
	token, _ := link.Meta(p, "csrf-token")
	return token
}

// Started marks form and submitter as busy.
func (f *Forms) Started(s dom.Node) {
	p := f.Page
	p.Set(s, "state", p.String("waiting"))
	form, submitter := p.Get(s, "formElement"), p.Get(s, "submitter")
	if submitter != 0 {
		p.Do(p.Get(0, "config.forms.submitter"), "beforeSubmit", submitter)
		if text, _ := p.Attr(submitter, "data-turbo-submits-with"); text != "" {
			f.swapText(s, submitter, text)
		}
	}
	p.SetAttr(form, "aria-busy", "true")
	p.Do(p.Get(0, "submissions"), "add", s)
	detail := p.Object()
	p.Set(detail, "formSubmission", s)
	p.Dispatch("turbo:submit-start", form, false, detail)
	f.Delegate(s).SubmissionStarted(s)
}

// textProperty is what holds the text of a submitter.
func (f *Forms) textProperty(submitter dom.Node) string {
	if name, _ := f.Page.Text(submitter, "localName"); name == "button" {
		return "innerHTML"
	}
	return "value"
}

func (f *Forms) swapText(s, submitter dom.Node, text string) {
	p := f.Page
	property := f.textProperty(submitter)
	original, _ := p.Text(submitter, property)
	p.Set(s, "originalSubmitText", p.String(original))
	p.Set(s, "untitled", p.Bool(property == "value" && !p.HasAttr(submitter, "value")))
	p.Set(submitter, property, p.String(text))
}

// Prevented, Succeeded, Failed and Errored record the outcome.
func (f *Forms) Prevented(s, response dom.Node) {
	f.Answered()
	f.record(s, f.Page.Is(response, "succeeded"), "fetchResponse", response)
}

func (f *Forms) Succeeded(s, request, response dom.Node) {
	p := f.Page
	f.Answered()
	if p.Is(s, "mustRedirect") && !p.Is(request, "isSafe") && p.Number(response, "statusCode") == 200 && !p.Is(response, "redirected") {
		f.Delegate(s).SubmissionErrored(s, p.Do(0, "error", p.String("Form responses must redirect to another location")))
		return
	}
	p.Set(s, "state", p.String("receiving"))
	f.record(s, true, "fetchResponse", response)
	f.Delegate(s).SubmissionSucceeded(s, response)
}

func (f *Forms) Failed(s, response dom.Node) {
	f.record(s, false, "fetchResponse", response)
	f.Delegate(s).SubmissionFailed(s, response)
}

func (f *Forms) Errored(s, problem dom.Node) {
	f.record(s, false, "error", problem)
	f.Delegate(s).SubmissionErrored(s, problem)
}

func (f *Forms) record(s dom.Node, success bool, name string, value dom.Node) {
	p := f.Page
	result := p.Object()
	p.Set(result, "success", p.Bool(success))
	p.Set(result, name, value)
	p.Set(s, "result", result)
}

// Finished takes the marks off and tells that the submission is over.
func (f *Forms) Finished(s dom.Node) {
	p := f.Page
	p.Set(s, "state", p.String("stopped"))
	p.Do(p.Get(0, "submissions"), "delete", s)
	form, submitter := p.Get(s, "formElement"), p.Get(s, "submitter")
	if submitter != 0 {
		p.Do(p.Get(0, "config.forms.submitter"), "afterSubmit", submitter)
		if p.Is(s, "untitled") {
			p.RemoveAttr(submitter, "value")
		} else if original, ok := p.Text(s, "originalSubmitText"); ok {
			p.Set(submitter, f.textProperty(submitter), p.String(original))
		}
	}
	p.RemoveAttr(form, "aria-busy")
	detail := p.Object()
	p.Set(detail, "formSubmission", s)
	if result := p.Get(s, "result"); result != 0 {
		p.Do(p.Get(0, "window.Object"), "assign", detail, result)
	}
	p.Dispatch("turbo:submit-end", form, false, detail)
	f.Delegate(s).SubmissionFinished(s)
}
