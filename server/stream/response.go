package stream

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ContentType is the media type of streams, as a request's Accept names it.
const ContentType = "text/vnd.turbo-stream.html"

// Response is a response in several forms, of which the request's Accept header
// picks one. An empty form is not offered.
type Response struct {
	// Stream is for clients that accept streams: elements, or any other
	// components that render <turbo-stream>s.
	Stream []Component
	// Location is where all other clients are redirected, with 303 See Other.
	// It takes precedence over HTML.
	Location string
	// HTML is the page for all other clients.
	HTML Component
	// Status of a stream or page; 0 means 200. Turbo renders the page of a form
	// only with a status other than 200, by convention 422.
	Status int
}

// Write sends the form that suits the request, or 406 Not Acceptable if none
// does. If a component fails, Write returns its error without having written
// anything, so that the handler can still respond.
func (p Response) Write(w http.ResponseWriter, r *http.Request) error {
	var page []Component
	if p.HTML != nil {
		page = []Component{p.HTML}
	}
	parts, contentType := page, "text/html"
	hasPage := p.Location != "" || page != nil
	w.Header().Add("Vary", "Accept")
	switch {
	case len(p.Stream) > 0 && accepts(r, hasPage):
		parts, contentType = p.Stream, ContentType
	case p.Location != "":
		http.Redirect(w, r, p.Location, http.StatusSeeOther)
		return nil
	case page == nil:
		http.Error(w, "this resource is only available as "+ContentType, http.StatusNotAcceptable)
		return nil
	}
	var body bytes.Buffer
	for _, c := range parts {
		if err := c.Render(r.Context(), &body); err != nil {
			return fmt.Errorf("stream: respond to %s %q: %w", r.Method, r.URL.Path, err)
		}
	}
	w.Header().Set("Content-Type", contentType+"; charset=utf-8")
	if p.Status != 0 {
		w.WriteHeader(p.Status)
	}
	_, err := w.Write(body.Bytes())
	return err
}

// Accepts reports whether the client prefers streams to a page: whether Accept
// names [ContentType] before text/html. Turbo does so for form
// submissions other than GET and for links with data-turbo-stream.
func Accepts(r *http.Request) bool { return accepts(r, true) }

// accepts follows Rails: the Accept list counts in order of preference, unless
// it looks like a browser's (a */* among others), which means a page.
func accepts(r *http.Request, hasPage bool) bool {
	types := acceptedTypes(strings.Join(r.Header.Values("Accept"), ","))
	if len(types) > 1 && slices.Contains(types, "*/*") {
		return !hasPage
	}
	for _, t := range types {
		switch t {
		case ContentType:
			return true
		case "text/html", "application/xhtml+xml":
			if hasPage {
				return false
			}
		case "*/*", "text/*":
			return !hasPage
		}
	}
	return len(types) == 0 && !hasPage
}

// acceptedTypes lists the media types of an Accept header, best first.
func acceptedTypes(accept string) []string {
	type weighted struct {
		name string
		q    float64
	}
	var all []weighted
	for part := range strings.SplitSeq(accept, ",") {
		name, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if s, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(s, 64); err != nil || q <= 0 {
				continue
			}
		}
		all = append(all, weighted{name, q})
	}
	slices.SortStableFunc(all, func(a, b weighted) int {
		switch {
		case a.q > b.q:
			return -1
		case a.q < b.q:
			return 1
		}
		return 0
	})
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = a.name
	}
	return names
}
