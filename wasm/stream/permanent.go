package stream

import "github.com/turbowasm/turbowasm/wasm/dom"

const permanentElements = "[id][data-turbo-permanent]"

// permanents are the elements of the page that a stream's content also holds.
type permanents struct {
	page Page
	kept []dom.Node // on the page
	ids  []string
}

// permanents finds the permanent elements of the page for which the template
// holds one with the same id, and puts a copy of the page's in its place, so
// that their state survives the action (Turbo 8.0.23, streams §6).
func (e Element) permanents(template dom.Node) *permanents {
	if e.page.Traits(template)&Permanent == 0 {
		return nil
	}
	content := e.page.TemplateContent(template)
	candidates, _ := e.page.SelectAll(e.page.Document(), permanentElements)
	p := &permanents{page: e.page}
	for _, n := range candidates {
		id, _ := e.page.Attribute(n, dom.ID)
		incoming, err := e.page.Select(content, "#"+id+"[data-turbo-permanent]")
		if err != nil || incoming == 0 {
			continue
		}
		e.page.ReplaceWith(incoming, e.page.Clone(n))
		p.kept = append(p.kept, n)
		p.ids = append(p.ids, id)
	}
	return p
}

// restore puts the elements that the action took off the page into the places
// of their copies. Upstream leaves the copies: listeners, playing media and
// focus are lost there and kept here.
func (p *permanents) restore() {
	if p == nil {
		return
	}
	for i, n := range p.kept {
		if p.page.Connected(n) {
			continue
		}
		if clone := p.page.ElementByID(p.ids[i]); clone != 0 {
			p.page.ReplaceWith(clone, n)
		}
	}
}
