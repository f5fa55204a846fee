package frame

import (
	"bytes"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/turbowasm/turbowasm/server/stream"
)

// maxChecked is how much of a response is looked at, in bytes.
const maxChecked = 4 << 20

// Check is for development. It reads along where next answers a frame with
// HTML, and when nothing in it has the frame's id, it logs an error and adds a
// frame that says so, so that the page shows what is wrong where it is wrong. A
// nil logger is [slog.Default].
//
// It leaves everything else as it is: other requests, redirects, streams and
// whatever else is no HTML, pages that ask to be loaded whole by
// turbo-visit-control, and responses that are compressed or longer than 4 MB.
// Writes are passed on at once.
//
// With the added frame nothing is missing: the page gets no
// turbo:frame-missing, as it does without Check.
func Check(next http.Handler, logger *slog.Logger) http.Handler {
	if logger == nil {
		logger = slog.Default()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := ID(r)
		if id == "" || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		c := &checked{ResponseWriter: w}
		next.ServeHTTP(c, r)
		if c.status == 0 {
			c.WriteHeader(http.StatusOK)
		}
		if !c.isPage || c.body.Len() > maxChecked {
			return
		}
		root, err := html.ParseWithOptions(&c.body, html.ParseOptionEnableScripting(false))
		if err != nil { // its elements are nested too deeply
			logger.WarnContext(r.Context(), "frame: the response cannot be checked", "frame", id, "path", r.URL.Path, "error", err)
			return
		}
		found := findFrames(root)
		if found.answer(id) {
			return
		}
		logger.ErrorContext(r.Context(), "frame: the response lacks the frame that asked for it",
			"frame", id, "method", r.Method, "path", r.URL.Path, "status", c.status, "has", found.ids)
		hint, err := stream.Render(r.Context(), stream.HTML(hintStart), stream.Text(found.hint(id, r, c.status)), stream.HTML(hintEnd))
		if err == nil {
			Element{ID: id, Content: hint}.Render(r.Context(), w)
		}
	})
}

// The hint looks the same on every page. It is a span because anything larger
// would end an open paragraph, and with it the frame.
const (
	hintStart = `<span role="alert" style="all: initial; display: block; margin: 4px; padding: 12px 14px; border-left: 4px solid #b3261e; ` +
		`background: #fdecea; color: #410e0b; font: 14px/1.5 ui-monospace, monospace; overflow-wrap: anywhere"><b>Frame missing</b><br>`
	hintEnd = `</span>`
)

// checked passes a response on and keeps what may be a page.
type checked struct {
	http.ResponseWriter
	status int  // 0 until the header is written
	isPage bool // for all that is known yet
	sniff  bool // the handler named no type: net/http looks at what it writes
	body   bytes.Buffer
}

func (c *checked) WriteHeader(status int) {
	if c.status == 0 && status >= 200 { // the others come before the header
		c.status = status
		h := c.Header()
		c.sniff = h.Get("Content-Type") == ""
		c.isPage = !c.sniff && isHTML(h.Get("Content-Type"))
		if status == http.StatusNoContent || 300 <= status && status < 400 || h.Get("Content-Encoding") != "" {
			c.isPage, c.sniff = false, false
		}
		if c.isPage || c.sniff {
			h.Del("Content-Length") // it may become longer
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *checked) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	if c.sniff && len(p) > 0 {
		c.sniff, c.isPage = false, isHTML(http.DetectContentType(p))
	}
	if c.isPage {
		c.body.Write(p[:min(len(p), maxChecked+1-c.body.Len())])
	}
	return c.ResponseWriter.Write(p)
}

// FlushError is what http.ResponseController calls.
func (c *checked) FlushError() error {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// Flush is for handlers that ask for an http.Flusher.
func (c *checked) Flush() { c.FlushError() }

// Unwrap lets http.ResponseController do the rest.
func (c *checked) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func isHTML(contentType string) bool {
	t, _, _ := mime.ParseMediaType(contentType)
	return t == "text/html" || t == "application/xhtml+xml"
}

// frames are what Turbo would look at in the answer to a frame.
type frames struct {
	ids     []string
	recurse []string // ids that frames of the answer say they lead to
	reload  bool     // the answer is to be loaded as a page
}

func findFrames(n *html.Node) (f frames) {
	f.read(n)
	return f
}

func (f *frames) read(n *html.Node) {
	if n.Type == html.ElementNode {
		switch n.Data {
		case "template":
			return // what is in it is not in the page
		case "meta":
			f.reload = f.reload || attr(n, "name") == "turbo-visit-control" && attr(n, "content") == "reload"
		case "turbo-frame":
			if id := attr(n, "id"); id != "" {
				f.ids = append(f.ids, id)
			}
			if attr(n, "src") != "" {
				f.recurse = append(f.recurse, strings.Fields(attr(n, "recurse"))...)
			}
		}
	}
	for child := range n.ChildNodes() {
		f.read(child)
	}
}

func (f *frames) answer(id string) bool {
	return f.reload || slices.Contains(f.ids, id) || slices.Contains(f.recurse, id)
}

func (f *frames) hint(id string, r *http.Request, status int) string {
	hint := fmt.Sprintf(`%s %s answered %d, without <turbo-frame id="%s">.`, r.Method, r.URL.Path, status, id)
	if len(f.ids) == 0 {
		return hint + " It has no frames."
	}
	return hint + " It has " + strings.Join(f.ids, ", ") + "."
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
