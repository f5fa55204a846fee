package morph

import "github.com/turbowasm/turbowasm/wasm/dom"

// attributes makes an element's attributes those of another: first the new ones
// in their order, then it removes what is left of the old ones, the last one first.
func (m *Morph) attributes(n, next dom.Node, kept bool) {
	p := m.Page
	heard := m.heard&BeforeAttribute != 0
	a, more := p.NextAttribute(n, next, Attribute{}, heard, kept)
	for ; more; a, more = p.NextAttribute(n, next, a, heard, kept) {
		if a.Drop {
			p.DropAttribute(n, a.Number)
		} else {
			check(p.CopyAttribute(n, next, a.Number))
			a.Number++
		}
	}
}

// maySet reports whether an attribute may be set or removed.
func (m *Morph) maySet(n dom.Node, name string, removed bool) bool {
	return m.heard&BeforeAttribute == 0 || !m.Page.Event(BeforeAttribute, n, m.Page.String(name), removed)
}

// control makes the state of a form control what the new content says.
func (m *Morph) control(n, next dom.Node, kind Kind) {
	p := m.Page
	value, before := first(p.Text(next, "value")), first(p.Text(n, "value"))
	switch {
	case kind&Option != 0:
		m.flag(n, next, "selected")
	case kind&Textarea != 0:
		if !m.maySet(n, "value", false) {
			return
		}
		if before != value {
			check(p.Set(n, "value", p.String(value)))
		}
		if child := p.Get(n, "firstChild"); child != 0 && first(p.Text(child, "nodeValue")) != value {
			check(p.Set(child, "nodeValue", p.String(value)))
		}
	case kind&File == 0:
		m.flag(n, next, "checked")
		m.flag(n, next, "disabled")
		if p.HasAttr(next, "value") {
			if before != value && m.maySet(n, "value", false) {
				p.SetAttr(n, "value", value)
				check(p.Set(n, "value", p.String(value)))
			}
		} else if m.maySet(n, "value", true) {
			if first(p.Text(n, "value")) != "" || p.HasAttr(n, "value") {
				check(p.Set(n, "value", p.String("")))
			}
			p.RemoveAttr(n, "value")
		}
	}
}

// flag makes a boolean property, and its attribute, those of another element.
func (m *Morph) flag(n, next dom.Node, name string) {
	p := m.Page
	want := p.Is(next, name)
	if p.Is(n, name) == want {
		return
	}
	update := m.maySet(n, name, false)
	if update {
		check(p.Set(n, name, p.Bool(want)))
	}
	if want {
		if update {
			p.SetAttr(n, name, "")
		}
	} else if m.maySet(n, name, true) {
		p.RemoveAttr(n, name)
	}
}

// A focus is the text field that had the focus, its id and its selection.
type focus struct {
	element  dom.Node
	id       string
	from, to int
}

func (m *Morph) focus() (f focus) {
	p := m.Page
	active := m.active()
	if active == 0 || p.Kind(active, 0)&(Input|Textarea) == 0 {
		return focus{}
	}
	return focus{active, first(p.Attr(active, "id")), p.Number(active, "selectionStart"), p.Number(active, "selectionEnd")}
}

// restore gives the focus and the selection back to the field that had them. If
// the element cannot take them, that is no error.
func (m *Morph) restore(f focus) {
	if f.element == 0 {
		return
	}
	p := m.Page
	element := f.element
	if active := m.active(); f.id != "" && (active == 0 || first(p.Attr(active, "id")) != f.id) {
		escaped, _ := p.Call(p.Get(0, "window.CSS"), "escape", p.String(f.id))
		element, _ = p.Select(m.Root, `[id="`+first(p.Text(escaped, ""))+`"]`)
		if element == 0 {
			return
		}
		p.Call(element, "focus")
	}
	if f.to != 0 && p.Number(element, "selectionEnd") == 0 {
		p.Call(element, "setSelectionRange", p.Int(f.from), p.Int(f.to))
	}
}
