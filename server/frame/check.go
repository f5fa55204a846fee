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

	"github.com/turbowasm/turbowasm/server/internal/hint"
)

const (
	maxChecked = 4 << 20 // bytes of a page that are checked
	maxQuoted  = 300     // bytes of a text that are quoted
)

// Check is for development. It reads the HTML with which next answers a request
// from a frame. If the HTML contains no frame with that id, it logs an error
// and appends a frame that shows the error, so that it appears in the right
// place in the page. Plain text, which a page ignores, is replaced by such a
// frame: if no Content-Type is set and a fragment does not start with a tag
// that net/http recognises, net/http takes it for plain text. [Layout] sets the
// type. A nil logger means [slog.Default].
//
// Everything else passes through unchanged: other requests, redirects, streams
// and other content that is not HTML, pages that request a full load with
// turbo-visit-control, and responses that are compressed or longer than 4 MB.
// Writes are passed on at once.
//
// Because the appended frame has the id, the page dispatches no
// turbo:frame-missing, as it would without Check.
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
		c.begin("")
		if c.plain != "" {
			logger.ErrorContext(r.Context(), "frame: the response is not HTML, so the frame that requested it does not change",
				"frame", id, "method", r.Method, "path", r.URL.Path, "status", c.status, "type", c.plain)
			Element{ID: id, Content: hint.HTML("Response to a frame is "+c.plain, c.plainHint(r))}.Render(r.Context(), w)
			return
		}
		if !c.isPage || c.body.Len() > maxChecked {
			return
		}
		root, err := html.ParseWithOptions(&c.body, html.ParseOptionEnableScripting(false))
		if err != nil { // too deeply nested
			logger.WarnContext(r.Context(), "frame: the response cannot be checked", "frame", id, "path", r.URL.Path, "error", err)
			return
		}
		found := findFrames(root)
		if found.answer(id) {
			return
		}
		logger.ErrorContext(r.Context(), "frame: the response lacks the frame that requested it",
			"frame", id, "method", r.Method, "path", r.URL.Path, "status", c.status, "has", found.ids)
		Element{ID: id, Content: hint.HTML("Frame missing", found.hint(id, r, c.status))}.Render(r.Context(), w)
	})
}

// checked passes a response through and keeps a copy of what may be a page.
type checked struct {
	http.ResponseWriter
	status  int          // 0 until known
	begun   bool         // the header has been written
	guessed bool         // no type was set: net/http detects one from the content
	isPage  bool         // as far as is known yet
	plain   string       // the type of a text that is withheld
	body    bytes.Buffer // of a page, or the start of a text
}

// WriteHeader delays the header if the content type depends on what is written.
func (c *checked) WriteHeader(status int) {
	if status < 200 { // informational responses precede the header
		c.ResponseWriter.WriteHeader(status)
		return
	}
	if c.status != 0 {
		if c.begun {
			c.ResponseWriter.WriteHeader(status) // logs that the call is superfluous
		}
		return
	}
	c.status = status
	h := c.Header()
	c.guessed = h.Get("Content-Type") == ""
	if !c.guessed || !hint.Fits(status, h) {
		c.begin("")
	}
}

// begin writes the header. text is the start of the content, if any.
func (c *checked) begin(text string) {
	if c.begun {
		return
	}
	c.begun = true
	if c.status == 0 {
		c.status, c.guessed = http.StatusOK, c.Header().Get("Content-Type") == ""
	}
	h := c.Header()
	contentType := h.Get("Content-Type")
	if c.guessed && text != "" {
		contentType = http.DetectContentType([]byte(text))
	}
	if hint.Fits(c.status, h) {
		c.isPage = isHTML(contentType)
		if t, _, _ := mime.ParseMediaType(contentType); t == "text/plain" {
			c.plain = t
			h.Set("Content-Type", "text/html; charset=utf-8")
		}
	}
	if c.isPage || c.plain != "" {
		h.Del("Content-Length") // content may be appended
	}
	c.ResponseWriter.WriteHeader(c.status)
}

func (c *checked) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	if len(p) == 0 && !c.begun {
		return 0, nil
	}
	c.begin(string(p[:min(len(p), 512)])) // net/http looks at no more than that
	if c.plain != "" {
		c.body.Write(p[:min(len(p), maxQuoted-min(maxQuoted, c.body.Len()))])
		return len(p), nil
	}
	if c.isPage {
		c.body.Write(p[:min(len(p), maxChecked+1-c.body.Len())])
	}
	return c.ResponseWriter.Write(p)
}

func (c *checked) plainHint(r *http.Request) string {
	why := "."
	if c.guessed {
		why = ", the type that net/http detected. Set Content-Type to text/html, as frame.Layout does."
	}
	return fmt.Sprintf("%s %s answered %d as %s%s It begins: %s", r.Method, r.URL.Path, c.status, c.plain, why, strings.ToValidUTF8(c.body.String(), ""))
}

// FlushError is called by http.ResponseController.
func (c *checked) FlushError() error {
	c.begin("")
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// Flush serves handlers that assert http.Flusher.
func (c *checked) Flush() { c.FlushError() }

// Unwrap gives http.ResponseController access to everything else.
func (c *checked) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func isHTML(contentType string) bool {
	t, _, _ := mime.ParseMediaType(contentType)
	return t == "text/html" || t == "application/xhtml+xml"
}

// frames is what Turbo looks for in the response to a frame.
type frames struct {
	ids     []string
	recurse []string // ids that frames of the response lead to
	reload  bool     // the response asks to be loaded as a page
}

func findFrames(n *html.Node) (f frames) {
	f.read(n)
	return f
}

func (f *frames) read(n *html.Node) {
	if n.Type == html.ElementNode {
		switch n.Data {
		case "template":
			return // its content is not part of the page
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
		return hint + " It contains no frames."
	}
	return hint + " It contains " + strings.Join(f.ids, ", ") + "."
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
