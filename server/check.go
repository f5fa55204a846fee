package server

import (
	_ "embed"
	"encoding/json"
	"html"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"

	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/internal/hint"
)

//go:embed check.js
var checkScript []byte

// checkPath is where the script of Check is, and where it reports to.
const checkPath = "/turbo-check.js"

// Check is for development. What goes wrong in silence it says where it is seen,
// in the page, and in the log of the cable:
//   - a frame whose answer lacks it, or is plain text: see [frame.Check];
//   - a stream whose target the page lacks, as the page finds out: a broadcast
//     too, from wherever it comes. To remove what is gone is no fault;
//   - a target with "#", which is no part of an id;
//   - a [Server.StreamFrom] of what is no streamable, which a template would
//     break off at.
//
// For this it adds a script to the end of pages, at /turbo-check.js below where
// the handler is mounted, with the nonce of the page's policy.
//
//	if development {
//		handler = turbo.Check(handler)
//	}
func (s *Server) Check(next http.Handler) http.Handler {
	s.checking.Store(true)
	next = frame.Check(next, s.logger())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == checkPath && r.Method == http.MethodPost:
			s.report(w, r)
		case r.URL.Path == checkPath:
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
			w.Write(checkScript)
		case r.Method == http.MethodHead || frame.ID(r) != "":
			next.ServeHTTP(w, r)
		default:
			c := &checkedPage{ResponseWriter: w}
			next.ServeHTTP(c, r)
			if c.isPage() {
				root, _, _ := strings.Cut(r.RequestURI, "?")
				root = strings.TrimSuffix(root, r.URL.EscapedPath())
				io.WriteString(w, `<script src="`+html.EscapeString(root+checkPath)+`"`+c.nonce+`></script>`)
			}
		}
	})
}

// report logs what a page has found.
func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	var found struct{ Text, Page string }
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<14)).Decode(&found)
	if site := r.Header.Get("Sec-Fetch-Site"); err != nil || site != "" && site != "same-origin" {
		http.Error(w, "no report", http.StatusBadRequest)
		return
	}
	s.logger().ErrorContext(r.Context(), "server: a stream did nothing: "+found.Text, "page", found.Page)
	w.WriteHeader(http.StatusNoContent)
}

// checkedPage passes a response on and finds out whether it is a page.
type checkedPage struct {
	http.ResponseWriter
	status   int
	guess    string // the type that net/http finds
	whole    bool   // it may become longer
	nonce    string // as an attribute
	declared string
}

var cspNonce = regexp.MustCompile(`'nonce-([A-Za-z0-9+/_=-]+)'`)

func (c *checkedPage) WriteHeader(status int) {
	if c.status == 0 && status >= 200 {
		c.status = status
		h := c.Header()
		c.declared = h.Get("Content-Type")
		c.whole = hint.Fits(status, h)
		if m := cspNonce.FindStringSubmatch(h.Get("Content-Security-Policy")); m != nil {
			c.nonce = ` nonce="` + m[1] + `"`
		}
		if c.whole && (c.declared == "" || isHTML(c.declared)) {
			h.Del("Content-Length")
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *checkedPage) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	if c.guess == "" && len(p) > 0 {
		c.guess = http.DetectContentType(p)
	}
	return c.ResponseWriter.Write(p)
}

// isPage tells it of what has been written. A part of a page, as a fetch of the
// application's may want it, is none.
func (c *checkedPage) isPage() bool {
	return c.whole && c.guess != "" && isHTML(c.guess) && (c.declared == "" || isHTML(c.declared))
}

// FlushError is what http.ResponseController calls.
func (c *checkedPage) FlushError() error {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// Flush is for handlers that ask for an http.Flusher.
func (c *checkedPage) Flush() { c.FlushError() }

// Unwrap lets http.ResponseController do the rest.
func (c *checkedPage) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func isHTML(contentType string) bool {
	t, _, _ := mime.ParseMediaType(contentType)
	return t == "text/html"
}
