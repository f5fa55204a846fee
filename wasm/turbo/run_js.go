package turbo

import (
	"github.com/turbowasm/turbowasm/wasm/browser"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

var _ host = (*browser.Page)(nil)

// Run starts the runtime with what the application adds to it, and serves the
// page for as long as that lasts.
func (a *App) Run() {
	a.Start()
	select {}
}

// Start is Run for a program that goes on: it has to stay alive.
func (a *App) Start() {
	page := new(Page)
	actions := make(map[string]stream.Action, len(a.Actions))
	for name, action := range a.Actions {
		actions[name] = action.performs(page, name)
	}
	program := browser.Program{Ready: func(p *browser.Page) {
		page.host = p
		page.later.may = !p.Shared()
		if a.Ready != nil {
			page.safely("getting ready", func() { a.Ready(page) })
		}
	}}
	program.Add(actions, page.flush)
	browser.Start(program)
}
