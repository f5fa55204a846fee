package browser

import (
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

// What the page calls. Every export recovers from panics: they are reported, and
// the runtime is ready for the next call. A negative status means that the work
// was not done, or not all of it: -1 if the page threw, -2-n for an error whose
// text of n bytes is in the scratch buffer.

var (
	page     *Page
	batch    stream.Batch
	versions stream.Versions
	actions  []stream.Action // by the index that the page knows
)

func status(err error) int32 {
	switch err {
	case nil:
		return 0
	case dom.ErrPage:
		return -1
	}
	return -2 - give(err.Error())
}

// guard ends what page.begin began and turns a panic into a report and a status.
func guard(outer interrupted, result *int32, doing string) {
	page.leave(outer)
	if r := recover(); r != nil {
		*result = -2 - give(panicked(doing, r))
	}
}

// panicked reports a panic and returns what was reported.
func panicked(doing string, r any) string {
	text := "turbo: panic while " + doing + ": " + dom.PanicText(r)
	domReport(surface.ReportPanic, text)
	return text
}

const performing = "performing a stream"

//go:wasmexport turbo_scratch
func exportScratch(n int32) int32 {
	scratch = make([]byte, n)
	return int32(uintptr(unsafe.Pointer(unsafe.SliceData(scratch))))
}

//go:wasmexport turbo_arena
func exportArena(n int32) int32 {
	return int32(uintptr(unsafe.Pointer(unsafe.SliceData(batch.Arena(int(n))))))
}

// turbo_message takes the message of n bytes in the arena, which the page knows by
// number. observed says that something may observe stream elements. The result 0
// says that the page must parse the message.
//
//go:wasmexport turbo_message
func exportMessage(n, message, observed int32) (result int32) {
	defer guard(page.begin(), &result, "reading a stream message")
	return number(batch.Add(int(n), message, observed != 0))
}

//go:wasmexport turbo_render
func exportRender(fragment, hints int32) (result int32) {
	defer guard(page.begin(), &result, "rendering a stream message")
	return status(stream.Render(page, dom.Node(fragment), stream.Hints(hints)))
}

//go:wasmexport turbo_perform
func exportPerform(element, action int32) (result int32) {
	defer guard(page.begin(), &result, performing)
	err := views.Perform(stream.NewElement(page, dom.Node(element)), actions[action])
	if int(action) >= len(stream.Builtin) {
		page.Resume()
	}
	return status(err)
}

// turbo_outdated reports whether a stream element is not to be performed.
//
//go:wasmexport turbo_outdated
func exportOutdated(element, _ int32) (result int32) {
	defer guard(page.begin(), &result, "reading a stream's version")
	outdated, err := versions.Outdated(stream.NewElement(page, dom.Node(element)))
	if err != nil {
		return status(err)
	}
	return number(outdated)
}

// turbo_announced says that the element of an envelope waits for its repaint.
//
//go:wasmexport turbo_announced
func exportAnnounced(envelope int32) (result int32) {
	defer guard(page.begin(), &result, "queueing a stream")
	batch.Announced(envelope)
	return 0
}

// turbo_seal says that a stream element waits for a repaint of its own.
//
//go:wasmexport turbo_seal
func exportSeal() { batch.Seal() }

// turbo_template pushes the template of a stream element.
//
//go:wasmexport turbo_template
func exportTemplate(element, _ int32) (result int32) {
	defer guard(page.begin(), &result, "reading a stream's template")
	if _, err := stream.NewElement(page, dom.Node(element)).Template(); err != nil {
		return status(err)
	}
	return 1
}

// turbo_targets pushes targets of a stream element; see stream.AllTargets.
//
//go:wasmexport turbo_targets
func exportTargets(element, by int32) (result int32) {
	defer guard(page.begin(), &result, "reading a stream's targets")
	e := stream.NewElement(page, dom.Node(element))
	var nodes []dom.Node
	var err error
	switch by {
	case stream.AllTargets:
		nodes, err = e.Targets()
	case stream.NamedTargets:
		nodes = e.TargetsByID()
	default:
		nodes, err = e.TargetsByQuery()
	}
	if err != nil {
		return status(err)
	}
	return int32(len(nodes))
}

//go:wasmexport turbo_duplicates
func exportDuplicates(element, place int32) (result int32) {
	defer guard(page.begin(), &result, "reading a stream's duplicates")
	nodes, err := stream.NewElement(page, dom.Node(element)).Duplicates(dom.Place(place))
	if err != nil {
		return status(err)
	}
	return int32(len(nodes))
}

//go:wasmexport turbo_fire
func exportFire(value, slot, end int32) (result int32) {
	defer guard(page.begin(), &result, "running what waited for the page")
	if w, ok := page.slots.take(slot, end == surface.Lost); ok {
		page.holding = w.holding
		if end != surface.Lost {
			w.callback(dom.Node(value), end == surface.Rejected)
		}
	}
	return page.settle()
}
