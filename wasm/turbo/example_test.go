package turbo_test

import (
	"fmt"

	"github.com/turbowasm/turbowasm/wasm/turbo"
)

// A stream action of the application's own, for
//
//	<turbo-stream action="toast" target="toasts" message="Saved"></turbo-stream>
func ExampleApp() {
	toast := func(s *turbo.Stream) error {
		for _, target := range s.Targets() {
			target.Append(turbo.Fill(`<p class="toast" role="status">{}</p>`, s.Attr("message")))
		}
		return nil
	}
	app := &turbo.App{Actions: map[string]turbo.Action{"toast": toast}}
	main := app.Run
	_ = main
}

// The page is asked before it is left while a form has changed.
func ExamplePage_OnBeforeVisit() {
	app := &turbo.App{Ready: func(p *turbo.Page) {
		p.OnBeforeVisit(func(e turbo.BeforeVisit) {
			if !p.Find("form.changed").Exists() {
				return
			}
			if leave, _ := p.Window().Call("confirm", "Leave without saving?"); !leave.Exists() {
				e.PreventDefault()
			}
		})
	}}
	main := app.Run
	_ = main
}

// What has no method of its own is reached through the window.
func ExampleValue_Call() {
	copyText := func(s *turbo.Stream) error {
		copied, err := s.Page().Window().Get("navigator.clipboard").Call("writeText", s.Attr("text"))
		if err != nil {
			return err
		}
		copied.Then(func(_ turbo.Value, failed bool) {
			for _, target := range s.Page().FindAll("[data-copied]") {
				target.SetClass("copied", !failed)
			}
		})
		return nil
	}
	app := &turbo.App{Actions: map[string]turbo.Action{"copy": copyText}}
	main := app.Run
	_ = main
}

// A channel of the server's own says who is typing, and is told who does.
func ExamplePage_Subscribe() {
	app := &turbo.App{Ready: func(p *turbo.Page) {
		room := p.Subscribe("TypingChannel", map[string]any{"room": 7}, turbo.Subscriber{
			Received: func(message turbo.Value) { p.ByID("typing").SetText(message.Text("name") + " is typing") },
		})
		p.On("input", func(turbo.Event) {
			if err := room.Perform("typing", nil); err != nil {
				p.ByID("typing").SetText("offline")
			}
		})
	}}
	main := app.Run
	_ = main
}

func ExampleFill() {
	fmt.Println(turbo.Fill(`<li title="{}">{}</li>`, `a "quoted" name`, "1 < 2"))
	// Output:
	// <li title="a &quot;quoted&quot; name">1 &lt; 2</li>
}
