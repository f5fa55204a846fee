package stream

import (
	"errors"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Page is what streams need of a page. Its methods must only be called within
// a call from the page; handles last as long as that call.
type Page interface {
	Root() dom.Node     // the html element
	Document() dom.Node // the document
	Focused() dom.Node  // the element with the focus, 0 if that is the body or none

	Attr(n dom.Node, name string) (value string, ok bool)
	HasAttr(n dom.Node, name string) bool
	SetAttr(n dom.Node, name, value string)
	RemoveAttr(n dom.Node, name string)

	ElementByID(id string) dom.Node
	SelectAll(root dom.Node, selector string) ([]dom.Node, error)
	Closest(n dom.Node, selector string) dom.Node
	// ElementNamed returns the element whose id is the value of an attribute,
	// SelectNamed those that match it as a selector; ok is false if the attribute
	// is missing or empty.
	ElementNamed(n dom.Node, name string) (element dom.Node, ok bool)
	SelectNamed(n dom.Node, name string) (elements []dom.Node, ok bool, err error)
	Parent(n dom.Node) dom.Node // the parent element
	Connected(n dom.Node) bool
	OpeningTag(n dom.Node) string
	Same(a, b dom.Node) bool

	// Template returns the first element child, 0 if there is none; ok is false
	// if it is not a template.
	Template(n dom.Node) (template dom.Node, ok bool)
	TemplateContent(template dom.Node) dom.Node
	AddTemplate(n dom.Node) dom.Node
	// Streams returns the stream elements below n, in order. Elements of that name
	// in templates or in SVG are left out.
	Streams(n dom.Node) ([]dom.Node, error)
	// ActivateScripts makes the scripts in a template's content run once a copy of
	// it is inserted.
	ActivateScripts(template dom.Node)
	// Permanent returns the first permanent element of a template's content
	// that has the id of element.
	Permanent(template, element dom.Node) dom.Node
	// StandIn replaces n in the template's content with a copy of element, which
	// is in the page.
	StandIn(template, n, element dom.Node)

	AppendChild(n, child dom.Node)
	Remove(n dom.Node)
	// Insert places a copy of a template's content. ComeBack is for elements that
	// have left the page and for which copies stand in the template's content:
	// each takes the place of the copy that was inserted, if that is still equal.
	// A morph keeps permanent elements by itself.
	Insert(target dom.Node, place dom.Place, template dom.Node) error
	ComeBack(template dom.Node)
	// Twins returns the children of parent that have the id of a top-level
	// element of the template's content, read as attributes or as properties, in
	// their order.
	Twins(parent, template dom.Node, properties bool) ([]dom.Node, error)

	Focus(n dom.Node)
	CanFocus(n dom.Node) bool // has a focus method
	UUID() string

	// AwaitRepaint calls back before the next repaint, which a hidden page does
	// not have; Repaint does the same, but after a zero timer while the page is
	// hidden.
	AwaitRepaint(callback func())
	Repaint(callback func())
	Timeout(ms int, callback func()) (cancel func())
	// Idle is a Timeout during which the page counts as settled.
	Idle(ms int, callback func()) (cancel func())
}

var (
	errNoTarget   = errors.New("target or targets attribute is missing")
	errNoTemplate = errors.New("first child element must be a <template> element")
)

// Element is a turbo-stream element: one in the page, or one that is made as soon
// as somebody asks for what its source cannot tell.
type Element struct {
	page   Page
	node   dom.Node
	source origin // nil for an element that was in the page from the start
}

// NewElement returns the stream element n of the page.
func NewElement(page Page, n dom.Node) Element { return Element{page: page, node: n} }

// Node returns the element in the page.
func (e Element) Node() dom.Node {
	if e.source != nil {
		return e.source.element()
	}
	return e.node
}

// Bare reports whether no element is in the page for the stream.
func (e Element) Bare() bool { return e.source != nil && e.source.untouched() }

// TargetID returns the id of the one target of a bare stream, "" if it has another
// kind of targets. It is valid until the action returns. Named returns that
// element, 0 if there is none.
func (e Element) TargetID() string { return e.source.target() }
func (e Element) Named() dom.Node  { return e.source.named() }

// Content returns the HTML of a bare stream's template: as a browser would give it
// if exact is true, or else as it was sent, valid until the action returns.
func (e Element) Content() (html string, exact bool) { return e.source.content() }

// Attr returns the value of an attribute of the stream element, "" if it is
// missing.
func (e Element) Attr(name string) string {
	if e.Bare() {
		if value, ok := e.source.attr(name); ok {
			return value
		}
	}
	value, _ := e.page.Attr(e.Node(), name)
	return value
}

// Which targets of a stream the page asks for.
//
//turbo:numbers
const (
	AllTargets      = iota // those that the stream is meant for
	NamedTargets           // the one that the target attribute names
	MatchingTargets        // those that the targets attribute matches
)

// TargetsByID returns the element whose id is the target attribute, if any.
func (e Element) TargetsByID() []dom.Node {
	if n, ok := e.page.ElementNamed(e.Node(), dom.Target); ok && n != 0 {
		return []dom.Node{n}
	}
	return nil
}

// TargetsByQuery returns the elements that match the targets attribute.
func (e Element) TargetsByQuery() ([]dom.Node, error) {
	nodes, _, err := e.page.SelectNamed(e.Node(), dom.Targets)
	return nodes, err
}

// Targets returns the elements to which the stream applies (Turbo 8.0.23,
// stream element: target takes precedence over targets, one of them is needed).
func (e Element) Targets() ([]dom.Node, error) { return e.targets(nil) }

// targets appends a target to dst, or returns those of a selector.
func (e Element) targets(dst []dom.Node) ([]dom.Node, error) {
	if e.Bare() {
		return e.source.targets(dst)
	}
	if n, ok := e.page.ElementNamed(e.Node(), dom.Target); ok {
		if n == 0 {
			return nil, nil
		}
		return append(dst, n), nil
	}
	nodes, ok, err := e.page.SelectNamed(e.Node(), dom.Targets)
	if err == nil && !ok {
		err = errNoTarget
	}
	return nodes, err
}

// Template returns the template of the stream. It adds an empty one if the stream
// has no element children.
func (e Element) Template() (dom.Node, error) {
	template, ok := e.page.Template(e.Node())
	if !ok {
		return 0, errNoTemplate
	}
	if template == 0 {
		template = e.page.AddTemplate(e.Node())
	}
	return template, nil
}

// Duplicates returns the elements that an insertion at place replaces: among
// the children of each target, or among its siblings, those with the id of a
// top-level element of the content (Turbo 8.0.23, streams §3: ids are read as
// attributes for children and as properties for siblings).
func (e Element) Duplicates(place dom.Place) ([]dom.Node, error) {
	targets, err := e.Targets()
	if err != nil {
		return nil, err
	}
	template, err := e.Template()
	if err != nil {
		return nil, err
	}
	return e.duplicates(targets, template, place)
}

func (e Element) duplicates(targets []dom.Node, template dom.Node, place dom.Place) ([]dom.Node, error) {
	var found []dom.Node
	for _, target := range targets {
		if place.Beside() {
			target = e.page.Parent(target) // none is the page's to complain of
		}
		twins, err := e.page.Twins(target, template, place.Beside())
		if err != nil {
			return nil, err
		}
		found = append(found, twins...)
	}
	return found, nil
}

// Insert places the stream's content at every target, in place of its
// duplicates where it is added to what is there. A target that is a duplicate
// itself (before or after an element, content with the same id) is removed once
// the content is placed; upstream removes it first and then finds no target.
func (e Element) Insert(place dom.Place) error {
	var room [1]dom.Node
	targets, err := e.targets(room[:0])
	if err != nil || len(targets) == 0 && !place.Adds() {
		return err
	}
	template, err := e.Template() // looking for duplicates needs one even without targets
	if err != nil || len(targets) == 0 {
		return err
	}
	var own []dom.Node // targets that are duplicates
	if place.Adds() {
		duplicates, err := e.duplicates(targets, template, place)
		if err != nil {
			return err
		}
		for _, n := range duplicates {
			if place.Beside() && e.among(n, targets) {
				own = append(own, n)
			} else {
				e.page.Remove(n)
			}
		}
		if len(duplicates) > 0 {
			// A selector may match fewer elements now.
			if targets, err = e.targets(room[:0]); err != nil {
				return err
			}
		}
	}
	defer e.page.ComeBack(template)
	for _, target := range targets {
		if err := e.page.Insert(target, place, template); err != nil {
			return err
		}
	}
	for _, n := range own {
		e.page.Remove(n)
	}
	return nil
}

func (e Element) among(n dom.Node, nodes []dom.Node) bool {
	for _, other := range nodes {
		if e.page.Same(n, other) {
			return true
		}
	}
	return false
}
