package morph

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// A page holds trees without forms, templates and focus; what it has not panics.
type page struct {
	Page
	nodes    []any
	heard    Event
	events   []string
	changes  int
	warnings int
}

type book struct {
	words    map[string]int32
	entries  map[*html.Node]int32
	elements map[int32]*html.Node
}

func (p *page) push(value any) dom.Node {
	p.nodes = append(p.nodes, value)
	return dom.Node(len(p.nodes) - 1)
}

func (p *page) handle(n *html.Node) dom.Node {
	if n == nil {
		return 0
	}
	return p.push(n)
}

func (p *page) node(n dom.Node) *html.Node {
	node, _ := p.nodes[n].(*html.Node)
	return node
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func render(n *html.Node) string {
	var b strings.Builder
	if err := html.Render(&b, n); err != nil {
		panic(err)
	}
	return b.String()
}

func clone(n *html.Node) *html.Node {
	c := &html.Node{Type: n.Type, Data: n.Data, DataAtom: n.DataAtom, Attr: slices.Clone(n.Attr)}
	for child := range n.ChildNodes() {
		c.AppendChild(clone(child))
	}
	return c
}

func number[K comparable](m map[K]int32, key K) int32 {
	if m[key] == 0 {
		m[key] = int32(len(m) + 1)
	}
	return m[key]
}

func (p *page) Mark() int32        { return int32(len(p.nodes)) }
func (p *page) Release(mark int32) { p.nodes = p.nodes[:mark] }
func (p *page) End(dom.Node)       {}
func (p *page) Heard() Event       { return p.heard }

func (p *page) Begin(root, next, end dom.Node, suspects string) dom.Node {
	return p.push(&book{map[string]int32{"": 1}, map[*html.Node]int32{}, map[int32]*html.Node{}})
}

func (p *page) Rest(known, a, aEnd, b, bEnd dom.Node, how How) (r Rest, left bool) {
	x, xEnd, y, yEnd := p.node(a), p.node(aEnd), p.node(b), p.node(bEnd)
	var parent *html.Node
	switch {
	case how&InsideOld != 0:
		parent, x, xEnd = x, x.FirstChild, nil
	case how&Behind != 0:
		parent, x = x.Parent, x.NextSibling
	default:
		parent = x.Parent
	}
	switch {
	case how&InsideNew != 0:
		y, yEnd = y.FirstChild, nil
	case how&Behind != 0:
		y = y.NextSibling
	}
	for how&Trim != 0 && x != xEnd && y != yEnd && render(x) == render(y) {
		x, y = x.NextSibling, y.NextSibling
	}
	if x == xEnd && y == yEnd {
		return r, false
	}
	r = Rest{First: p.push(parent), Traits: Left}
	alike, named, bare := true, true, true
	old, next := siblings(x, xEnd), siblings(y, yEnd)
	for _, n := range slices.Concat(old, next) {
		p.push(n)
		bare = bare && p.nodes[known].(*book).entries[n] == 0
	}
	p.push(xEnd)
	p.push(yEnd)
	r.Old, r.New = len(old), len(next)
	elements := 0
	for i := range old {
		if len(old) != len(next) || old[i].Type != next[i].Type || old[i].Data != next[i].Data && old[i].Type == html.ElementNode {
			alike = false
			break
		}
		if old[i].Type == html.ElementNode {
			id, _ := attr(old[i], "id")
			other, _ := attr(next[i], "id")
			alike = alike && id == other
			named = named && id != ""
			elements++
		}
	}
	for trait, has := range map[Traits]bool{Alike: alike && len(old) == len(next), Named: named, Single: elements < 2, Bare: bare} {
		if has {
			r.Traits |= trait
		}
	}
	return r, true
}

func siblings(n, end *html.Node) (list []*html.Node) {
	for ; n != end; n = n.NextSibling {
		list = append(list, n)
	}
	return list
}

func (p *page) Equal(_, a, b dom.Node) bool { return render(p.node(a)) == render(p.node(b)) }

func (p *page) Differ(book dom.Node, r *Rest, from int) int {
	for from < r.Old && p.Equal(book, r.old(from), r.next(from)) {
		from++
	}
	return from
}

func (p *page) Kind(n, next dom.Node) Kind {
	switch node := p.node(n); {
	case node.Type != html.ElementNode:
		return 0
	case slices.ContainsFunc(node.Attr, func(a html.Attribute) bool { return a.Key == "data-turbo-permanent" }):
		return Element | Permanent
	}
	return Element
}

func (p *page) Step(r *Rest, from int, guarded bool) (at int, kind Kind, strayed bool) {
	for i := from; ; i++ {
		if guarded && i > 0 {
			if n := p.node(r.old(i - 1)); n.NextSibling != p.node(p.behind(r, i)) && n.Parent == p.node(r.parent()) {
				return i - 1, 0, true
			}
		}
		if i == r.Old {
			return i, 0, false
		}
		if kind := p.Kind(r.old(i), r.next(i)); kind != 0 {
			return i, kind, false
		}
		p.SyncText(r.old(i), r.next(i))
	}
}

func (p *page) behind(r *Rest, i int) dom.Node {
	if i < r.Old {
		return r.old(i)
	}
	return r.end()
}

func (p *page) Describe(b, first dom.Node, children []Child) {
	book := p.nodes[b].(*book)
	for i := range children {
		n, c := p.node(first+dom.Node(i)), &children[i]
		*c = Child{Label: -int32(n.Type), Entry: book.entries[n]}
		if n.Type == html.ElementNode {
			c.Label = number(book.words, n.Data)
			if id, ok := attr(n, "id"); ok {
				c.ID = number(book.words, id)
			}
		}
	}
}

func (p *page) Contents(first dom.Node, old, next []Child) {
	known := map[string]int32{}
	for i, c := range slices.Concat(pointers(old), pointers(next)) {
		if c.Label > 0 {
			c.Content = number(known, render(p.node(first+dom.Node(i))))
		}
	}
}

func pointers(children []Child) (list []*Child) {
	for i := range children {
		list = append(list, &children[i])
	}
	return list
}

func (p *page) Known(root, first dom.Node, count int) bool { return true }

func (p *page) Identify(b, tree, end dom.Node, alone bool) (found []Identified) {
	book := p.nodes[b].(*book)
	for n := p.node(tree); n != nil && n != p.node(end); n = n.NextSibling {
		for n := range all(n) {
			if id, ok := attr(n, "id"); ok {
				found = append(found, Identified{number(book.words, id), number(book.words, n.Data), p.push(n)})
			}
		}
		if alone {
			break
		}
	}
	return found
}

// all are a node and those below.
func all(n *html.Node) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		if yield(n) {
			n.Descendants()(yield)
		}
	}
}

func (p *page) Enter(b, n dom.Node, id int32, below dom.Node) (numbers []int32) {
	book := p.nodes[b].(*book)
	if id != 0 {
		book.elements[id] = p.node(n)
	}
	for node, known := p.node(n), false; !known && node != nil && node != p.node(below); node = node.Parent {
		known = book.entries[node] != 0
		numbers = append(numbers, number(book.entries, node))
	}
	return numbers
}

func (p *page) Entries(b, n dom.Node) (numbers []int32) {
	for node := p.node(n); node != nil; node = node.Parent {
		numbers = append(numbers, p.nodes[b].(*book).entries[node])
	}
	return numbers
}

func (p *page) Outside(b dom.Node, id int32, n dom.Node) dom.Node {
	element := p.nodes[b].(*book).elements[id]
	if slices.Contains(slices.Collect(all(element)), p.node(n)) {
		return 0
	}
	return p.handle(element)
}

func (p *page) SyncText(n, next dom.Node) {
	if p.node(n).Data != p.node(next).Data {
		p.node(n).Data = p.node(next).Data
		p.changes++
	}
}

func (p *page) NextAttribute(n, next dom.Node, from Attribute, heard, noValue bool) (a Attribute, more bool) {
	node, other := p.node(n), p.node(next)
	tell := func(name string) {
		if heard {
			p.events = append(p.events, name)
		}
	}
	before := from.Number
	if !from.Drop {
		for i := from.Number; i < len(other.Attr); i++ {
			tell(other.Attr[i].Key)
			if !slices.Contains(node.Attr, other.Attr[i]) {
				return Attribute{Number: i}, true
			}
		}
		before = len(node.Attr)
	}
	for i := before - 1; i >= 0; i-- {
		if _, ok := attr(other, node.Attr[i].Key); !ok {
			tell(node.Attr[i].Key)
			return Attribute{i, true}, true
		}
	}
	return Attribute{}, false
}

func (p *page) CopyAttribute(n, next dom.Node, i int) error {
	p.changes++
	node, a := p.node(n), p.node(next).Attr[i]
	node.Attr = slices.DeleteFunc(node.Attr, func(b html.Attribute) bool { return a.Key == b.Key })
	node.Attr = append(node.Attr, a)
	return nil
}

func (p *page) DropAttribute(n dom.Node, i int) {
	p.changes++
	p.node(n).Attr = slices.Delete(p.node(n).Attr, i, i+1)
}

func (p *page) Inside(parent, n dom.Node) bool {
	return p.node(n) != nil && p.node(n).Parent == p.node(parent)
}

func (p *page) Follows(n, next dom.Node) bool { return p.node(n).NextSibling == p.node(next) }

func (p *page) insert(parent dom.Node, n *html.Node, before dom.Node) {
	p.changes++
	p.node(parent).InsertBefore(n, p.node(before))
}

func (p *page) Move(parent, n, before dom.Node) error {
	p.Remove(n)
	p.insert(parent, p.node(n), before)
	return nil
}

func (p *page) Import(parent, first dom.Node, count int, before dom.Node) error {
	for i := range count {
		p.insert(parent, clone(p.node(first+dom.Node(i))), before)
	}
	return nil
}

func (p *page) Make(parent, like, before dom.Node) (dom.Node, error) {
	made := &html.Node{Type: html.ElementNode, Data: p.node(like).Data, DataAtom: p.node(like).DataAtom}
	p.insert(parent, made, before)
	return p.push(made), nil
}

func (p *page) Store(_, n dom.Node) error { p.Remove(n); return nil }

func (p *page) Remove(n dom.Node) {
	if node := p.node(n); node.Parent != nil {
		p.changes++
		node.Parent.RemoveChild(node)
	}
}

func (p *page) Refill(n, next dom.Node) {
	node := p.node(n)
	for node.FirstChild != nil {
		node.RemoveChild(node.FirstChild)
	}
	for c := range p.node(next).ChildNodes() {
		node.AppendChild(clone(c))
	}
}

func (p *page) Event(event Event, n, other dom.Node, removed bool) bool {
	p.events = append(p.events, fmt.Sprint(event, p.node(n).Data))
	return false
}

func (p *page) Get(n dom.Node, path string) dom.Node {
	switch path {
	case "document.activeElement":
		return 0
	case "window.console":
		return p.push(path)
	case "parentNode":
		return p.handle(p.node(n).Parent)
	case "nextSibling":
		return p.handle(p.node(n).NextSibling)
	}
	panic("no " + path)
}

func (p *page) Call(n dom.Node, method string, args ...dom.Node) (dom.Node, error) {
	switch method {
	case "warn":
		p.warnings++
	default:
		panic("no " + method)
	}
	return 0, nil
}

func (p *page) Closest(dom.Node, string) dom.Node { return 0 }
func (p *page) String(text string) dom.Node       { return p.push(text) }

// morph makes the children of a root become others.
func (p *page) morph(t *testing.T, root, next *html.Node) {
	t.Helper()
	p.nodes = []any{nil, true, false, nil}
	m := Morph{Page: p, Root: p.push(root), Next: p.handle(next.FirstChild), Frames: OfFrame}
	if err := m.Run(); err != nil {
		t.Fatal(err)
	}
}

// parse makes a tree.
func parse(t *testing.T, source string) *html.Node {
	t.Helper()
	root := &html.Node{Type: html.ElementNode, Data: "main", DataAtom: atom.Main}
	nodes, err := html.ParseFragment(strings.NewReader(source), root)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root
}

// normal writes a tree with its attributes in order.
func normal(n *html.Node) string {
	n = clone(n)
	for n := range all(n) {
		slices.SortFunc(n.Attr, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
	}
	return render(n)
}

// named returns the elements of a tree that alone have their ids.
func named(root *html.Node) map[string]*html.Node {
	found := map[string]*html.Node{}
	for n := range all(root) {
		if id, ok := attr(n, "id"); ok {
			if _, twice := found[id]; twice {
				n = nil
			}
			found[id] = n
		}
	}
	maps.DeleteFunc(found, func(_ string, n *html.Node) bool { return n == nil })
	return found
}

// inside reports whether a node is below another.
func inside(n, around *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == around {
			return true
		}
	}
	return false
}

// randomTree writes elements of few names and ids.
func randomTree(random *rand.Rand, depth int) string {
	var b strings.Builder
	for range random.IntN(5) {
		switch name := []string{"b", "i", "u"}[random.IntN(3)]; random.IntN(4) {
		case 0:
			fmt.Fprint(&b, random.IntN(3), "<!---->")
		case 1:
			fmt.Fprintf(&b, `<%s id="%d">`, name, random.IntN(12))
			if depth > 0 {
				b.WriteString(randomTree(random, depth-1))
			}
			fmt.Fprintf(&b, "</%s>", name)
		default:
			fmt.Fprintf(&b, `<%s class="%d">`, name, random.IntN(2))
			if depth > 0 {
				b.WriteString(randomTree(random, depth-1))
			}
			fmt.Fprintf(&b, "</%s>", name)
		}
	}
	return b.String()
}

// checkMorph morphs one tree to another and compares what comes of it.
func checkMorph(t *testing.T, before, after string, heard Event) {
	t.Helper()
	root, next := parse(t, before), parse(t, after)
	old, want := named(root), named(next)
	around := func(n *html.Node, within map[string]*html.Node) (ids []string) {
		for id, other := range within {
			if other != n && inside(n, other) {
				ids = append(ids, id)
			}
		}
		return ids
	}
	for id, n := range old {
		if want[id] == nil || want[id].Data != n.Data {
			delete(old, id)
		}
	}
	turned := false // what was around something is now inside of it
	for id, n := range old {
		for _, outer := range around(n, old) {
			turned = turned || inside(want[outer], want[id])
		}
	}
	p := &page{heard: heard}
	p.morph(t, root, next)
	if got, want := normal(root), normal(next); got != want {
		t.Fatalf("%s\nto %s\nheard %d: got %s", before, after, heard, got)
	}
	for id, n := range old {
		// Where somebody looks, one of its kind may take its place, as upstream has it.
		if heard == 0 && !turned && !inside(n, root) {
			t.Fatalf("%s\nto %s\nheard %d: #%s is another element", before, after, heard, id)
		}
	}
	p.changes = 0
	if p.morph(t, root, next); p.changes > 0 {
		t.Fatalf("%s\nto %s\nheard %d: %d changes the second time", before, after, heard, p.changes)
	}
}

func TestMorph(t *testing.T) {
	for _, heard := range []Event{0, BeforeElement | BeforeAttribute | AfterElement} {
		for _, c := range [][2]string{
			{"", "<p>a</p>"},
			{"<p>a</p>", ""},
			{`<p id="a">1</p><p id="b">2</p>`, `<p id="b">3</p><p id="a" class="x">1</p>`},
			{`<b><i id="a">1</i></b>`, `<i id="a">1</i><b></b>`},
			{`<b id="a"></b>`, `<i><u><b id="a"><i></i></b></u></i>`},
			{`<b><i id="a"></i></b><b><i id="c"></i></b>`, `<b><i id="c"></i></b><b><i id="a"></i></b>`},
			{`<i id="a"></i><i id="a"></i>`, `<i id="a"></i>`},
			{`<i id="a"><i id="b"></i></i>`, `<i id="b"><i id="a"></i></i>`},
		} {
			checkMorph(t, c[0], c[1], heard)
		}
	}
}

func FuzzMorph(f *testing.F) {
	for seed := range uint64(500) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 1))
		before, after := randomTree(random, 3), randomTree(random, 3)
		checkMorph(t, before, after, 0)
		checkMorph(t, before, after, BeforeElement|BeforeAttribute|AfterElement)
	})
}

// Below the depth bound, what is there is replaced.
func TestDeepest(t *testing.T) {
	chain := func(text string) *html.Node {
		n := &html.Node{Type: html.TextNode, Data: text}
		for range Deepest + 2 {
			around := &html.Node{Type: html.ElementNode, Data: "b"}
			around.AppendChild(n)
			n = around
		}
		return n
	}
	root, next := chain("old"), chain("new")
	p := &page{heard: AfterElement} // lest equal trees be looked for
	p.morph(t, root, next)
	if p.warnings != 1 || !strings.Contains(render(root), "new") {
		t.Errorf("got %d warnings: what is too deep is replaced, with one", p.warnings)
	}
}
