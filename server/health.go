package server

import (
	"io"
	"net/http"
)

// Live answers 200 as long as the process can answer at all. Mount it at
// /healthz.
func (s *Server) Live() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") })
}

// Ready answers 200 while the server should receive requests, and 503 once
// Shutdown has been called or if Start fails. Mount it at /readyz.
func (s *Server) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch {
		case s.start() != nil:
			answer(w, http.StatusServiceUnavailable, "not started")
		case s.stopping.Load() || s.Cable.Closing():
			answer(w, http.StatusServiceUnavailable, "shutting down")
		default:
			answer(w, http.StatusOK, "ready")
		}
	})
}

func answer(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	io.WriteString(w, word+"\n")
}
