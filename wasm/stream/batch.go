package stream

import (
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Piece is a part of a message. Text lies in the batch's arena: it is valid
// until the batch was performed. Where the page still has the message as a
// string of equal offsets, Message is its number and At the offset, so that
// nothing is decoded; otherwise Message is negative.
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
	// RemoveTwins removes the children of parent whose id is among ids, which
	// are separated by NUL; ids are read as attributes or as properties.
	RemoveTwins(parent dom.Node, ids string, properties bool)
	AddText(n dom.Node, text Piece)
	// Mark and Release bound the handles of one stream.
	Mark() int32
	Release(mark int32)
	// BatchDone tells that the messages of the batch are not needed any more.
	BatchDone()
}

// Batch performs the messages of one frame together, from their bytes and
// without stream elements. It serves while nobody can see the elements: the
// scanner must be certain of a whole message, and its actions built in.
// The zero Batch with a page is ready for use.
type Batch struct {
	Page BatchPage
	// Report is told of a stream that could not be performed.
	Report func(element string, err error)

	scanner  Scanner
	arena    []byte
	used     int
	messages []queued
	joined   []byte
	ids      []byte
	seen     idSet

	performing bool
	sealed     bool
}

// queued is a message of the batch.
type queued struct {
	from, to  int32 // its bytes in the arena
	end       int32 // the end of its envelopes in the scanner's list
	number    int32 // the page's number for it, negative when it has none
	focusedID string
}

// Arena returns room for a message of n bytes behind those that wait.
func (b *Batch) Arena(n int) []byte {
	if need := b.used + n + Padding; need > len(b.arena) {
		grown := make([]byte, need+need/2+1<<14)
		copy(grown, b.arena[:b.used])
		b.arena = grown
	}
	return b.arena[b.used : b.used+n]
}

// Pending returns the arena and the offset of the message of n bytes that was
// written to it.
func (b *Batch) Pending(n int) (buf []byte, from int) {
	clear(b.arena[b.used+n : b.used+n+Padding])
	return b.arena, b.used
}

// Add takes the message of n bytes that was written to the arena. It reports
// false, with nothing kept, when the message must be parsed by the page.
// first says that the batch was empty and needs a frame to be performed in.
func (b *Batch) Add(n int, number int32) (ok, first bool) {
	buf, from := b.Pending(n)
	to := from + n
	before := len(b.scanner.Envelopes)
	if b.performing || b.sealed || !b.scanner.Scan(buf, from, to) {
		return false, false
	}
	for i := before; i < len(b.scanner.Envelopes); i++ {
		e := &b.scanner.Envelopes[i]
		if !b.performs(e) {
			b.scanner.Truncate(before)
			return false, false
		}
	}
	b.messages = append(b.messages, queued{
		from: int32(from), to: int32(to), end: int32(len(b.scanner.Envelopes)),
		number: number, focusedID: focusedID(b.Page),
	})
	b.used = to
	return true, len(b.messages) == 1
}

// Seal sends later messages to the page's parser until the batch is performed:
// a stream element waits for its own frame by now, and order must be kept.
func (b *Batch) Seal() { b.sealed = len(b.messages) > 0 }

// performs reports whether the batch can perform e as its element would.
func (b *Batch) performs(e *Envelope) bool {
	action := b.action(e.Action)
	switch {
	case action == actionUnknown, action == actionRefresh, e.MaintainScroll, empty(e.Target) && empty(e.Targets):
		return false
	case action == actionReplace, action == actionUpdate:
		return empty(e.Method)
	case action == actionBefore, action == actionAfter:
		// Siblings are told by their id property, which a form may shadow,
		// and the target may be among them.
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

func (b *Batch) action(r Range) int {
	name := b.text(r)
	for i := range Builtin {
		if Builtin[i].Name == name {
			return i
		}
	}
	return actionUnknown
}

func (b *Batch) piece(m *queued, r Range) Piece {
	return Piece{m.number, r.Start - m.from, b.text(r)}
}

// Perform applies what waits, in order of arrival. What arrives meanwhile (a
// custom element may render a message) is declined, and so parsed by the page.
func (b *Batch) Perform() {
	b.performing = true
	defer b.reset()
	end := int32(len(b.scanner.Envelopes))
	m := 0 // the message of envelope i
	for i := int32(0); i < end; {
		for i >= b.messages[m].end {
			m++
		}
		i = b.perform(i, &b.messages[m])
	}
	last := ""
	for i := range b.messages {
		m := &b.messages[i]
		b.addStray(m, i)
		if id := m.focusedID; id != last && id != "" {
			last = id
			restoreFocus(b.Page, id)
		}
	}
}

func (b *Batch) reset() {
	b.performing, b.sealed = false, false
	b.messages = b.messages[:0]
	b.scanner.Truncate(0)
	b.used = 0
	b.Page.BatchDone()
}

// perform performs the envelope with the index i and those after it that can
// be joined with it; it returns the index of the next.
func (b *Batch) perform(i int32, m *queued) (next int32) {
	mark := b.Page.Mark()
	defer b.Page.Release(mark)
	e := &b.scanner.Envelopes[i]
	action := b.action(e.Action)
	if empty(e.Target) {
		b.report(e, b.performAll(e, m, action))
		return i + 1
	}
	target := b.Page.ElementByPiece(b.piece(m, e.Target))
	if action == actionAppend && e.Joinable {
		if next = b.join(i); next > i+1 {
			if target != 0 {
				if len(b.ids) > 0 {
					b.Page.RemoveTwins(target, text(b.ids), false)
				}
				b.report(e, b.Page.InsertHTML(target, dom.Append, true, Piece{-1, 0, text(b.joined)}))
			}
			return next
		}
	}
	if target != 0 {
		b.report(e, b.performOne(e, m, action, target))
	}
	return i + 1
}

// join collects the contents of the envelopes from i on that append to the
// same target and can be parsed as one, and the ids that they bring.
func (b *Batch) join(i int32) (end int32) {
	first := &b.scanner.Envelopes[i]
	target := b.text(first.Target)
	b.joined, b.ids = b.joined[:0], b.ids[:0]
	b.seen.clear()
	textLast := false
	for end = i; end < int32(len(b.scanner.Envelopes)); end++ {
		e := &b.scanner.Envelopes[end]
		if !e.Joinable || textLast && e.TextFirst || b.text(e.Target) != target || b.action(e.Action) != actionAppend {
			return end
		}
		// An id that comes twice replaces the first: two insertions.
		for k := e.IDs.Start; k < e.IDs.End; k++ {
			if !b.seen.add(b.text(b.scanner.IDs[k])) {
				return end
			}
		}
		b.addIDs(e)
		b.joined = append(b.joined, b.text(e.Content)...)
		if !empty(e.Content) {
			textLast = e.TextLast
		}
	}
	return end
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
func (b *Batch) performAll(e *Envelope, m *queued, action int) error {
	selector := b.text(e.Targets)
	targets, err := b.Page.SelectAll(b.Page.Document(), selector)
	if err != nil {
		return err
	}
	if action <= actionPrepend && !empty(e.IDs) {
		for _, target := range targets {
			b.removeTwins(e, action, target)
		}
		if targets, err = b.Page.SelectAll(b.Page.Document(), selector); err != nil {
			return err
		}
	}
	for _, target := range targets {
		if err := b.place(e, m, action, target); err != nil {
			return err
		}
	}
	return nil
}

func (b *Batch) performOne(e *Envelope, m *queued, action int, target dom.Node) error {
	if action <= actionAfter {
		b.removeTwins(e, action, target)
	}
	return b.place(e, m, action, target)
}

func (b *Batch) removeTwins(e *Envelope, action int, target dom.Node) {
	if e.IDs.Start == e.IDs.End {
		return
	}
	beside := dom.Place(action).Beside()
	if beside {
		if target = b.Page.Parent(target); target == 0 {
			return
		}
	}
	b.ids = b.ids[:0]
	b.addIDs(e)
	b.Page.RemoveTwins(target, text(b.ids), beside)
}

func (b *Batch) place(e *Envelope, m *queued, action int, target dom.Node) error {
	if action == actionRemove {
		b.Page.Remove(target)
		return nil
	}
	return b.Page.InsertHTML(target, dom.Place(action), e.Joinable, b.piece(m, e.Content))
}

// addStray puts the white space around a message's streams behind the body,
// where a message that is parsed as a whole leaves it.
func (b *Batch) addStray(m *queued, number int) {
	from, at := m.from, int32(0)
	if number > 0 {
		at = b.messages[number-1].end
	}
	for ; at < m.end; at++ {
		e := &b.scanner.Envelopes[at]
		b.addText(m, Range{from, e.Element.Start})
		from = e.Element.End
	}
	b.addText(m, Range{from, m.to})
}

func (b *Batch) addText(m *queued, r Range) {
	if !empty(r) {
		b.Page.AddText(b.Page.Root(), b.piece(m, r))
	}
}

func (b *Batch) report(e *Envelope, err error) {
	if err != nil {
		b.Report(b.text(e.Element), err)
	}
}

func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
