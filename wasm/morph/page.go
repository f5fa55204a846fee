package morph

import "github.com/turbowasm/turbowasm/wasm/dom"

// Page is what morphing needs of a page. A book is what the page knows about the
// nodes of one morph. A run of siblings is given by its first node and the one
// after its last, 0 at the end of the parent.
type Page interface {
	Mark() int32
	Release(mark int32)

	// Begin opens a book. It looks for elements that match the selectors, in which
	// equal trees may still differ. End removes stored nodes from the page.
	Begin(root, next, end dom.Node, suspects string) (book dom.Node)
	End(book dom.Node)

	// Rest pushes what is left of two runs: the children of a or of b, if how says
	// so.
	Rest(book, a, aEnd, b, bEnd dom.Node, how How) (Rest, bool)
	Equal(book, a, b dom.Node) bool
	// Differ returns the index of the next pair of an alike rest that is not equal,
	// or the number of pairs if there is none.
	Differ(book dom.Node, r *Rest, from int) int
	Kind(n, next dom.Node) Kind
	// Step makes the texts of an alike rest become each other, from an index on,
	// up to the next element or the end. If guarded, it ends at a node that has
	// strayed: what follows it in the parent is not the next node of the rest.
	Step(r *Rest, from int, guarded bool) (at int, kind Kind, strayed bool)
	Describe(book, first dom.Node, children []Child) // without IDs and Content
	Contents(first dom.Node, old, next []Child)      // adds Content
	// Known reports whether the page has, or may have, an id that is in one of
	// count new nodes.
	Known(root, first dom.Node, count int) bool
	// Identify finds the elements with ids in a run of trees, or in one alone.
	Identify(book, tree, end dom.Node, alone bool) []Identified
	// Enter numbers an element and its ancestors, up to a node or the first that
	// has a number. If id is not 0, Outside finds the element by it from then on.
	// Entries returns the numbers of an element and all ancestors, 0 for those
	// without one.
	Enter(book, n dom.Node, id int32, below dom.Node) []int32
	Entries(book, n dom.Node) []int32
	// Outside returns the page's element with an id, 0 if n is inside of it.
	Outside(book dom.Node, id int32, n dom.Node) dom.Node

	SyncText(n, next dom.Node)
	// NextAttribute returns the next attribute that is to be changed: first those
	// that are to be copied, from a number on, then those that are to be dropped,
	// from the last one on or from the one before a number. If heard, the event of
	// each attribute of next, and of each to be dropped, is dispatched, and those
	// whose default was prevented are left out. So is the value, if noValue.
	NextAttribute(n, next dom.Node, from Attribute, heard, noValue bool) (a Attribute, more bool)
	CopyAttribute(n, next dom.Node, i int) error
	DropAttribute(n dom.Node, i int)

	Inside(parent, n dom.Node) bool
	Follows(n, next dom.Node) bool
	Move(parent, n, before dom.Node) error
	Import(parent, first dom.Node, count int, before dom.Node) error // nodes that were pushed one after another
	Make(parent, like, before dom.Node) (dom.Node, error)
	Store(book, n dom.Node) error
	Refill(n, next dom.Node)
	Remove(n dom.Node)

	Heard() Event
	// Event dispatches an event and reports whether its default was prevented.
	Event(event Event, n, other dom.Node, removed bool) bool
	// Answer calls a method of an object.
	Answer(object dom.Node, method string, n, next dom.Node) (Answer, error)

	Same(a, b dom.Node) bool
	Values
}

// Values is what morphing needs of other objects, which is rarely used.
type Values interface {
	Get(n dom.Node, path string) dom.Node
	Is(n dom.Node, path string) bool
	Number(n dom.Node, path string) int
	Text(n dom.Node, path string) (text string, ok bool)
	Items(n dom.Node) []dom.Node
	Object(names string, values ...dom.Node) dom.Node
	String(text string) dom.Node
	Int(n int) dom.Node
	Bool(b bool) dom.Node
	Set(n dom.Node, name string, value dom.Node) error
	Call(n dom.Node, method string, args ...dom.Node) (dom.Node, error)
	Attr(n dom.Node, name string) (value string, ok bool)
	HasAttr(n dom.Node, name string) bool
	SetAttr(n dom.Node, name, value string)
	RemoveAttr(n dom.Node, name string)
	Select(root dom.Node, selector string) (dom.Node, error)
	Closest(n dom.Node, selector string) dom.Node
}

// How says what Rest looks at.
type How int32

// What morph_rest looks at.
//
//turbo:numbers
const (
	InsideOld How = 1 << iota // the children of a
	InsideNew                 // the children of b
	Trim                      // without what is equal at the beginning and at the end
	Behind                    // what follows a and b
)

// Rest is what is left of two runs. Its nodes were pushed one after another.
type Rest struct {
	First    dom.Node // the parent; the old nodes, the new ones and the ends of both follow it
	Old, New int
	Traits   Traits
}

// Traits say what is known about a rest.
type Traits int32

// What morph_rest finds.
//
//turbo:numbers
const (
	Left   Traits = 1 << iota // there is a rest
	Alike                     // one by one its nodes have the same names and ids
	Named                     // it is alike, and all elements have ids
	Single                    // it is alike, and at most one pair are elements
	Bare                      // no node has an entry
)

func (r *Rest) is(t Traits) bool { return r.Traits&t != 0 }

func (r *Rest) parent() dom.Node    { return r.First }
func (r *Rest) old(k int) dom.Node  { return r.First + 1 + dom.Node(k) }
func (r *Rest) next(i int) dom.Node { return r.First + 1 + dom.Node(r.Old+i) }
func (r *Rest) end() dom.Node       { return r.next(r.New) }
func (r *Rest) nextEnd() dom.Node   { return r.next(r.New) + 1 }

// An Attribute is one that n is to have as next has it, by its number in next,
// or one that n alone has and is to drop, by its number in n.
type Attribute struct {
	Number int
	Drop   bool
}

// Kind tells elements apart, as a set. It is 0 for other nodes.
type Kind int32

// Kinds of elements in a morph. A step may tell that a node has strayed instead.
//
//turbo:numbers +IS_
const (
	Element   Kind = 1 << iota
	Permanent      // it has data-turbo-permanent
	Input
	Textarea
	Option
	Select
	Head
	Template
	Frame
	File // the next one is an input for files
	Strayed
)

// What a step comes to is this times the place, and a kind, all of which are
// less.
//
//turbo:numbers
const StepSize = 1 << 11

// Identified is an element with an id; names and ids are numbers.
type Identified struct {
	ID, Label int32
	Node      dom.Node
}

// Event is a set of the events of single elements.
type Event int32

// Events of single elements in a morph.
//
//turbo:numbers
const (
	BeforeElement   Event = 1 << iota // turbo:before-morph-element
	BeforeAttribute                   // turbo:before-morph-attribute
	AfterElement                      // turbo:morph-element
)

// Answer is what a function of the page returned.
type Answer int32

// What a callback of a morph answers.
//
//turbo:numbers
const (
	False Answer = iota
	Falsy        // another value that counts as false
	Truthy
)
