package assets

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

func distribution() fstest.MapFS {
	files := fstest.MapFS{}
	for _, name := range []string{"turbo.js", "turbo.umd.js", "turbo-rails.js", "turbo.wasm"} {
		files[name] = &fstest.MapFile{Data: []byte("plain " + name)}
		files[name+".gz"] = &fstest.MapFile{Data: []byte("gzip " + name)}
		files[name+".br"] = &fstest.MapFile{Data: []byte("brotli " + name)}
	}
	files["LICENSE-go.txt"] = &fstest.MapFile{Data: []byte("plain LICENSE-go.txt")}
	files["secret.txt"] = &fstest.MapFile{Data: []byte("secret")}
	return files
}

func newHandler(t *testing.T) *Handler {
	t.Helper()
	h, err := New("/turbo/", distribution())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func address(t *testing.T, h *Handler, name string) string {
	t.Helper()
	url, err := h.URL(name)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func TestServe(t *testing.T) {
	h := newHandler(t)
	hashedWASM, hashedJS := address(t, h, "turbo.wasm"), address(t, h, "turbo.js")
	const immutable, revalidate = "public, max-age=31536000, immutable", "no-cache"
	for _, c := range []struct {
		sentence, path, accept         string
		contentType, encoding, caching string
		body                           string
	}{
		{"the wasm has its type, which streaming compilation asks for", "/turbo/turbo.wasm", "", "application/wasm", "", revalidate, "plain turbo.wasm"},
		{"a script has its type, which modules ask for", "/turbo/turbo.js", "", "text/javascript; charset=utf-8", "", revalidate, "plain turbo.js"},
		{"the script of Rails has its type too", "/turbo/turbo-rails.js", "", "text/javascript; charset=utf-8", "", revalidate, "plain turbo-rails.js"},
		{"a hashed name is kept for good", hashedJS, "", "text/javascript; charset=utf-8", "", immutable, "plain turbo.js"},
		{"brotli is preferred", hashedWASM, "gzip, deflate, br, zstd", "application/wasm", "br", immutable, "brotli turbo.wasm"},
		{"gzip serves clients without brotli", hashedWASM, "gzip, deflate", "application/wasm", "gzip", immutable, "gzip turbo.wasm"},
		{"a refused coding is not used", "/turbo/turbo.wasm", "br;q=0, gzip;q=0.5", "application/wasm", "gzip", revalidate, "gzip turbo.wasm"},
		{"any coding means the best one", "/turbo/turbo.wasm", "*", "application/wasm", "br", revalidate, "brotli turbo.wasm"},
		{"any other coding does not include the refused", "/turbo/turbo.wasm", "br; q=0.0, *", "application/wasm", "gzip", revalidate, "gzip turbo.wasm"},
		{"a coding of another name is not ours", "/turbo/turbo.wasm", "brotli, xgzip", "application/wasm", "", revalidate, "plain turbo.wasm"},
		{"codings are matched in any case", "/turbo/turbo.wasm", "BR", "application/wasm", "br", revalidate, "brotli turbo.wasm"},
		{"a file without compressed forms is sent plain", "/turbo/LICENSE-go.txt", "br, gzip", "text/plain; charset=utf-8", "", revalidate, "plain LICENSE-go.txt"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			vary := "Accept-Encoding, Available-Dictionary"
			if strings.HasSuffix(c.path, ".txt") {
				vary = "Accept-Encoding"
			}
			for _, method := range []string{"GET", "HEAD"} {
				r := httptest.NewRequest(method, c.path, nil)
				if c.accept != "" {
					r.Header.Set("Accept-Encoding", c.accept)
				}
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				res := w.Result()
				if res.StatusCode != 200 {
					t.Fatalf("%s: got status %d, want 200", method, res.StatusCode)
				}
				for name, want := range map[string]string{
					"Content-Type":           c.contentType,
					"Content-Encoding":       c.encoding,
					"Cache-Control":          c.caching,
					"Vary":                   vary,
					"X-Content-Type-Options": "nosniff",
				} {
					if got := res.Header.Get(name); got != want {
						t.Errorf("%s: %s: got %q, want %q", method, name, got, want)
					}
				}
				if res.ContentLength != int64(len(c.body)) {
					t.Errorf("%s: got length %d, want %d", method, res.ContentLength, len(c.body))
				}
				want := c.body
				if method == "HEAD" {
					want = ""
				}
				if got, _ := io.ReadAll(res.Body); string(got) != want {
					t.Errorf("%s: got body %q, want %q", method, got, want)
				}
			}
		})
	}
}

func TestRevalidation(t *testing.T) {
	h := newHandler(t)
	get := func(accept, ifNoneMatch string) *http.Response {
		r := httptest.NewRequest("GET", "/turbo/turbo.js", nil)
		r.Header.Set("Accept-Encoding", accept)
		if ifNoneMatch != "" {
			r.Header.Set("If-None-Match", ifNoneMatch)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	tag := get("br", "").Header.Get("ETag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	res := get("br", tag)
	if res.StatusCode != http.StatusNotModified {
		t.Errorf("same content and coding: got status %d, want 304", res.StatusCode)
	}
	if body, _ := io.ReadAll(res.Body); len(body) != 0 || res.Header.Get("Content-Length") != "" {
		t.Errorf("same content and coding: got a body")
	}
	for accept, body := range map[string]string{"gzip": "gzip turbo.js", "identity": "plain turbo.js"} {
		res := get(accept, tag)
		if got, _ := io.ReadAll(res.Body); res.StatusCode != 200 || string(got) != body {
			t.Errorf("brotli's tag with %s: got status %d and %q, want 200 and %q", accept, res.StatusCode, got, body)
		}
	}
	if res := get("br", `"other"`); res.StatusCode != 200 {
		t.Errorf("another tag: got status %d, want 200", res.StatusCode)
	}
}

func TestRefuse(t *testing.T) {
	h := newHandler(t)
	hashed := address(t, h, "turbo.js")
	for _, c := range []struct {
		sentence, method, path string
		status                 int
	}{
		{"an unknown file", "GET", "/turbo/other.js", 404},
		{"a file that lies there but is no part of the runtime", "GET", "/turbo/secret.txt", 404},
		{"a compressed form by its own name", "GET", "/turbo/turbo.js.br", 404},
		{"the directory", "GET", "/turbo/", 404},
		{"a path outside of the prefix", "GET", "/turbo.js", 404},
		{"a way up", "GET", "/turbo/../turbo/turbo.js", 404},
		{"an encoded way up", "GET", "/turbo/%2e%2e/secret.txt", 404},
		{"an encoded slash", "GET", "/turbo%2fturbo.js/..", 404},
		{"a hash of other content", "GET", strings.Replace(hashed, "turbo-", "turbo-0", 1), 404},
		{"a post", "POST", "/turbo/turbo.js", 405},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
			if w.Code != c.status {
				t.Errorf("got status %d, want %d", w.Code, c.status)
			}
			if strings.Contains(w.Body.String(), "secret") || w.Header().Get("Cache-Control") == "public, max-age=31536000, immutable" {
				t.Errorf("got %q, headers %v", w.Body, w.Header())
			}
			if c.status == 405 && w.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("got Allow %q", w.Header().Get("Allow"))
			}
		})
	}
}

func TestHashFollowsContent(t *testing.T) {
	before := newHandler(t)
	files := distribution()
	files["turbo.js"].Data = []byte("changed")
	after, err := New("/turbo/", files)
	if err != nil {
		t.Fatal(err)
	}
	if address(t, before, "turbo.js") == address(t, after, "turbo.js") {
		t.Error("changed script kept its address")
	}
	if address(t, before, "turbo.wasm") != address(t, after, "turbo.wasm") {
		t.Error("unchanged wasm lost its address")
	}
	if _, err := after.URL("other.js"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("unknown file: got error %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	without := distribution()
	delete(without, "turbo.wasm")
	if _, err := New("/turbo/", without); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "turbo.wasm") {
		t.Errorf("no wasm: got error %v", err)
	}
	for _, prefix := range []string{"", "turbo", "/turbo", "turbo/"} {
		if _, err := New(prefix, distribution()); err == nil {
			t.Errorf("prefix %q: no error", prefix)
		}
	}
}

func TestConcurrentRequests(t *testing.T) {
	h := newHandler(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, name := range []string{"/turbo/turbo.js", "/turbo/turbo.wasm", "/turbo/none"} {
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", name, nil))
				h.Tags("n")
			}
		})
	}
	group.Wait()
}
