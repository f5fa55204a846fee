package turbotest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/turbowasm/turbowasm/server/stream"
)

// The Accept headers of Turbo 8.0.23: the usual one, and that of requests that
// accept streams.
const (
	acceptPage    = "text/html, application/xhtml+xml"
	acceptStreams = stream.ContentType + ", " + acceptPage
)

// Form returns the request with which Turbo submits a form. It accepts streams
// unless it is a GET, whose form becomes the query.
func Form(method, target string, form url.Values) *http.Request {
	if method == http.MethodGet || method == http.MethodHead {
		path, _, _ := strings.Cut(target, "?")
		r := httptest.NewRequest(method, path+"?"+form.Encode(), nil)
		r.Header.Set("Accept", acceptPage)
		return r
	}
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
	return AcceptStreams(r)
}

// AcceptStreams makes a request prefer streams to a page, as those of forms
// with methods other than GET and of links with data-turbo-stream do. It
// returns r.
func AcceptStreams(r *http.Request) *http.Request {
	r.Header.Set("Accept", acceptStreams)
	return r
}

// FromFrame makes a request come from a frame, by its header; if nothing is
// accepted yet, it accepts a page. It returns r.
//
//	turbotest.FromFrame(httptest.NewRequest("GET", "/messages/1/edit", nil), "edit_message_1")
func FromFrame(r *http.Request, id string) *http.Request {
	r.Header.Set("Turbo-Frame", id)
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", acceptPage)
	}
	return r
}
