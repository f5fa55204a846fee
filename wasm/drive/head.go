package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// An entry is what a head holds of equal elements: their source, and they.
type entry struct {
	html     dom.Node
	elements []dom.Node
	kind     int
	track    string // data-turbo-track
}

const (
	other = iota
	script
	stylesheet
)

// entries returns what a snapshot's head held when it was taken.
func (d *Drive) entries(snapshot dom.Node) (list []entry) {
	p := d.Page
	for _, pair := range p.Items(p.Get(snapshot, "headSnapshot.details")) {
		e := entry{html: p.Get(pair, "0"), elements: p.Items(p.Get(pair, "1"))}
		e.kind = d.kind(e.elements[0])
		e.track, _ = p.Attr(e.elements[0], "data-turbo-track")
		list = append(list, e)
	}
	return list
}

// within reports whether a snapshot's head held such an element.
func (d *Drive) within(e entry, snapshot dom.Node) bool {
	return d.Page.Do(d.Page.Get(snapshot, "headSnapshot.details"), "has", e.html) != 0
}

func (d *Drive) kind(n dom.Node) int {
	switch d.text(n, "localName") {
	case "script":
		return script
	case "style":
		return stylesheet
	case "link":
		if rel, _ := d.Page.Attr(n, "rel"); rel == "stylesheet" {
			return stylesheet
		}
	}
	return other
}

// signature is what must not change of a head while its page lives.
func (d *Drive) signature(snapshot dom.Node) (signature string) {
	for _, e := range d.entries(snapshot) {
		if e.track == "reload" {
			signature += d.text(e.html, "")
		}
	}
	return signature
}

// reloadReason says why a page cannot be rendered in the place of another, ""
// where it can.
func (d *Drive) reloadReason(r *rendering) string {
	if control, _ := d.Setting(r.next, "visit-control"); control == "reload" {
		return "turbo_visit_control_is_reload"
	}
	if d.signature(r.current) != d.signature(r.next) {
		return "tracked_element_mismatch"
	}
	return ""
}

// provisional returns the elements that belong to one page.
func (d *Drive) provisional(entries []entry) (elements []dom.Node) {
	for _, e := range entries {
		if e.kind == other && e.track != "reload" {
			elements = append(elements, e.elements...)
		} else {
			elements = append(elements, e.elements[1:]...)
		}
	}
	return elements
}

// mergeHead brings the head of the next page into the document (Turbo 8.0.23,
// head merging) and calls back when its stylesheets are there.
func (d *Drive) mergeHead(r *rendering, merged func()) {
	p := d.Page
	head := p.Get(0, "document.head")
	current, next := d.entries(r.current), d.entries(r.next)

	incoming := d.provisional(next)
	for _, n := range d.provisional(current) {
		if i := d.equal(n, incoming); i >= 0 {
			incoming = append(incoming[:i], incoming[i+1:]...)
		} else {
			p.Do(head, "removeChild", n)
		}
	}
	for _, n := range incoming {
		p.Do(head, "appendChild", n)
	}

	waiting := 1
	loaded := func() {
		if waiting--; waiting == 0 {
			d.removeDynamic(r)
			merged()
		}
	}
	for _, e := range next {
		if e.kind == stylesheet && !d.within(e, r.current) {
			waiting++
			d.whenLoaded(e.elements[0], loaded)
			p.Do(head, "appendChild", e.elements[0])
		}
	}
	for _, e := range next {
		if e.kind == script && !d.within(e, r.current) {
			p.Do(head, "appendChild", p.Do(0, "activated", e.elements[0]))
		}
	}
	p.Then(0, func(dom.Node) { p.Then(0, func(dom.Node) { loaded() }) })
}

// equal returns the index of an element that equals n.
func (d *Drive) equal(n dom.Node, elements []dom.Node) int {
	title := d.text(n, "localName") == "title"
	for i, e := range elements {
		if title && d.text(e, "localName") == "title" && d.text(e, "innerHTML") == d.text(n, "innerHTML") ||
			d.Page.Do(e, "isEqualNode", n) != 0 {
			return i
		}
	}
	return -1
}

// whenLoaded calls back once a stylesheet was loaded, or not, or for too long.
func (d *Drive) whenLoaded(n dom.Node, loaded func()) {
	p := d.Page
	var cancel func()
	done, release := p.Once(func(dom.Node) {
		cancel()
		loaded()
	})
	for _, event := range [...]string{"load", "error"} {
		p.Do(n, "addEventListener", p.String(event), done)
	}
	cancel = p.Timeout(2000, func() {
		release()
		loaded()
	})
}

// removeDynamic removes the stylesheets that only the current page asked for.
func (d *Drive) removeDynamic(r *rendering) {
	if !r.will {
		return
	}
	for _, e := range d.entries(r.current) {
		if e.kind == stylesheet && e.track == "dynamic" && !d.within(e, r.next) {
			d.Page.Do(d.Page.Get(0, "document.head"), "removeChild", e.elements[0])
		}
	}
}
