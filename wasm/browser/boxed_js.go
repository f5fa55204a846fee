package browser

import (
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Values of Go's have handles that the page makes its own values of when it is
// handed them, so that to make one is no call of the page.
//
//turbo:numbers +NODE_
const (
	whole    = 1 << 28         // from here on, a whole number
	zero     = whole + whole/2 // which is 0
	wrappers = 1 << 29         // from here on, the wrapper of an object
	texts    = 1 << 30         // from here on, a text of boxed
)

// boxed are the texts that have handles in the calls from the page that are under
// way, which finds them here. What there is no room for is made.
var boxes boxed

type boxed struct {
	texts [128]string // the first is empty
	n     int         // the last one that has a handle
	most  int         // and the last that had one
	calls []int       // n, where each of them began
}

// begin makes room for a call from the page.
func (b *boxed) begin() {
	if len(b.calls) == 0 {
		clear(b.texts[:b.most+1])
		b.most = 0
	}
	b.calls = append(b.calls, b.n)
}

// end ends it. The page may still take the texts that it was given.
func (b *boxed) end() {
	last := len(b.calls) - 1
	b.n, b.calls = b.calls[last], b.calls[:last]
}

// String makes a string of the page's.
func (p *Page) String(text string) dom.Node {
	b := &boxes
	if text == "" {
		return texts // whose first place is empty
	}
	b.n = min(b.n+1, len(b.texts)-1)
	b.most = max(b.most, b.n)
	b.texts[b.n] = text
	n := texts + dom.Node(b.n)
	if b.n == len(b.texts)-1 { // the last place is lent
		return p.Get(n, "toString()")
	}
	return n
}

// at tells the page where to find the texts.
func (b *boxed) at() int32 { return int32(uintptr(unsafe.Pointer(&b.texts))) }

// Int makes a number of the page's.
func (p *Page) Int(n int) dom.Node { return p.Fraction(float64(n)) }

// Fraction makes a number of the page's that need not be whole.
func (p *Page) Fraction(f float64) dom.Node {
	if n := dom.Node(f); float64(n) == f && n > whole-zero && n < wrappers-zero {
		return zero + n
	}
	return dom.Node(domBoxNumber(f))
}

// Wrapper returns the page's object of a number.
func (p *Page) Wrapper(o dom.Object) dom.Node { return wrappers + dom.Node(o) }
