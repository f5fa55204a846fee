package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// served serves a folder as a simple server does, and tells what was asked for.
func served(t *testing.T, dir string) (url string, asked func() string) {
	t.Helper()
	paths := make(chan string, 100)
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths <- r.URL.Path
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() string {
		var all []string
		for len(paths) > 0 {
			all = append(all, <-paths)
		}
		return strings.Join(all, " ")
	}
}

// works opens the page to copy.
func (b bootBrowser) works(t *testing.T, url string) {
	t.Helper()
	tab := b.open(t, url)
	tab.run(poll(`document.querySelector("#list li")?.textContent == "It works."`))
}

func TestDistNamesFilesByTheirContent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "turbo")
	var said bytes.Buffer
	if err := run(t.Context(), []string{"dist", "-hash", "-plain", dir}, io.Discard, &said); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "MB") {
		t.Errorf("nothing is said about what goes uncompressed: %s", &said)
	}
	names := map[string]string{}
	for _, pattern := range []string{"turbo-????????????????.js", "turbo.umd-????????????????.js", "turbo-rails-????????????????.js", "turbo-????????????????.wasm", "turbo.html", "LICENSE", "LICENSE-go.txt"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: got %q (%v)", pattern, found, err)
		}
		names[pattern] = filepath.Base(found[0])
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != len(names) {
		t.Errorf("got %v (%v)", entries, err)
	}
	browser := newBootBrowser(t)
	url, asked := served(t, filepath.Dir(dir))
	browser.works(t, url+"/turbo/turbo.html")
	if got := asked(); strings.Contains(got, "turbo.wasm") || strings.Contains(got, "turbo.js") || strings.Count(got, ".wasm") != 1 || strings.Count(got, ".js") != 1 {
		t.Errorf("asked for %s", got)
	}
	// Without the meta element the script finds the wasm beside itself.
	for name, tag := range map[string]string{
		"module.html":  `<script type="module" src="turbo/` + names["turbo-????????????????.js"] + `"></script>`,
		"classic.html": `<script src="turbo/` + names["turbo.umd-????????????????.js"] + `"></script>`,
	} {
		text := `<!doctype html><link rel="icon" href="data:,"><ul id="list"></ul>` + tag + `<script type="module">Turbo.ready.then(() => list.innerHTML = "<li>It works.</li>")</script>`
		if err := os.WriteFile(filepath.Join(dir, "..", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		browser.works(t, url+"/"+name)
	}
	// One that was changed does not run.
	script := filepath.Join(dir, names["turbo-????????????????.js"])
	if err := os.WriteFile(script, []byte("document.title = 'changed'"), 0o644); err != nil {
		t.Fatal(err)
	}
	tab := browser.open(t, url+"/turbo/turbo.html")
	tab.run(poll(`document.readyState == "complete"`))
	if got := tab.text("document.title"); got != "Turbo" {
		t.Errorf("a script with another hash has run: %s", got)
	}
}

func TestReleaseIsAnArchiveWithItsSum(t *testing.T) {
	dir := t.TempDir()
	// Compressing takes minutes under the race detector, which this does without.
	if out, err := exec.CommandContext(t.Context(), "go", "run", ".", "release", "v1.2.3-rc.1", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "turbowasm-v1.2.3-rc.1.zip"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if want := fmt.Sprintf("%x  turbowasm-v1.2.3-rc.1.zip\n", sha256.Sum256(data)); err != nil || string(sums) != want {
		t.Errorf("got %q (%v), want %q", sums, err, want)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	unzipped := filepath.Join(dir, "site")
	if err := os.CopyFS(unzipped, archive); err != nil {
		t.Fatal(err)
	}
	files := os.DirFS(filepath.Join(unzipped, "turbowasm-v1.2.3-rc.1"))
	for name, text := range map[string]string{
		"turbo.js": "LICENSE-go.txt", "turbo.umd.js": "define.amd", "turbo-rails.js": "_method", "turbo.d.ts": "visit", "turbo-rails.d.ts": "cable",
		"turbo.wasm": wasmMagic, "LICENSE": string(licence), "LICENSE-go.txt": "Copyright 2009 The Go Authors", "package.json": `"version": "1.2.3-rc.1"`, "turbo.html": "integrity=\"sha384-",
	} {
		got, err := fs.ReadFile(files, name)
		if err != nil || !bytes.Contains(got, []byte(text)) {
			t.Errorf("%s does not contain %q (%v)", name, text, err)
		}
		for _, suffix := range []string{".br", ".gz"} {
			packed, err := fs.ReadFile(files, name+suffix)
			if compressible(name) != (err == nil) || err == nil && unpack(t, suffix, packed) != string(got) {
				t.Errorf("%s%s: %v", name, suffix, err)
			}
		}
	}
	url, _ := served(t, unzipped)
	newBootBrowser(t).works(t, url+"/turbowasm-v1.2.3-rc.1/turbo.html")

	again, err := zipped("f", map[string][]byte{"b": []byte("2"), "a": []byte("1")})
	if err != nil {
		t.Fatal(err)
	}
	if same, err := zipped("f", map[string][]byte{"a": []byte("1"), "b": []byte("2")}); err != nil || !bytes.Equal(again, same) {
		t.Errorf("the same files make another archive (%v)", err)
	}
	for _, version := range []string{"1.2.3", "v1", "v1.2.3/..", ""} {
		if err := run(t.Context(), []string{"release", version, dir}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "not a version") {
			t.Errorf("%q: got error %v", version, err)
		}
	}
}

func TestCheckSaysWhatAServerDoesBadly(t *testing.T) {
	dir := t.TempDir()
	if err := writeFiles(dir, map[string][]byte{"turbo.wasm": bytes.Repeat([]byte("wasm"), 1000)}, false); err != nil {
		t.Fatal(err)
	}
	header := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := filepath.Base(r.URL.Path)
		for key, value := range header {
			w.Header().Set(key, value)
		}
		if header["Content-Encoding"] != "" {
			name += "." + header["Content-Encoding"]
		}
		http.ServeFile(w, r, filepath.Join(dir, name))
	}))
	defer server.Close()
	for _, c := range []struct {
		sentence string
		header   map[string]string
		url      string
		want     []string
	}{
		{"as it should be", map[string]string{"Content-Encoding": "gz", "Content-Type": "application/wasm"}, "/", nil},
		{"uncompressed", map[string]string{"Content-Type": "application/wasm"}, "/turbo.wasm", []string{"uncompressed (4 KB)", "serve turbo.wasm.br"}},
		{"of another type, and not to be kept", map[string]string{"Content-Type": "text/plain", "Cache-Control": "no-store"}, "/", []string{"uncompressed", `"text/plain"`, "no-store"}},
		{"not there", nil, "/none/none.wasm", []string{"404"}},
	} {
		header = c.header
		var said bytes.Buffer
		err := run(t.Context(), []string{"check", server.URL + c.url}, &said, io.Discard)
		if (err == nil) != (c.want == nil) {
			t.Errorf("%s: got error %v", c.sentence, err)
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got error %v, want %q", c.sentence, err, want)
			}
		}
		if err == nil && !strings.Contains(said.String(), "KB") {
			t.Errorf("%s: says %q", c.sentence, &said)
		}
	}
	if err := run(t.Context(), []string{"check", "http://127.0.0.1:1/"}, io.Discard, io.Discard); err == nil {
		t.Error("a server that is not there is no error")
	}
}
