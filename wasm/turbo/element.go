package turbo

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// Element is an element of the page. The zero Element is none: asked for
// anything it has nothing, told anything it does nothing, so that what was
// looked for in vain needs no care of its own.
type Element struct {
	page *Page
	node dom.Node
}

// Exists reports whether there is an element.
func (e Element) Exists() bool { return e.node > 0 }

// Value is the element as any other value of the page's, for what has no method.
func (e Element) Value() Value { return Value(e) }

// Same reports whether both are the same element.
func (e Element) Same(other Element) bool {
	return e.Exists() && other.Exists() && e.page.host.Same(e.node, other.node)
}

// Keep is an element that is good until Drop.
func (e Element) Keep() Element { return e.Value().Keep().Element() }

// Drop lets go of what Keep gave.
func (e Element) Drop() { e.Value().Drop() }

// Find is the first element inside that matches a CSS selector. A selector that
// is none matches nothing.
func (e Element) Find(selector string) Element {
	if !e.Exists() {
		return e
	}
	n, _ := e.page.host.Select(e.node, selector)
	return e.page.element(n)
}

// FindAll are the elements inside that match a CSS selector, in order.
func (e Element) FindAll(selector string) []Element {
	if !e.Exists() {
		return nil
	}
	nodes, _ := e.page.host.SelectAll(e.node, selector)
	return e.page.elements(nodes)
}

// Closest is the element itself or the nearest around it that matches.
func (e Element) Closest(selector string) Element {
	if !e.Exists() {
		return e
	}
	return e.page.element(e.page.host.Closest(e.node, selector))
}

// Parent is the element around it.
func (e Element) Parent() Element { return e.Value().Get("parentElement").Element() }

// Children are the elements directly inside.
func (e Element) Children() []Element {
	var all []Element
	for _, v := range e.Value().Get("children").Items() {
		all = append(all, v.Element())
	}
	return all
}

// Attr is an attribute; ok is false where it is missing.
func (e Element) Attr(name string) (value string, ok bool) {
	if !e.Exists() {
		return "", false
	}
	return e.page.host.Attr(e.node, name)
}

// SetAttr sets an attribute.
func (e Element) SetAttr(name, value string) {
	if e.Exists() {
		e.page.host.SetAttr(e.node, name, value)
	}
}

// RemoveAttr takes an attribute off.
func (e Element) RemoveAttr(name string) {
	if e.Exists() {
		e.page.host.RemoveAttr(e.node, name)
	}
}

// HasClass reports whether the element has a class.
func (e Element) HasClass(class string) bool {
	has, err := e.Value().Get("classList").Call("contains", class)
	return err == nil && has.Exists()
}

// SetClass gives the element a class, or takes it.
func (e Element) SetClass(class string, on bool) {
	e.Value().Get("classList").Call("toggle", class, on) // fails for what is no class, which changes nothing
}

// Text is the text in the element.
func (e Element) Text() string { return e.Value().Text("textContent") }

// SetText puts a text in the place of the content.
func (e Element) SetText(text string) { e.Value().Set("textContent", text) }

// InputValue is what stands in a field, SetInputValue puts something there.
func (e Element) InputValue() string { return e.Value().Text("value") }

// SetInputValue puts a text into a field.
func (e Element) SetInputValue(text string) { e.Value().Set("value", text) }

// Append adds markup as the last content, Prepend as the first, Before and After
// beside the element. Scripts in it do not run.
func (e Element) Append(html HTML) { e.insert(dom.Append, html) }

// Prepend adds markup as the first content.
func (e Element) Prepend(html HTML) { e.insert(dom.Prepend, html) }

// Before adds markup in front of the element.
func (e Element) Before(html HTML) { e.insert(dom.Before, html) }

// After adds markup behind the element.
func (e Element) After(html HTML) { e.insert(dom.After, html) }

// Replace puts markup in the place of the element.
func (e Element) Replace(html HTML) { e.insert(dom.Replace, html) }

// Update puts markup in the place of the content.
func (e Element) Update(html HTML) { e.insert(dom.Children, html) }

func (e Element) insert(place dom.Place, html HTML) {
	if e.Exists() {
		e.page.host.InsertHTML(e.node, place, false, stream.Piece{Message: -1, Text: string(html)})
	}
}

// AppendElement moves an element to the end of the content.
func (e Element) AppendElement(child Element) {
	if child.Exists() {
		e.Value().Call("append", child)
	}
}

// Remove takes the element out of the page.
func (e Element) Remove() {
	if e.Exists() {
		e.page.host.Remove(e.node)
	}
}

// Focus gives the element the focus, if it takes it.
func (e Element) Focus() { e.Value().Call("focus") }

// On calls back for an event of the element, or of what is inside and bubbles,
// until off is called or the element is gone. Most do better to listen on the
// document once, by [Page.On]: elements come and go.
func (e Element) On(event string, listener func(Event)) (off func()) {
	if !e.Exists() {
		return func() {}
	}
	return e.page.listen(e.node, event, listener)
}

// Dispatch dispatches an event that bubbles, with what [Value.Set] takes as its
// detail, and reports whether nobody prevented its default.
func (e Element) Dispatch(event string, detail any) bool {
	if !e.Exists() {
		return true
	}
	return e.page.host.Dispatch(event, e.node, true, e.page.box(detail))
}

func (p *Page) element(n dom.Node) Element { return Element{p, max(n, 0)} }

func (p *Page) elements(nodes []dom.Node) []Element {
	all := make([]Element, len(nodes))
	for i, n := range nodes {
		all[i] = p.element(n)
	}
	return all
}
