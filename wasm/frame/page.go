package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
)

// Page is what frames need of the page that they are in, part by part. None may
// be nil.
type Page struct {
	Elements  Elements
	Tree      Tree
	Objects   Objects
	Work      Work
	Events    Events
	Parts     Parts
	Loads     Loads
	Requests  Requests
	Responses Responses
	Locations Locations
	Rendering Rendering
	Visits    Visits
	Console   Console
	Forms     Forms
}

// Elements reads and marks elements.
type Elements interface {
	Attr(n dom.Node, name string) (value string, ok bool)
	HasAttr(n dom.Node, name string) bool
	SetAttr(n dom.Node, name, value string)
	RemoveAttr(n dom.Node, name string)
	// Text returns a property as a string, or with the path "" the value itself;
	// ok is false for null and undefined. Is reports whether a property is truthy.
	Text(n dom.Node, path string) (text string, ok bool)
	Is(n dom.Node, path string) bool
}

// Tree finds elements. A method returns 0 when there is none.
type Tree interface {
	ElementByID(id string) dom.Node
	Select(root dom.Node, selector string) (dom.Node, error)
	Closest(n dom.Node, selector string) dom.Node
	Parent(n dom.Node) dom.Node
	Same(a, b dom.Node) bool
}

// Objects are the page's objects, with methods that applications may replace:
// which one is called is known only by its name.
type Objects interface {
	Wrapper(o dom.Object) dom.Node
	// Do calls a method; what it throws reaches whoever called the runtime.
	// DoThen is for a method that takes time: then is told when it has finished,
	// and whether it ran to its end.
	Do(n dom.Node, method string, args ...dom.Node) dom.Node
	DoThen(n dom.Node, method string, then func(ok bool), args ...dom.Node)
	// Own is negative for a method that the application has replaced.
	Own(n dom.Node, method string) int
}

// Work goes on after the call from the page that began it.
type Work interface {
	// Keep returns a handle that remains valid until Drop.
	Keep(n dom.Node) dom.Node
	Drop(n dom.Node)
	// Await calls back with the outcome of a promise, Then only if it is
	// fulfilled. A value that is not a promise counts as a fulfilled one.
	Await(promise dom.Node, callback func(value dom.Node, failed bool))
	Then(promise dom.Node, callback func(value dom.Node))
}

// Events are the events that a frame takes.
type Events interface {
	// Link returns the link that a click asks to follow, 0 if the click is not
	// for the runtime, and the URL it leads to.
	Link(click dom.Node) (link, url dom.Node)
	// Followed returns what turbo:click reports, and what its link is in: another
	// link, or else the parent.
	Followed(event dom.Node) (link, url, click, around dom.Node)
	// Prevent prevents the default of an event; alone keeps it from other
	// listeners, too.
	Prevent(event dom.Node, alone bool)
	// SubmitLink submits a form in place of a link.
	SubmitLink(delegate, link, url dom.Node)
}

// The properties of a delegate in which the page has values of its own: Go must
// not hold them.
const (
	partElement      = "element"
	partView         = "view"
	partAppearance   = "appearanceObserver"
	partFormLinks    = "formLinkClickObserver"
	partFormSubmit   = "formSubmitObserver"
	partFrom         = "currentNavigationElement" // what is followed
	partRequest      = "request"
	partPromise      = "promise" // of the load
	partSubmission   = "formSubmission"
	partPromotion    = "promotion" // the page before a load that is to be a visit
	partPrevious     = "previousFrameElement"
	partIdentifier   = "restorationIdentifier"
	partAfterLoading = "fetchResponseLoaded"
)

// The properties of what is around a delegate.
const (
	session     = "session"                 // of the page, 0
	redirector  = "session.frameRedirector" // of the page, 0: the delegate outside of frames
	delegateOf  = "delegate"                // of a frame
	loadedOf    = "loaded"                  // of a frame: the promise of its latest load
	renderingOf = "renderPromise"           // of a view, while a rendering is under way
	htmlOf      = "responseHTML"            // of a response: the promise of its text, 0 for other types
	receiverOf  = "currentTarget.delegate"  // of an event
	formOf      = "formElement"             // of a submission
	submitterOf = "submitter"               // of a submission
	requestOf   = "fetchRequest"            // of a submission
)

// Parts are the properties above. Get returns 0 for a missing one.
type Parts interface {
	Get(n dom.Node, path string) dom.Node
	Set(n dom.Node, name string, value dom.Node) error
	Delete(n dom.Node, name string)
}

// Loads are the loads of the sources of frames.
type Loads interface {
	// SetSource gives a frame a source, "" for none.
	SetSource(frame dom.Node, src string)
	// Request makes a request for a delegate. Promise makes the promise of a load of
	// its frame.
	Request(delegate, url, frame dom.Node) (request dom.Node)
	Promise(frame dom.Node) (promise dom.Node)
	// VisitResponse visits the page of a response.
	VisitResponse(response dom.Node) (promise dom.Node)
}

// Requests are the page's fetch requests and URLs.
type Requests interface {
	SetHeader(request dom.Node, name, value string)
	// Accept adds a type of content to those that a request accepts.
	Accept(request dom.Node, contentType string)
	// URL resolves a location against the page's base, 0 if that gives no URL.
	// Href returns it as a string, "" for 0.
	URL(location string) dom.Node
	Href(url dom.Node) string
}

// Responses are what requests are answered with.
type Responses interface {
	Answer(response dom.Node) Answer
	// Parse returns the body of a page, and whether it may be visited without
	// being loaded.
	Parse(html dom.Node) (body dom.Node, visitable bool)
	// Adopt brings a frame of a parsed page into this document, where it begins
	// to load if it has a source.
	Adopt(frame dom.Node) dom.Node
	// Empty makes a frame without content.
	Empty() dom.Node
	// Missing dispatches turbo:frame-missing and reports whether its default was
	// not prevented. ShowMissing fills the frame, and reports a message as an error.
	Missing(frame, response dom.Node) bool
	ShowMissing(delegate dom.Node, message string)
}

// Answer is what a fetch response says about itself.
type Answer struct {
	Status     string
	Redirected bool
	Succeeded  bool
	IsHTML     bool
	URL        string
}

// Locations are places that elements and options name.
type Locations interface {
	// Visitable reports whether the runtime submits forms to a URL from a frame.
	Visitable(url dom.Node) bool
	// Escape escapes an id for a selector.
	Escape(id string) string
	// Named returns the element that is not disabled and has an id, written as in
	// a selector.
	Named(id string) dom.Node
	// Asked returns what the options of a visit say about frames; ok is false when
	// they name none.
	Asked(options dom.Node) (frame, action string, ok bool)
}

// Rendering puts content into frames.
type Rendering interface {
	// Render gives a frame the content of another one, by morphing or not.
	Render(delegate, next dom.Node, morphs bool, then func(ok bool))
	// Allows dispatches turbo:before-frame-render and reports whether its default
	// was not prevented.
	Allows(delegate, snapshot, options dom.Node) bool
	// Copy copies an element as it is while nothing is under way.
	Copy(n dom.Node) dom.Node
}

// Visits are the visits of the page around the frames.
type Visits interface {
	// Navigatable reports whether the runtime handles links and forms at n.
	Navigatable(n dom.Node) bool
	// Propose has a delegate remember that the next load is to be a visit with an
	// action, "" that it is not. It is a step that applications may replace.
	Propose(delegate, frame dom.Node, action string)
	// Snapshot is the page as it is now.
	Snapshot() dom.Node
	// Promote visits the URL of a delegate's frame, whose page is there already.
	Promote(delegate dom.Node, src, action string, response, html dom.Node)
	// UpdateHistory changes the history as a visit with an action does.
	UpdateHistory(action string, url, identifier dom.Node)
}

// Console is where problems are reported.
type Console interface {
	Tell(problem dom.Node) // as an error
	Error(message string) (problem dom.Node)
	Warn(message string)
	Reject() // reports what the page threw last as an unhandled rejection
}

// Forms makes submissions; *form.Forms does.
type Forms interface {
	// Accepts reports whether a submit event is for the runtime.
	Accepts(event dom.Node) (form, submitter dom.Node, ok bool)
	// Action returns the URL of a form.
	Action(form, submitter dom.Node) (url dom.Node)
	New(delegate, form, submitter dom.Node, mustRedirect bool) (*form.Submission, error)
}
