package browser

import (
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// TestKeptValues keeps more and more values at every depth of calls: those and
// the handles of the calls never meet.
func TestKeptValues(t *testing.T) {
	start(t, Program{})
	defer page.leave(page.begin())
	var kept []dom.Node
	text := func(n dom.Node) string { text, _ := page.Text(n, ""); return text }
	var deepen func(depth int)
	deepen = func(depth int) {
		mark := page.Mark()
		defer page.Release(mark)
		handle := page.String("handle " + itoa(depth))
		for range 600 {
			inner := page.Mark()
			page.String("of a call")
			kept = append(kept, page.Keep(page.String("kept "+itoa(len(kept)))))
			page.Release(inner)
			page.Release(page.Mark())
		}
		if depth < 6 {
			deepen(depth + 1)
		}
		if got, want := text(handle), "handle "+itoa(depth); got != want {
			t.Errorf("got %q of a handle, want %q", got, want)
		}
	}
	deepen(0)
	deepen(5)
	for i, n := range kept {
		if got, want := text(n), "kept "+itoa(i); got != want {
			t.Fatalf("got %q of a kept value, want %q", got, want)
		}
	}
	if got := exportKept(0, 0); int(got) != len(kept) {
		t.Errorf("%d values are kept, want %d", got, len(kept))
	}
}

func TestHoldings(t *testing.T) {
	start(t, Program{})
	counts := func(what string, kept, waiting, held int32) {
		t.Helper()
		got := [3]int32{exportKept(0, 0), exportKept(0, 1), exportKept(0, 2)}
		if want := [3]int32{kept, waiting, held}; got != want {
			t.Errorf("%s: %v values kept, callbacks waiting, values held, want %v", what, got, want)
		}
	}
	outer := page.begin()
	page.Keep(page.Root())
	page.leave(outer)
	counts("a call that nothing waits for", 0, 0, 0)

	outer = page.begin()
	cancel := page.Timeout(1<<30, func() {})
	_, release := page.Once(func(dom.Node) {})
	page.Keep(page.Root())
	inner := page.begin()
	page.Keep(page.Body())
	page.leave(inner)
	page.leave(outer)
	counts("a call that two wait for", 1, 2, 0)
	release()
	release()
	counts("one that nobody can call", 1, 1, 0)
	cancel()
	cancel()
	counts("the other cancelled", 0, 0, 0)

	outer = page.begin()
	promise := page.Keep(page.Get(0, "window.Promise"))
	resolved := page.Do(promise, "resolve", promise)
	done := false
	page.Then(resolved, func(n dom.Node) {
		if !page.Same(n, promise) {
			t.Error("what was kept changed before what waits for it has run")
		}
		page.Then(0, func(dom.Node) { done = true })
	})
	held := page.Hold(page.Root())
	page.leave(outer)
	counts("a promise", 1, 1, 1)
	for !done {
		time.Sleep(time.Millisecond)
	}
	page.Drop(held)
	page.Drop(held)
	counts("the promise settled", 0, 0, 0)
}

func TestScratchShrinks(t *testing.T) {
	start(t, Program{})
	mark := page.Mark()
	defer page.Release(mark)
	of := func(text string) dom.Node { return page.Get(page.String(text), "toString()") } // the page's own
	huge := of(strings.Repeat("é", 2<<20))
	if text, _ := page.Text(huge, ""); len(text) != 4<<20 || len(scratch) < 4<<20 {
		t.Fatalf("got %d bytes of text and %d of scratch", len(text), len(scratch))
	}
	if text, _ := page.Text(of("small"), ""); text != "small" || len(scratch) > 1<<16 {
		t.Errorf("got %q and %d bytes of scratch behind it", text, len(scratch))
	}
}

func TestKeptValuesAreReused(t *testing.T) {
	start(t, Program{})
	defer page.leave(page.begin())
	first := page.Keep(page.Root())
	page.Drop(first)
	page.flush()
	second := page.Keep(page.Body())
	defer page.Drop(second)
	if first != second || !page.Same(second, page.Body()) {
		t.Errorf("got handle %d, want %d of the body", second, first)
	}
}

func TestNumbersCrossWhole(t *testing.T) {
	start(t, Program{})
	for _, want := range []float64{0, 1, -3, 0.55, 1e300, 1 << 40} {
		if got := page.Float(page.Fraction(want), ""); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	for _, none := range []dom.Node{0, page.String("x"), page.Object("")} {
		if got := page.Float(none, ""); got != 0 {
			t.Errorf("got %v of what is no number, want 0", got)
		}
	}
}

// Texts below the page's bound for literals are read once: what is built at
// run time must not lie there.
func TestTextsThatChangeAreReadAgain(t *testing.T) {
	start(t, Program{})
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

// The page may still call, or lose, functions of a program's earlier start.
func TestFunctionsOfAnEarlierStartCallNothing(t *testing.T) {
	start(t, Program{})
	earlier, _ := page.Once(func(dom.Node) {})
	window := page.Get(0, "window")
	page.Set(window, "earlier", earlier)
	start(t, Program{})
	defer page.leave(page.begin())
	called := 0
	for range 100 {
		_, release := page.Once(func(dom.Node) { called++ })
		defer release()
	}
	page.Do(page.Get(0, "window"), "earlier")
	page.Delete(page.Get(0, "window"), "earlier")
	if called > 0 {
		t.Error("a function of the first start calls back in the second")
	}
}
