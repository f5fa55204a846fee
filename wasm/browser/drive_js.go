package browser

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/drive"
	"github.com/turbowasm/turbowasm/wasm/frame"
	"github.com/turbowasm/turbowasm/wasm/link"
	"github.com/turbowasm/turbowasm/wasm/morph"
)

var (
	driver *drive.Drive
	frames *frame.Frames
)

// The events that js/session.js tells of, in its order.
const (
	eventClick = iota
	eventFormLink
	eventSubmit
	eventPopstate
	eventBeforeCache
	eventEnter
	eventLeave
	eventBeforeFetch
	eventLoad
	eventReady
	eventSubmitOutside
	eventTurboClick
	eventFormLinkInFrame
	eventSubmitInFrame
)

// turbo_event hands an event of the page's to whom it is for.
//
//go:wasmexport turbo_event
func exportEvent(event, number int32) (result int32) {
	defer guard(page.begin(), &result, "handling an event of the page")
	e := dom.Node(event)
	switch number {
	case eventClick:
		driver.Click(e)
	case eventFormLink:
		driver.ClickFormLink(e)
	case eventSubmit:
		driver.Submit(e)
	case eventPopstate:
		driver.Popped(e)
	case eventBeforeCache:
		driver.RemoveTemporary()
	case eventEnter:
		driver.Entered(e)
	case eventLeave:
		driver.Left(e)
	case eventBeforeFetch:
		driver.Requesting(e)
	case eventLoad:
		page.Set(page.Get(0, "view"), "lastRenderedLocation", page.Get(0, "history.location"))
		driver.Loaded(page.Object())
	case eventReady:
		driver.Preload(page.Get(0, "document.body"))
	case eventSubmitOutside:
		frames.SubmitOutside(e)
	case eventTurboClick:
		frames.Clicked(e)
	case eventFormLinkInFrame:
		frames.ClickFormLink(e)
	case eventSubmitInFrame:
		frames.Submit(e)
	}
	return page.settle()
}

// What pages ask of their objects, by the kind of the object; the methods of
// each are numbered in the order of its names in js/drive.js and js/session.js.
const (
	askForm = iota
	askVisit
	askNavigator
	askHistory
	askView
	askAdapter
	askBar
	askSnapshot
	askSession
	askPrefetcher
	askPreloader
	askFrame
	askMorph
)

// The methods of what a request tells (js/fetch.js); further ones follow.
const (
	requestPrepare = iota
	requestStarted
	requestPrevented
	requestSucceeded
	requestFailed
	requestErrored
	requestFinished
	requestMethods
)

// turbo_ask calls a method of an object of the page's that Go answers. It
// returns a handle.
//
//go:wasmexport turbo_ask
func exportAsk(object, method, a, b, c, d int32) (result int32) {
	defer guard(page.begin(), &result, "answering the page")
	value := ask(dom.Node(object), int(method), [4]dom.Node{dom.Node(a), dom.Node(b), dom.Node(c), dom.Node(d)})
	if status := page.settle(); status < 0 {
		return status
	}
	return int32(value)
}

// ask performs a method of Go's by its number, for the page or within Go.
func ask(object dom.Node, number int, args [4]dom.Node) dom.Node {
	kind, method := number>>7, number&127
	a, b, c := args[0], args[1], args[2]
	d := driver
	switch kind {
	case askForm:
		return askOfForm(object, method, a, b)
	case askVisit:
		return d.AnswerVisit(object, method, a, b)
	case askNavigator:
		switch method {
		case 0:
			options := b
			if options == 0 {
				options = page.Object()
			}
			d.Propose(a, options)
		case 1:
			d.StartVisit(a, b, c)
		case 2:
			d.SubmitForm(a, b)
		case 3:
			d.Stop()
		}
	case askHistory:
		switch method {
		case 0:
			d.PushHistory(a, b)
		case 1:
			d.ReplaceHistory(a, b)
		case 2:
			d.UpdateHistory(a, b, c)
		}
	case askView:
		return d.AnswerView(method, a, b)
	case askAdapter:
		return d.AnswerAdapter(object, method, a, b)
	case askBar:
		d.AnswerBar(method, a)
	case askSnapshot:
		return d.Snapshot(method, object, a)
	case askSession:
		switch method {
		case 0:
			d.Visit(a, b)
		case 1:
			d.Refresh(a, b)
		case 2:
			d.RefreshNow(a, b)
		case 3:
			return page.Bool(link.Navigatable(page, a))
		case 4:
			return page.Bool(link.SubmissionNavigatable(page, a, b))
		}
	case askMorph:
		page.Morph(morph.Morph{Root: object, Next: a, End: b, Options: c, Frames: morph.Refresh(method)})
	case askFrame:
		return askOfFrame(object, method, a, b)
	case askPrefetcher:
		if method == requestPrepare {
			d.PreparePrefetch(a)
		}
	case askPreloader:
		switch method {
		case requestPrepare:
			d.PreparePreload(a)
		case requestSucceeded:
			d.Preloaded(a, b)
		case requestMethods:
			d.Preload(a)
		}
	}
	return 0
}

func askOfForm(s dom.Node, method int, first, second dom.Node) dom.Node {
	forms := &driver.Forms
	switch method {
	case requestPrepare:
		forms.Prepare(s, first)
	case requestStarted:
		forms.Started(s)
	case requestPrevented:
		forms.Prevented(s, second)
	case requestSucceeded:
		forms.Succeeded(s, first, second)
	case requestFailed:
		forms.Failed(s, second)
	case requestErrored:
		forms.Errored(s, second)
	case requestFinished:
		forms.Finished(s)
	case requestMethods:
		if forms.Stop(s) {
			return dom.True
		}
	}
	return 0
}

func askOfFrame(c dom.Node, method int, a, b dom.Node) dom.Node {
	switch method {
	case requestPrepare:
		frames.Prepare(c, a)
	case requestStarted:
		frames.Started(c)
	case requestPrevented:
		frames.Prevented(c)
	case requestSucceeded, requestFailed:
		frames.Answered(c, b)
	case requestErrored:
		frames.Errored(c, b)
	case requestFinished:
		frames.Finished(c, a)
	case requestMethods:
		frames.Connect(c)
	case requestMethods + 1:
		frames.Disconnect(c)
	case requestMethods + 2:
		frames.Disabled(c)
	case requestMethods + 3:
		frames.Source(c)
	case requestMethods + 4:
		frames.Loading(c)
	case requestMethods + 5:
		return frames.Reload(c)
	case requestMethods + 6:
		return page.Bool(frames.Complete(c))
	case requestMethods + 7:
		frames.Appeared(c)
	}
	return 0
}
