// Command wasm is the runtime as pages load it: turbo.wasm.
package main

import (
	"github.com/turbowasm/turbowasm/wasm/browser"
	"github.com/turbowasm/turbowasm/wasm/turbo"
)

func main() { browser.Run(&turbo.Session{}) }
