package browser

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/drive"
	"github.com/turbowasm/turbowasm/wasm/form"
)

var _ form.Page = (*Page)(nil)

// forms takes over the page's forms.
var forms = &form.Observer{}

//go:wasmexport turbo_submit
func exportSubmit(event int32) (result int32) {
	defer guard(&result, "taking over a form submission")
	forms.Submit(dom.Node(event))
	return 0
}

//go:wasmexport turbo_click_form_link
func exportClickFormLink(event int32) (result int32) {
	defer guard(&result, "following a link that submits a form")
	forms.Click(dom.Node(event))
	return 0
}

// turbo_ask calls a method of an object of the page's that Go answers: those
// of a request's delegate and then those of a submission, in the order that
// js/fetch.js and js/forms.js name them. It returns a handle.
//
//go:wasmexport turbo_ask
func exportAsk(object, method, a, b, c int32) (result int32) {
	defer guard(&result, "answering a request of the page")
	s, first, second := dom.Node(object), dom.Node(a), dom.Node(b)
	switch method {
	case 0:
		forms.Prepare(s, first)
	case 1:
		forms.Started(s)
	case 2:
		forms.Prevented(s, second)
	case 3:
		forms.Succeeded(s, first, second)
	case 4:
		forms.Failed(s, second)
	case 5:
		forms.Errored(s, second)
	case 6:
		forms.Finished(s)
	case 64:
		return int32(page.Bool(forms.Stop(s)))
	}
	return 0
}

// Visitable reports whether the runtime visits a location.
func (p *Page) Visitable(href string) bool {
	parts := func(url dom.Node) (l drive.Location) {
		l.Href, _ = p.Text(url, "href")
		l.Origin, _ = p.Text(url, "origin")
		l.Pathname, _ = p.Text(url, "pathname")
		return l
	}
	url, err := p.Call(0, "resolve", p.String(href))
	if err != nil {
		return false
	}
	root, err := p.Call(0, "rootLocation")
	if err != nil {
		return false
	}
	return drive.Visitable(parts(url), parts(root), func(extension string) bool {
		has, _ := p.Call(p.Get(0, "drive.unvisitableExtensions"), "has", p.String(extension))
		return has != 0
	})
}

func (p *Page) Visit(href string)    { p.Call(0, "visit", p.String(href)) }
func (p *Page) Render(html dom.Node) { p.Call(0, "render", html) }
func (p *Page) Warn(err dom.Node)    { p.Call(p.Get(0, "console"), "error", err) }
