package turbo

import (
	"errors"
	"strings"

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
		defer func() {
			if r := recover(); r != nil {
				err = errors.New("action " + name + ": panic: " + dom.PanicText(r))
			}
		}()
		if err = a(&Stream{page: p, element: e}); err != nil {
			err = errors.New("action " + name + ": " + err.Error())
		}
		return err
	}
}

// safely calls a function on behalf of the page, and reports its panic.
func (p *Page) safely(what string, do func()) {
	defer func() {
		if r := recover(); r != nil {
			p.host.Report("turbo: "+what, errors.New("panic: "+dom.PanicText(r)))
		}
	}()
	defer p.host.Resume()
	do()
}

// Stream is a <turbo-stream> that is being performed.
type Stream struct {
	page    *Page
	element stream.Element
}

// Page is the page that it is performed in.
func (s *Stream) Page() *Page { return s.page }

// Element is the <turbo-stream> itself.
func (s *Stream) Element() Element { return s.page.element(s.element.Node) }

// Attr is an attribute of the stream, "" if it is missing.
func (s *Stream) Attr(name string) string {
	value, _ := s.Element().Attr(name)
	return value
}

// Targets are the elements that the stream is meant for: the one whose id is
// target, or those that match targets. Without either attribute, or if nothing is
// found, there are none.
func (s *Stream) Targets() []Element {
	nodes, err := s.element.Targets()
	if err != nil {
		return nil
	}
	return s.page.elements(nodes)
}

// Content is the markup in the stream's template.
func (s *Stream) Content() HTML {
	template, err := s.element.Template()
	if err != nil {
		return ""
	}
	html, _ := s.page.host.Text(template, "innerHTML")
	return HTML(html)
}

// HTML is markup from a trusted source, such as the server. Text that a user has
// typed is not HTML: see [Escape] and [Fill].
type HTML string

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// Escape is the markup of a text.
func Escape(text string) HTML { return HTML(escaper.Replace(text)) }

// Fill puts texts, escaped, in place of each {} in markup, in order; those without
// a text become empty. Each {} must be in the content of an element or within the
// quotes of an attribute. Do not fill in addresses or scripts that you do not
// trust.
//
//	turbo.Fill(`<li id="option_{}">{}</li>`, id, name)
func Fill(markup string, texts ...string) HTML {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(markup, "{}")
		b.WriteString(before)
		if !found {
			return HTML(b.String())
		}
		if len(texts) > 0 {
			b.WriteString(string(Escape(texts[0])))
			texts = texts[1:]
		}
		markup = after
	}
}

// A host is what this package needs of the page; package browser's is one.
type host interface {
	dom.Values
	Document() dom.Node
	Root() dom.Node
	Body() dom.Node
	ElementByID(id string) dom.Node
	InsertHTML(target dom.Node, place dom.Place, joinable bool, html stream.Piece) error
	Idle(ms int, callback func()) (cancel func())
	Report(what string, err error)
	Resume()
}
