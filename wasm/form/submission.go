package form

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// StreamType is what the runtime accepts beside HTML.
const StreamType = "text/vnd.turbo-stream.html"

// State says how far a submission has come (Turbo 8.0.23, form submission).
type State uint8

const (
	Initialized State = iota
	Requesting
	Waiting
	Receiving
	Stopping
	Stopped
)

var states = [...]string{"initialized", "requesting", "waiting", "receiving", "stopping", "stopped"}

// String returns the word that pages read.
func (s State) String() string { return states[s] }

// parse sets the state that a word names; another word leaves it as it is.
func (s *State) parse(word string) {
	for i, state := range states {
		if state == word {
			*s = State(i)
		}
	}
}

// Submission carries one form from its submit event to the answer. The page
// has an object of it, which applications see in events; it keeps what is the
// page's: the form, the submitter, the request and its data.
type Submission struct {
	dom.Object

	_            [0]func() // nobody compares submissions: the compiler makes no code for it
	forms        *Forms
	state        State
	mustRedirect bool
	text         string // of the submitter, while swapped
	swapped      bool   // the submitter shows another text than its own
	untitled     bool   // its own came from no attribute
}

func (s *Submission) page() Page { return s.forms.Page }

// State says how far the submission has come.
//
//turbo:getter FormSubmission state
func (s *Submission) State() string { return s.state.String() }

//turbo:setter FormSubmission state
func (s *Submission) setState(word string) { s.state.parse(word) }

//turbo:getter FormSubmission mustRedirect
func (s *Submission) MustRedirect() bool { return s.mustRedirect }

//turbo:setter FormSubmission mustRedirect
func (s *Submission) setMustRedirect(must bool) { s.mustRedirect = must }

// OriginalText is what the submitter said before it was busy, if it says
// something else now.
//
//turbo:getter FormSubmission originalSubmitText
func (s *Submission) OriginalText() (text string, ok bool) { return s.text, s.swapped }

//turbo:setter FormSubmission originalSubmitText
func (s *Submission) setOriginalText(text string) { s.text, s.swapped = text, true }

// Untitled reports whether the submitter had no attribute to say it.
//
//turbo:getter FormSubmission untitled
func (s *Submission) Untitled() bool { return s.untitled }

// Start asks the user where the page wants it, and then sends the request; it
// returns the promise of the answer.
//
//turbo:method FormSubmission start
func (s *Submission) Start() (promise dom.Node) {
	p := s.page()
	message, ok := "", false
	if submitter := p.Submitter(s); submitter != 0 {
		message, ok = p.Attr(submitter, "data-turbo-confirm")
	}
	if !ok {
		message, ok = p.Attr(p.Form(s), "data-turbo-confirm")
	}
	if !ok {
		return s.perform()
	}
	return p.Confirm(s, message, func(yes bool) dom.Node {
		if !yes {
			return 0
		}
		return s.perform()
	})
}

func (s *Submission) perform() (promise dom.Node) {
	if s.state != Initialized {
		return 0
	}
	s.state = Requesting
	return s.page().Perform(s)
}

// Stop aborts a submission and reports whether it was under way.
func (s *Submission) Stop() bool {
	if s.state >= Stopping {
		return false
	}
	s.state = Stopping
	s.page().Cancel(s)
	return true
}

//turbo:method FormSubmission stop
func (s *Submission) stop() dom.Node {
	if s.Stop() {
		return dom.True
	}
	return 0 // as upstream
}

// Prepare adds the CSRF token and the wish for streams to the request.
//
//turbo:method FormSubmission prepareRequest
func (s *Submission) Prepare(request dom.Node) {
	p := s.page()
	if !p.IsSafe(request) {
		if token := s.forms.csrfToken(); token != "" {
			p.SetHeader(request, "X-CSRF-Token", token)
		}
	}
	if p.Step(s, "requestAcceptsTurboStreamResponse", request) {
		p.Accept(request, StreamType)
	}
}

// AcceptsStreams reports whether the request is to be answered with streams
// where the server likes to.
//
//turbo:method FormSubmission requestAcceptsTurboStreamResponse
func (s *Submission) AcceptsStreams(request dom.Node) bool {
	p := s.page()
	if !p.IsSafe(request) || p.HasAttr(p.Form(s), "data-turbo-stream") {
		return true
	}
	submitter := p.Submitter(s)
	return submitter != 0 && p.HasAttr(submitter, "data-turbo-stream")
}

// Redirects reports whether only a redirect is a good answer to the request.
//
//turbo:method FormSubmission requestMustRedirect
func (s *Submission) Redirects(request dom.Node) bool {
	return s.mustRedirect && !s.page().IsSafe(request)
}

// Began marks form and submitter as busy.
//
//turbo:method FormSubmission requestStarted
func (s *Submission) Began() {
	p := s.page()
	s.state = Waiting
	form := p.Form(s)
	if submitter := p.Submitter(s); submitter != 0 && !p.Busy(submitter, true) {
		return // and the request is not sent
	}
	p.Step(s, "setSubmitsWith")
	p.SetAttr(form, "aria-busy", "true")
	p.Started(s)
	p.Tell(s, "formSubmissionStarted", 0)
}

// textProperty is what holds the text of a submitter.
func (s *Submission) textProperty(submitter dom.Node) string {
	if name, _ := s.page().Text(submitter, "localName"); name == "button" {
		return "innerHTML"
	}
	return "value"
}

// SwapText gives the submitter the text of data-turbo-submits-with.
//
//turbo:method FormSubmission setSubmitsWith
func (s *Submission) SwapText() {
	p := s.page()
	submitter := p.Submitter(s)
	if submitter == 0 {
		return
	}
	text, _ := p.Attr(submitter, "data-turbo-submits-with")
	if text == "" {
		return
	}
	property := s.textProperty(submitter)
	s.text, s.swapped = p.Text(submitter, property)
	s.untitled = property == "value" && !p.HasAttr(submitter, "value")
	p.SetText(submitter, property, text)
}

// ResetText gives the submitter its own text again.
//
//turbo:method FormSubmission resetSubmitterText
func (s *Submission) ResetText() {
	p := s.page()
	submitter := p.Submitter(s)
	switch {
	case submitter == 0:
	case s.untitled:
		p.RemoveAttr(submitter, "value")
	case s.swapped:
		p.SetText(submitter, s.textProperty(submitter), s.text)
	}
}

// Prevented takes an answer that an application deals with itself.
//
//turbo:method FormSubmission requestPreventedHandlingResponse
func (s *Submission) Prevented(_, response dom.Node) {
	s.forms.Answered()
	s.page().Record(s, s.page().Answer(response).Succeeded, "fetchResponse", response)
}

// Succeeded takes a good answer.
//
//turbo:method FormSubmission requestSucceededWithResponse
func (s *Submission) Succeeded(request, response dom.Node) {
	p := s.page()
	a := p.Answer(response)
	s.forms.Answered()
	if p.Step(s, "requestMustRedirect", request) && a.Status == 200 && !a.Redirected {
		p.Tell(s, "formSubmissionErrored", p.Error("Form responses must redirect to another location"))
		return
	}
	s.state = Receiving
	p.Record(s, true, "fetchResponse", response)
	p.Tell(s, "formSubmissionSucceededWithResponse", response)
}

// Failed takes an answer that says that the request failed.
//
//turbo:method FormSubmission requestFailedWithResponse
func (s *Submission) Failed(_, response dom.Node) {
	s.page().Record(s, false, "fetchResponse", response)
	s.page().Tell(s, "formSubmissionFailedWithResponse", response)
}

// Errored takes the error of a request without an answer.
//
//turbo:method FormSubmission requestErrored
func (s *Submission) Errored(_, err dom.Node) {
	s.page().Record(s, false, "error", err)
	s.page().Tell(s, "formSubmissionErrored", err)
}

// Finished takes the marks off and tells that the submission is over.
//
//turbo:method FormSubmission requestFinished
func (s *Submission) Finished() {
	p := s.page()
	s.state = Stopped
	form := p.Form(s)
	if submitter := p.Submitter(s); submitter != 0 {
		p.Busy(submitter, false)
	}
	p.Step(s, "resetSubmitterText")
	p.RemoveAttr(form, "aria-busy")
	p.Ended(s)
	p.Tell(s, "formSubmissionFinished", 0)
}

// csrfToken is that of the cookie which csrf-param names, or of csrf-token.
func (f *Forms) csrfToken() string {
	p := f.Page
	if name, ok := p.Meta("csrf-param"); ok {
		for _, cookie := range strings.Split(p.Cookies(), "; ") {
			if !strings.HasPrefix(cookie, name) {
				continue
			}
			_, value, _ := strings.Cut(cookie, "=")
			if decoded := p.Decode(value); decoded != "" {
				return decoded
			}
			break
		}
	}
	token, _ := p.Meta("csrf-token")
	return token
}
