package stream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/turbowasm/turbowasm/server/stream"
)

const turboAccept = "text/vnd.turbo-stream.html, text/html, application/xhtml+xml"

func TestAcceptPicksTheForm(t *testing.T) {
	parts := []stream.Component{stream.Remove.To("a", nil), stream.Remove.To("b", nil)}
	both := `<turbo-stream action="remove" target="a"></turbo-stream><turbo-stream action="remove" target="b"></turbo-stream>`
	page := stream.HTML("<h1>page</h1>")
	const html, streams = "text/html; charset=utf-8", "text/vnd.turbo-stream.html; charset=utf-8"
	for _, c := range []struct {
		name     string
		accept   string
		response stream.Response
		status   int
		kind     string
		body     string
	}{
		{"Turbo's form gets streams", turboAccept, stream.Response{Stream: parts, HTML: page}, 200, streams, both},
		{"streams keep their status", turboAccept, stream.Response{Stream: parts, Status: 422}, 422, streams, both},
		{"streams go before a redirect", turboAccept, stream.Response{Stream: parts, Location: "/x"}, 200, streams, both},
		{"without streams Turbo is redirected", turboAccept, stream.Response{Location: "/x"}, 303, "", ""},
		{"without streams Turbo gets the page", turboAccept, stream.Response{HTML: page, Status: 422}, 422, html, "<h1>page</h1>"},
		{"a browser gets the page", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", stream.Response{Stream: parts, HTML: page}, 200, html, "<h1>page</h1>"},
		{"a browser is redirected", "text/html, */*;q=0.8", stream.Response{Stream: parts, Location: "/x", HTML: page}, 303, "", ""},
		{"page preferred by order", "text/html, text/vnd.turbo-stream.html", stream.Response{Stream: parts, HTML: page}, 200, html, "<h1>page</h1>"},
		{"page preferred by weight", "text/vnd.turbo-stream.html;q=0.5, text/html", stream.Response{Stream: parts, HTML: page}, 200, html, "<h1>page</h1>"},
		{"streams refused by weight", "text/vnd.turbo-stream.html;q=0, */*;q=0.1", stream.Response{Stream: parts, HTML: page}, 200, html, "<h1>page</h1>"},
		{"among browser-like types the page", "text/vnd.turbo-stream.html, */*", stream.Response{Stream: parts, HTML: page}, 200, html, "<h1>page</h1>"},
		{"anything means the page", "*/*", stream.Response{Stream: parts, HTML: page}, 200, html, "<h1>page</h1>"},
		{"anything, where only streams are", "*/*", stream.Response{Stream: parts}, 200, streams, both},
		{"no Accept means the page", "", stream.Response{Stream: parts, HTML: page}, 200, html, "<h1>page</h1>"},
		{"no Accept, where only streams are", "", stream.Response{Stream: parts}, 200, streams, both},
		{"nothing suits", "text/html", stream.Response{Stream: parts}, 406, "text/plain; charset=utf-8", "this resource is only available as text/vnd.turbo-stream.html\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/messages", nil)
			if c.accept != "" {
				r.Header.Set("Accept", c.accept)
			}
			w := httptest.NewRecorder()
			if err := c.response.Write(w, r); err != nil {
				t.Fatal(err)
			}
			if w.Code != c.status || w.Header().Get("Content-Type") != c.kind || w.Body.String() != c.body {
				t.Errorf("got %d %q %q, want %d %q %q", w.Code, w.Header().Get("Content-Type"), w.Body, c.status, c.kind, c.body)
			}
			if c.status == 303 && w.Header().Get("Location") != "/x" {
				t.Errorf("redirected to %q", w.Header().Get("Location"))
			}
			if w.Header().Get("Vary") != "Accept" {
				t.Errorf("Vary is %q", w.Header().Get("Vary"))
			}
		})
	}
}

func TestAFailingComponentLeavesTheAnswerToTheHandler(t *testing.T) {
	boom := errors.New("boom")
	bad := stream.ComponentFunc(func(context.Context, io.Writer) error { return boom })
	r := httptest.NewRequest("POST", "/messages", nil)
	r.Header.Set("Accept", turboAccept)
	w := httptest.NewRecorder()
	err := stream.Response{Stream: []stream.Component{stream.Remove.To("a", nil), stream.Append.To("x", bad)}}.Write(w, r)
	if !errors.Is(err, boom) {
		t.Errorf("got error %v", err)
	}
	http.Error(w, "sorry", http.StatusInternalServerError)
	if w.Code != 500 || w.Body.String() != "sorry\n" || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("got %d %q %q", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
}

func TestAcceptsIsTrueForTurboForms(t *testing.T) {
	r := httptest.NewRequest("POST", "/", nil)
	if stream.Accepts(r) {
		t.Error("accepted without Accept")
	}
	r.Header.Set("Accept", turboAccept)
	if !stream.Accepts(r) {
		t.Error("Turbo's form was not accepted")
	}
}
