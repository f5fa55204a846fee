// Command wasm is the runtime as pages load it: turbo.wasm.
package main

import "github.com/turbowasm/turbowasm/wasm/browser"

func main() { browser.Run(browser.Program{}) }
