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
	maxChecked = 4 << 20 // bytes of a page that are looked at
	maxQuoted  = 300     // bytes of a text that are shown
)

// Check is for development. It reads the HTML with which next responds to a frame.
// If no frame in it has the id, it logs an error and adds a frame that reports the
// error, so that the page shows it in the right place. Plain text, which a page
// ignores, is replaced with such a frame: if no type is set and a fragment does not
// begin with a tag that net/http knows, net/http takes HTML for plain text; [Layout]
// sets the type. A nil logger means [slog.Default].
//
// Everything else is left as it is: other requests, redirects, streams and whatever
// else is not HTML, pages that ask for a full load with turbo-visit-control, and
// responses that are compressed or longer than 4 MB. Writes are passed on at once.
//
// As the added frame has the id, the page gets no turbo:frame-missing, which it gets
// without Check.
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
			logger.ErrorContext(r.Context(), "frame: the response is no HTML, so the frame that asked for it stays as it is",
				"frame", id, "method", r.Method, "path", r.URL.Path, "status", c.status, "type", c.plain)
			Element{ID: id, Content: hint.HTML("Frame answered as "+c.plain, c.plainHint(r))}.Render(r.Context(), w)
			return
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
		Element{ID: id, Content: hint.HTML("Frame missing", found.hint(id, r, c.status))}.Render(r.Context(), w)
	})
}

// checked passes a response on and keeps a copy of what may be a page.
type checked struct {
	http.ResponseWriter
	status  int          // 0 until it is known
	begun   bool         // the header is written
	guessed bool         // the handler named no type: net/http looks at what it writes
	isPage  bool         // for all that is known yet
	plain   string       // the type of a text that is not passed on
	body    bytes.Buffer // of a page, or the beginning of a text
}

// WriteHeader waits for what is written where the type depends on it.
func (c *checked) WriteHeader(status int) {
	if status < 200 { // these come before the header
		c.ResponseWriter.WriteHeader(status)
		return
	}
	if c.status != 0 {
		if c.begun {
			c.ResponseWriter.WriteHeader(status) // says that it is superfluous
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

// begin writes the header. With text is what it begins with.
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
		h.Del("Content-Length") // it may become longer
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
	c.begin(string(p[:min(len(p), 512)])) // more is not looked at
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
		why = ", which is what net/http took it for: set Content-Type to text/html, as frame.Layout does."
	}
	return fmt.Sprintf("%s %s answered %d as %s%s It begins: %s", r.Method, r.URL.Path, c.status, c.plain, why, strings.ToValidUTF8(c.body.String(), ""))
}

// FlushError is what http.ResponseController calls.
func (c *checked) FlushError() error {
	c.begin("")
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

// frames is what Turbo would look at in the response to a frame.
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
