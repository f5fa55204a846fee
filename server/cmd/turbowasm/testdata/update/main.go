// Command update is a runtime that differs a little from the standard one: it
// has one more stream action.
package main

import (
	"errors"

	"github.com/turbowasm/turbowasm/wasm/browser"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

func main() {
	browser.Run(browser.Program{Actions: map[string]stream.Action{
		"fail": func(stream.Element) error { return errors.New("it is the new one") },
	}})
}
