package turbotest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/turbowasm/turbowasm/server/stream"
)

// What Turbo 8.0.23 accepts: anywhere, and where streams may answer.
const (
	acceptPage    = "text/html, application/xhtml+xml"
	acceptStreams = stream.ContentType + ", " + acceptPage
)

// Form is the request of a form as Turbo sends it, which may be answered with
// streams. The form of a GET is its query.
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

// AcceptStreams has a request accept streams before a page, as forms of other
// methods than GET do, and links with data-turbo-stream. It returns r.
func AcceptStreams(r *http.Request) *http.Request {
	r.Header.Set("Accept", acceptStreams)
	return r
}

// FromFrame has a request come from a frame: by the header that says so, and
// accepting a page where nothing is accepted yet. It returns r.
//
//	turbotest.FromFrame(httptest.NewRequest("GET", "/messages/1/edit", nil), "edit_message_1")
func FromFrame(r *http.Request, id string) *http.Request {
	r.Header.Set("Turbo-Frame", id)
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", acceptPage)
	}
	return r
}
