package browser

import (
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/morph"
)

var _ morph.Page = (*Page)(nil)

// The primitives of js/morph.js.

//go:wasmimport turbo morph_begin
func domMorphBegin(root, next, end int32, suspects string) int32

//go:wasmimport turbo morph_end
func domMorphEnd(book int32)

//go:wasmimport turbo morph_rest
func domMorphRest(book, a, aEnd, b, bEnd, how int32) int32

//go:wasmimport turbo morph_equal
func domMorphEqual(book, a, b int32) int32

//go:wasmimport turbo morph_differ
func domMorphDiffer(book, first, count, from int32) int32

//go:wasmimport turbo morph_contents
func domMorphContents(first, count int32)

//go:wasmimport turbo morph_known
func domMorphKnown(root, first, count int32) int32

//go:wasmimport turbo morph_kind
func domMorphKind(n, next int32) int32

//go:wasmimport turbo morph_step
func domMorphStep(first, count, from, guarded int32) float64

//go:wasmimport turbo morph_text
func domMorphText(n, next int32)

//go:wasmimport turbo morph_attribute
func domMorphAttribute(n, next, at, dropping, heard, noValue int32) int32

//go:wasmimport turbo morph_copy
func domMorphCopy(n, next, i int32) int32

//go:wasmimport turbo morph_drop
func domMorphDrop(n, i int32)

//go:wasmimport turbo morph_describe
func domMorphDescribe(book, from, count int32)

//go:wasmimport turbo morph_identify
func domMorphIdentify(book, tree, end, alone int32) int32

//go:wasmimport turbo morph_enter
func domMorphEnter(book, n, id, below int32) int32

//go:wasmimport turbo morph_entries
func domMorphEntries(book, n int32) int32

//go:wasmimport turbo morph_outside
func domMorphOutside(book, id, n int32) int32

//go:wasmimport turbo morph_inside
func domMorphInside(parent, n int32) int32

//go:wasmimport turbo morph_follows
func domMorphFollows(n, next int32) int32

//go:wasmimport turbo morph_move
func domMorphMove(parent, n, before int32) int32

//go:wasmimport turbo morph_import
func domMorphImport(parent, first, count, before int32) int32

//go:wasmimport turbo morph_make
func domMorphMake(parent, like, before int32) int32

//go:wasmimport turbo morph_store
func domMorphStore(book, n int32) int32

//go:wasmimport turbo morph_refill
func domMorphRefill(n, next int32)

//go:wasmimport turbo morph_heard
func domMorphHeard() int32

//go:wasmimport turbo morph_event
func domMorphEvent(event, n, other, removed int32) int32

//go:wasmimport turbo morph_answer
func domMorphAnswer(object int32, method string, n, next int32) int32

//turbo:function PLAIN
func (p *Page) morph(root, next, end, options dom.Node) {
	p.run(morph.Morph{Root: root, Next: next, End: end, Options: options})
}

//turbo:function BODY
func (p *Page) morphBody(root, next, end, options dom.Node) {
	p.run(morph.Morph{Root: root, Next: next, End: end, Options: options, Frames: morph.OfPage})
}

//turbo:function FRAME
func (p *Page) morphFrame(root, next, end, options dom.Node) {
	p.run(morph.Morph{Root: root, Next: next, End: end, Options: options, Frames: morph.OfFrame})
}

// run performs a morph. What the page throws meanwhile it throws again where
// the current call came from.
func (p *Page) run(m morph.Morph) {
	m.Page = p
	if err := m.Run(); err != nil {
		p.failure = err
	}
}

// numbers are the n numbers that the page wrote. They are valid until it writes
// again.
func numbers(n int32) []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(scratch))), n)
}

func (p *Page) Begin(root, next, end dom.Node, suspects string) dom.Node {
	return dom.Node(domMorphBegin(int32(root), int32(next), int32(end), suspects))
}

func (p *Page) End(book dom.Node) { domMorphEnd(int32(book)) }

func (p *Page) Rest(book, a, aEnd, b, bEnd dom.Node, how morph.How) (rest morph.Rest, left bool) {
	traits := domMorphRest(int32(book), int32(a), int32(aEnd), int32(b), int32(bEnd), int32(how))
	if traits <= 0 {
		return rest, false
	}
	n := numbers(3)
	return morph.Rest{First: dom.Node(n[0]), Old: int(n[1]), New: int(n[2]), Traits: morph.Traits(traits)}, true
}

func (p *Page) Equal(book, a, b dom.Node) bool {
	return domMorphEqual(int32(book), int32(a), int32(b)) > 0
}

func (p *Page) Differ(book dom.Node, r *morph.Rest, from int) int {
	return int(domMorphDiffer(int32(book), int32(r.First)+1, int32(r.Old), int32(from)))
}

func (p *Page) Contents(first dom.Node, old, next []morph.Child) {
	domMorphContents(int32(first), int32(len(old)+len(next)))
	n := numbers(int32(len(old) + len(next)))
	for i := range old {
		old[i].Content = n[i]
	}
	for i := range next {
		next[i].Content = n[len(old)+i]
	}
}

func (p *Page) Known(root, first dom.Node, count int) bool {
	return domMorphKnown(int32(root), int32(first), int32(count)) != 0
}

func (p *Page) Kind(n, next dom.Node) morph.Kind {
	return morph.Kind(domMorphKind(int32(n), int32(next)))
}

func (p *Page) Step(r *morph.Rest, from int, guarded bool) (at int, kind morph.Kind, strayed bool) {
	step := int64(domMorphStep(int32(r.First), int32(r.Old), int32(from), number(guarded)))
	kind = morph.Kind(step % morph.StepSize)
	return int(step / morph.StepSize), kind, kind == morph.Strayed
}

func (p *Page) SyncText(n, next dom.Node) { domMorphText(int32(n), int32(next)) }

func (p *Page) NextAttribute(n, next dom.Node, from morph.Attribute, heard, noValue bool) (a morph.Attribute, more bool) {
	found := domMorphAttribute(int32(n), int32(next), int32(from.Number), number(from.Drop), number(heard), number(noValue))
	return morph.Attribute{Number: int(found >> 1), Drop: found&1 != 0}, found >= 0
}

func (p *Page) CopyAttribute(n, next dom.Node, i int) error {
	return failed(domMorphCopy(int32(n), int32(next), int32(i)))
}

func (p *Page) DropAttribute(n dom.Node, i int) { domMorphDrop(int32(n), int32(i)) }

func (p *Page) Describe(book, first dom.Node, children []morph.Child) {
	domMorphDescribe(int32(book), int32(first), int32(len(children)))
	n := numbers(int32(5 * len(children)))
	for i := range children {
		d := n[5*i : 5*i+5]
		children[i] = morph.Child{Label: d[0], ID: d[1], Last: d[2] != 0, Permanent: d[3] != 0, Entry: d[4]}
	}
}

func (p *Page) Identify(book, tree, end dom.Node, alone bool) []morph.Identified {
	n := numbers(domMorphIdentify(int32(book), int32(tree), int32(end), number(alone)))
	found := make([]morph.Identified, len(n)/3)
	for i := range found {
		found[i] = morph.Identified{ID: n[3*i], Label: n[3*i+1], Node: dom.Node(n[3*i+2])}
	}
	return found
}

func (p *Page) Enter(book, n dom.Node, id int32, below dom.Node) []int32 {
	return numbers(domMorphEnter(int32(book), int32(n), id, int32(below)))
}

func (p *Page) Entries(book, n dom.Node) []int32 {
	return numbers(domMorphEntries(int32(book), int32(n)))
}

func (p *Page) Outside(book dom.Node, id int32, n dom.Node) dom.Node {
	return found(domMorphOutside(int32(book), id, int32(n)))
}

func (p *Page) Inside(parent, n dom.Node) bool { return domMorphInside(int32(parent), int32(n)) > 0 }

func (p *Page) Follows(n, next dom.Node) bool { return domMorphFollows(int32(n), int32(next)) > 0 }

func (p *Page) Move(parent, n, before dom.Node) error {
	return failed(domMorphMove(int32(parent), int32(n), int32(before)))
}

func (p *Page) Import(parent, first dom.Node, count int, before dom.Node) error {
	return failed(domMorphImport(int32(parent), int32(first), int32(count), int32(before)))
}

func (p *Page) Make(parent, like, before dom.Node) (dom.Node, error) {
	made := domMorphMake(int32(parent), int32(like), int32(before))
	return found(made), failed(made)
}

func (p *Page) Store(book, n dom.Node) error { return failed(domMorphStore(int32(book), int32(n))) }
func (p *Page) Refill(n, next dom.Node)      { domMorphRefill(int32(n), int32(next)) }
func (p *Page) Heard() morph.Event           { return morph.Event(domMorphHeard()) }

func (p *Page) Event(event morph.Event, n, other dom.Node, removed bool) bool {
	return domMorphEvent(int32(event), int32(n), int32(other), number(removed)) > 0
}

func (p *Page) Answer(object dom.Node, method string, n, next dom.Node) (morph.Answer, error) {
	answer := domMorphAnswer(int32(object), method, int32(n), int32(next))
	return morph.Answer(answer), failed(answer)
}
