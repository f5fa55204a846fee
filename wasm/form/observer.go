package form

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Observer takes over the submit events of a page.
type Observer struct {
	Page    Page
	current dom.Node // the submission that runs, or ran last
}

// Submit handles a submit event: it takes the submission over when it is one
// of the runtime's (Turbo 8.0.23, form submit observer).
func (o *Observer) Submit(event dom.Node) {
	p := o.Page
	if p.Is(event, "defaultPrevented") {
		return
	}
	form, submitter := p.Get(event, "target"), p.Get(event, "submitter")
	if attribute(p, form, submitter, "formmethod", "method") == "dialog" || o.leavesPage(attribute(p, form, submitter, "formtarget", "target")) {
		return
	}
	if !o.navigatable(form, submitter) || !p.Visitable(o.action(form, submitter, true)) {
		return
	}
	p.Call(event, "preventDefault")
	p.Call(event, "stopImmediatePropagation")
	o.Start(form, submitter)
}

// leavesPage reports whether a target names another window or an iframe.
func (o *Observer) leavesPage(target string) bool {
	if target == "_blank" {
		return true
	}
	if target == "" {
		return false
	}
	named, _ := o.Page.Call(0, "isFrame", o.Page.String(target))
	return named != 0
}

func (o *Observer) navigatable(form, submitter dom.Node) bool {
	mode, _ := o.Page.Text(0, "forms.mode")
	if mode == "off" || submitter != 0 && !o.elementNavigatable(submitter) {
		return false
	}
	if mode == "optin" {
		return o.Page.Closest(form, `[data-turbo="true"]`) != 0
	}
	return o.elementNavigatable(form)
}

// elementNavigatable follows drive.enabled and the closest data-turbo.
func (o *Observer) elementNavigatable(n dom.Node) bool {
	container, _ := o.Page.Call(0, "closest", n, o.Page.String("[data-turbo]"))
	value := ""
	if container != 0 {
		value, _ = o.Page.Attr(container, "data-turbo")
	}
	frame, _ := o.Page.Call(0, "closest", n, o.Page.String("turbo-frame"))
	if frame != 0 || o.Page.Is(0, "drive.enabled") {
		return value != "false"
	}
	return value == "true"
}

// action returns the URL that a form is sent to. Whether the runtime takes a
// form is asked with an empty formaction counting as none.
func (o *Observer) action(form, submitter dom.Node, asking bool) string {
	p := o.Page
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
		// A control may be called action.
		if named, _ := p.Call(0, "isNode", p.Get(form, "action")); named == 0 {
			action, _ = p.Text(form, "action")
		}
	}
	url, err := p.Call(0, "resolve", p.String(action))
	if err != nil {
		return ""
	}
	href, _ := p.Text(url, "href")
	return href
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

// Start submits a form; the data is taken at once, a submission that runs
// already is stopped.
func (o *Observer) Start(form, submitter dom.Node) {
	p := o.Page
	if o.current != 0 {
		o.Stop(o.current)
		p.Drop(o.current)
	}
	how := method(attribute(p, form, submitter, "formmethod", "method"))
	action := o.action(form, submitter, false)
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
	p.Set(options, "mustRedirect", p.Bool(true))
	p.Set(options, "method", p.String(how))
	p.Set(options, "action", p.String(action))
	p.Set(options, "enctype", p.String(enctype(encoding)))
	submission, err := p.Call(0, "submission", form, submitter, options)
	if err != nil {
		return
	}
	o.current = p.Keep(submission)
	o.confirm(o.current, form, submitter)
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

// confirm asks the user where the page wants it, and then sends the request.
func (o *Observer) confirm(submission, form, submitter dom.Node) {
	p := o.Page
	message, ok := "", false
	if submitter != 0 {
		message, ok = p.Attr(submitter, "data-turbo-confirm")
	}
	if !ok {
		message, ok = p.Attr(form, "data-turbo-confirm")
	}
	if !ok {
		o.perform(submission)
		return
	}
	answer, err := p.Call(0, "confirm", p.String(message), form, submitter)
	if err != nil {
		return
	}
	// Another submission may have taken its place when the answer comes.
	waiting := p.Keep(submission)
	p.Then(answer, func(yes dom.Node) {
		if yes != 0 {
			o.perform(waiting)
		}
		p.Drop(waiting)
	})
}

func (o *Observer) perform(submission dom.Node) {
	p := o.Page
	if state, _ := p.Text(submission, "state"); state != "initialized" {
		return
	}
	p.Set(submission, "state", p.String("requesting"))
	p.Call(p.Get(submission, "fetchRequest"), "perform")
}
