package browser

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/drive"
	"github.com/turbowasm/turbowasm/wasm/frame"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

var (
	driver *drive.Drive
	frames *frame.Frames
)

// turbo_ask calls a method of an object of the page's that Go answers. It
// returns a handle.
//
//go:wasmexport turbo_ask
func exportAsk(object, method, a, b, c, d int32) (result int32) {
	defer guard(page.begin(), &result, "answering the page")
	value := respond(int(method), &surface.Call{Page: page, This: dom.Node(object), Args: [4]dom.Node{dom.Node(a), dom.Node(b), dom.Node(c), dom.Node(d)}})
	if status := page.settle(); status < 0 {
		return status
	}
	return int32(value)
}

// respond performs a method of Go's by its number.
func respond(number int, c *surface.Call) dom.Node {
	switch number >> surface.RoomBits {
	case surface.Drive:
		return driver.Respond(number, c)
	case surface.Frames:
		return frames.Respond(number, c)
	case surface.Page:
		return page.Respond(number, c)
	}
	return ask(c.This, number, c.Args)
}

func ask(object dom.Node, number int, args [4]dom.Node) dom.Node {
	method := number & 127
	a, b, c := args[0], args[1], args[2]
	d := driver
	switch number >> 7 {
	case surface.KindForm:
		return d.Forms.Answer(object, method, a, b)
	case surface.KindVisit:
		return d.AnswerVisit(object, method, a, b)
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
