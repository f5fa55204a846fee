// Command actions is the Go side of actions.mjs; page.js is the other.
package main

import (
	"strconv"

	"github.com/turbowasm/turbowasm/wasm/turbo"
)

func main() {
	app := &turbo.App{Actions: map[string]turbo.Action{"toast": toast, "add": add, "mark": mark, "count": count}}
	app.Run()
}

// toast shows the message of <turbo-stream action="toast" target="toasts" message="Saved">.
func toast(s *turbo.Stream) error {
	for _, target := range s.Targets() {
		target.Append(turbo.Fill(`<p role="status">{}</p>`, s.Attr("message")))
	}
	return nil
}

// add adds the content of <turbo-stream action="add" target="list">.
func add(s *turbo.Stream) error {
	for _, target := range s.Targets() {
		target.Append(s.Content())
	}
	return nil
}

// mark sets the class of <turbo-stream action="mark" target="card" class="done" on="true">, or takes it off.
func mark(s *turbo.Stream) error {
	for _, target := range s.Targets() {
		target.SetClass(s.Attr("class"), s.Attr("on") == "true")
	}
	return nil
}

// count adds to the number that <turbo-stream action="count" target="votes" by="2"> names.
func count(s *turbo.Stream) error {
	by, err := strconv.Atoi(s.Attr("by"))
	if err != nil {
		return err
	}
	for _, target := range s.Targets() {
		n, err := strconv.Atoi(target.Text())
		if err != nil {
			return err
		}
		target.SetText(strconv.Itoa(n + by))
	}
	return nil
}
