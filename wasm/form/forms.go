// Package form carries form submissions from the submit event to the response
// (Turbo 8.0.23, forms). A Submission is Go's; pages see an object of it in
// events, which hands out what Go knows of it and keeps what is the page's.
package form

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Forms makes and carries the submissions of a page.
type Forms struct {
	Page Page
	// Answered is told of every answer that was not an error.
	Answered func()
}

// Accepts reports whether a submit event asks for what the runtime can do, and
// returns the form and the submitter (Turbo 8.0.23, form submit observer).
func (f *Forms) Accepts(event dom.Node) (form, submitter dom.Node, ok bool) {
	form, submitter, ok = f.Page.Submitted(event)
	if !ok {
		return 0, 0, false
	}
	ok = f.attribute(form, submitter, "formmethod", "method") != "dialog" && !f.Page.LeavesPage(f.attribute(form, submitter, "formtarget", "target"))
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
	if !ok {
		action, _ = p.Text(form, "action")
	}
	return p.URL(action)
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

// Request is what a submission asks its request to be.
type Request struct {
	Method   string // in lower case
	Action   string // a URL
	Encoding string // a MIME type
}

// New makes the submission of a form; its data is taken at once.
func (f *Forms) New(delegate, form, submitter dom.Node, mustRedirect bool) (*Submission, error) {
	request := Request{
		Method: method(f.attribute(form, submitter, "formmethod", "method")),
		Action: f.Page.Href(f.action(form, submitter, false)),
	}
	if request.Method == "get" {
		request.Action = withoutQuery(request.Action)
	}
	encoding := ""
	if submitter != 0 {
		encoding, _ = f.Page.Attr(submitter, "formenctype")
	}
	if encoding == "" {
		encoding, _ = f.Page.Text(form, "enctype")
	}
	request.Encoding = enctype(encoding)
	s := &Submission{mustRedirect: mustRedirect, forms: f}
	return s, f.Page.Make(s, delegate, form, submitter, request)
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
