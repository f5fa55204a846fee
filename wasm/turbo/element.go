package turbo

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// Element is an element of the page. The zero Element stands for none: its
// methods return nothing and do nothing, so that an element that was not found
// needs no special care.
type Element struct {
	page *Page
	node dom.Node
}

// Exists reports whether there is an element.
func (e Element) Exists() bool { return e.node > 0 }

// Value is the element as a value of the page, for what has no method here.
func (e Element) Value() Value { return Value(e) }

// Same reports whether both are the same element.
func (e Element) Same(other Element) bool {
	return e.Exists() && other.Exists() && e.page.now().Same(e.node, other.node)
}

// Keep returns the element as one that is valid until Drop.
func (e Element) Keep() Element { return e.Value().Keep().Element() }

// Drop releases what Keep returned.
func (e Element) Drop() { e.Value().Drop() }

// Find is the first element inside that matches a CSS selector. An invalid
// selector matches nothing.
func (e Element) Find(selector string) Element {
	if !e.Exists() {
		return e
	}
	n, _ := e.page.now().Select(e.node, selector)
	return e.page.element(n)
}

// FindAll are all elements inside that match a CSS selector, in order.
func (e Element) FindAll(selector string) []Element {
	if !e.Exists() {
		return nil
	}
	nodes, _ := e.page.now().SelectAll(e.node, selector)
	return e.page.elements(nodes)
}

// Closest is the element itself, or the nearest ancestor, that matches.
func (e Element) Closest(selector string) Element {
	if !e.Exists() {
		return e
	}
	return e.page.element(e.page.now().Closest(e.node, selector))
}

// Parent is the parent element.
func (e Element) Parent() Element { return e.Value().Get("parentElement").Element() }

// Children are the child elements.
func (e Element) Children() []Element {
	var all []Element
	for _, v := range e.Value().Get("children").Items() {
		all = append(all, v.Element())
	}
	return all
}

// Attr is an attribute; ok is false if it is missing.
func (e Element) Attr(name string) (value string, ok bool) {
	if !e.Exists() {
		return "", false
	}
	return e.page.now().Attr(e.node, name)
}

// SetAttr sets an attribute.
func (e Element) SetAttr(name, value string) {
	if e.Exists() {
		e.page.now().SetAttr(e.node, name, value)
	}
}

// RemoveAttr removes an attribute.
func (e Element) RemoveAttr(name string) {
	if e.Exists() {
		e.page.now().RemoveAttr(e.node, name)
	}
}

// HasClass reports whether the element has a class.
func (e Element) HasClass(class string) bool {
	has, err := e.Value().Get("classList").Call("contains", class)
	return err == nil && has.Exists()
}

// SetClass adds a class, or removes it.
func (e Element) SetClass(class string, on bool) {
	if e.Exists() {
		e.page.now().SetClass(e.node, class, on)
	}
}

// Text is the text in the element.
func (e Element) Text() string { return e.Value().Text("textContent") }

// SetText replaces the content with a text.
func (e Element) SetText(text string) { e.set("textContent", text) }

// InputValue is the value of a field.
func (e Element) InputValue() string { return e.Value().Text("value") }

// SetInputValue sets the value of a field.
func (e Element) SetInputValue(text string) { e.set("value", text) }

func (e Element) set(name, text string) {
	if e.Exists() {
		host := e.page.now()
		host.Set(e.node, name, host.String(text))
	}
}

// Append adds markup at the end of the content. Scripts in markup do not run.
func (e Element) Append(html HTML) { e.insert(dom.Append, html) }

// Prepend adds markup at the beginning of the content.
func (e Element) Prepend(html HTML) { e.insert(dom.Prepend, html) }

// Before adds markup before the element.
func (e Element) Before(html HTML) { e.insert(dom.Before, html) }

// After adds markup after the element.
func (e Element) After(html HTML) { e.insert(dom.After, html) }

// Replace replaces the element with markup.
func (e Element) Replace(html HTML) { e.insert(dom.Replace, html) }

// Update replaces the content with markup.
func (e Element) Update(html HTML) { e.insert(dom.Children, html) }

func (e Element) insert(place dom.Place, html HTML) {
	if e.Exists() && !(place == dom.Append && e.page.later.append(e.node, html)) {
		e.page.now().InsertHTML(e.node, place, false, stream.Piece{Message: -1, Text: string(html)})
	}
}

// AppendElement moves an element to the end of the content.
func (e Element) AppendElement(child Element) {
	if child.Exists() {
		e.Value().Call("append", child)
	}
}

// Remove removes the element from the page.
func (e Element) Remove() {
	if e.Exists() {
		e.page.now().Remove(e.node)
	}
}

// Focus focuses the element, if it can be focused.
func (e Element) Focus() { e.Value().Call("focus") }

// On calls back for an event of the element, or one that bubbles up to it, until
// off is called or the element is gone. As elements come and go, it is usually
// better to listen on the document once, with [Page.On].
func (e Element) On(event string, listener func(Event)) (off func()) {
	if !e.Exists() {
		return func() {}
	}
	return e.page.listen(e.node, event, listener)
}

// Dispatch dispatches a bubbling event and reports whether its default was not
// prevented. The detail is of a type that [Value.Set] takes.
func (e Element) Dispatch(event string, detail any) bool {
	if !e.Exists() {
		return true
	}
	return e.page.now().Dispatch(event, e.node, true, e.page.box(detail))
}

func (p *Page) element(n dom.Node) Element { return Element{p, max(n, 0)} }

func (p *Page) elements(nodes []dom.Node) []Element {
	all := make([]Element, len(nodes))
	for i, n := range nodes {
		all[i] = p.element(n)
	}
	return all
}
