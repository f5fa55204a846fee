package server

import (
	"net/http"
	"strings"
)

// RequestID is the id that the page gave to the request; it keeps the page from
// refreshing itself for its own change. Empty if the page gave none.
func RequestID(r *http.Request) string {
	return strings.TrimSpace(r.Header.Get("X-Turbo-Request-Id"))
}
