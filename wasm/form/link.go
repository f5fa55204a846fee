package form

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// Submits reports whether a link asks for a form submission, by
// data-turbo-method or data-turbo-stream.
func Submits(p link.Attributes, link dom.Node) bool {
	return link != 0 && (p.HasAttr(link, "data-turbo-method") || p.HasAttr(link, "data-turbo-stream"))
}

// SubmitLink submits a form in place of a link; the query of its URL becomes
// the data (Turbo 8.0.23, form link click observer). The delegate may change
// the form.
func SubmitLink(p dom.Values, delegate, from, url dom.Node) {
	form := p.Do(dom.Document, "createElement", p.String("form"))
	for _, pair := range p.Items(p.Get(url, "searchParams")) {
		input := p.Do(dom.Document, "createElement", p.String("input"))
		p.Set(input, "type", p.String("hidden"))
		name, _ := p.Text(pair, "0")
		value, _ := p.Text(pair, "1")
		p.Set(input, "name", p.String(name))
		p.Set(input, "value", p.String(value))
		p.Do(form, "append", input)
	}
	p.Set(url, "search", p.String(""))
	action, _ := p.Text(url, "href")
	p.SetAttr(form, "data-turbo", "true")
	p.SetAttr(form, "action", action)
	p.SetAttr(form, "hidden", "")
	set := func(name, value string) {
		if value != "" {
			p.SetAttr(form, name, value)
		}
	}
	copied := func(name string) string {
		value, _ := p.Attr(from, name)
		return value
	}
	set("method", copied("data-turbo-method"))
	set("data-turbo-frame", copied("data-turbo-frame"))
	set("data-turbo-action", link.VisitAction(p, from))
	set("data-turbo-confirm", copied("data-turbo-confirm"))
	if p.HasAttr(from, "data-turbo-stream") {
		p.SetAttr(form, "data-turbo-stream", "")
	}
	p.Do(delegate, "submittedFormLinkToLocation", from, url, form)
	p.Do(0, "document.body.appendChild", form)
	// A listener, for the user may be asked, and say no: then it stays.
	var release func()
	ended, release := p.Listener(func(event dom.Node) {
		release()
		p.Remove(p.Get(event, "currentTarget"))
	})
	p.Do(form, "addEventListener", p.String("turbo:submit-end"), ended)
	kept := p.Keep(form)
	p.AwaitRepaint(func() {
		p.Do(kept, "requestSubmit")
		p.Drop(kept)
	})
}
