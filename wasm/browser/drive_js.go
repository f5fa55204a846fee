package browser

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/drive"
	"github.com/turbowasm/turbowasm/wasm/frame"
	"github.com/turbowasm/turbowasm/wasm/morph"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

var (
	driver *drive.Drive
	frames *frame.Frames
)

// turbo_event hands an event of the page's to whom it is for.
//
//go:wasmexport turbo_event
func exportEvent(event, number int32) (result int32) {
	defer guard(page.begin(), &result, "handling an event of the page")
	e := dom.Node(event)
	switch number {
	case surface.EventClick:
		driver.Click(e)
	case surface.EventFormLink:
		driver.ClickFormLink(e)
	case surface.EventSubmit:
		driver.Submit(e)
	case surface.EventEnter:
		driver.Entered(e)
	case surface.EventLeave:
		driver.Left(e)
	case surface.EventBeforeFetch:
		driver.Requesting(e)
	case surface.EventSubmitOutside:
		frames.SubmitOutside(e)
	case surface.EventTurboClick:
		frames.Clicked(e)
	case surface.EventFormLinkInFrame:
		frames.ClickFormLink(e)
	case surface.EventSubmitInFrame:
		frames.Submit(e)
	}
	return page.settle()
}

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
	method := number & 127
	a, b, c := args[0], args[1], args[2]
	d := driver
	switch number >> 7 {
	case surface.KindForm:
		return d.Forms.Answer(object, method, a, b)
	case surface.KindVisit:
		return d.AnswerVisit(object, method, a, b)
	case surface.KindNavigator:
		return d.AnswerNavigator(method, a, b, c)
	case surface.KindHistory:
		return d.AnswerHistory(object, method, a, b, c)
	case surface.KindView:
		return d.AnswerView(object, method, a)
	case surface.KindAdapter:
		return d.AnswerAdapter(object, method, a, b)
	case surface.KindBar:
		return d.AnswerBar(object, method, a)
	case surface.KindSnapshot, surface.KindPageSnapshot:
		return d.Snapshot(number, object, a)
	case surface.KindSession:
		return d.AnswerSession(method, a, b, c)
	case surface.KindMorph:
		page.Morph(morph.Morph{Root: object, Next: a, End: b, Options: c, Frames: morph.Refresh(method)})
	case surface.KindFrame:
		return frames.Answer(object, method, a, b, c)
	case surface.KindPrefetcher:
		if method == surface.RequestPrepareRequest {
			d.PreparePrefetch(a)
		}
	case surface.KindPreloader:
		return d.AnswerPreloader(object, method, a, b)
	case surface.KindPage:
		return d.AnswerPage(object, method, a, b, c, args[3])
	case surface.KindRenderer, surface.KindPageRenderer, surface.KindMorphingRenderer, surface.KindErrorRenderer, surface.KindFrameRenderer:
		return d.AnswerRenderer(object, number, a)
	case surface.KindRedirector:
		return frames.AnswerRedirector(method, a, b, c)
	}
	return 0
}
