package form

import "github.com/turbowasm/turbowasm/wasm/dom"

// Click handles a click on a link outside of frames that asks for a form
// submission by data-turbo-method or data-turbo-stream (Turbo 8.0.23, form
// link click observer).
func (o *Observer) Click(event dom.Node) {
	p := o.Page
	if p.Is(event, "defaultPrevented") || p.Is(event, "target.isContentEditable") || p.Number(event, "which") > 1 ||
		p.Is(event, "altKey") || p.Is(event, "ctrlKey") || p.Is(event, "metaKey") || p.Is(event, "shiftKey") {
		return
	}
	link, _ := p.Call(0, "link", event)
	if link == 0 || p.HasAttr(link, "download") || !(p.HasAttr(link, "data-turbo-method") || p.HasAttr(link, "data-turbo-stream")) {
		return
	}
	if target, _ := p.Attr(link, "target"); target != "" && target != "_self" {
		return
	}
	href, _ := p.Attr(link, "href")
	url, err := p.Call(0, "resolve", p.String(href))
	if err != nil {
		return
	}
	location, _ := p.Text(url, "href")
	if !o.elementNavigatable(link) || !p.Visitable(location) {
		return
	}
	p.Call(event, "preventDefault")
	form, err := p.Call(0, "hiddenForm", url)
	if err != nil {
		return
	}
	for _, name := range [...]string{"data-turbo-frame", "data-turbo-confirm"} {
		if value, ok := p.Attr(link, name); ok {
			p.SetAttr(form, name, value)
		}
	}
	if how, _ := p.Attr(link, "data-turbo-method"); how != "" {
		p.SetAttr(form, "method", how)
	}
	switch action, _ := p.Attr(link, "data-turbo-action"); action {
	case "advance", "replace", "restore":
		p.SetAttr(form, "data-turbo-action", action)
	}
	if p.HasAttr(link, "data-turbo-stream") {
		p.SetAttr(form, "data-turbo-stream", "")
	}
	p.Call(0, "submitSoon", form)
}
