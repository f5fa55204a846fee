// Command toast adds a stream action to the runtime and clears forms that were submitted.
package main

import "github.com/turbowasm/turbowasm/wasm/turbo"

func main() {
	app := &turbo.App{Actions: map[string]turbo.Action{"toast": toast}, Ready: ready}
	app.Run()
}

// toast performs <turbo-stream action="toast" target="toasts" message="Saved"></turbo-stream>.
func toast(s *turbo.Stream) error {
	for _, target := range s.Targets() {
		target.Append(turbo.Fill(`<p role="status">{}</p>`, s.Attr("message")))
	}
	return nil
}

func ready(p *turbo.Page) {
	p.OnSubmitEnd(func(e turbo.SubmitEnd) {
		if e.Success() {
			e.Form().Value().Call("reset")
		}
	})
}
