package main

import (
	"testing"

	"github.com/turbowasm/turbowasm/wasm/turbo"
)

// TestVotesAreCountedAndDrawn runs in a browser: turbowasm browsertest ./wasm/example/poll
func TestVotesAreCountedAndDrawn(t *testing.T) {
	app := newApp()
	ready, loaded := app.Ready, make(chan *turbo.Page, 1)
	app.Ready = func(p *turbo.Page) {
		ready(p)
		loaded <- p
	}
	app.Start()
	page := <-loaded

	settle := func() {
		settled := make(chan bool)
		page.After(0, func() {
			promise, err := page.Window().Get("Turbo").Call("settled")
			if err != nil {
				t.Error(err)
			}
			promise.Then(func(turbo.Value, bool) { close(settled) })
		})
		<-settled
	}
	// in looks at the page, or changes it, in a call from it.
	in := func(do func()) {
		done := make(chan bool)
		page.After(0, func() {
			defer close(done)
			do()
		})
		<-done
	}

	in(func() {
		page.Find("body").Append(`<ul data-poll></ul><button data-vote="tea">Tea</button>`)
		page.RenderStream(`<turbo-stream action="vote" for="coffee"></turbo-stream><turbo-stream action="vote" for="coffee"></turbo-stream><turbo-stream action="vote" for="tea"></turbo-stream>`)
	})
	settle()
	in(func() {
		if got := page.Find("[data-poll]").Text(); got != "coffee 2tea 1" {
			t.Errorf("after three votes: %q", got)
		}
		page.Find("[data-vote]").Value().Call("click")
	})
	settle()
	in(func() {
		if got := page.Find("[data-poll]").Text(); got != "coffee 2tea 2" {
			t.Errorf("after one of this page's: %q", got)
		}
	})
}
