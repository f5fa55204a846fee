//go:build !js

// Command wasm is the runtime as pages load it. It runs in a browser only:
// build it with GOOS=js GOARCH=wasm, or by make dist.
package main

func main() { panic("turbo: this program runs in a browser: build it with GOOS=js GOARCH=wasm") }
