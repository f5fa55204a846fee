package form

import (
	"fmt"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// fakePage is a page that has elements as tables of attributes and properties,
// and writes down what it is told.
type fakePage struct {
	elements []element
	parts    map[*Submission]*parts
	metas    map[string]string
	cookies  string
	windows  []string // targets that leave the page
	replaced map[string]func(s *Submission) bool
	answers  map[dom.Node]Answer
	problem  error // of Make

	asked func(yes bool) // the answer to the confirmation that waits
	log   []string
}

type element struct{ attributes, properties map[string]string }

type parts struct {
	delegate, form, submitter dom.Node
	request                   Request
	result                    string
}

// The nodes that are no elements.
const (
	safeRequest dom.Node = 1000 + iota
	unsafeRequest
	answer
	problem
)

func newPage() *fakePage {
	return &fakePage{elements: make([]element, 10), parts: map[*Submission]*parts{}}
}

// add makes an element of a kind: name="value" pairs are its attributes.
func (p *fakePage) add(kind string, pairs ...string) dom.Node {
	e := element{map[string]string{}, map[string]string{"localName": kind}}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		e.attributes[name] = value
	}
	p.elements = append(p.elements, e)
	return dom.Node(len(p.elements) - 1)
}

func (p *fakePage) note(format string, args ...any) {
	p.log = append(p.log, fmt.Sprintf(format, args...))
}

// took returns what was written down since the last time.
func (p *fakePage) took() string {
	defer func() { p.log = nil }()
	return strings.Join(p.log, "; ")
}

func (p *fakePage) Attr(n dom.Node, name string) (string, bool) {
	value, ok := p.elements[n].attributes[name]
	return value, ok
}

func (p *fakePage) HasAttr(n dom.Node, name string) bool {
	_, ok := p.Attr(n, name)
	return ok
}

func (p *fakePage) SetAttr(n dom.Node, name, value string) { p.elements[n].attributes[name] = value }
func (p *fakePage) RemoveAttr(n dom.Node, name string)     { delete(p.elements[n].attributes, name) }

func (p *fakePage) Text(n dom.Node, property string) (string, bool) {
	text, ok := p.elements[n].properties[property]
	return text, ok
}

func (p *fakePage) SetText(n dom.Node, property, text string) {
	p.elements[n].properties[property] = text
}

func (p *fakePage) Meta(name string) (string, bool) {
	content, ok := p.metas[name]
	return content, ok
}

func (p *fakePage) Cookies() string { return p.cookies }

func (p *fakePage) Decode(text string) string {
	if strings.HasSuffix(text, "%") {
		return ""
	}
	return strings.ReplaceAll(text, "%20", " ")
}

// A URL is an element with a property.
func (p *fakePage) URL(location string) dom.Node {
	n := p.add("url")
	p.SetText(n, "href", "http://page.test"+location)
	return n
}

func (p *fakePage) Href(url dom.Node) string {
	href, _ := p.Text(url, "href")
	return href
}

func (p *fakePage) LeavesPage(target string) bool {
	for _, window := range p.windows {
		if window == target {
			return true
		}
	}
	return false
}

func (p *fakePage) IsSafe(request dom.Node) bool { return request == safeRequest }

func (p *fakePage) SetHeader(_ dom.Node, name, value string) { p.note("%s: %s", name, value) }
func (p *fakePage) Accept(_ dom.Node, contentType string)    { p.note("accepts %s", contentType) }
func (p *fakePage) Answer(response dom.Node) Answer          { return p.answers[response] }

func (p *fakePage) Perform(*Submission) dom.Node {
	p.note("performs")
	return answer
}

func (p *fakePage) Cancel(*Submission) { p.note("cancels") }

func (p *fakePage) Make(s *Submission, delegate, form, submitter dom.Node, request Request) error {
	p.parts[s] = &parts{delegate: delegate, form: form, submitter: submitter, request: request}
	return p.problem
}

func (p *fakePage) Form(s *Submission) dom.Node      { return p.parts[s].form }
func (p *fakePage) Submitter(s *Submission) dom.Node { return p.parts[s].submitter }

func (p *fakePage) Record(s *Submission, success bool, name string, value dom.Node) {
	p.parts[s].result = fmt.Sprintf("%v, %s %d", success, name, value)
}

func (p *fakePage) Step(s *Submission, method string, args ...dom.Node) bool {
	if replacement := p.replaced[method]; replacement != nil {
		return replacement(s)
	}
	switch method {
	case "requestAcceptsTurboStreamResponse":
		return s.AcceptsStreams(args[0])
	case "requestMustRedirect":
		return s.Redirects(args[0])
	case "setSubmitsWith":
		s.SwapText()
	case "resetSubmitterText":
		s.ResetText()
	default:
		panic("form: no step " + method)
	}
	return false
}

func (p *fakePage) Tell(_ *Submission, method string, _ dom.Node) { p.note("tells %s", method) }

func (p *fakePage) Submitted(event dom.Node) (form, submitter dom.Node, ok bool) {
	return event, 0, event != 0
}

func (p *fakePage) Confirm(_ *Submission, message string, then func(yes bool) dom.Node) dom.Node {
	p.note("asks %s", message)
	p.asked = func(yes bool) { p.note("comes to %d", then(yes)) }
	return problem // any promise
}

func (p *fakePage) Busy(_ dom.Node, busy bool) (ok bool) {
	p.note("busy %v", busy)
	return true
}
func (p *fakePage) Started(s *Submission) { p.note("started while %s", s.State()) }
func (p *fakePage) Ended(s *Submission)   { p.note("ended with %s", p.parts[s].result) }

func (p *fakePage) Error(string) dom.Node { return problem }
