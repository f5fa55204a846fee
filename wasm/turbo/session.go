// Package turbo assembles the runtime of a page: a Session owns what lasts as
// long as the page and decides, the page it is given does.
package turbo

import (
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// Page is what a session needs of its page.
type Page interface {
	stream.BatchPage
	// Report tells the console, and listeners of turbo:error where err is a
	// failure of the runtime itself.
	Report(what string, err error)
}

// Session is the runtime of one page. The zero Session is ready to be started
// by browser.Run; Actions must not change after that.
type Session struct {
	// Actions are stream actions of the application, by the name that the
	// action attribute gives.
	Actions map[string]stream.Action

	batch stream.Batch
}

// Start binds the session to its page.
func (s *Session) Start(page Page) {
	s.batch.Page = page
	s.batch.Report = page.Report
}

// Batch returns what performs stream messages.
func (s *Session) Batch() *stream.Batch { return &s.batch }
