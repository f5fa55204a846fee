// Package form carries form submissions from the submit event to the response
// (Turbo 8.0.23, forms). The submission itself is an object of the page's, for
// pages see it in events; what happens to it is decided here.
package form

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// Forms makes and carries the submissions of a page.
type Forms struct {
	Page dom.Values
	// Answered is told of every answer that was not an error.
	Answered func()
}

// Accepts reports whether a submit event asks for what the runtime can do, and
// returns the form and the submitter (Turbo 8.0.23, form submit observer).
func (f *Forms) Accepts(event dom.Node) (form, submitter dom.Node, ok bool) {
	p := f.Page
	if p.Is(event, "defaultPrevented") {
		return 0, 0, false
	}
	form, submitter = p.Get(event, "target"), p.Get(event, "submitter")
	ok = f.attribute(form, submitter, "formmethod", "method") != "dialog" && !link.LeavesPage(p, f.attribute(form, submitter, "formtarget", "target"))
	return form, submitter, ok
}

// Action returns the URL that counts when it is asked whether the runtime takes
// a form: an empty formaction is none.
func (f *Forms) Action(form, submitter dom.Node) dom.Node { return f.action(form, submitter, true) }

// attribute returns an attribute of the submitter or else of the form.
func (f *Forms) attribute(form, submitter dom.Node, ofSubmitter, ofForm string) string {
	if submitter != 0 {
		if value, ok := f.Page.Attr(submitter, ofSubmitter); ok && value != "" {
			return value
		}
	}
	value, _ := f.Page.Attr(form, ofForm)
	return value
}

// action returns the URL that a form is sent to.
func (f *Forms) action(form, submitter dom.Node, asking bool) dom.Node {
	p := f.Page
	action, ok := "", false
	if submitter != 0 {
		if action, ok = p.Attr(submitter, "formaction"); asking && action == "" {
			ok = false
		}
	}
	if !ok {
		action, ok = p.Attr(form, "action")
	}
	// A control may be called action.
	if !ok && !p.Is(form, "action.nodeType") {
		action, _ = p.Text(form, "action")
	}
	return link.URL(p, p.String(action))
}

var methods = [...]string{"get", "post", "put", "patch", "delete"}

func method(value string) string {
	value = strings.ToLower(value)
	for _, m := range methods {
		if m == value {
			return m
		}
	}
	return "get"
}

func enctype(value string) string {
	switch value = strings.ToLower(value); value {
	case "multipart/form-data", "text/plain":
		return value
	}
	return "application/x-www-form-urlencoded"
}

// New makes the submission of a form; its data is taken at once.
func (f *Forms) New(delegate, form, submitter dom.Node, mustRedirect bool) (dom.Node, error) {
	p := f.Page
	how := method(f.attribute(form, submitter, "formmethod", "method"))
	action, _ := p.Text(f.action(form, submitter, false), "href")
	if how == "get" {
		action = withoutQuery(action)
	}
	encoding := ""
	if submitter != 0 {
		encoding, _ = p.Attr(submitter, "formenctype")
	}
	if encoding == "" {
		encoding, _ = p.Text(form, "enctype")
	}
	options := p.Object()
	p.Set(options, "delegate", delegate)
	p.Set(options, "mustRedirect", p.Bool(mustRedirect))
	p.Set(options, "method", p.String(how))
	p.Set(options, "action", p.String(action))
	p.Set(options, "enctype", p.String(enctype(encoding)))
	return p.Call(0, "submission", form, submitter, options)
}

func withoutQuery(href string) string {
	hash := strings.IndexByte(href, '#')
	if hash < 0 {
		hash = len(href)
	}
	if query := strings.IndexByte(href[:hash], '?'); query >= 0 {
		return href[:query] + href[hash:]
	}
	return href
}

// start asks the user where the page wants it, and then sends the request; it
// returns the promise of the answer.
//
//turbo:method FormSubmission start
func (f *Forms) start(s dom.Node) dom.Node {
	p := f.Page
	form, submitter := p.Get(s, "formElement"), p.Get(s, "submitter")
	message, ok := "", false
	if submitter != 0 {
		message, ok = p.Attr(submitter, "data-turbo-confirm")
	}
	if !ok {
		message, ok = p.Attr(form, "data-turbo-confirm")
	}
	if !ok {
		return f.perform(s)
	}
	answer := p.Do(0, "confirm", p.String(message), form, submitter)
	promise := p.Do(0, "promise")
	about := p.Object()
	p.Set(about, "s", s)
	p.Set(about, "promise", promise)
	about = p.Keep(about)
	p.Await(answer, func(yes dom.Node, failed bool) {
		var result dom.Node
		if yes != 0 && !failed {
			result = f.perform(p.Get(about, "s"))
		}
		p.Do(p.Get(about, "promise"), "resolve", result)
		p.Drop(about)
	})
	return promise
}

func (f *Forms) perform(s dom.Node) dom.Node {
	p := f.Page
	if state, _ := p.Text(s, "state"); state != "initialized" {
		return 0
	}
	p.Set(s, "state", p.String("requesting"))
	return p.Do(p.Get(s, "fetchRequest"), "perform")
}

// stop aborts a submission, and returns true where it was under way.
//
//turbo:method FormSubmission stop
func (f *Forms) stop(s dom.Node) dom.Node {
	p := f.Page
	if state, _ := p.Text(s, "state"); strings.HasPrefix(state, "stop") {
		return 0
	}
	p.Set(s, "state", p.String("stopping"))
	p.Do(p.Get(s, "fetchRequest"), "cancel")
	return dom.True
}
