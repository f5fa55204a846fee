// Package form carries form submissions from the submit event to the response
// (Turbo 8.0.23, forms). The submission itself is an object of the page's, for
// pages see it in events; what happens to it is decided here.
package form

import "github.com/turbowasm/turbowasm/wasm/dom"

// Page is what submissions need of a page: its values by path ("url.href"),
// its attributes, events and promises. The handle 0 stands for the page's own
// helpers in paths.
type Page interface {
	Get(n dom.Node, path string) dom.Node
	Is(n dom.Node, path string) bool // truthy
	Number(n dom.Node, path string) int
	Text(n dom.Node, path string) (text string, ok bool)
	String(text string) dom.Node
	Bool(b bool) dom.Node
	Object() dom.Node
	Set(n dom.Node, name string, value dom.Node) error
	Call(n dom.Node, method string, args ...dom.Node) (dom.Node, error)
	Same(a, b dom.Node) bool

	Attr(n dom.Node, name string) (value string, ok bool)
	HasAttr(n dom.Node, name string) bool
	SetAttr(n dom.Node, name, value string)
	RemoveAttr(n dom.Node, name string)
	Closest(n dom.Node, selector string) dom.Node

	// Dispatch dispatches an event and reports whether its default stands.
	Dispatch(name string, target dom.Node, cancelable bool, detail dom.Node) bool
	// Then calls back with what a promise comes to.
	Then(promise dom.Node, callback func(value dom.Node))
	// Keep returns a handle that lasts until Drop.
	Keep(n dom.Node) dom.Node
	Drop(n dom.Node)

	// Visitable reports whether the runtime visits a location.
	Visitable(href string) bool
	// Visit goes to a location, Render shows a document in the page's place.
	Visit(href string)
	Render(html dom.Node)
	// Warn writes an error of the page's to the console.
	Warn(err dom.Node)
}

// attribute returns an attribute of the submitter or else of the form.
func attribute(page Page, form, submitter dom.Node, ofSubmitter, ofForm string) string {
	if submitter != 0 {
		if value, ok := page.Attr(submitter, ofSubmitter); ok && value != "" {
			return value
		}
	}
	value, _ := page.Attr(form, ofForm)
	return value
}
