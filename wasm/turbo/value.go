package turbo

import (
	"errors"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Value is any value of the page for which this package has no type of its own.
// The zero Value is undefined. What the page has as null, false, 0 or "" is read
// as the zero Value too.
type Value struct {
	page *Page
	node dom.Node
}

// Exists reports whether there is a value.
func (v Value) Exists() bool { return v.node > 0 }

// Get is a property, or a property of a property: "detail.url.href".
func (v Value) Get(path string) Value {
	if !v.Exists() {
		return Value{page: v.page}
	}
	return v.page.value(v.page.now().Get(v.node, path))
}

// String is the value as a string, "" if there is none.
func (v Value) String() string { return v.Text("") }

// Text is a property as a string, "" if it is missing.
func (v Value) Text(path string) string {
	if !v.Exists() {
		return ""
	}
	text, _ := v.page.now().Text(v.node, path)
	return text
}

// Number is a property that is a number, 0 if it is not.
func (v Value) Number(path string) float64 {
	if !v.Exists() {
		return 0
	}
	return v.page.now().Float(v.node, path)
}

// Is reports whether a property exists and is neither false nor 0 nor "".
func (v Value) Is(path string) bool { return v.Exists() && v.page.now().Is(v.node, path) }

// Items are the items of an array, or of anything else that is iterable.
func (v Value) Items() []Value {
	if !v.Exists() {
		return nil
	}
	var all []Value
	for _, n := range v.page.now().Items(v.node) {
		all = append(all, v.page.value(n))
	}
	return all
}

// Set sets a property to a string, int, float64, bool, Value, Element or nil.
func (v Value) Set(name string, value any) error {
	if !v.Exists() {
		return errNothing
	}
	return v.page.now().Set(v.node, name, v.page.box(value))
}

// Call calls a method with up to four values, of the types that Set takes. It
// fails if the page throws.
func (v Value) Call(method string, args ...any) (Value, error) {
	if !v.Exists() {
		return Value{page: v.page}, errNothing
	}
	nodes := make([]dom.Node, len(args))
	for i, arg := range args {
		nodes[i] = v.page.box(arg)
	}
	result, err := v.page.now().Call(v.node, method, nodes...)
	return v.page.value(result), err
}

// Then calls back with the result of a promise, or with the reason why it was
// rejected, which is written to the console too.
func (v Value) Then(callback func(value Value, failed bool)) {
	v.page.now().Await(v.node, func(n dom.Node, failed bool) {
		v.page.safely("a promise", func() { callback(v.page.value(n), failed) })
	})
}

// Keep returns the value as one that is valid until Drop.
func (v Value) Keep() Value {
	if v.Exists() {
		v.node = v.page.host.Hold(v.node)
	}
	return v
}

// Drop releases what Keep returned.
func (v Value) Drop() {
	if v.Exists() {
		v.page.host.Drop(v.node)
	}
}

// Element is the value as an element.
func (v Value) Element() Element { return Element(v) }

var errNothing = errors.New("turbo: there is no such value in the page")

// box makes a value of the page from one of Go.
func (p *Page) box(value any) dom.Node {
	switch value := value.(type) {
	case nil:
		return dom.Null
	case string:
		return p.host.String(value)
	case HTML:
		return p.host.String(string(value))
	case int:
		return p.host.Int(value)
	case float64:
		return p.host.Fraction(value)
	case bool:
		return p.host.Bool(value)
	case Value:
		return value.node
	case Element:
		return value.node
	}
	panic("turbo: a value of the page is a string, an int, a float64, a bool, a Value, an Element or nil")
}

func (p *Page) value(n dom.Node) Value { return Value{p, max(n, 0)} }
