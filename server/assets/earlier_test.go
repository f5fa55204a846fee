package assets

import (
	"errors"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// version is a distribution whose script is of a version; its wasm is the same
// in all.
func version(name string) fstest.MapFS {
	files := distribution()
	files["turbo.js"].Data = []byte("plain turbo.js " + name)
	files["turbo.js.br"].Data = []byte("brotli turbo.js " + name)
	return files
}

func TestEarlierDistributions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kept", "turbo")
	deploy := func(name string) *Handler {
		t.Helper()
		earlier, err := Keep(dir, version(name), 2)
		if err != nil {
			t.Fatal(err)
		}
		h, err := New("/turbo/", version(name), earlier...)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	get := func(h *Handler, path string) (int, string, string) {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", "br")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Body.String(), w.Header().Get("Cache-Control")
	}
	addresses := map[string]string{}
	var h *Handler
	for _, name := range []string{"1", "2", "3", "3", "4"} {
		h = deploy(name)
		addresses[name] = address(t, h, "turbo.js")
	}
	for name, status := range map[string]int{"1": 404, "2": 200, "3": 200, "4": 200} {
		got, body, caching := get(h, addresses[name])
		if got != status || status == 200 && (body != "brotli turbo.js "+name || !strings.Contains(caching, "immutable")) {
			t.Errorf("version %s: got %d %q, kept %q; want status %d", name, got, body, caching, status)
		}
	}
	if _, body, _ := get(h, "/turbo/turbo.js"); body != "brotli turbo.js 4" {
		t.Errorf("plain name: got %q, want the present version", body)
	}
	// After the way back to an earlier one, pages of the later are still there.
	h = deploy("3")
	if status, body, _ := get(h, addresses["4"]); status != 200 {
		t.Errorf("after going back: got %d %q", status, body)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 3 {
		t.Errorf("got %v (%v), want 3 distributions", entries, err)
	}
}

func TestKeepAtTheSameTime(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := Keep(dir, version("1"), 1); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("got %v (%v), want one distribution", entries, err)
	}
}

func TestKeepRefuses(t *testing.T) {
	if _, err := Keep(t.TempDir(), fstest.MapFS{}, 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no distribution: got error %v", err)
	}
	if _, err := New("/turbo/", distribution(), fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an earlier one that is none: got error %v", err)
	}
}
