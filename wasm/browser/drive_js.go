package browser

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

// turbo_ask calls a method of an object of the page's that Go answers. It
// returns a handle.
//
//go:wasmexport turbo_ask
func exportAsk(this, method, object, a, b, c, d int32) (result int32) {
	defer guard(page.begin(), &result, "answering the page")
	value := respond(int(method), &surface.Call{Page: page, This: dom.Node(this), Object: dom.Object(object), Args: [4]dom.Node{dom.Node(a), dom.Node(b), dom.Node(c), dom.Node(d)}})
	if status := page.settle(); status < 0 {
		return status
	}
	return int32(value)
}

// respond performs a method of Go's by its number: of what there is one of, or
// of what an object wraps.
func respond(number int, c *surface.Call) dom.Node {
	switch number >> surface.RoomBits {
	case surface.Drive:
		return session.drive.Respond(number, c)
	case surface.Frames:
		return session.frames.Respond(number, c)
	case surface.Page:
		return page.Respond(number, c)
	}
	return page.objects.respond(number, c)
}
