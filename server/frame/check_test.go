package frame_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"github.com/turbowasm/turbowasm/server/frame"
)

const page = `<!DOCTYPE html><html><body><turbo-frame id="other"></turbo-frame></body></html>`

// answer is a handler that writes a body with headers, given by name and value.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		if status != 0 {
			w.WriteHeader(status)
		}
		io.WriteString(w, body)
	}
}

// check sends a request for the frame "wanted" through Check.
func check(t testing.TB, h http.Handler, method, id string) (res *http.Response, body, logged string) {
	t.Helper()
	var logs bytes.Buffer
	srv := httptest.NewServer(frame.Check(h, slog.New(slog.NewTextHandler(&logs, nil))))
	defer srv.Close()
	r, err := http.NewRequestWithContext(t.Context(), method, srv.URL+"/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Turbo-Frame", id)
	res, err = srv.Client().Transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	srv.Close() // the handler has ended, and logged
	return res, string(b), logs.String()
}

// frameText is the text of the frame with the id, as a browser reads a page.
func frameText(t testing.TB, body, id string) (text string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "turbo-frame" || len(n.Attr) == 0 || n.Attr[0].Val != id {
			continue
		}
		text = "" // of the last one: those before may be in templates
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				text += d.Data
			}
		}
	}
	return text
}

func TestCheckShowsWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name string
		h    http.Handler
		want string
	}{
		{"another frame", answer(0, page, "Content-Type", "text/html; charset=utf-8"),
			`GET /x answered 200, without <turbo-frame id="wanted">. It contains other.`},
		{"no frame at all", answer(0, "<p>hi", "Content-Type", "text/html"), "It contains no frames."},
		{"a type that net/http finds", answer(0, page), "answered 200"},
		{"an error page", answer(404, page, "Content-Type", "text/html"), "answered 404"},
		{"a length that is none any more", answer(200, "<p>hi", "Content-Type", "text/html", "Content-Length", "5"), "answered 200"},
		{"nothing written", answer(0, "", "Content-Type", "text/html", "Content-Length", "0"), "answered 200"},
		{"the frame in a template", answer(0, `<!DOCTYPE html><template><turbo-frame id="wanted"></turbo-frame></template>`), "It contains no frames."},
		{"the frame in a comment", answer(0, `<!DOCTYPE html><!-- <turbo-frame id="wanted"> -->`), "It contains no frames."},
		{"another element with the id", answer(0, `<!DOCTYPE html><div id="wanted">`), "It contains no frames."},
		{"a frame that leads elsewhere", answer(0, `<!DOCTYPE html><turbo-frame id="a" src="/a" recurse="b c">`), "It contains a."},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, body, logged := check(t, c.h, "GET", "wanted")
			text := frameText(t, body, "wanted")
			if !strings.Contains(text, "Frame missing") || !strings.Contains(text, c.want) {
				t.Errorf("the frame says %q, want %q", text, c.want)
			}
			if !strings.Contains(logged, "level=ERROR") || !strings.Contains(logged, "frame=wanted") {
				t.Errorf("logged %q", logged)
			}
		})
	}
}

// A page ignores plain text, and net/http takes fragments for it.
func TestCheckShowsPlainText(t *testing.T) {
	for _, c := range []struct {
		name string
		h    http.HandlerFunc
		want []string
	}{
		{"a frame that net/http takes for text", answer(0, `<turbo-frame id="wanted">`),
			[]string{"GET /x answered 200 as text/plain, the type that net/http detected. Set Content-Type to text/html, as frame.Layout does.", `It begins: <turbo-frame id="wanted">`}},
		{"the same with a status", answer(422, "\n<turbo-frame>"), []string{"answered 422 as text/plain, the type that"}},
		{"http.Error", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no <room>", http.StatusNotFound) }, []string{"GET /x answered 404 as text/plain.", "It begins: no <room>"}},
		{"a long text, in pieces", func(w http.ResponseWriter, r *http.Request) {
			for range 1000 {
				io.WriteString(w, "é ")
			}
		}, []string{"It begins: é é"}},
		{"a length that is none any more", answer(0, "oops", "Content-Type", "text/plain", "Content-Length", "4"), []string{"It begins: oops"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, body, logged := check(t, c.h, "GET", "wanted")
			if got := res.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
				t.Errorf("it is %s", got)
			}
			text := frameText(t, body, "wanted")
			for _, want := range append(c.want, "Response to a frame is text/plain") {
				if !strings.Contains(text, want) {
					t.Errorf("the frame says %q, want %q", text, want)
				}
			}
			if len(text) > 1000 || !strings.Contains(logged, "level=ERROR") || !strings.Contains(logged, "type=text/plain") {
				t.Errorf("%d bytes, and logged %q", len(text), logged)
			}
		})
	}
}

// A part begins with what net/http takes for plain text.
func TestLayoutSetsTheType(t *testing.T) {
	for set, want := range map[string]string{"": "text/html; charset=utf-8", "application/xhtml+xml": "application/xhtml+xml"} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		if set != "" {
			w.Header().Set("Content-Type", set)
		}
		r.Header.Set("Turbo-Frame", "a")
		io.WriteString(w, frame.Layout(w, r, "", `<turbo-frame id="a">`))
		if got := w.Result().Header.Get("Content-Type"); got != want {
			t.Errorf("set %q, got %q, want %q", set, got, want)
		}
	}
}

func TestCheckLeavesTheRestAsItIs(t *testing.T) {
	long := page + strings.Repeat(" ", 4<<20)
	for _, c := range []struct {
		name, method, id string
		h                http.HandlerFunc
	}{
		{"a page for a browser", "GET", "", answer(0, page)},
		{"the frame", "GET", "wanted", answer(422, `<turbo-frame id="wanted">`, "Content-Type", "text/html", "Content-Length", "25")},
		{"the frame in noscript, which Turbo reads", "GET", "wanted", answer(0, `<!DOCTYPE html><body><noscript><turbo-frame id="wanted">`)},
		{"a frame that leads to it", "GET", "wanted", answer(0, `<!DOCTYPE html><turbo-frame id="a" src="/a" recurse="b wanted">`)},
		{"a page to load whole", "GET", "wanted", answer(0, `<!DOCTYPE html><meta name="turbo-visit-control" content="reload">`)},
		{"streams", "POST", "wanted", answer(0, "<turbo-stream>", "Content-Type", "text/vnd.turbo-stream.html; charset=utf-8", "Content-Length", "14")},
		{"JSON", "GET", "wanted", answer(0, "{}", "Content-Type", "application/json")},
		{"a redirect", "POST", "wanted", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusSeeOther) }},
		{"a redirect with a page", "GET", "wanted", answer(302, page, "Location", "/", "Content-Type", "text/html")},
		{"no content", "DELETE", "wanted", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) }},
		{"what has not changed", "GET", "wanted", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotModified) }},
		{"nothing at all", "GET", "wanted", func(http.ResponseWriter, *http.Request) {}},
		{"a head", "HEAD", "wanted", answer(0, "", "Content-Type", "text/html", "Content-Length", "100")},
		{"something compressed", "GET", "wanted", answer(0, "\x1f\x8b", "Content-Type", "text/html", "Content-Encoding", "br")},
		{"too long a page", "GET", "wanted", answer(0, long, "Content-Type", "text/html")},
	} {
		t.Run(c.name, func(t *testing.T) {
			plain := httptest.NewRecorder()
			c.h(plain, httptest.NewRequest(c.method, "/x", nil))
			res, body, logged := check(t, c.h, c.method, c.id)
			if res.StatusCode != plain.Code || body != plain.Body.String() {
				t.Errorf("got %d %.200q, want %d %.200q", res.StatusCode, body, plain.Code, plain.Body)
			}
			for name, want := range plain.Result().Header {
				if name == "Content-Length" && strings.HasPrefix(plain.Header().Get("Content-Type"), "text/html") && c.method != "HEAD" {
					continue // a message might have followed
				}
				if got := res.Header[name]; len(got) != 1 || got[0] != want[0] {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
			if logged != "" {
				t.Errorf("logged %q", logged)
			}
		})
	}
}

// A page nested more deeply than the parser reads is told apart from one that
// lacks the frame.
func TestCheckSaysWhatItCannotRead(t *testing.T) {
	deep := strings.Repeat("<div>", 600)
	_, body, logged := check(t, answer(0, deep, "Content-Type", "text/html"), "GET", "wanted")
	if body != deep || !strings.Contains(logged, "level=WARN") {
		t.Errorf("logged %q, answered %d bytes, want %d", logged, len(body), len(deep))
	}
}

func TestCheckPassesOnWhatIsFlushed(t *testing.T) {
	written := make(chan bool)
	h := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusEarlyHints)
		http.NewResponseController(w).Flush() // the header
		io.WriteString(w, "<p>first")
		w.(http.Flusher).Flush()
		<-written
		io.WriteString(w, "<p>second")
	}
	srv := httptest.NewServer(frame.Check(http.HandlerFunc(h), slog.New(slog.DiscardHandler)))
	defer srv.Close()
	r, _ := http.NewRequestWithContext(t.Context(), "GET", srv.URL, nil)
	r.Header.Set("Turbo-Frame", "wanted")
	res, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	first := make([]byte, len("<p>first"))
	if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "<p>first" {
		t.Errorf("before the end: got %q, %v", first, err)
	}
	close(written)
	rest, err := io.ReadAll(res.Body)
	if err != nil || !strings.HasPrefix(string(rest), "<p>second<turbo-frame") {
		t.Errorf("at the end: got %q, %v", rest, err)
	}
}

// Whatever a page is, it arrives unchanged, and once the frame or the message
// is in it there is nothing more to add.
func FuzzCheckOnlyAdds(f *testing.F) {
	f.Add(page, "wanted")
	f.Add(`<turbo-frame id="wanted">`, "wanted")
	f.Add("<textarea><!--", `"'><&`)
	f.Add("<p>", " ")
	f.Fuzz(func(t *testing.T, body, id string) {
		if strings.ContainsFunc(id, unicode.IsControl) {
			return // no header has these
		}
		serve := func(body string) string {
			r, w := httptest.NewRequest("GET", "/x", nil), httptest.NewRecorder()
			r.Header.Set("Turbo-Frame", id)
			frame.Check(answer(0, body, "Content-Type", "text/html"), slog.New(slog.DiscardHandler)).ServeHTTP(w, r)
			return w.Body.String()
		}
		got := serve(body)
		added, ok := strings.CutPrefix(got, body)
		if !ok {
			t.Fatalf("got %q, want it to begin with %q", got, body)
		}
		if added == "" {
			return
		}
		if again := serve(added); again != added {
			t.Errorf("what was added lacks the frame: %q", added)
		}
	})
}
