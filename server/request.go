package server

import (
	"net/http"
	"strings"
)

// RequestID returns the id that the page gave to the request, or "" if it gave
// none. Passed to [Streams.BroadcastRefresh] or [Streams.Except], it keeps the
// page from reacting to its own change.
func RequestID(r *http.Request) string {
	return strings.TrimSpace(r.Header.Get("X-Turbo-Request-Id"))
}
