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

// checkPath serves the script of Check and receives its reports.
const checkPath = "/turbo-check.js"

// Check is for development. It makes mistakes visible that otherwise go
// unnoticed, in the page and in the cable's log:
//
//   - a frame whose response lacks it, or is plain text: see [frame.Check];
//   - a stream, broadcasts included, whose target is not in the page. Removing
//     what is already gone is no mistake;
//   - a target with "#", which is not part of an id;
//   - a [Server.StreamFrom] of a type that is not streamable, which would
//     otherwise break off the template.
//
// To do so it adds a script to the end of pages, served at /turbo-check.js
// below the path where the handler is mounted, with the nonce of the page's
// policy.
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
		http.Error(w, "not a report", http.StatusBadRequest)
		return
	}
	s.logger().ErrorContext(r.Context(), "server: stream has no effect: "+found.Text, "page", found.Page)
	w.WriteHeader(http.StatusNoContent)
}

// checkedPage passes a response through and finds out whether it is a whole
// page.
type checkedPage struct {
	http.ResponseWriter
	status   int
	guess    string // the content type that net/http detects
	whole    bool   // content can be appended
	nonce    string // as an HTML attribute
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

// isPage judges by what has been written so far. A fragment, such as a fetch of
// the application may request, is not a page.
func (c *checkedPage) isPage() bool {
	return c.whole && c.guess != "" && isHTML(c.guess) && (c.declared == "" || isHTML(c.declared))
}

// FlushError is called by http.ResponseController.
func (c *checkedPage) FlushError() error {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// Flush serves handlers that assert http.Flusher.
func (c *checkedPage) Flush() { c.FlushError() }

// Unwrap gives http.ResponseController access to everything else.
func (c *checkedPage) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func isHTML(contentType string) bool {
	t, _, _ := mime.ParseMediaType(contentType)
	return t == "text/html"
}
