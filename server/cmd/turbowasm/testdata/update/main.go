// Command update is an application with a stream action; next has one more.
package main

import (
	"errors"

	"github.com/turbowasm/turbowasm/wasm/turbo"
)

func main() {
	app := &turbo.App{Actions: map[string]turbo.Action{
		"warn": func(*turbo.Stream) error { return errors.New("it is one of two") },
	}}
	app.Run()
}
