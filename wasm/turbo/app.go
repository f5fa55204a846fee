package turbo

import (
	"errors"
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// App is what an application adds to the runtime. Its zero value adds nothing.
// It must not change once it runs.
type App struct {
	// Actions are stream actions, by the name that the action attribute gives.
	// They take precedence over Turbo's.
	Actions map[string]Action
	// Ready is called once, when the runtime has started, before the messages,
	// clicks and turbo:load that wait for it. The document may still be loading:
	// code that needs all of it listens to turbo:load.
	Ready func(p *Page)
}

// Action performs one stream. Its error is written to the console.
type Action func(s *Stream) error

// performs is an action as the runtime calls it.
func (a Action) performs(p *Page, name string) stream.Action {
	return func(e stream.Element) (err error) {
		on := p.later.on
		p.later.on = p.later.may && e.Bare()
		defer func() {
			p.later.on = on
			if r := recover(); r != nil {
				err = errors.New("action " + name + ": panic: " + dom.PanicText(r))
			}
		}()
		if len(p.streams) == 0 {
			p.streams = make([]Stream, 32)
		}
		s := &p.streams[0]
		p.streams = p.streams[1:]
		*s = Stream{page: p, element: e}
		if err = a(s); err != nil {
			err = errors.New("action " + name + ": " + err.Error())
		}
		return err
	}
}

// safely calls a function on behalf of the page, and reports its panic.
func (p *Page) safely(what string, do func()) {
	on := p.later.on
	p.later.on = false
	defer func() {
		p.later.on = on
		if r := recover(); r != nil {
			p.now().Report("turbo: "+what, errors.New("panic: "+dom.PanicText(r)))
		}
	}()
	defer p.now().Resume()
	do()
}

// Stream is a <turbo-stream> that is being performed.
type Stream struct {
	page    *Page
	element stream.Element
}

// Page is the page that it is performed in.
func (s *Stream) Page() *Page { return s.page }

// Element is the <turbo-stream> itself. Where nothing listens to
// turbo:before-stream-render, it is made, and put into the page, when it is asked
// for; an action that does without it takes a fraction of the time.
func (s *Stream) Element() Element { return s.page.element(s.element.Node()) }

// Attr is an attribute of the stream, "" if it is missing.
func (s *Stream) Attr(name string) string {
	if !s.element.Bare() {
		s.page.now()
	}
	return s.element.Attr(name)
}

// Targets are the elements that the stream is meant for: the one whose id is
// target, or those that match targets. Without either attribute, or if nothing is
// found, there are none.
func (s *Stream) Targets() []Element {
	p := s.page
	if id := s.targetID(); id != "" {
		n, found := p.spot(id)
		if !found {
			n = p.found(id, s.element.Named())
		}
		if n == 0 {
			return nil
		}
		if len(p.targets) == 0 {
			p.targets = make([]Element, 32)
		}
		one := p.targets[:1:1]
		p.targets = p.targets[1:]
		one[0] = Element{p, n}
		return one
	}
	p.now()
	nodes, err := s.element.Targets()
	if err != nil {
		return nil
	}
	return s.page.elements(nodes)
}

// targetID is the id of the one target, "" if the page has to be asked.
func (s *Stream) targetID() string {
	if s.element.Bare() {
		return s.element.TargetID()
	}
	return ""
}

// Content is the markup in the stream's template.
func (s *Stream) Content() HTML {
	if s.element.Bare() {
		html, exact := s.element.Content()
		if !exact {
			return s.page.normal(html)
		}
		return HTML(html)
	}
	s.page.now()
	template, err := s.element.Template()
	if err != nil {
		return ""
	}
	html, _ := s.page.now().Text(template, "innerHTML")
	return HTML(html)
}

// normal is the markup that the page gives for some, read as a template's content.
func (p *Page) normal(markup string) HTML {
	template, _ := p.host.Call(p.host.Document(), "createElement", p.host.String("template"))
	p.host.Set(template, "innerHTML", p.host.String(markup))
	html, _ := p.host.Text(template, "innerHTML")
	return HTML(html)
}

// HTML is markup from a trusted source, such as the server. Text that a user has
// typed is not HTML: see [Escape] and [Fill].
type HTML string

// Escape is the markup of a text.
func Escape(text string) HTML { return HTML(unsafeText(escaped(nil, text))) }

// unsafeText is the text in b, which must not change any more.
func unsafeText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// escaped appends the markup of a text to b.
func escaped(b []byte, text string) []byte {
	from := 0
	for i := range len(text) {
		reference := ""
		switch text[i] {
		case '&':
			reference = "&amp;"
		case '<':
			reference = "&lt;"
		case '>':
			reference = "&gt;"
		case '"':
			reference = "&quot;"
		case '\'':
			reference = "&#39;"
		default:
			continue
		}
		b = append(append(b, text[from:i]...), reference...)
		from = i + 1
	}
	return append(b, text[from:]...)
}

// Fill puts texts, escaped, in place of each {} in markup, in order; those without
// a text become empty. Each {} must be in the content of an element or within the
// quotes of an attribute. Do not fill in addresses or scripts that you do not
// trust.
//
//	turbo.Fill(`<li id="option_{}">{}</li>`, id, name)
func Fill(markup string, texts ...string) HTML {
	size := len(markup) + 16
	for _, text := range texts {
		size += len(text) + len(text)/8
	}
	b := make([]byte, 0, size)
	from := 0
	for i := 0; i+1 < len(markup); i++ {
		if markup[i] != '{' || markup[i+1] != '}' {
			continue
		}
		b = append(b, markup[from:i]...)
		if len(texts) > 0 {
			b = escaped(b, texts[0])
			texts = texts[1:]
		}
		i++
		from = i + 1
	}
	return HTML(unsafeText(append(b, markup[from:]...)))
}

// A host is what this package needs of the page; package browser's is one.
type host interface {
	dom.Values
	Document() dom.Node
	Root() dom.Node
	Body() dom.Node
	ElementByID(id string) dom.Node
	SetClass(n dom.Node, class string, on bool)
	InsertHTML(target dom.Node, place dom.Place, joinable bool, html stream.Piece) error
	Idle(ms int, callback func()) (cancel func())
	Report(what string, err error)
	Resume()
}
