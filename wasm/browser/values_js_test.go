package browser

import (
	"testing"
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/turbo"
)

func TestKeptValuesAreBounded(t *testing.T) {
	start(t, &turbo.Session{})
	mark := page.Mark()
	defer page.Release(mark)
	for range 8 { // handles of calls lie behind the kept ones
		page.Root()
	}
	page.Release(mark)
	root := page.Root()
	var kept []dom.Node
	defer func() {
		for _, n := range kept {
			if n >= root {
				t.Errorf("kept a value among the handles of the call, at %d", n)
			}
			page.Drop(n)
		}
		if recover() == nil {
			t.Errorf("kept %d values without a panic", len(kept))
		}
	}()
	for range 5000 {
		kept = append(kept, page.Keep(root))
	}
}

func TestKeptValuesAreReused(t *testing.T) {
	start(t, &turbo.Session{})
	first := page.Keep(page.Root())
	page.Drop(first)
	second := page.Keep(page.Body())
	defer page.Drop(second)
	if first != second || !page.Same(second, page.Body()) {
		t.Errorf("got handle %d, want %d of the body", second, first)
	}
}

func TestNumbersCrossWhole(t *testing.T) {
	start(t, &turbo.Session{})
	for _, want := range []float64{0, 1, -3, 0.55, 1e300, 1 << 40} {
		if got := page.Float(page.Fraction(want), ""); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	for _, none := range []dom.Node{0, page.String("x"), page.Object()} {
		if got := page.Float(none, ""); got != 0 {
			t.Errorf("got %v of what is no number, want 0", got)
		}
	}
}

// Texts below the page's bound for literals are read once: what is built at
// run time must not lie there.
func TestTextsThatChangeAreReadAgain(t *testing.T) {
	start(t, &turbo.Session{})
	text := []byte("first")
	for _, want := range []string{"first", "other"} {
		copy(text, want)
		at := unsafe.String(&text[0], len(text))
		if got, _ := page.Text(page.String(at), ""); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for range 2 {
		if got, _ := page.Text(page.String("a literal"), ""); got != "a literal" {
			t.Errorf("got %q of a literal", got)
		}
	}
}
