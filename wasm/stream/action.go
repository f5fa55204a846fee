package stream

import "github.com/turbowasm/turbowasm/wasm/dom"

// Action performs a stream element.
type Action func(e Element) error

// Builtin lists the actions of Turbo 8.0.23 and all that the runtime knows of
// them. The page calls them by index, as js/numbers.js says, which go generate
// ./js writes.
var Builtin = [...]BuiltinAction{
	{"append", dom.Append, true, func(e Element) error { return e.Insert(dom.Append) }},
	{"prepend", dom.Prepend, true, func(e Element) error { return e.Insert(dom.Prepend) }},
	{"before", dom.Before, true, func(e Element) error { return e.Insert(dom.Before) }},
	{"after", dom.After, true, func(e Element) error { return e.Insert(dom.After) }},
	{"replace", dom.Replace, true, func(e Element) error { return e.replace(dom.Replace, dom.Morph) }},
	{"update", dom.Children, true, func(e Element) error { return e.replace(dom.Children, dom.MorphChildren) }},
	{"remove", dom.Nowhere, true, remove},
	{"refresh", dom.Nowhere, false, nil}, // the session performs it, which the page may have replaced
}

// A BuiltinAction is an action that the runtime has of its own.
type BuiltinAction struct {
	Name    string
	Place   dom.Place // where the content goes, unless it is morphed into the page
	Batched bool      // a batch can perform it without an element
	Perform Action
}

// builtin returns the index of an action in Builtin.
func builtin(name string) (index int, ok bool) {
	for i := range Builtin {
		if Builtin[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// placeOf returns where the content of a stream goes, Nowhere for the actions of
// applications.
func placeOf(action string) dom.Place {
	if i, ok := builtin(action); ok {
		return Builtin[i].Place
	}
	return dom.Nowhere
}

// replace inserts at a place, or morphs if the stream asks for it.
func (e Element) replace(place, morph dom.Place) error {
	if e.Attr(dom.Method) == "morph" {
		place = morph
	}
	return e.Insert(place)
}

func remove(e Element) error {
	targets, err := e.Targets()
	for _, n := range targets {
		e.page.Remove(n)
	}
	return err
}
