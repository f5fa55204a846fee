// Command page runs in the browser: Turbo, and what this application adds to it.
// Build it with
//
//	go tool turbowasm build -o static ./page
package main

import "github.com/turbowasm/turbowasm/wasm/turbo"

func main() {
	app := &turbo.App{Actions: map[string]turbo.Action{"toast": toast}, Ready: ready}
	app.Run()
}

// ready clears a form after it was submitted successfully.
func ready(p *turbo.Page) {
	p.OnSubmitEnd(func(e turbo.SubmitEnd) {
		if e.Success() {
			e.Form().Value().Call("reset")
		}
	})
}

// toast shows a message for three seconds.
//
//	<turbo-stream action="toast" target="toasts" message="Saved"></turbo-stream>
func toast(s *turbo.Stream) error {
	for _, target := range s.Targets() {
		target.Append(turbo.Fill(`<p class="toast" role="status">{}</p>`, s.Attr("message")))
		added := target.Find("p:last-child").Keep()
		s.Page().After(3000, func() {
			added.Remove()
			added.Drop()
		})
	}
	return nil
}
