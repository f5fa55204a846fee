package stream

import "github.com/turbowasm/turbowasm/wasm/dom"

// Action performs one stream element.
type Action func(e Element) error

// Builtin lists the actions of Turbo 8.0.23. The page calls them by index, as
// js/numbers.js says, which go generate ./js writes.
var Builtin = [...]struct {
	Name    string
	Perform Action
}{
	{"append", func(e Element) error { return e.Insert(dom.Append, true) }},
	{"prepend", func(e Element) error { return e.Insert(dom.Prepend, true) }},
	{"before", func(e Element) error { return e.Insert(dom.Before, true) }},
	{"after", func(e Element) error { return e.Insert(dom.After, true) }},
	{"replace", func(e Element) error { return e.replace(dom.Replace, dom.Morph) }},
	{"update", func(e Element) error { return e.replace(dom.Children, dom.MorphChildren) }},
	{"remove", remove},
	{"refresh", nil}, // the session's, which the page may have replaced
}

const (
	actionAppend = iota
	actionPrepend
	actionBefore
	actionAfter
	actionReplace
	actionUpdate
	actionRemove
	actionRefresh
	actionUnknown = -1
)

// replace inserts at a place, or morphs where the stream asks for it.
func (e Element) replace(place, morph dom.Place) error {
	if e.Attr(dom.Method) == "morph" {
		place = morph
	}
	return e.Insert(place, false)
}

func remove(e Element) error {
	targets, err := e.Targets()
	for _, n := range targets {
		e.page.Remove(n)
	}
	return err
}
