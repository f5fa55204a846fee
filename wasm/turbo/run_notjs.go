//go:build !js

package turbo

// Run starts the runtime with what the application adds to it, and serves the
// page for as long as that lasts.
func (a *App) Run() { a.Start() }

// Start is Run for a program that goes on: it has to stay alive.
func (a *App) Start() {
	panic("turbo: this program runs in a browser: build it with turbowasm build")
}
