// Command next is the update of the application above.
package main

import (
	"errors"

	"github.com/turbowasm/turbowasm/wasm/turbo"
)

func main() {
	app := &turbo.App{Actions: map[string]turbo.Action{
		"warn": func(*turbo.Stream) error { return errors.New("it is one of two") },
		"fail": func(*turbo.Stream) error { return errors.New("it is the new one") },
	}}
	app.Run()
}
