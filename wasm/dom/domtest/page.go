// Package domtest is a page in memory, over golang.org/x/net/html, on which
// the runtime's packages are tested natively. It does what browsers do as far
// as those packages can see; Conform checks that the browser's page does the
// same. It is for tests alone and panics where a test is wrong.
package domtest

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Page is a page in memory. Make one with New; it is not safe for concurrent
// use. As on a real page, handles last as long as the outermost Call, or the
// callback, in which they were handed out: a later use panics.
type Page struct {
	// Hidden says that the page is in the background: it is not repainted.
	Hidden bool

	// Message is the source of the streams that a batch makes.
	Message string
	// Perform performs a stream element on behalf of a batch.
	Perform func(n dom.Node)

	// What happened to the page.
	Scripts []string // the texts of the scripts that ran, in order
	Reports []string // what was told to the console

	document *html.Node
	contents map[*html.Node]*html.Node // of templates: fragments
	standIns map[*html.Node][]*standIn // by template
	awake    map[*html.Node]bool       // scripts that run once connected
	active   *html.Node                // the focused element, nil when none is

	elements map[string]Element
	handles  []*html.Node
	depth    int // of calls

	clock   clock
	uuids   int
	streams streams
}

// Element is what a custom element does; both functions may be nil. They are
// called within a call from the page.
type Element struct {
	Connected, Disconnected func(n dom.Node)
}

// New returns a page at http://page.test/ with what source parses to.
func New(source string) *Page {
	document, err := html.Parse(strings.NewReader(source))
	if err != nil {
		panic(fmt.Errorf("domtest: parse the page: %w", err))
	}
	p := &Page{
		document: document,
		contents: map[*html.Node]*html.Node{},
		standIns: map[*html.Node][]*standIn{},
		awake:    map[*html.Node]bool{},
		elements: map[string]Element{},
		handles:  []*html.Node{nil},
	}
	p.lift(document)
	return p
}

// Define makes elements with this name, also those in the page, custom ones.
func (p *Page) Define(name string, element Element) {
	p.elements[name] = element
	p.connect(p.document)
}

// Call runs f as a call from the page: the handles that it is given are
// released when it returns.
func (p *Page) Call(f func()) {
	mark := p.Mark()
	p.depth++
	defer func() {
		p.depth--
		p.Release(mark)
	}()
	f()
}

// Mark returns the place to which Release may go back.
func (p *Page) Mark() int32 { return int32(len(p.handles)) }

// Release takes back the handles given out since the mark.
func (p *Page) Release(mark int32) {
	clear(p.handles[mark:])
	p.handles = p.handles[:mark]
}

func (p *Page) handle(n *html.Node) dom.Node {
	if n == nil {
		return 0
	}
	if p.depth == 0 {
		panic("domtest: a handle was asked for outside of any call from the page")
	}
	p.handles = append(p.handles, n)
	return dom.Node(len(p.handles) - 1)
}

func (p *Page) handlesOf(nodes []*html.Node) (handles []dom.Node) {
	for _, n := range nodes {
		handles = append(handles, p.handle(n))
	}
	return handles
}

func (p *Page) node(n dom.Node) *html.Node {
	if n <= 0 || int(n) >= len(p.handles) {
		panic(fmt.Sprintf("domtest: %d is no handle, or has been released", n))
	}
	return p.handles[n]
}

// Hold keeps a node beyond its handle: the function hands it out in a later
// call.
func (p *Page) Hold(n dom.Node) func() dom.Node {
	node := p.node(n)
	return func() dom.Node { return p.handle(node) }
}

// Document returns the document.
func (p *Page) Document() dom.Node { return p.handle(p.document) }

// Root returns the html element.
func (p *Page) Root() dom.Node { return p.handle(p.root()) }

func (p *Page) root() *html.Node { return child(p.document, atom.Html) }

func (p *Page) body() *html.Node {
	if root := p.root(); root != nil {
		return child(root, atom.Body)
	}
	return nil
}

func child(n *html.Node, name atom.Atom) *html.Node {
	for c := range n.ChildNodes() {
		if c.DataAtom == name {
			return c
		}
	}
	return nil
}

// UUID returns another one each time, always in the same order.
func (p *Page) UUID() string {
	p.uuids++
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", p.uuids)
}

// Report adds to Reports.
func (p *Page) Report(what string, err error) {
	p.Reports = append(p.Reports, what+": "+err.Error())
}
