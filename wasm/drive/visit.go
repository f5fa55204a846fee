package drive

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// State says how far a visit has come.
type State uint8

const (
	Initialized State = iota
	Started
	Canceled
	Failed
	Completed
)

var states = [...]string{"initialized", "started", "canceled", "failed", "completed"}

// String returns the word that pages read.
func (s State) String() string { return states[s] }

// Action says what a visit does to the history. Pages may give other words, which
// are kept: they do what Advance does.
type Action string

const (
	Advance Action = "advance"
	Replace Action = "replace"
	Restore Action = "restore"
)

// direction is that of a visit which was not told another.
func (a Action) direction() string {
	switch a {
	case Advance:
		return "forward"
	case Replace:
		return "none"
	case Restore:
		return "back"
	}
	return ""
}

// Visit carries a page from its proposal to its being shown (Turbo 8.0.23,
// visit). The page has an object of it, which its adapter is given; it keeps what
// is the page's: URLs, request, response and snapshots.
type Visit struct {
	dom.Object

	_     [0]func() // nobody compares visits: the compiler makes no code for it
	page  VisitPage
	state State
	frame func() // cancels the frame that is waited for, nil while none is

	//turbo:field Visit action
	action Action
	//turbo:field Visit direction
	direction string
	//turbo:field Visit restorationIdentifier
	restorationIdentifier string
	//turbo:field Visit willRender
	willRender bool
	//turbo:field Visit updateHistory
	updateHistory bool
	//turbo:field Visit shouldCacheSnapshot
	shouldCache bool
	//turbo:field Visit acceptsStreamResponse
	acceptsStreams bool
	//turbo:field Visit isPageRefresh
	isRefresh bool

	// What was done, which is done once.

	//turbo:field Visit historyChanged
	historyChanged bool
	//turbo:field Visit followedRedirect
	followed bool
	//turbo:field Visit snapshotCached
	cached bool
	//turbo:field Visit scrolled
	scrolled bool
}

// newVisit makes a visit as the options of who proposed it say.
func newVisit(page VisitPage, url dom.Node, identifier string, options dom.Node) (*Visit, error) {
	v := &Visit{page: page, action: Advance, restorationIdentifier: identifier,
		willRender: true, updateHistory: true, shouldCache: true}
	err := page.Make(v, url, options)
	v.restorationIdentifier = identifier
	v.scrolled = !v.willRender
	if v.direction == "" {
		v.direction = v.action.direction()
	}
	return v, err
}

//turbo:getter Visit state
func (v *Visit) readState() string { return v.state.String() }

//turbo:setter Visit state
func (v *Visit) setState(word string) {
	for i, state := range states {
		if state == word {
			v.state = State(i)
		}
	}
}

// asks performs a method and reports whether it says yes.
func (v *Visit) asks(method string) bool { return truthy(v.page.Step(v, method)) }

func truthy(n dom.Node) bool { return n != 0 && n != dom.False }

//turbo:method Visit start
func (v *Visit) start() {
	if v.state != Initialized {
		return
	}
	v.page.Time(v, "visitStart")
	v.state = Started
	v.page.Tell(v, "visitStarted")
	v.page.TellDelegate(v, "visitStarted")
}

//turbo:method Visit cancel
func (v *Visit) cancel() {
	if v.state != Started {
		return
	}
	v.page.Cancel(v)
	v.page.Step(v, "cancelRender")
	v.state = Canceled
}

//turbo:method Visit complete
func (v *Visit) complete() {
	if v.state != Started {
		return
	}
	v.page.Time(v, "visitEnd")
	v.page.Tell(v, "visitCompleted")
	v.state = Completed
	v.page.Step(v, "followRedirect")
	if !v.followed {
		v.page.TellDelegate(v, "visitCompleted")
	}
}

//turbo:method Visit fail
func (v *Visit) fail() {
	if v.state != Started {
		return
	}
	v.state = Failed
	v.page.Tell(v, "visitFailed")
	v.page.TellDelegate(v, "visitCompleted")
}

// dismiss ends a visit whose answer was no page: the page that is there stays,
// and is not told to load.
func (v *Visit) dismiss() {
	if v.state != Started {
		return
	}
	v.state = Failed
	v.page.Tell(v, "visitFailed")
	v.page.Stay()
}

// followRedirect gives the page that was rendered its own URL.
//
//turbo:method Visit followRedirect
func (v *Visit) followRedirect() {
	if !v.followed {
		v.followed = v.page.Follow(v)
	}
}

// changeHistory brings the visit's location into the history, once.
//
//turbo:method Visit changeHistory
func (v *Visit) changeHistory() {
	if v.historyChanged || !v.updateHistory {
		return
	}
	action := v.action
	if to, from := v.page.URLs(v); to == from {
		action = Replace
	}
	v.page.ChangeHistory(v, action, v.restorationIdentifier)
	v.historyChanged = true
}

// performScroll brings the page to where the visit wants it, once.
//
//turbo:method Visit performScroll
func (v *Visit) performScroll() {
	if v.scrolled || v.page.StaysPut(v) {
		return
	}
	if !(v.action == Restore && v.asks("scrollToRestoredPosition")) && !v.asks("scrollToAnchor") {
		v.page.ScrollToTop()
	}
	v.scrolled = true
}

// scrollBack returns true where there is a position to go back to.
//
//turbo:method Visit scrollToRestoredPosition
func (v *Visit) scrollBack() dom.Node {
	if !v.page.ScrollBack(v) {
		return 0
	}
	return dom.True
}

// scrollToAnchor returns true where the visit's URL has a fragment.
//
//turbo:method Visit scrollToAnchor
func (v *Visit) scrollToAnchor() dom.Node {
	anchor, ok := v.anchor()
	if !ok {
		return 0
	}
	v.page.ScrollToAnchor(anchor)
	return dom.True
}

// anchor returns the fragment of the visit's URL, escapes kept.
func (v *Visit) anchor() (anchor string, ok bool) {
	to, _ := v.page.URLs(v)
	return fragment(to)
}

func fragment(href string) (anchor string, ok bool) {
	_, anchor, ok = strings.Cut(href, "#")
	return anchor, ok
}
