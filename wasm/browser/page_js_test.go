package browser

import (
	"syscall/js"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom/domtest"
)

// subject is the page that the test runs in.
type subject struct{ *Page }

func (subject) HTML() string {
	return js.Global().Get("Function").New(`
		let html = document.body.innerHTML
		for (let n = document.body.nextSibling; n; n = n.nextSibling) html += n.outerHTML ?? n.data
		return html
	`).Invoke().String()
}

func (s subject) Call(f func()) {
	mark := s.Mark()
	defer s.Release(mark)
	f()
}

func (subject) Settle() {
	// A goroutine that waits is woken by a callback, never by an export.
	done := make(chan struct{})
	callback := js.FuncOf(func(js.Value, []js.Value) any {
		close(done)
		return nil
	})
	defer callback.Release()
	js.Global().Get("Function").New("done", `
		setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))
	`).Invoke(callback)
	<-done
}

func TestPageConforms(t *testing.T) {
	domScratch(exportScratch(1<<12), 1<<12)
	domLiterals(0, boxes.at())
	page = page.next()
	// What the test's page holds comes back: its runner looks there.
	back := js.Global().Get("Function").New(`
		const nodes = [...document.body.childNodes]
		return () => document.body.replaceChildren(...nodes)
	`).Invoke()
	t.Cleanup(func() { back.Invoke() })
	open := js.Global().Get("Function").New("source", `
		while (document.body.nextSibling) document.body.nextSibling.remove()
		document.body.innerHTML = source
	`)
	domtest.Conform(t, func(source string) domtest.Subject {
		open.Invoke(source)
		return subject{page}
	})
}
