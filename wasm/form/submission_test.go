package form

import (
	"errors"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// submission makes a submission of a form with a button.
func submission(t *testing.T, p *fakePage, form, button dom.Node) (*Forms, *Submission) {
	t.Helper()
	forms := &Forms{Page: p, Answered: func() { p.note("answered") }}
	s, err := forms.New(5, form, button, true)
	if err != nil {
		t.Fatal(err)
	}
	return forms, s
}

func TestAccepts(t *testing.T) {
	for _, test := range []struct {
		sentence string
		form     []string
		want     bool
	}{
		{"an ordinary form", nil, true},
		{"a form of a dialog", []string{"method=dialog"}, false},
		{"a form for a frame of the page", []string{"target=there"}, true},
		{"a form for another window", []string{"target=_blank"}, false},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage()
			p.windows = []string{"_blank"}
			form := p.add("form", test.form...)
			forms := &Forms{Page: p}
			got, _, ok := forms.Accepts(form)
			if ok != test.want || ok && got != form {
				t.Errorf("got form %d, %v, want %v", got, ok, test.want)
			}
		})
	}
	if _, _, ok := (&Forms{Page: newPage()}).Accepts(0); ok {
		t.Error("an event whose default was prevented is accepted")
	}
}

func TestRequest(t *testing.T) {
	for _, test := range []struct {
		sentence     string
		form, button []string
		enctype      string // the property of the form
		want         Request
	}{
		{"a form that says nothing", nil, nil, "",
			Request{"get", "http://page.test", "application/x-www-form-urlencoded"}},
		{"what the form says", []string{"method=POST", "action=/save"}, nil, "Multipart/Form-Data",
			Request{"post", "http://page.test/save", "multipart/form-data"}},
		{"the button takes precedence", []string{"method=post", "action=/save"}, []string{"formmethod=delete", "formaction=/gone", "formenctype=text/plain"}, "multipart/form-data",
			Request{"delete", "http://page.test/gone", "text/plain"}},
		{"an empty formmethod says nothing", []string{"method=put", "action=/save"}, []string{"formmethod="}, "",
			Request{"put", "http://page.test/save", "application/x-www-form-urlencoded"}},
		{"an empty formaction is the page", []string{"method=put", "action=/save"}, []string{"formaction="}, "",
			Request{"put", "http://page.test", "application/x-www-form-urlencoded"}},
		{"an unknown method is get", []string{"method=head", "action=/save"}, nil, "",
			Request{"get", "http://page.test/save", "application/x-www-form-urlencoded"}},
		{"the query makes place for the data", []string{"action=/search?q=1#found"}, nil, "",
			Request{"get", "http://page.test/search#found", "application/x-www-form-urlencoded"}},
		{"a question mark of the fragment is none", []string{"action=/search#found?"}, nil, "",
			Request{"get", "http://page.test/search#found?", "application/x-www-form-urlencoded"}},
		{"the query of what is posted stays", []string{"method=post", "action=/save?a=1"}, nil, "",
			Request{"post", "http://page.test/save?a=1", "application/x-www-form-urlencoded"}},
		{"an encoding that browsers do not know", []string{"method=post", "action=/save"}, []string{"formenctype=text/html"}, "multipart/form-data",
			Request{"post", "http://page.test/save", "application/x-www-form-urlencoded"}},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage()
			form, button := p.add("form", test.form...), p.add("button", test.button...)
			p.SetText(form, "enctype", test.enctype)
			_, s := submission(t, p, form, button)
			if got := p.parts[s].request; got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestActionOfAsking(t *testing.T) {
	p := newPage()
	form, button := p.add("form", "action=/save"), p.add("button", "formaction=")
	forms := &Forms{Page: p}
	if got, want := p.Href(forms.Action(form, button)), "http://page.test/save"; got != want {
		t.Errorf("an empty formaction: got %s, want %s", got, want)
	}
}

func TestThePageFails(t *testing.T) {
	p := newPage()
	p.problem = dom.ErrPage
	if _, err := (&Forms{Page: p}).New(5, p.add("form"), 0, true); !errors.Is(err, dom.ErrPage) {
		t.Errorf("got %v, want that the page threw", err)
	}
}

func TestPrepare(t *testing.T) {
	const streams = "accepts text/vnd.turbo-stream.html"
	for _, test := range []struct {
		sentence     string
		request      dom.Node
		form, button []string
		metas        map[string]string
		cookies      string
		want         string
	}{
		{"a safe request asks for nothing", safeRequest, nil, nil, nil, "", ""},
		{"unless the form wants streams", safeRequest, []string{"data-turbo-stream="}, nil, nil, "", streams},
		{"or the button", safeRequest, nil, []string{"data-turbo-stream="}, nil, "", streams},
		{"a safe request has no token", safeRequest, nil, nil, map[string]string{"csrf-token": "t"}, "", ""},
		{"the token of a meta", unsafeRequest, nil, nil, map[string]string{"csrf-token": "t"}, "", "X-CSRF-Token: t; " + streams},
		{"the token of a cookie", unsafeRequest, nil, nil, map[string]string{"csrf-param": "_csrf", "csrf-token": "t"}, "a=1; _csrf=of%20cookie", "X-CSRF-Token: of cookie; " + streams},
		{"a spoilt cookie", unsafeRequest, nil, nil, map[string]string{"csrf-param": "_csrf", "csrf-token": "t"}, "_csrf=%", "X-CSRF-Token: t; " + streams},
		{"a cookie whose name only ends like that", unsafeRequest, nil, nil, map[string]string{"csrf-param": "_csrf"}, "my_csrf=1", streams},
		{"no cookie of that name", unsafeRequest, nil, nil, map[string]string{"csrf-param": "_csrf"}, "a=1", streams},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage()
			p.metas, p.cookies = test.metas, test.cookies
			_, s := submission(t, p, p.add("form", test.form...), p.add("button", test.button...))
			s.Prepare(test.request)
			if got := p.took(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestConfirmation(t *testing.T) {
	for _, test := range []struct {
		sentence     string
		form, button []string
		want         string
	}{
		{"nobody asks", nil, nil, "performs"},
		{"the form asks", []string{"data-turbo-confirm=Sure?"}, nil, "asks Sure?"},
		{"the button takes precedence", []string{"data-turbo-confirm=Sure?"}, []string{"data-turbo-confirm=Really?"}, "asks Really?"},
		{"an empty question is asked", nil, []string{"data-turbo-confirm="}, "asks "},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage()
			_, s := submission(t, p, p.add("form", test.form...), p.add("button", test.button...))
			s.Start()
			if got := p.took(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestStart(t *testing.T) {
	asking := func(t *testing.T) (*fakePage, *Submission) {
		p := newPage()
		_, s := submission(t, p, p.add("form", "data-turbo-confirm=Sure?"), 0)
		s.Start()
		p.took()
		return p, s
	}
	is := func(t *testing.T, p *fakePage, s *Submission, log, state string) {
		t.Helper()
		if got := p.took(); got != log {
			t.Errorf("got %q, want %q", got, log)
		}
		if s.State() != state {
			t.Errorf("got %s, want %s", s.State(), state)
		}
	}
	t.Run("the user agrees", func(t *testing.T) {
		p, s := asking(t)
		p.asked(true)
		is(t, p, s, "performs; comes to 1002", "requesting")
	})
	t.Run("the user declines", func(t *testing.T) {
		p, s := asking(t)
		p.asked(false)
		is(t, p, s, "comes to 0", "initialized")
	})
	t.Run("stopped while the user is asked", func(t *testing.T) {
		p, s := asking(t)
		s.Stop()
		p.asked(true)
		is(t, p, s, "cancels; comes to 0", "stopping")
	})
	t.Run("agreed to twice", func(t *testing.T) {
		p, s := asking(t)
		p.asked(true)
		p.asked(true)
		is(t, p, s, "performs; comes to 1002; comes to 0", "requesting")
	})
}

func TestStop(t *testing.T) {
	p := newPage()
	_, s := submission(t, p, p.add("form"), 0)
	s.Start()
	p.took()
	if s.Stop(); s.stop() != 0 {
		t.Error("a stopped submission is stopped again")
	}
	if got := p.took(); got != "cancels" {
		t.Errorf("got %q, want one cancel", got)
	}
	s.Finished()
	if s.Stop() {
		t.Error("a finished submission is stopped")
	}
}

func TestMarks(t *testing.T) {
	for _, test := range []struct {
		sentence, kind string
		button         []string
		property, text string
		busy           string
	}{
		{"a button", "button", []string{"data-turbo-submits-with=Wait"}, "innerHTML", "Send", "Wait"},
		{"an input", "input", []string{"value=Send", "data-turbo-submits-with=Wait"}, "value", "Send", "Wait"},
		{"a button without words for it", "button", nil, "innerHTML", "Send", "Send"},
		{"a button with an empty text for it", "button", []string{"data-turbo-submits-with="}, "innerHTML", "Send", "Send"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage()
			form, button := p.add("form"), p.add(test.kind, test.button...)
			p.SetText(button, test.property, test.text)
			_, s := submission(t, p, form, button)
			s.Start()
			p.took()
			s.Began()
			if got := p.took(); got != "busy true; started while waiting; tells formSubmissionStarted" {
				t.Errorf("at the start: got %q", got)
			}
			if got, _ := p.Text(button, test.property); got != test.busy {
				t.Errorf("while busy: got %q, want %q", got, test.busy)
			}
			if busy, _ := p.Attr(form, "aria-busy"); busy != "true" {
				t.Error("the form is not marked as busy")
			}
			s.Finished()
			if got := p.took(); got != "busy false; ended with ; tells formSubmissionFinished" {
				t.Errorf("at the end: got %q", got)
			}
			if got, _ := p.Text(button, test.property); got != test.text {
				t.Errorf("at the end: got %q, want %q", got, test.text)
			}
			if p.HasAttr(form, "aria-busy") {
				t.Error("the form is still marked as busy")
			}
		})
	}
	t.Run("an input whose text came from no attribute", func(t *testing.T) {
		p := newPage()
		button := p.add("input", "data-turbo-submits-with=Wait")
		p.SetText(button, "value", "Submit")
		_, s := submission(t, p, p.add("form"), button)
		s.Began()
		p.SetAttr(button, "value", "Wait")
		if s.Finished(); p.HasAttr(button, "value") {
			t.Error("it has an attribute for it now")
		}
	})
}

func TestAnswers(t *testing.T) {
	const succeeded = "answered; tells formSubmissionSucceededWithResponse"
	for _, test := range []struct {
		sentence string
		request  dom.Node
		answer   Answer
		replaced bool // requestMustRedirect says no
		want     string
		state    string
	}{
		{"a redirect", unsafeRequest, Answer{Status: 200, Redirected: true, Succeeded: true}, false, succeeded, "receiving"},
		{"a page in place of a redirect", unsafeRequest, Answer{Status: 200, Succeeded: true}, false, "answered; tells formSubmissionErrored", "waiting"},
		{"a page, where the application does not mind", unsafeRequest, Answer{Status: 200, Succeeded: true}, true, succeeded, "receiving"},
		{"nothing new", unsafeRequest, Answer{Status: 204, Succeeded: true}, false, succeeded, "receiving"},
		{"a page for a safe request", safeRequest, Answer{Status: 200, Succeeded: true}, false, succeeded, "receiving"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage()
			p.answers = map[dom.Node]Answer{answer: test.answer}
			if test.replaced {
				p.replaced = map[string]func(*Submission) bool{"requestMustRedirect": func(*Submission) bool { return false }}
			}
			_, s := submission(t, p, p.add("form"), 0)
			s.Start()
			s.Began()
			p.took()
			s.Succeeded(test.request, answer)
			if got := p.took(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if s.State() != test.state {
				t.Errorf("got %s, want %s", s.State(), test.state)
			}
		})
	}
}

func TestResults(t *testing.T) {
	for _, test := range []struct {
		sentence string
		answer   func(s *Submission)
		told     string
		want     string
	}{
		{"an answer that the application takes", func(s *Submission) { s.Prevented(0, answer) }, "answered", "true, fetchResponse 1002"},
		{"an answer that says no", func(s *Submission) { s.Failed(0, answer) }, "tells formSubmissionFailedWithResponse", "false, fetchResponse 1002"},
		{"no answer", func(s *Submission) { s.Errored(0, problem) }, "tells formSubmissionErrored", "false, error 1003"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage()
			p.answers = map[dom.Node]Answer{answer: {Status: 200, Succeeded: true}}
			_, s := submission(t, p, p.add("form"), 0)
			test.answer(s)
			if got := p.took(); got != test.told {
				t.Errorf("got %q, want %q", got, test.told)
			}
			if got := p.parts[s].result; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// What applications write of a submission, Go goes by.
func TestWritten(t *testing.T) {
	p := newPage()
	_, s := submission(t, p, p.add("form"), 0)
	if !s.MustRedirect() {
		t.Error("a form of a page does not have to redirect")
	}
	if s.setMustRedirect(false); s.Redirects(unsafeRequest) {
		t.Error("it still has to redirect")
	}
	s.setState("nonsense")
	if s.State() != "initialized" {
		t.Errorf("got the state %s", s.State())
	}
	s.setState("stopped")
	if s.Start(); p.took() != "" {
		t.Error("a stopped submission starts")
	}
}
