package browser

import (
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// Page is the page that the program runs in. There is one; it must only be
// used within calls from the page.
type Page struct {
	slots   slots
	watch   watch
	objects objects

	drops   [6]int32
	dropped []int32 // handles in drops that the page is yet to be told of

	holding *holding              // of what runs
	kept    map[dom.Node]*holding // by handle; nil for what is held

	failure error // of what the current call from the page asked for
}

var _ stream.BatchPage = (*Page)(nil)

// next is the page for a program that starts again, as tests do. What the page still
// has of the earlier one's goes by its numbers, so none of them is given twice.
func (p *Page) next() *Page {
	next := &Page{}
	if p != nil {
		next.slots.last, next.objects.last = p.slots.last, p.objects.last
	}
	return next
}

// scratch is where the page writes text that it hands to Go.
var scratch []byte

// taken returns a copy of the n bytes of text that the page wrote.
func taken(n int32) string { return string(scratch[:n]) }

// give leaves a text for the page to read and returns its length.
func give(text string) int32 {
	if len(text) > len(scratch) {
		text = text[:len(scratch)]
	}
	return int32(copy(scratch, text))
}

func pointer(text string) (at, length int32) {
	return int32(uintptr(unsafe.Pointer(unsafe.StringData(text)))), int32(len(text))
}

func (p *Page) Mark() int32        { return domMark() }
func (p *Page) Release(mark int32) { domRelease(mark) }
func (p *Page) Document() dom.Node { return dom.Document }
func (p *Page) Root() dom.Node     { return p.Get(0, "document.documentElement") }
func (p *Page) Body() dom.Node     { return p.Get(0, "document.body") }

func (p *Page) UUID() string {
	id, _ := p.Text(0, "uuid()")
	return id
}

func (p *Page) BatchDone() { domBatchDone() }

// Focused returns the element with the focus, 0 if that is the body.
func (p *Page) Focused() dom.Node {
	n := p.Get(0, "document.activeElement")
	if p.Same(n, p.Body()) {
		return 0
	}
	return n
}

func (p *Page) ElementByID(id string) dom.Node {
	at, length := pointer(id)
	return found(domElementByID(-1, at, length))
}

func (p *Page) ElementByPiece(id stream.Piece) dom.Node {
	return found(domElementByID(where(id)))
}

// found is the node that a primitive returned, 0 if it threw.
func found(handle int32) dom.Node { return dom.Node(max(handle, 0)) }

// where tells the page where to find a piece of a message.
func where(piece stream.Piece) (message, at, length int32) {
	if piece.Message >= 0 {
		return piece.Message, piece.At, int32(len(piece.Text))
	}
	at, length = pointer(piece.Text)
	return -1, at, length
}

func (p *Page) Select(root dom.Node, selector string) (dom.Node, error) {
	return p.Call(root, "querySelector", p.String(selector))
}

func failed(status int32) error {
	if status == -1 {
		return dom.ErrPage
	}
	return nil
}

// list returns the nodes that a primitive has just pushed.
func list(count int32) []dom.Node {
	if count <= 0 {
		return nil
	}
	nodes := make([]dom.Node, count)
	first := domMark() - count
	for i := range nodes {
		nodes[i] = dom.Node(first + int32(i))
	}
	return nodes
}

func (p *Page) SelectAll(root dom.Node, selector string) ([]dom.Node, error) {
	count := domSelectAll(int32(root), selector)
	return list(count), failed(count)
}

func (p *Page) Closest(n dom.Node, selector string) dom.Node {
	around, _ := p.Call(n, "closest", p.String(selector))
	return around
}

func (p *Page) ElementNamed(n dom.Node, name string) (dom.Node, bool) {
	element := domElementNamed(int32(n), name)
	return found(element), element >= 0
}

func (p *Page) SelectNamed(n dom.Node, name string) ([]dom.Node, bool, error) {
	count := domSelectNamed(int32(n), name)
	return list(count), count >= 0, failed(count)
}

func (p *Page) OpeningTag(n dom.Node) string  { return taken(domOpeningTag(int32(n))) }
func (p *Page) Parent(n dom.Node) dom.Node    { return p.Get(n, "parentElement") }
func (p *Page) Connected(n dom.Node) bool     { return p.Number(n, "isConnected") > 0 }
func (p *Page) Same(a, b dom.Node) bool       { return a == b || p.Do(0, "window.Object.is", a, b) != 0 }
func (p *Page) AppendChild(n, child dom.Node) { p.call(n, "append", []dom.Node{child}) }
func (p *Page) ReplaceWith(n, other dom.Node) { p.call(n, "replaceWith", []dom.Node{other}) }
func (p *Page) Remove(n dom.Node)             { domRemove(int32(n)) }
func (p *Page) Focus(n dom.Node)              { p.call(n, "focus", nil) }

// CanFocus reports whether a node has a focus method. In a form the name may be
// that of a field.
func (p *Page) CanFocus(n dom.Node) bool { return p.Is(n, "focus.call") }

func (p *Page) AddTemplate(n dom.Node) dom.Node {
	template := p.Do(dom.Document, "createElement", p.String("template"))
	p.AppendChild(n, template)
	return template
}

func (p *Page) Template(n dom.Node) (dom.Node, bool) {
	template := domTemplate(int32(n))
	return found(template), template >= 0
}

func (p *Page) TemplateContent(template dom.Node) dom.Node {
	return p.Get(template, "content")
}

func (p *Page) ActivateScripts(template dom.Node) { domActivate(int32(template)) }

func (p *Page) Streams(n dom.Node) ([]dom.Node, error) {
	count := domStreams(int32(n))
	return list(count), failed(count)
}

func (p *Page) Permanent(template, element dom.Node) dom.Node {
	return dom.Node(domPermanent(int32(template), int32(element)))
}

func (p *Page) ComeBack(template dom.Node) { domComeBack(int32(template)) }

func (p *Page) StandIn(template, n, element dom.Node) {
	domStandIn(int32(template), int32(n), int32(element))
}

func (p *Page) Insert(target dom.Node, place dom.Place, template dom.Node) error {
	if place == dom.Morph || place == dom.MorphChildren {
		return failed(domMorph(int32(target), number(place == dom.MorphChildren), int32(template)))
	}
	return failed(domPlace(int32(target), int32(place), int32(template)))
}

func (p *Page) Twins(parent, template dom.Node, properties bool) ([]dom.Node, error) {
	count := domTwins(int32(parent), int32(template), number(properties))
	return list(count), failed(count)
}

func (p *Page) RemoveTwins(parent dom.Node, ids string, properties bool) {
	domRemoveTwins(int32(parent), ids, number(properties))
}

func (p *Page) InsertHTML(target dom.Node, place dom.Place, joinable bool, html stream.Piece) error {
	message, at, length := where(html)
	return failed(domInsertHTML(int32(target), int32(place), number(joinable), message, at, length))
}

func (p *Page) AddText(n dom.Node, text stream.Piece) {
	message, at, length := where(text)
	domAddText(int32(n), message, at, length)
}

func (p *Page) AddStream(shell string, envelope int32) { domAddStream(shell, envelope) }
func (p *Page) AddStray(text string)                   { domAddStray(text) }
func (p *Page) InsertStreams()                         { domInsertStreams() }
func (p *Page) PerformStream(envelope int32)           { domPerformStream(envelope) }
func (p *Page) StreamDone(envelope int32)              { domStreamDone(envelope) }

func (p *Page) LateStream(element stream.Piece, envelope int32) dom.Node {
	message, at, length := where(element)
	return found(domLateStream(message, at, length, envelope))
}

func (p *Page) StreamIntact(envelope int32, action int) bool {
	return domStreamIntact(envelope, int32(action)) > 0
}

func number(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
