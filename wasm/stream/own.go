package stream

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// An OwnAction is an action of the application's. While nobody can see stream
// elements, a batch has it perform streams from their bytes.
type OwnAction struct {
	Index   int // by which the page knows it
	Perform Action
}

// source is a stream of a batch that has no element.
type source struct {
	batch    *Batch
	envelope *Envelope
	message  *queued
}

// Source is the markup of a stream that has no element, and what is inside its
// template; made is false for one that has an element.
func (e Element) Source() (element, content string, made bool) {
	s := e.source
	if s == nil {
		return "", "", false
	}
	return strings.Clone(s.batch.text(s.envelope.Element)), strings.Clone(s.batch.text(s.envelope.Content)), true
}

// SourceAttr is what stands for an attribute in the markup of a stream that has
// no element, character references included, "" where it is missing; ok is false
// for a stream that has an element.
func (e Element) SourceAttr(name string) (value string, ok bool) {
	if e.source == nil {
		return "", false
	}
	return strings.Clone(attributeOf(e.source.batch.text(e.source.envelope.Tag), name)), true
}

// attributeOf is the value of an attribute as a start tag has it that the
// scanner was certain of.
func attributeOf(tag, name string) string {
	rest := tag[len("<turbo-stream"):]
	for {
		rest = strings.TrimLeft(rest, " \t\n\r\f")
		end := strings.IndexAny(rest, "= \t\n\r\f/>")
		if end <= 0 {
			return ""
		}
		found := rest[:end]
		rest = rest[end:]
		value := ""
		if rest[0] == '=' {
			if rest = rest[1:]; rest[0] == '"' || rest[0] == '\'' {
				end = 1 + strings.IndexByte(rest[1:], rest[0])
				value, rest = rest[1:end], rest[end+1:]
			} else {
				end = strings.IndexAny(rest, " \t\n\r\f>")
				value, rest = rest[:end], rest[end:]
			}
		}
		if sameName(found, name) {
			return value
		}
	}
}

// sameName compares names as HTML does, where letters of ASCII have no case.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// targets are the elements that the stream is meant for.
func (s *source) targets(dst []dom.Node) ([]dom.Node, error) {
	b, e := s.batch, s.envelope
	switch {
	case !empty(e.Target):
		if n := b.Page.ElementByPiece(b.piece(s.message, e.Target)); n != 0 {
			dst = append(dst, n)
		}
		return dst, nil
	case !empty(e.Targets):
		return b.Page.SelectAll(b.Page.Document(), b.text(e.Targets))
	}
	return nil, errNoTarget
}

// own is the application's action for an envelope, if there is one.
func (b *Batch) own(e *Envelope) (action OwnAction, ok bool) {
	if len(b.Own) > 0 {
		action, ok = b.Own[b.text(e.Action)]
	}
	return action, ok
}

// performOwn has the application's action perform an envelope.
func (b *Batch) performOwn(e *Envelope, m *queued, action OwnAction) {
	if !b.Page.StreamIntact(-1, action.Index) {
		b.Page.LateStream(b.piece(m, e.Element))
		return
	}
	tag := b.text(e.Tag) // the arena may be another afterwards
	if err := action.Perform(Element{page: b.Page, source: &source{b, e, m}}); err != nil {
		b.Report(tag, err)
	}
}
