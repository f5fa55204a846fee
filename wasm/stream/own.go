package stream

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Own has the actions of an application. Programs without any do not contain what
// it takes to perform them, which is why a batch knows it by an interface.
type Own struct {
	Actions []OwnAction
	// Flush is called before anything but an action of these touches the page, and
	// before the handles that they were given are released.
	Flush func()

	run     int      // how many streams they have performed one after another
	mark    int32    // where their handles began
	sources []source // for the next ones
	texts   []byte   // what their texts are written behind
	text    []byte   // the one that is being read
}

// textRoom is the size of what texts are written to, in bytes. One that is long has
// its own.
const textRoom = 4096

// keep returns a copy of a text.
func (o *Own) keep(b []byte) string {
	if len(b) > textRoom/8 {
		return string(b)
	}
	if cap(o.texts)-len(o.texts) < len(b) {
		o.texts = make([]byte, 0, textRoom)
	}
	from := len(o.texts)
	o.texts = append(o.texts, b...)
	return text(o.texts[from:])
}

// An OwnAction is an action of the application's.
type OwnAction struct {
	Name  string // not empty
	Index int    // by which the page knows it
	// Perform is the action. It does not panic.
	Perform Action
}

type own interface {
	find(name string) int
	perform(b *Batch, action int, s source)
	end(b *Batch)
}

var _ own = (*Own)(nil)

// ownRun is after how many streams of own actions their handles are released.
const ownRun = 1024

func (o *Own) find(name string) int {
	for i := range o.Actions {
		if o.Actions[i].Name == name {
			return i
		}
	}
	return -1
}

// perform has an action perform an envelope, by its bytes unless its element, if
// there is one, or what performs it was changed.
func (o *Own) perform(b *Batch, action int, from source) {
	if o.run == ownRun {
		o.end(b)
	}
	if o.run == 0 {
		o.mark = b.Page.Mark()
	}
	o.run++
	from.own = o
	if !b.intact(from.message, from.envelope, from.number, o.Actions[action].Index) {
		o.Flush()
		b.performElement(from.message, from.envelope, from.number)
		return
	}
	if len(o.sources) == 0 {
		o.sources = make([]source, 32)
	}
	s := &o.sources[0]
	o.sources = o.sources[1:] // whoever keeps an element keeps its own source
	*s = from
	element := Element{page: b.Page, source: s}
	if err := o.Actions[action].Perform(element); err != nil {
		o.Flush()
		b.Report(b.Page.OpeningTag(element.Node()), err)
	}
	if from.message.watched || s.node != 0 {
		b.Page.StreamDone(s.number)
	}
}

// end says that something else comes after the actions.
func (o *Own) end(b *Batch) {
	if o.run > 0 {
		o.run = 0
		o.Flush()
		b.Page.Release(o.mark)
	}
}

// origin is what a stream's element is made from.
type origin interface {
	element() dom.Node
	untouched() bool
	attr(name string) (value string, ok bool)
	targets(dst []dom.Node) ([]dom.Node, error)
	target() string
	named() dom.Node
	content() (html string, exact bool)
}

// source is an envelope as an origin.
type source struct {
	batch    *Batch
	own      *Own
	envelope *Envelope
	message  *queued
	number   int32    // of the envelope
	node     dom.Node // the element, 0 before it is made
}

// untouched reports whether the source says what the element would.
func (s *source) untouched() bool { return s.node == 0 }

func (s *source) piece(r Range) Piece { return s.batch.piece(s.message, r) }

// element makes the element, unless it was made for those who watch.
func (s *source) element() dom.Node {
	if s.node == 0 {
		s.own.Flush()
		s.node = s.batch.Page.LateStream(s.piece(s.envelope.Element), s.number)
	}
	return s.node
}

// targets returns the elements that the stream applies to, or appends the one.
func (s *source) targets(dst []dom.Node) ([]dom.Node, error) {
	b, e := s.batch, s.envelope
	switch {
	case !empty(e.Target):
		if n := s.named(); n != 0 {
			dst = append(dst, n)
		}
		return dst, nil
	case !empty(e.Targets):
		return b.Page.SelectAll(b.Page.Document(), b.text(e.Targets))
	}
	return nil, errNoTarget
}

func (s *source) target() string { return s.batch.text(s.envelope.Target) }

func (s *source) named() dom.Node { return s.batch.Page.ElementByPiece(s.piece(s.envelope.Target)) }

func (s *source) content() (html string, exact bool) {
	html = s.batch.text(s.envelope.Content)
	if html == "" {
		return "", true
	}
	if s.envelope.Joinable {
		again, ok := serialized(s.own.text[:0], html)
		if s.own.text = again; ok {
			return s.own.keep(again), true
		}
	}
	return html, false
}

// attr returns the value of an attribute, "" if it is missing; ok is false if only
// the element can tell.
func (s *source) attr(name string) (value string, ok bool) {
	b, ok := decoded(s.own.text[:0], attributeOf(s.batch.text(s.envelope.Tag), name))
	if s.own.text = b; !ok {
		return "", false
	}
	return s.own.keep(b), true
}

// attributeOf returns what stands for an attribute in a start tag that the scanner
// was certain of, "" if it is missing.
func attributeOf(tag, name string) string {
	for i := len("<turbo-stream"); ; {
		for space(tag[i]) {
			i++
		}
		start := i
		for c := tag[i]; c != '=' && c != '/' && c != '>' && !space(c); c = tag[i] {
			i++
		}
		found := tag[start:i]
		if found == "" {
			return ""
		}
		value := ""
		if tag[i] == '=' {
			if quote := tag[i+1]; quote == '"' || quote == '\'' {
				start = i + 2
				for i = start; tag[i] != quote; {
					i++
				}
				value = tag[start:i]
				i++
			} else {
				for start = i + 1; tag[i] != '>' && !space(tag[i]); {
					i++
				}
				value = tag[start:i]
			}
		}
		if sameName(found, name) {
			return value
		}
	}
}

// sameName compares the name of an attribute in a start tag with one that is asked
// for, in which letters of ASCII have no case.
func sameName(found, name string) bool {
	if len(found) != len(name) {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != found[i] {
			return false
		}
	}
	return true
}
