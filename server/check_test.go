package server_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/server"
)

func checking() (s *server.Server, logged *bytes.Buffer) {
	logged = new(bytes.Buffer)
	s = &server.Server{StreamKeys: [][]byte{[]byte("0123456789abcdef")}}
	s.Cable.Logger = slog.New(slog.NewTextHandler(logged, nil))
	return s, logged
}

func TestCheckAddsItsScriptToPages(t *testing.T) {
	const page, script = "<!DOCTYPE html><p>", `<script src="/turbo-check.js"></script>`
	answer := func(body string, headers ...string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			io.WriteString(w, body)
		})
	}
	get := func(path string) *http.Request { return httptest.NewRequest("GET", path, nil) }
	framed := get("/")
	framed.Header.Set("Turbo-Frame", "a")
	for _, c := range []struct {
		name  string
		h     http.Handler
		r     *http.Request
		added string
	}{
		{"a page", answer(page), get("/"), script},
		{"a page with a type and a length", answer(page, "Content-Type", "text/html; charset=utf-8", "Content-Length", "18"), get("/"), script},
		{"a page with a policy", answer(page, "Content-Security-Policy", "script-src 'self' 'nonce-a+b/1=='"), get("/"), `<script src="/turbo-check.js" nonce="a+b/1=="></script>`},
		{"a page below a folder", answer(page), get("/app/rooms/a%20b?c"), `<script src="/app/turbo-check.js"></script>`},
		{"a part of a page", answer("<turbo-frame id=a>", "Content-Type", "text/html"), get("/"), ""},
		{"the answer to a frame", answer(`<!DOCTYPE html><turbo-frame id="a">`), framed, ""},
		{"a page that is compressed", answer(page, "Content-Type", "text/html", "Content-Encoding", "br"), get("/"), ""},
		{"JSON", answer("{}", "Content-Type", "application/json"), get("/"), ""},
		{"streams", answer("<turbo-stream>", "Content-Type", "text/vnd.turbo-stream.html"), get("/"), ""},
		{"a redirect", http.RedirectHandler("/two", http.StatusSeeOther), get("/"), ""},
		{"nothing", answer(""), get("/"), ""},
		{"a head", answer(page), httptest.NewRequest("HEAD", "/", nil), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			plain, w := httptest.NewRecorder(), httptest.NewRecorder()
			c.h.ServeHTTP(plain, c.r)
			s, _ := checking()
			h := s.Check(c.h)
			if strings.HasPrefix(c.r.URL.Path, "/app/") {
				h = http.StripPrefix("/app", h)
			}
			h.ServeHTTP(w, c.r)
			if got := w.Body.String(); got != plain.Body.String()+c.added || w.Code != plain.Code {
				t.Errorf("got %d %q, want %q more than %q", w.Code, got, c.added, plain.Body)
			}
			if got := w.Header().Get("Content-Length"); got != "" && c.added != "" {
				t.Errorf("it has a length, %s", got)
			}
		})
	}
}

func TestCheckLogsWhatPagesReport(t *testing.T) {
	s, logged := checking()
	h := s.Check(http.NotFoundHandler())
	do := func(method, body, site string) int {
		r, w := httptest.NewRequest(method, "/turbo-check.js", strings.NewReader(body)), httptest.NewRecorder()
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		h.ServeHTTP(w, r)
		if method == "GET" && !strings.Contains(w.Body.String(), "turbo:before-stream-render") {
			t.Errorf("the script is %q", w.Body)
		}
		return w.Code
	}
	const report = `{"text": "<turbo-stream target=\"a\">: no element in the page has this id.\n", "page": "/rooms"}`
	for want, code := range map[int]int{
		200: do("GET", "", ""), 204: do("POST", report, "same-origin"),
		400: max(do("POST", report, "cross-site"), do("POST", "", ""), do("POST", `{"text": "`+strings.Repeat("a", 1<<15)+`"}`, "")),
	} {
		if code != want {
			t.Errorf("got %d, want %d", code, want)
		}
	}
	if got := logged.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "level=ERROR") || !strings.Contains(got, "no element in the page has this id") || !strings.Contains(got, "page=/rooms") {
		t.Errorf("logged %q", got)
	}
}

type room struct{ ID int }

func (r *room) ToParam() string { return "room" }

// The error about a type that is not streamable lists those that are. With Check, it is shown in the
// page, which a template would break off at.
func TestStreamFromSaysWhatIsNoStreamable(t *testing.T) {
	s, logged := checking()
	_, err := s.StreamFrom(3.14)
	for _, part := range []string{"float64 is not streamable", "a string, an integer", "GlobalID() streamname.GlobalID", "ToParam() string"} {
		if err == nil || !strings.Contains(err.Error(), part) || !strings.Contains(logged.String(), part) {
			t.Errorf("got %v, logged %s, want %q", err, logged, part)
		}
	}
	if _, err := s.StreamFrom(room{1}); err == nil || !strings.Contains(err.Error(), "pass a pointer (*server_test.room), because the method has a pointer receiver") {
		t.Errorf("a value whose pointer is one: %v", err)
	}
	if _, err := s.StreamFrom(&room{1}); err != nil {
		t.Error(err)
	}
	s.Check(http.NotFoundHandler())
	tag, err := s.StreamFrom(struct{}{})
	if err != nil || !strings.Contains(string(tag), "struct {} is not streamable: pass a string") || !strings.Contains(string(tag), "role=\"alert\"") {
		t.Errorf("in development: %q, %v", tag, err)
	}
}
