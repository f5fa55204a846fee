package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// VisitPage is what visits need of their page, in the parts below. What the page
// has of a visit, its URL, request, response and snapshots, it finds by the
// visit's Object.
type VisitPage interface {
	Visits
	Steps
	Requests
	Snapshots
	Rendering
	Scrolling
}

// Visits are the objects that the page has of visits.
type Visits interface {
	// Make makes the page's object of a visit to a URL. The options of who
	// proposed it become properties, of which some are the visit's own fields.
	// It fails with dom.ErrPage when the page throws.
	Make(v *Visit, url, options dom.Node) error
	// Find returns the visit that an object of the page's stands for, nil for
	// what stands for none.
	Find(n dom.Node) *Visit
	// URLs are where a visit leads to and where it comes from, "" for none.
	URLs(v *Visit) (to, from string)
	// ChangeHistory brings the URL of a visit into the history.
	ChangeHistory(v *Visit, action Action, identifier string)
}

// Steps go by way of objects of the page's, whose methods an application may have
// replaced.
type Steps interface {
	// Step performs a method of the visit, and returns what that returns.
	Step(v *Visit, method string, args ...dom.Node) (result dom.Node)
	// Time has the visit note the time of a mark.
	Time(v *Visit, mark string)
	// Tell calls a method of the adapter with the visit, TellDelegate one of the
	// visit's delegate.
	Tell(v *Visit, method string)
	TellDelegate(v *Visit, method string)
	// Fails tells the adapter with which status a request has failed.
	Fails(v *Visit, status int)
	// Follow proposes a visit to where the request of this one was redirected, and
	// reports whether it was.
	Follow(v *Visit) bool
	// Stay says that the page stays as it is, and is no longer busy.
	Stay()
}

// Requests are the request of a visit, and its response.
type Requests interface {
	// Request performs the request of a visit, unless there was one already; Cancel
	// aborts it.
	Request(v *Visit)
	Cancel(v *Visit)
	// AcceptStreams adds Turbo Streams to what a request accepts.
	AcceptStreams(request dom.Node)
	// Read calls back with the HTML of a fetch response, 0 for none, and what the
	// response says of itself.
	Read(response dom.Node, then func(html dom.Node, r Response))
	// Type is the content type of a fetch response.
	Type(response dom.Node) string
	// Move notes where a fetch response came from, if its request was redirected.
	Move(v *Visit, response dom.Node)
	// Record gives the visit a response; Answer makes one of a fetch response.
	Record(v *Visit, response dom.Node)
	Answer(response dom.Node, status int, html dom.Node) dom.Node
	// Response returns the visit's; ok is false where it has none.
	Response(v *Visit) (r Response, ok bool)
}

// Response is what a response says of itself.
type Response struct {
	Status     int
	Redirected bool
	HTML       bool // it is a page, or says that it is one
}

// Snapshots are pages as the page's objects.
type Snapshots interface {
	// Parsed is the page that the visit's response holds, Preloaded the one that
	// the visit came with, and Cached the cache's; 0 where there is none.
	ParsedResponse(v *Visit) dom.Node
	Preloaded(v *Visit) dom.Node
	Cached(v *Visit) dom.Node
	Copy(snapshot dom.Node) dom.Node
	HasAnchor(snapshot dom.Node, anchor string) bool
	Previewable(snapshot dom.Node) bool
	// Cache keeps the page that is left, or the snapshot of it that the visit came
	// with. then is told what the cache was given, unless that is nothing.
	Cache(v *Visit, then func(cached dom.Node))
}

// Rendering shows snapshots. Each then is told whether that came to its end: the
// page may have thrown.
type Rendering interface {
	// NextFrame calls back in the next frame, with a value that the page keeps
	// until done is called, as it does the visit. Until then cancel takes it back;
	// on a hidden page, whose frames are timers, it is nil.
	NextFrame(v *Visit, value dom.Node, then func(value dom.Node, done func())) (cancel func())
	// Rerouted is NextFrame by way of the visit's method render, which has to be
	// the application's; ok is false where it is not.
	Rerouted(v *Visit, value dom.Node, then func(value dom.Node, done func())) (ok bool)
	// Call calls a function of the application's.
	Call(function dom.Node, then func(ok bool))
	// Rendered calls back when nothing else is being rendered.
	Rendered(then func())
	// ShowSnapshot renders by way of the visit's method renderPageSnapshot,
	// ShowPage and ShowError by way of the view; where will is false, ShowPage leaves the page as it is.
	ShowSnapshot(v *Visit, snapshot dom.Node, preview bool, then func(ok bool))
	ShowPage(v *Visit, snapshot dom.Node, preview, will bool, then func(ok bool))
	ShowError(v *Visit, snapshot dom.Node, then func(ok bool))
	// Transition changes the page to a snapshot, in a view transition where both
	// ask for one: the page itself when that to its preview is over.
	Transition(v *Visit, snapshot dom.Node, will bool, change func(then func(ok bool)), then func(ok bool))
	// Keep keeps a visit and a value until drop is called.
	Keep(v *Visit, value dom.Node) (kept dom.Node, drop func())
}

// Scrolling brings a page to where a visit wants it.
type Scrolling interface {
	// StaysPut reports whether the page keeps its scroll position.
	StaysPut(v *Visit) bool
	ScrollToTop()
	ScrollToAnchor(anchor string)
	// ScrollBack scrolls to where the page was when it was left, and reports
	// whether that is known.
	ScrollBack(v *Visit) bool
}
