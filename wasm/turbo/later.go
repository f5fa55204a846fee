package turbo

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// later is what actions append to the page when they perform one stream after
// another without elements: markup for the same target is put into the page
// together. Whoever asks anything else of the page has it done before, so nobody
// ever sees the page without it. Only markup is put off that runs nothing when it
// is inserted, and that comes to the same when it is parsed together.
type later struct {
	may     bool // nothing but this package asks anything of the page
	on      bool // an action performs a stream whose element is not made
	spots   []spot
	named   int // the spot that gets elements with ids, spots that are none: unnamed, several
	scanner stream.Scanner
}

// spot is an element that was found by its id since the page last changed in any
// other way.
type spot struct {
	id       string
	node     dom.Node // 0 if there is no such element
	html     []byte   // to be appended
	textLast bool     // html ends with a text
}

const (
	unnamed   = -1
	several   = -2
	spotsKept = 8
)

// spot is the element with an id; ok is false if the page must be asked, which is
// ready to answer.
func (p *Page) spot(id string) (n dom.Node, ok bool) {
	l := &p.later
	if len(l.spots) == 0 {
		return 0, false
	}
	if l.named == unnamed || l.named >= 0 && l.spots[l.named].id == id {
		for i := range l.spots {
			if l.spots[i].id == id {
				return l.spots[i].node, true
			}
		}
	}
	if l.named != unnamed || len(l.spots) == spotsKept || !l.on { // what is put off may have the id
		p.flush()
	}
	return 0, false
}

// found remembers the element with an id.
func (p *Page) found(id string, n dom.Node) dom.Node {
	l := &p.later
	if l.on {
		if len(l.spots) == 0 {
			l.named = unnamed
		}
		if len(l.spots) < cap(l.spots) {
			l.spots = l.spots[:len(l.spots)+1]
		} else {
			l.spots = append(make([]spot, 0, spotsKept), spot{})
		}
		s := &l.spots[len(l.spots)-1]
		*s = spot{id: strings.Clone(id), node: n, html: s.html[:0]}
	}
	return n
}

// append puts markup off, if that can be.
func (l *later) append(target dom.Node, html HTML) bool {
	if !l.on {
		return false
	}
	for i := range l.spots {
		s := &l.spots[i]
		if s.node != target {
			continue
		}
		before := len(s.html)
		s.html = append(s.html, html...)
		e, ok := l.scanner.Markup(s.html[before:])
		if !ok || !e.Joinable || s.textLast && e.TextFirst {
			s.html = s.html[:before]
			return false
		}
		switch {
		case !e.Named, l.named == i:
		case l.named == unnamed:
			l.named = i
		default:
			l.named = several
		}
		if html != "" {
			s.textLast = e.TextLast
		}
		return true
	}
	return false
}

// flush does what was put off.
func (p *Page) flush() {
	l := &p.later
	spots := l.spots
	l.spots = nil // what is inserted may call back
	for i := range spots {
		if s := &spots[i]; len(s.html) > 0 {
			p.host.InsertHTML(s.node, dom.Append, true, stream.Piece{Message: -1, Text: unsafeText(s.html)})
		}
	}
	if l.spots == nil {
		l.spots = spots[:0] // with their buffers
	}
}

// now is the page as it is once everything is done that was put off.
func (p *Page) now() host {
	if len(p.later.spots) > 0 {
		p.flush()
	}
	return p.host
}
