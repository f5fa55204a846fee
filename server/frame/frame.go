// Package frame helps to serve turbo-frames: parts of a page that a link or a
// form replaces on their own. The page contains the frame, and the response to
// its request contains a frame with the same id.
//
//	<turbo-frame id="{{domID .Message "edit"}}">…</turbo-frame>   a part of a page
//	{{frame "user_sidebar" "src" "/sidebar"}}                     [Tag], in templates
//	frame.Element{ID: "user_sidebar", Src: "/sidebar"}            a component, of templ as well
//
// With [Layout], one handler answers browsers with a page and frames with their
// part. [Check] finds responses that lack their frame during development.
package frame

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/turbowasm/turbowasm/server/stream"
)

// ID returns the id of the frame that made the request, or "". A response that
// depends on it varies by the header Turbo-Frame: see [Layout].
func ID(r *http.Request) string { return strings.TrimSpace(r.Header.Get("Turbo-Frame")) }

// Layout chooses how to respond to r: part if a frame made the request,
// otherwise page. They may be anything that the caller renders, such as
// template names or components. Call it before writing to w: it sets the
// headers that keep caches from mixing the two up and, unless a type is set,
// declares the response to be HTML, because net/http may take a part for plain
// text.
//
// The part is HTML that contains the frame; html, head and body may be left
// out.
func Layout[T any](w http.ResponseWriter, r *http.Request, page, part T) T {
	w.Header().Add("Vary", "Turbo-Frame")
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	if ID(r) != "" {
		return part
	}
	return page
}

// Element is one <turbo-frame>. Only ID is required; see [stream.DOMID].
type Element struct {
	ID      string
	Src     string           // URL that the frame loads by itself
	Target  string           // what its links navigate: another frame's id, "_top" or "_parent"
	Attrs   []stream.Attr    // other attributes, such as loading="lazy"; written first, in order
	Content stream.Component // shown until Src has loaded; may be nil
}

// Render writes the element, as turbo-rails 2.0.21 does. Without an id, or with
// an invalid attribute, it returns an error and writes nothing.
//
//	<turbo-frame id="user_sidebar" src="/sidebar" target="_top">…</turbo-frame>
func (e Element) Render(ctx context.Context, w io.Writer) error {
	if e.ID == "" {
		return errors.New("frame: render: the id is empty")
	}
	attrs := append(e.Attrs[:len(e.Attrs):len(e.Attrs)], stream.Attr{Name: "id", Value: e.ID})
	if e.Src != "" {
		attrs = append(attrs, stream.Attr{Name: "src", Value: e.Src})
	}
	if e.Target != "" {
		attrs = append(attrs, stream.Attr{Name: "target", Value: e.Target})
	}
	tag, err := stream.Tag("turbo-frame", attrs...)
	if err != nil {
		return fmt.Errorf("frame: render %q: %w", e.ID, err)
	}
	if e.Content != nil {
		content, err := stream.Render(ctx, e.Content)
		if err != nil {
			return fmt.Errorf("frame: render %q: %w", e.ID, err)
		}
		const end = "</turbo-frame>"
		tag = tag[:len(tag)-len(end)] + content + end
	}
	return tag.Render(ctx, w)
}

var _ stream.Component = Element{}
