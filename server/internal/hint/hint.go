// Package hint formats messages to developers that appear in the page.
package hint

import (
	"context"
	"net/http"

	"github.com/turbowasm/turbowasm/server/stream"
)

// Inline styles make a hint look the same on every page. It is a span because a
// block element would end an open paragraph, and with it the frame.
const (
	start = `<span role="alert" style="all: initial; display: block; margin: 4px; padding: 12px 14px; border-left: 4px solid #b3261e; ` +
		`background: #fdecea; color: #410e0b; font: 14px/1.5 ui-monospace, monospace; overflow-wrap: anywhere"><b>`
	end = `</span>`
)

// HTML returns a box with a title and a text.
func HTML(title, text string) stream.HTML {
	html, _ := stream.Render(context.Background(), stream.HTML(start), stream.Text(title), stream.HTML("</b><br>"), stream.Text(text), stream.HTML(end)) // none of these fails
	return html
}

// Fits reports whether a response with this status and header has a body to
// which a hint can be appended.
func Fits(status int, h http.Header) bool {
	return status != http.StatusNoContent && (status < 300 || status >= 400) && h.Get("Content-Encoding") == ""
}
