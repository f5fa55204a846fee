// Command ending is a runtime with two actions that end the program.
package main

import (
	"os"

	"github.com/turbowasm/turbowasm/wasm/browser"
	"github.com/turbowasm/turbowasm/wasm/stream"
	"github.com/turbowasm/turbowasm/wasm/turbo"
)

func main() {
	browser.Run(&turbo.Session{Actions: map[string]stream.Action{
		"exit": func(stream.Element) error { os.Exit(3); return nil },
		// A panic on a goroutine of its own is nobody's to recover.
		"crash": func(stream.Element) error { go panic("on a goroutine"); return nil },
	}})
}
