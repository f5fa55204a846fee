package form

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// StreamType is what the runtime accepts beside HTML.
const StreamType = "text/vnd.turbo-stream.html"

// What follows answers for submissions (Turbo 8.0.23, form submission); s is the
// submission, as the page's object.

// requestPrevented records an answer that streams have taken.
//
//turbo:method FormSubmission requestPreventedHandlingResponse
func (f *Forms) requestPrevented(s, _, response dom.Node) {
	f.Answered()
	f.record(s, f.Page.Is(response, "succeeded"), "fetchResponse", response)
}

//turbo:method FormSubmission requestFailedWithResponse
func (f *Forms) failed(s, _, response dom.Node) {
	p := f.Page
	f.record(s, false, "fetchResponse", response)
	p.Do(p.Get(s, "delegate"), "formSubmissionFailedWithResponse", s, response)
}

//turbo:method FormSubmission requestErrored
func (f *Forms) errored(s, _, problem dom.Node) {
	p := f.Page
	f.record(s, false, "error", problem)
	p.Do(p.Get(s, "delegate"), "formSubmissionErrored", s, problem)
}

//turbo:method FormSubmission requestMustRedirect
func (f *Forms) mustRedirect(s, request dom.Node) bool {
	return !f.Page.Is(request, "isSafe") && f.Page.Is(s, "mustRedirect")
}

//turbo:method FormSubmission requestAcceptsTurboStreamResponse
func (f *Forms) acceptsStreams(s, request dom.Node) bool {
	p := f.Page
	submitter := p.Get(s, "submitter")
	return !p.Is(request, "isSafe") || p.HasAttr(p.Get(s, "formElement"), "data-turbo-stream") || submitter != 0 && p.HasAttr(submitter, "data-turbo-stream")
}

func (f *Forms) asks(s dom.Node, method string, request dom.Node) bool {
	answer := f.Page.Do(s, method, request)
	return answer != 0 && answer != dom.False
}

// prepare adds the CSRF token and the wish for streams to the request.
//
//turbo:method FormSubmission prepareRequest
func (f *Forms) prepare(s, request dom.Node) {
	p := f.Page
	if !p.Is(request, "isSafe") {
		if token := f.csrfToken(); token != "" {
			p.Set(p.Get(request, "headers"), "X-CSRF-Token", p.String(token))
		}
	}
	if f.asks(s, "requestAcceptsTurboStreamResponse", request) {
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

// started marks form and submitter as busy.
//
//turbo:method FormSubmission requestStarted
func (f *Forms) started(s dom.Node) {
	p := f.Page
	p.Set(s, "state", p.String("waiting"))
	form := p.Get(s, "formElement")
	if submitter := p.Get(s, "submitter"); submitter != 0 {
		p.Do(p.Get(0, "config.forms.submitter"), "beforeSubmit", submitter)
	}
	p.Do(s, "setSubmitsWith")
	p.SetAttr(form, "aria-busy", "true")
	p.Do(p.Get(0, "submissions"), "add", s)
	detail := p.Object()
	p.Set(detail, "formSubmission", s)
	p.Dispatch("turbo:submit-start", form, false, detail)
	p.Do(p.Get(s, "delegate"), "formSubmissionStarted", s)
}

// textProperty is what holds the text of a submitter.
func (f *Forms) textProperty(submitter dom.Node) string {
	if name, _ := f.Page.Text(submitter, "localName"); name == "button" {
		return "innerHTML"
	}
	return "value"
}

//turbo:method FormSubmission setSubmitsWith
func (f *Forms) swapText(s dom.Node) {
	p := f.Page
	submitter := p.Get(s, "submitter")
	text, ok := p.Text(s, "submitsWith")
	if submitter == 0 || !ok || text == "" {
		return
	}
	property := f.textProperty(submitter)
	original, _ := p.Text(submitter, property)
	p.Set(s, "originalSubmitText", p.String(original))
	p.Set(s, "untitled", p.Bool(property == "value" && !p.HasAttr(submitter, "value")))
	p.Set(submitter, property, p.String(text))
}

//turbo:method FormSubmission resetSubmitterText
func (f *Forms) resetText(s dom.Node) {
	p := f.Page
	submitter := p.Get(s, "submitter")
	if submitter == 0 {
		return
	}
	if p.Is(s, "untitled") {
		p.RemoveAttr(submitter, "value")
	} else if original, ok := p.Text(s, "originalSubmitText"); ok {
		p.Set(submitter, f.textProperty(submitter), p.String(original))
	}
}

//turbo:method FormSubmission requestSucceededWithResponse
func (f *Forms) succeeded(s, request, response dom.Node) {
	p := f.Page
	delegate := p.Get(s, "delegate")
	f.Answered()
	if f.asks(s, "requestMustRedirect", request) && p.Number(response, "statusCode") == 200 && !p.Is(response, "redirected") {
		p.Do(delegate, "formSubmissionErrored", s, p.Do(0, "error", p.String("Form responses must redirect to another location")))
		return
	}
	p.Set(s, "state", p.String("receiving"))
	f.record(s, true, "fetchResponse", response)
	p.Do(delegate, "formSubmissionSucceededWithResponse", s, response)
}

func (f *Forms) record(s dom.Node, success bool, name string, value dom.Node) {
	p := f.Page
	result := p.Object()
	p.Set(result, "success", p.Bool(success))
	p.Set(result, name, value)
	p.Set(s, "result", result)
}

// finished takes the marks off and tells that the submission is over.
//
//turbo:method FormSubmission requestFinished
func (f *Forms) finished(s dom.Node) {
	p := f.Page
	p.Set(s, "state", p.String("stopped"))
	p.Do(p.Get(0, "submissions"), "delete", s)
	form := p.Get(s, "formElement")
	if submitter := p.Get(s, "submitter"); submitter != 0 {
		p.Do(p.Get(0, "config.forms.submitter"), "afterSubmit", submitter)
	}
	p.Do(s, "resetSubmitterText")
	p.RemoveAttr(form, "aria-busy")
	detail := p.Object()
	p.Set(detail, "formSubmission", s)
	if result := p.Get(s, "result"); result != 0 {
		p.Do(p.Get(0, "window.Object"), "assign", detail, result)
	}
	p.Dispatch("turbo:submit-end", form, false, detail)
	p.Do(p.Get(s, "delegate"), "formSubmissionFinished", s)
}
