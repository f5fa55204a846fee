package dom

// Null is the page's null, True and False its booleans, Document its document.
//
//turbo:numbers +NODE_
const (
	True     Node = 1
	False    Node = 2
	Null     Node = 3
	Document Node = 4
)

// Text is a value as a string, for null and undefined one that is not OK.
type Text struct {
	Value string
	OK    bool
}

// Is reports whether a text is that of a truthy value.
func (t Text) Is() bool { return t.OK && t.Value != "" && t.Value != "false" && t.Value != "0" }

// Values is a page as objects: what packages need that deal with the page's
// URLs, requests, events and promises, once per event. Any value is a Node, 0
// for null, undefined and, as a result, for "", 0 and false. A path names a
// property of a property ("url.href"), or what a method returns ("clone().id"); below the Node 0 lie the runtime's own
// objects, the window and the document.
type Values interface {
	Get(n Node, path string) Node
	Is(n Node, path string) bool    // truthy
	Number(n Node, path string) int // 0 for what is none
	Float(n Node, path string) float64
	Text(n Node, path string) (text string, ok bool)
	Items(n Node) []Node // of anything iterable
	// Texts returns several values as strings. Bars separate their paths, each of
	// which may end with an attribute: "href|parentElement.#id|#download".
	Texts(n Node, paths string) []Text
	// Around is Closest through the shadow roots that a node is in.
	Around(n Node, selector string) Node

	String(text string) Node
	UUID() string
	Int(n int) Node
	Fraction(f float64) Node
	Bool(b bool) Node
	// Object makes an object of up to five properties, whose names spaces separate;
	// the value 0 is undefined.
	Object(names string, values ...Node) Node

	// Set sets a property; the value 0 is undefined.
	Set(n Node, name string, value Node) error
	Delete(n Node, name string)
	// Call calls a method, which a path leads to, with up to four values; it fails
	// with ErrPage when the page throws. Do is Call for callers that can do nothing about that:
	// the page throws again where the current call came from. A method that is
	// the runtime's own is performed without leaving Go.
	Call(n Node, method string, args ...Node) (Node, error)
	Do(n Node, method string, args ...Node) Node
	// DoThen is Do for a method that takes its time: then is told when it is
	// over, and whether it came to its end. The object and the values must be
	// kept until then.
	DoThen(n Node, method string, then func(ok bool), args ...Node)
	// Wrapper returns the page's object that stands for a value of Go's, which the
	// page takes for undefined where it is gone.
	Wrapper(o Object) Node
	// Own returns the number of the runtime's own method that an object has by
	// a name; it is negative where the application has put another in its place.
	Own(n Node, method string) int
	Same(a, b Node) bool

	Attr(n Node, name string) (value string, ok bool)
	HasAttr(n Node, name string) bool
	SetAttr(n Node, name, value string)
	RemoveAttr(n Node, name string)
	Select(root Node, selector string) (Node, error)
	SelectAll(root Node, selector string) ([]Node, error)
	Closest(n Node, selector string) Node
	Remove(n Node)
	ReplaceWith(n, other Node)

	// Dispatch dispatches an event and reports whether its default stands;
	// the target 0 is the html element.
	Dispatch(name string, target Node, cancelable bool, detail Node) bool
	// Await calls back with what a promise, or any value, comes to; it stays
	// an unhandled rejection where it fails. Then is told of values alone.
	Await(n Node, callback func(value Node, failed bool))
	Then(n Node, callback func(value Node))
	// Once makes a function of the page's whose first call calls back, unless
	// it was released before.
	Once(callback func(value Node)) (function Node, release func())
	// Listener makes a function of the page's each call of which calls back,
	// until it was released. Nothing is under way because of it, as it is
	// because of the others.
	Listener(callback func(value Node)) (function Node, release func())
	// Keep returns a handle that lasts until Drop, at most for as long as
	// anything waits that the current call from the page, or what it continues,
	// made wait. Hold returns one that lasts until Drop.
	Keep(n Node) Node
	Hold(n Node) Node
	Drop(n Node)

	AwaitRepaint(callback func()) // calls back before the next repaint, which a hidden page does not have
	Repaint(callback func())      // the same, or after a zero timer while the page is hidden
	Timeout(ms int, callback func()) (cancel func())
}
