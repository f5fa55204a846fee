// Command actions adds three stream actions to the runtime: toast, copy and
// sort.
//
//	<turbo-stream action="toast" target="toasts" message="Saved"></turbo-stream>
//	<turbo-stream action="copy" text="https://example.com/invitation"></turbo-stream>
//	<turbo-stream action="sort" target="list" by="data-name"></turbo-stream>
package main

import (
	"cmp"
	"errors"
	"slices"

	"github.com/turbowasm/turbowasm/wasm/turbo"
)

func main() {
	app := &turbo.App{Actions: map[string]turbo.Action{"toast": toast, "copy": copyText, "sort": sort}}
	app.Run()
}

// toast shows a message until it is clicked, or for three seconds.
func toast(s *turbo.Stream) error {
	for _, target := range s.Targets() {
		target.Append(turbo.Fill(`<p class="toast" role="status">{}</p>`, s.Attr("message")))
		added := target.Find("p:last-child").Keep()
		added.On("click", func(e turbo.Event) { e.Target().Remove() })
		s.Page().After(3000, func() {
			added.Remove()
			added.Drop()
		})
	}
	return nil
}

// copyText puts a text into the clipboard, and tells the html element how that
// went.
func copyText(s *turbo.Stream) error {
	page := s.Page()
	copied, err := page.Window().Get("navigator.clipboard").Call("writeText", s.Attr("text"))
	if err != nil {
		return errors.New("the clipboard is not to be had")
	}
	copied.Then(func(_ turbo.Value, failed bool) {
		page.Root().SetClass("copied", !failed)
		page.Root().SetClass("not-copied", failed)
	})
	return nil
}

// sort puts the children of its targets in the order of an attribute of theirs,
// or of their text.
func sort(s *turbo.Stream) error {
	by := s.Attr("by")
	for _, target := range s.Targets() {
		type entry struct {
			key     string
			element turbo.Element
		}
		var entries []entry
		for _, child := range target.Children() {
			key, ok := child.Attr(by)
			if !ok {
				key = child.Text()
			}
			entries = append(entries, entry{key, child})
		}
		slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
		for _, e := range entries {
			target.AppendElement(e.element)
		}
	}
	return nil
}
