package stream

import (
	"strings"
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Piece is a part of a message. Text lies in the arena of the batch and is valid
// until the batch has been performed. If the page still has the message as a
// string with the same offsets, Message is its number and At the offset, so that
// nothing needs decoding; otherwise Message is negative.
type Piece struct {
	Message, At int32
	Text        string
}

// BatchPage is what a batch needs of a page.
type BatchPage interface {
	Page
	ElementByPiece(id Piece) dom.Node
	// InsertHTML parses html and places it. Joinable html may be parsed right
	// at the target, other html as the content of a template.
	InsertHTML(target dom.Node, place dom.Place, joinable bool, html Piece) error
	// RemoveTwins removes the children of parent whose id is among ids, which are
	// separated by NUL, and by two between streams: those of a stream go in their
	// order in the page. Ids are read as attributes or as properties.
	RemoveTwins(parent dom.Node, ids string, properties bool)
	AddText(n dom.Node, text Piece)

	// AddStream makes the stream element of an envelope, from what is left of
	// its source without the template's content ("" when that is the same as
	// the last time). The template is filled once something looks at it. AddStray
	// adds text after the elements made so far, InsertStreams puts them all into
	// the page.
	AddStream(shell string, envelope int32)
	AddStray(text string)
	InsertStreams()
	// StreamIntact reports whether performing the bytes of an envelope is the
	// same as performing its element: the element, what renders it and its
	// action are unchanged. Envelope is negative if there is no element.
	StreamIntact(envelope int32, action int) bool
	// PerformStream makes the element perform itself, StreamDone tells it that
	// it has been performed.
	PerformStream(envelope int32)
	StreamDone(envelope int32)
	// LateStream returns the element of an envelope. If it was to have none, one is
	// made from its source and put into the page, without an event.
	LateStream(element Piece, envelope int32) dom.Node

	// Mark and Release bound the handles of one stream.
	Mark() int32
	Release(mark int32)
	// BatchDone says that the messages and elements of the batch are no longer
	// needed.
	BatchDone()
}

// Batch performs the messages that wait for one repaint together, from their bytes: the
// scanner must be certain of a whole message. As long as nothing can observe
// stream elements, it makes none. Otherwise each message is put into the page as
// elements, which say when they wait to be performed, and which perform
// themselves if something has changed what they do.
// The zero Batch with a page is ready for use.
type Batch struct {
	Page BatchPage
	// Report is called for a stream that could not be performed.
	Report func(element string, err error)
	// Own performs the streams of the application's actions, nil if it has none.
	Own own

	scanner  Scanner
	arena    []byte
	used     int
	messages []queued
	order    []entry   // the envelopes that wait, in the order in which they are performed
	repaints []repaint // where what each repaint performs begins, in order and messages
	open     bool      // the last repaint takes more
	shell    []byte    // of the last element made

	busy int // how many calls of InsertStreams and Perform are running

	joined []byte
	ids    []byte
	seen   idSet
}

// queued is a message of the batch.
type queued struct {
	from, to   int32 // its bytes in the arena
	start, end int32 // its envelopes in the scanner's list
	number     int32 // the page's number for it, negative when it has none
	watched    bool  // it has elements
	focusedID  string
}

type entry struct{ envelope, message int32 }

type repaint struct{ order, messages int }

// arenaKept is the size in bytes up to which an arena is reused for the next
// batch, with whatever else has grown along with it.
const arenaKept = 1 << 20

// Arena returns room for a message of n bytes after those that wait.
func (b *Batch) Arena(n int) []byte {
	if need := b.used + n + Padding; need > len(b.arena) {
		grown := make([]byte, need+need/2+1<<14)
		copy(grown, b.arena[:b.used])
		b.arena = grown
	}
	return b.arena[b.used : b.used+n]
}

// Add takes the message of n bytes that was written to the arena. It reports
// false, and keeps nothing, if the page must parse the message. watched says that
// something may observe stream elements; the batch also makes them if the message
// holds what only elements can perform.
func (b *Batch) Add(n int, number int32, watched bool) bool {
	from, to := b.used, b.used+n
	clear(b.arena[to : to+Padding])
	start := len(b.scanner.Envelopes)
	if !b.scanner.Scan(b.arena, from, to) {
		return false
	}
	m := queued{
		from: int32(from), to: int32(to), start: int32(start), end: int32(len(b.scanner.Envelopes)),
		number: number, watched: watched, focusedID: focusedID(b.Page),
	}
	for i := m.start; i < m.end && !m.watched; i++ {
		m.watched = !b.performs(&b.scanner.Envelopes[i])
	}
	b.used = to
	if m.watched {
		b.messages = append(b.messages, m)
		b.insert(&m)
		return true
	}
	b.begin()
	b.messages = append(b.messages, m)
	b.addStrays(&m)
	for i := m.start; i < m.end; i++ {
		b.order = append(b.order, entry{i, int32(len(b.messages) - 1)})
	}
	return true
}

// own is the place among the application's actions of the one for an envelope, -1
// if there is none.
func (b *Batch) own(e *Envelope) int {
	if b.Own == nil {
		return -1
	}
	return b.Own.find(b.text(e.Action))
}

func (b *Batch) endOwn() {
	if b.Own != nil {
		b.Own.end(b)
	}
}

// begin makes sure that a repaint will perform what comes now.
func (b *Batch) begin() {
	if !b.open {
		b.open = true
		b.repaints = append(b.repaints, repaint{len(b.order), len(b.messages)})
		b.Page.Repaint(b.Perform)
	}
}

// insert puts the elements of a message into the page.
func (b *Batch) insert(m *queued) {
	from := m.from
	for i := m.start; i < m.end; i++ {
		e := &b.scanner.Envelopes[i]
		b.addStray(from, e.Element.Start)
		from = e.Element.End
		b.addStream(e, i, i == m.start)
	}
	b.addStray(from, m.to)
	b.busy++
	b.Page.InsertStreams()
	b.busy--
	if id := m.focusedID; id != "" {
		b.Page.AwaitRepaint(func() { restoreFocus(b.Page, id) })
	}
	b.reset()
}

func (b *Batch) addStray(from, to int32) {
	if from < to {
		b.Page.AddStray(unreturned(b.text(Range{from, to})))
	}
}

func (b *Batch) addStream(e *Envelope, envelope int32, first bool) {
	head, tail := Range{e.Element.Start, e.Content.Start}, Range{e.Content.End, e.Element.End}
	if empty(e.Content) {
		head, tail = e.Element, Range{}
	}
	n := int(head.End - head.Start)
	if !first && len(b.shell) == n+int(tail.End-tail.Start) && text(b.shell[:n]) == b.text(head) && text(b.shell[n:]) == b.text(tail) {
		b.Page.AddStream("", envelope)
		return
	}
	b.shell = append(append(b.shell[:0], b.text(head)...), b.text(tail)...)
	b.Page.AddStream(text(b.shell), envelope)
}

// Announced says that the element of an envelope waits for its repaint.
func (b *Batch) Announced(envelope int32) {
	b.begin()
	m := int32(len(b.messages) - 1)
	for m > 0 && b.messages[m].start > envelope {
		m--
	}
	b.order = append(b.order, entry{envelope, m})
}

// Seal says that a stream element waits for a repaint of its own: what comes
// later is performed after it.
func (b *Batch) Seal() { b.open = false }

// performs reports whether the batch can perform e as its element would.
func (b *Batch) performs(e *Envelope) bool {
	if b.own(e) >= 0 {
		return !e.MaintainScroll && !e.Conditional
	}
	action, known := b.action(e)
	if !known || !Builtin[action].Batched || e.MaintainScroll || e.Conditional || empty(e.Target) && empty(e.Targets) {
		return false
	}
	switch Builtin[action].Place {
	case dom.Replace, dom.Children:
		return empty(e.Method) // no morph
	case dom.Before, dom.After:
		// Siblings are known by their id property, which a form may shadow,
		// and the target may be one of them.
		return !empty(e.Target) && (empty(e.IDs) || e.Joinable && !b.holds(e, b.text(e.Target)))
	}
	return true
}

func (b *Batch) holds(e *Envelope, id string) bool {
	for _, r := range b.scanner.IDs[e.IDs.Start:e.IDs.End] {
		if b.text(r) == id {
			return true
		}
	}
	return false
}

func empty(r Range) bool { return r.Start == r.End }

func (b *Batch) text(r Range) string {
	if empty(r) {
		return ""
	}
	return unsafe.String(&b.arena[r.Start], int(r.End-r.Start))
}

func (b *Batch) action(e *Envelope) (index int, known bool) { return builtin(b.text(e.Action)) }

func (b *Batch) piece(m *queued, r Range) Piece {
	return Piece{m.number, r.Start - m.from, b.text(r)}
}

// Perform applies what waits for the current repaint, in order. What arrives
// meanwhile (a custom element may render a message) waits for the next.
func (b *Batch) Perform() {
	if len(b.repaints) == 0 {
		return
	}
	b.busy++ // what is performed may render messages
	defer func() {
		b.endOwn()
		b.busy--
		b.reset()
	}()
	first, end := b.repaints[0], repaint{len(b.order), len(b.messages)}
	b.repaints = append(b.repaints[:0], b.repaints[1:]...)
	if len(b.repaints) > 0 {
		end = b.repaints[0]
	} else {
		b.open = false
	}
	for i := first.order; i < end.order; {
		i = b.perform(i, end.order)
	}
	b.endOwn()
	last := ""
	for i := first.messages; i < end.messages; i++ {
		m := b.messages[i]
		if id := m.focusedID; !m.watched && id != last && id != "" {
			last = id
			restoreFocus(b.Page, id)
		}
	}
}

// reset forgets everything once nothing waits.
func (b *Batch) reset() {
	if len(b.repaints) > 0 || b.busy > 0 {
		return
	}
	b.messages, b.order, b.repaints = b.messages[:0], b.order[:0], b.repaints[:0]
	b.scanner.Truncate(0)
	b.used = 0
	b.Page.BatchDone()
	if len(b.arena) > arenaKept {
		*b = Batch{Page: b.Page, Report: b.Report, Own: b.Own, open: b.open}
	}
}

// perform performs the entry at i, together with those after it and before end
// that can be joined with it. It returns the index of the next.
func (b *Batch) perform(i, end int) (next int) {
	o := b.order[i]
	e, m := &b.scanner.Envelopes[o.envelope], &b.messages[o.message]
	next = i + 1
	if own := b.own(e); own >= 0 {
		b.Own.perform(b, own, source{batch: b, envelope: e, message: m, number: o.envelope})
		return next
	}
	b.endOwn()
	mark := b.Page.Mark()
	defer b.Page.Release(mark)
	action, _ := b.action(e)
	place := Builtin[action].Place
	if !b.intact(m, e, o.envelope, action) {
		b.performElement(m, e, o.envelope)
		return next
	}
	switch {
	case empty(e.Target):
		b.report(e, b.performAll(e, m, place))
	default:
		target := b.Page.ElementByPiece(b.piece(m, e.Target))
		if place == dom.Append && e.Joinable {
			next = max(next, b.join(i, end))
		}
		if target == 0 {
			break
		}
		if next > i+1 {
			if len(b.ids) > 0 {
				b.Page.RemoveTwins(target, text(b.ids), false)
			}
			b.report(e, b.Page.InsertHTML(target, dom.Append, true, Piece{-1, 0, text(b.joined)}))
		} else {
			b.report(e, b.performOne(e, m, place, target))
		}
	}
	for ; i < next; i++ {
		if o := b.order[i]; b.messages[o.message].watched {
			b.Page.StreamDone(o.envelope)
		}
	}
	return next
}

// performElement has the element of an envelope perform itself.
func (b *Batch) performElement(m *queued, e *Envelope, envelope int32) {
	if !m.watched {
		b.Page.LateStream(b.piece(m, e.Element), envelope)
	}
	b.Page.PerformStream(envelope)
}

// intact reports whether an envelope can be performed by its bytes.
func (b *Batch) intact(m *queued, e *Envelope, envelope int32, action int) bool {
	if !m.watched {
		return b.Page.StreamIntact(-1, action)
	}
	return b.performs(e) && b.Page.StreamIntact(envelope, action)
}

// join collects the contents, and the ids in them, of the entries from i on that
// append to the same target and can be parsed together.
func (b *Batch) join(i, end int) (next int) {
	head := &b.scanner.Envelopes[b.order[i].envelope]
	target := b.text(head.Target)
	action, _ := b.action(head)
	b.joined, b.ids = b.joined[:0], b.ids[:0]
	b.seen.clear()
	textLast := false
	for next = i; next < end; next++ {
		o := b.order[next]
		e := &b.scanner.Envelopes[o.envelope]
		if !e.Joinable || textLast && e.TextFirst || b.text(e.Target) != target || b.text(e.Action) != b.text(head.Action) ||
			next > i && !b.intact(&b.messages[o.message], e, o.envelope, action) {
			return next
		}
		// An id that comes twice replaces the first: two insertions.
		for k := e.IDs.Start; k < e.IDs.End; k++ {
			if !b.seen.add(b.text(b.scanner.IDs[k])) {
				return next
			}
		}
		if len(b.ids) > 0 && e.IDs.Start < e.IDs.End {
			b.ids = append(b.ids, 0) // and one more
		}
		b.addIDs(e)
		b.joined = append(b.joined, b.text(e.Content)...)
		if !empty(e.Content) {
			textLast = e.TextLast
		}
	}
	return next
}

func (b *Batch) addIDs(e *Envelope) {
	for k := e.IDs.Start; k < e.IDs.End; k++ {
		if len(b.ids) > 0 {
			b.ids = append(b.ids, 0)
		}
		b.ids = append(b.ids, b.text(b.scanner.IDs[k])...)
	}
}

// performAll performs an envelope at every element that its selector matches.
func (b *Batch) performAll(e *Envelope, m *queued, place dom.Place) error {
	selector := b.text(e.Targets)
	targets, err := b.Page.SelectAll(b.Page.Document(), selector)
	if err != nil {
		return err
	}
	if place.Adds() && place.Inside() && !empty(e.IDs) {
		for _, target := range targets {
			b.removeTwins(e, place, target)
		}
		if targets, err = b.Page.SelectAll(b.Page.Document(), selector); err != nil {
			return err
		}
	}
	for _, target := range targets {
		if err := b.place(e, m, place, target); err != nil {
			return err
		}
	}
	return nil
}

func (b *Batch) performOne(e *Envelope, m *queued, place dom.Place, target dom.Node) error {
	if place.Adds() {
		b.removeTwins(e, place, target)
	}
	return b.place(e, m, place, target)
}

func (b *Batch) removeTwins(e *Envelope, place dom.Place, target dom.Node) {
	if e.IDs.Start == e.IDs.End {
		return
	}
	if place.Beside() {
		if target = b.Page.Parent(target); target == 0 {
			return
		}
	}
	b.ids = b.ids[:0]
	b.addIDs(e)
	b.Page.RemoveTwins(target, text(b.ids), place.Beside())
}

func (b *Batch) place(e *Envelope, m *queued, place dom.Place, target dom.Node) error {
	if place == dom.Nowhere { // the action is remove
		b.Page.Remove(target)
		return nil
	}
	return b.Page.InsertHTML(target, place, e.Joinable, b.piece(m, e.Content))
}

// addStrays puts the white space around the streams of a message after the body,
// where and when a message that is parsed as a whole would leave it.
func (b *Batch) addStrays(m *queued) {
	from := m.from
	for i := m.start; i < m.end; i++ {
		e := &b.scanner.Envelopes[i]
		b.addText(m, Range{from, e.Element.Start})
		from = e.Element.End
	}
	b.addText(m, Range{from, m.to})
}

func (b *Batch) addText(m *queued, r Range) {
	if empty(r) {
		return
	}
	piece := b.piece(m, r)
	if strings.IndexByte(piece.Text, '\r') >= 0 {
		piece = Piece{-1, 0, unreturned(piece.Text)}
	}
	b.Page.AddText(b.Page.Root(), piece)
}

// unreturned is white space without carriage returns, of which a parser makes
// line feeds.
func unreturned(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

func (b *Batch) report(e *Envelope, err error) {
	if err != nil {
		b.Report(b.text(e.Element), err)
	}
}

func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
