package form

import "github.com/turbowasm/turbowasm/wasm/dom"

// Page is what forms need of their page, in the parts below. Where a method
// takes a Submission the page finds what it has of it by its Object.
type Page interface {
	Elements
	Document
	Requests
	Parts
	Events
}

// Elements reads and marks forms and their submitters.
type Elements interface {
	Attr(n dom.Node, name string) (value string, ok bool)
	HasAttr(n dom.Node, name string) bool
	SetAttr(n dom.Node, name, value string)
	RemoveAttr(n dom.Node, name string)
	// Text returns a property as a string; ok is false for null, undefined and
	// for an element, which a form has by the name of a field.
	Text(n dom.Node, property string) (text string, ok bool)
	SetText(n dom.Node, property, text string)
}

// Document is what the page around the forms says.
type Document interface {
	// Meta returns the content of the first meta of a name.
	Meta(name string) (content string, ok bool)
	// Cookies is document.cookie.
	Cookies() string
	// Decode decodes percent signs; it is "" where they are spoilt.
	Decode(text string) string
	// URL resolves a location against the page's base; it is 0 when that is no
	// URL. Href is its text.
	URL(location string) dom.Node
	Href(url dom.Node) string
	// LeavesPage reports whether a target names another window or an iframe.
	LeavesPage(target string) bool
}

// Requests are the page's fetch requests.
type Requests interface {
	IsSafe(request dom.Node) bool
	SetHeader(request dom.Node, name, value string)
	// Accept adds a type of content to those that a request accepts.
	Accept(request dom.Node, contentType string)
	Answer(response dom.Node) Answer
	// Perform performs the request of a submission and returns the promise of
	// its answer; Cancel aborts it.
	Perform(s *Submission) (promise dom.Node)
	Cancel(s *Submission)
}

// Parts are what the page has of a submission, and what it is told of it.
type Parts interface {
	// Make makes the page's object of a submission; the data of the form is
	// taken at once. It fails with dom.ErrPage when the page throws.
	Make(s *Submission, delegate, form, submitter dom.Node, request Request) error
	Form(s *Submission) dom.Node
	Submitter(s *Submission) dom.Node // 0 where there is none
	// Record keeps what a submission came to, for the end of it.
	Record(s *Submission, success bool, name string, value dom.Node)
	// Step performs a method of the submission that an application may have
	// replaced, and reports whether it returned something true.
	Step(s *Submission, method string, args ...dom.Node) bool
	// Tell calls a method of the delegate with the submission and a value.
	Tell(s *Submission, method string, value dom.Node)
}

// Events are what the application hears, and is asked.
type Events interface {
	// Submitted returns what a submit event is about; ok is false where its
	// default was prevented.
	Submitted(event dom.Node) (form, submitter dom.Node, ok bool)
	// Confirm asks the user. Until the answer comes, or cannot come any more, the
	// page keeps the submission; the promise is resolved with what then returns.
	Confirm(s *Submission, message string, then func(yes bool) dom.Node) (promise dom.Node)
	// Busy has the submitter marked before the request and afterwards, in the way
	// that the page has configured; ok is false where that throws.
	Busy(submitter dom.Node, busy bool) (ok bool)
	// Started and Ended dispatch turbo:submit-start and turbo:submit-end.
	Started(s *Submission)
	Ended(s *Submission)
	// Error makes an error of the page's.
	Error(text string) dom.Node
}

// Answer is what a fetch response says of itself.
type Answer struct {
	Status     int
	Redirected bool
	Succeeded  bool
}
