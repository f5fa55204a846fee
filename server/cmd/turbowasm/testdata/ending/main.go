// Command ending is a runtime with two actions that end the program. Where the
// page has a variable ends, it ends that way before it is ready.
package main

import (
	"os"
	"syscall/js"

	"github.com/turbowasm/turbowasm/wasm/browser"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

func main() {
	switch ends := js.Global().Get("ends"); {
	case ends.Equal(js.ValueOf("by exit")):
		os.Exit(3)
	case ends.Equal(js.ValueOf("by panic")):
		panic("before it is ready")
	case ends.Equal(js.ValueOf("by return")):
		return
	}
	var program browser.Program
	program.Add(map[string]stream.Action{
		"exit": func(stream.Element) error { os.Exit(3); return nil },
		// A panic on a goroutine of its own is nobody's to recover.
		"crash": func(stream.Element) error { go panic("on a goroutine"); return nil },
	}, func() {})
	browser.Run(program)
}
