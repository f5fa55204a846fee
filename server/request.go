package server

import (
	"net/http"
	"strings"
)

// FrameID is the id of the turbo-frame that made the request, empty if none
// did. A response to a frame varies by the header Turbo-Frame.
func FrameID(r *http.Request) string { return strings.TrimSpace(r.Header.Get("Turbo-Frame")) }

// RequestID is the id that the page gave to the request; it keeps the page from
// refreshing itself for its own change. Empty if the page gave none.
func RequestID(r *http.Request) string {
	return strings.TrimSpace(r.Header.Get("X-Turbo-Request-Id"))
}
