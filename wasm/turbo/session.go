// Package turbo assembles the runtime of a page: a Session owns what lasts as
// long as the page and decides, the page it is given does.
package turbo

import (
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// RefreshDebounce is how long a session waits for further refresh streams, in
// milliseconds, until the page sets another period (Turbo 8.0.23, session).
const RefreshDebounce = 150

// Page is what a session needs of its page.
type Page interface {
	stream.BatchPage
	// IsRecentRequest reports whether a request with this id was made by this
	// page of late.
	IsRecentRequest(id string) bool
	// Reload loads the page anew.
	Reload()
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

	page    Page
	batch   stream.Batch
	refresh struct {
		url, requestID string
		cancel         func()
	}
}

// Start binds the session to its page.
func (s *Session) Start(page Page) {
	s.page = page
	s.batch.Page = page
	s.batch.Report = page.Report
}

// Batch returns the batch of messages that nobody watches.
func (s *Session) Batch() *stream.Batch { return &s.batch }

// Message takes the message of n bytes in the batch's arena, which the page
// knows by number; observed says that somebody may look at stream elements. It
// reports false when the page must parse the message.
func (s *Session) Message(n int, number int32, observed bool) bool {
	return s.batch.Add(n, number, observed)
}

// Refresh loads the page at url anew, once no other refresh has come for
// period milliseconds: unless the request that caused it was this page's own,
// or the page is at another URL by then (Turbo 8.0.23, streams §12). Of a
// burst only the last call counts.
func (s *Session) Refresh(url, requestID string, period int) {
	if s.refresh.cancel != nil {
		s.refresh.cancel()
	}
	s.refresh.url, s.refresh.requestID = url, requestID
	s.refresh.cancel = s.page.Timeout(period, func() {
		s.refresh.cancel = nil
		r := &s.refresh
		if r.requestID != "" && s.page.IsRecentRequest(r.requestID) || r.url != s.page.BaseURI() {
			return
		}
		s.page.Reload()
	})
}
