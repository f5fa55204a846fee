package turbo

import (
	"github.com/turbowasm/turbowasm/wasm/browser"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

var _ host = (*browser.Page)(nil)

// Run starts the runtime with what the application adds to it, and serves the
// page for as long as that lasts.
//
// What a program does before, in initialisers and in main, does not depend on
// the page, as a rule: then "turbowasm build" does it once, and every page goes
// on from there. Numbers of math/rand that were drawn in it are the same in all
// pages. A program that looks at its page before Run, or at the time, starts
// anew in each. What is for each page belongs into Ready.
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
	browser.Start(browser.Program{Actions: actions, Ready: func(p *browser.Page) {
		page.host = p
		if a.Ready != nil {
			page.safely("getting ready", func() { a.Ready(page) })
		}
	}})
}
