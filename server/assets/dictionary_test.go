package assets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math/bits"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

// build is a distribution of files that do not compress, which differs a
// little from those of other versions.
func build(version byte) fstest.MapFS {
	files := distribution()
	for i, name := range []string{"turbo.js", "turbo.umd.js", "turbo-rails.js", "turbo.wasm"} {
		data := make([]byte, 100_000)
		rand.NewChaCha8([32]byte{byte(i)}).Read(data)
		data[50_000] = version
		files[name].Data, files[name+".br"].Data, files[name+".gz"].Data = data, append([]byte("brotli"), data...), append([]byte("gzip"), data...)
	}
	return files
}

// dictionaries has three builds, of which the third is current.
func dictionaries(t *testing.T) *Handler {
	t.Helper()
	h, err := New("/turbo/", build(3), build(2), build(1))
	if err != nil {
		t.Fatal(err)
	}
	made(h)
	return h
}

// available is the value of Available-Dictionary for a client that has a file.
func available(files fstest.MapFS, name string) string {
	sum := sha256.Sum256(files[name].Data)
	return ":" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// decoded undoes dcz with the dictionary that a client has. Go's decoder knows
// no dictionaries, but a dictionary is what is decoded before the content.
func decoded(t *testing.T, body, dictionary []byte) []byte {
	t.Helper()
	sum := sha256.Sum256(dictionary)
	rest, ok := bytes.CutPrefix(body, append([]byte("\xffDCB"), sum[:]...))
	if !ok {
		t.Fatalf("the body begins with % x, want the magic number and the dictionary's hash", body[:min(len(body), 36)])
	}
	if rest[0]&15 != 15 {
		t.Errorf("got window bits %04b, want those of 16 MB", rest[0]&15)
	}
	stream := rest
	if len(dictionary) > 0 {
		// The window, then the dictionary as an uncompressed block, and after it the
		// content's own stream from its fifth bit on.
		size := uint64(len(dictionary) - 1)
		nibbles := max(4, (bits.Len64(size)+3)/4)
		header := 15 | uint64(nibbles-4)<<5 | size<<7 | 1<<(7+4*nibbles)
		stream = binary.LittleEndian.AppendUint64(nil, header)[:(8+4*nibbles+7)/8]
		stream = append(stream, dictionary...)
		for i, b := range rest[1:] {
			stream = append(stream, rest[i]>>4|b<<4)
		}
		if last := rest[len(rest)-1] >> 4; last != 0 { // it ends with a one
			stream = append(stream, last)
		}
	}
	plain, err := io.ReadAll(brotli.NewReader(bytes.NewReader(stream)))
	if err != nil {
		t.Fatal(err)
	}
	plain, ok = bytes.CutPrefix(plain, dictionary)
	if !ok {
		t.Fatal("the dictionary is not decoded to itself")
	}
	return plain
}

// made waits until every difference to another build is made.
func made(h *Handler) {
	for _, f := range h.current {
		for _, d := range f.deltas {
			d.get(context.Background())
			<-d.made
		}
	}
}

func request(h *Handler, method, path string, header map[string]string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestReturningVisitorDownloadsTheDifference(t *testing.T) {
	h := dictionaries(t)
	tags := map[string]bool{}
	for version := byte(1); version <= 3; version++ {
		has := build(version)
		for _, name := range []string{"turbo.js", "turbo.umd.js", "turbo-rails.js", "turbo.wasm"} {
			for path, caching := range map[string]string{"/turbo/" + name: "no-cache", address(t, h, name): "private, max-age=31536000, immutable"} {
				header := map[string]string{"Accept-Encoding": "gzip, deflate, br, zstd, dcz, dcb", "Available-Dictionary": available(has, name)}
				whole := request(h, "GET", path, map[string]string{"Accept-Encoding": "br"}).Header.Get("ETag")
				for _, more := range []string{"", "Range"} {
					if more != "" {
						header[more] = "bytes=0-9"
					}
					res := request(h, "GET", path, header)
					body, _ := io.ReadAll(res.Body)
					if res.StatusCode != 200 || res.Header.Get("Content-Encoding") != "dcb" {
						t.Fatalf("%s from build %d: got status %d and %q, want 200 and dcb", path, version, res.StatusCode, res.Header.Get("Content-Encoding"))
					}
					if len(body) > 200 || res.Header.Get("Content-Length") != strconv.Itoa(len(body)) {
						t.Errorf("%s from build %d: got %d bytes, Content-Length %s", path, version, len(body), res.Header.Get("Content-Length"))
					}
					if !bytes.Equal(decoded(t, body, has[name].Data), build(3)[name].Data) {
						t.Errorf("%s from build %d: decoded to something else", path, version)
					}
					if got := strings.ToLower(strings.Join(res.Header.Values("Vary"), ", ")); got != "accept-encoding, available-dictionary" {
						t.Errorf("%s: got Vary %q", path, got)
					}
					if got := res.Header.Get("Cache-Control"); got != caching {
						t.Errorf("%s: got Cache-Control %q, want %q", path, got, caching)
					}
					tag := res.Header.Get("ETag")
					if tag == "" || tag == whole {
						t.Errorf("%s: got ETag %q, that of brotli is %q", path, tag, whole)
					}
					tags[tag] = true
				}
				head := request(h, "HEAD", path, header)
				get := request(h, "GET", path, header)
				for _, name := range []string{"Content-Encoding", "Content-Length", "Content-Type", "ETag", "Vary", "Use-As-Dictionary"} {
					if got, want := head.Header.Get(name), get.Header.Get(name); got != want {
						t.Errorf("HEAD %s: got %s %q, want %q", path, name, got, want)
					}
				}
				header["If-None-Match"] = get.Header.Get("ETag")
				if res := request(h, "GET", path, header); res.StatusCode != http.StatusNotModified {
					t.Errorf("%s with its own tag: got status %d, want 304", path, res.StatusCode)
				}
				header["If-None-Match"] = whole
				if res := request(h, "GET", path, header); res.StatusCode != 200 {
					t.Errorf("%s with the tag of brotli: got status %d, want 200", path, res.StatusCode)
				}
			}
		}
	}
	if len(tags) != 4*3 {
		t.Errorf("got %d tags, want one of each file and dictionary", len(tags))
	}
}

func TestWhoGetsTheWholeFile(t *testing.T) {
	h := dictionaries(t)
	had := available(build(2), "turbo.wasm")
	const accept = "gzip, br, dcb"
	for _, c := range []struct{ sentence, path, accept, available string }{
		{"one that has nothing", "/turbo/turbo.wasm", accept, ""},
		{"one that cannot decode it", "/turbo/turbo.wasm", "gzip, br, dcz", had},
		{"one that refuses the coding", "/turbo/turbo.wasm", "br, dcb;q=0", had},
		{"one that has an unknown build", "/turbo/turbo.wasm", accept, available(build(9), "turbo.wasm")},
		{"one that has another file", "/turbo/turbo.wasm", accept, available(build(2), "turbo.js")},
		{"one that says no hash", "/turbo/turbo.wasm", accept, "x"},
		{"one that says an empty hash", "/turbo/turbo.wasm", accept, "::"},
		{"one that says half a byte sequence", "/turbo/turbo.wasm", accept, ":"},
		{"one that says a short hash", "/turbo/turbo.wasm", accept, ":AAAA:"},
		{"one that says no base64", "/turbo/turbo.wasm", accept, ":" + strings.Repeat("?", 44) + ":"},
		{"one that says a hash of zeros", "/turbo/turbo.wasm", accept, ":" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + ":"},
		{"one that asks for an earlier build", address(t, mustNew(t, build(1)), "turbo.wasm"), accept, had},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			header := map[string]string{"Accept-Encoding": c.accept}
			if c.available != "" {
				header["Available-Dictionary"] = c.available
			}
			res := request(h, "GET", c.path, header)
			if got := res.Header.Get("Content-Encoding"); res.StatusCode != 200 || got != "br" {
				t.Errorf("got status %d and coding %q, want 200 and br", res.StatusCode, got)
			}
			if got := res.Header.Get("Vary"); got != "Accept-Encoding, Available-Dictionary" {
				t.Errorf("got Vary %q", got)
			}
		})
	}
	r := httptest.NewRequest("GET", "/turbo/turbo.wasm", nil)
	r.Header = http.Header{"Accept-Encoding": {accept}, "Available-Dictionary": {had, had}}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if got := w.Header().Get("Content-Encoding"); got != "br" {
		t.Errorf("one that says two hashes: got coding %q, want br", got)
	}

	// A file that has become another is sent as it is.
	other := build(3)
	rand.NewChaCha8([32]byte{99}).Read(other["turbo.wasm"].Data)
	h, err := New("/turbo/", other, build(2))
	if err != nil {
		t.Fatal(err)
	}
	if got := request(h, "GET", "/turbo/turbo.wasm", map[string]string{"Accept-Encoding": accept, "Available-Dictionary": had}).Header.Get("Content-Encoding"); got != "br" {
		t.Errorf("a file that has become another: got coding %q, want br", got)
	}
}

func mustNew(t *testing.T, files fstest.MapFS) *Handler {
	t.Helper()
	h, err := New("/turbo/", files)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Only what browsers keep can be a dictionary: of plain names they know nothing
// without asking.
func TestUseAsDictionary(t *testing.T) {
	h := dictionaries(t)
	for _, c := range []struct{ path, want string }{
		{address(t, h, "turbo.wasm"), `match="turbo*.wasm"`},
		{address(t, h, "turbo.js"), `match="turbo*.js"`},
		{address(t, h, "turbo.umd.js"), `match="turbo.umd*.js"`},
		{address(t, h, "turbo-rails.js"), `match="turbo-rails*.js"`},
		{address(t, mustNew(t, build(2)), "turbo.wasm"), `match="turbo*.wasm"`},
		{address(t, h, "LICENSE-go.txt"), ""},
		{"/turbo/turbo.wasm", ""},
		{"/turbo/turbo.js", ""},
	} {
		if got := request(h, "GET", c.path, nil).Header.Get("Use-As-Dictionary"); got != c.want {
			t.Errorf("%s: got Use-As-Dictionary %q, want %q", c.path, got, c.want)
		}
	}
}

func TestDifferenceIsMadeOnceAndHoldsUpNobody(t *testing.T) {
	h, err := New("/turbo/", build(3), build(2), build(1))
	if err != nil {
		t.Fatal(err)
	}
	coding := func(ctx context.Context, version byte, accept string) string {
		r := httptest.NewRequestWithContext(ctx, "GET", "/turbo/turbo.wasm", nil)
		r.Header.Set("Accept-Encoding", accept)
		r.Header.Set("Available-Dictionary", available(build(version), "turbo.wasm"))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Header().Get("Content-Encoding")
	}
	compressing.Lock() // as long as another is made
	gone, leave := context.WithCancel(t.Context())
	leave()
	if got := coding(gone, 2, "br, dcb"); got != "br" {
		t.Errorf("a client that has left: got %q, want br", got)
	}
	if got := coding(t.Context(), 2, "br"); got != "br" {
		t.Errorf("another client meanwhile: got %q, want br", got)
	}
	if got := coding(t.Context(), 2, "br, dcb"); got != "br" {
		t.Errorf("a client that has lost its patience: got %q, want br", got)
	}
	compressing.Unlock()
	var group sync.WaitGroup
	for range 8 {
		for version := byte(1); version <= 3; version++ {
			group.Go(func() { coding(t.Context(), version, "br, dcb") })
		}
	}
	group.Wait()
	made(h)
	for version := byte(1); version <= 3; version++ {
		if got := coding(t.Context(), version, "br, dcb"); got != "dcb" {
			t.Errorf("build %d: got %q, want dcb", version, got)
		}
	}
	deltas := h.current["turbo.wasm"].deltas
	if len(deltas) != 3 {
		t.Errorf("%d differences are kept, want one to each build", len(deltas))
	}
	d := deltas[parseSum(available(build(2), "turbo.wasm"))]
	if first, second := d.get(t.Context()), d.get(t.Context()); &first[0] != &second[0] {
		t.Error("the difference was made twice")
	}
}
