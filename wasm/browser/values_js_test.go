package browser

import (
	"testing"

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
