package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/turbowasm/turbowasm/server/assets"
)

// TestTags loads the runtime with the tags that package assets writes, under a
// strict policy, and imports it as applications of Rails do.
func TestTags(t *testing.T) {
	files, err := makeFiles(t.Context(), runtimePackage, false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	distribution := fstest.MapFS{}
	for name, data := range files {
		distribution[name] = &fstest.MapFile{Data: data}
	}
	runtime, err := assets.New("/turbo/", distribution)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/turbo/") {
			mu.Lock()
			asked = append(asked, path.Base(r.URL.Path))
			mu.Unlock()
			runtime.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'nonce-n0nce'; connect-src 'self'; style-src 'unsafe-inline'; img-src data:")
		const script = "<script nonce=n0nce>"
		head := strings.Replace(bootPage, "<script>", script, 1)
		fmt.Fprintf(w, strings.Replace(head, script, string(runtime.Tags("n0nce"))+script, 1),
			`<script type=module nonce=n0nce>import * as Turbo from "@hotwired/turbo"; import { cable } from "@hotwired/turbo-rails"; window.imported = Turbo.visit == window.Turbo.visit && cable == window.Turbo.cable</script>`,
			strings.Trim(r.URL.Path, "/"))
	}))
	t.Cleanup(server.Close)
	tab := newBootBrowser(t).open(t, server.URL+"/one")
	tab.run(poll(`window.imported`))
	if got := tab.text(settled); got != "ready" {
		t.Fatalf("Turbo.ready: %s", got)
	}
	tab.run(click("#link"), poll(`document.querySelector("h1").textContent === "two" && window.sameDocument`))
	if got := tab.text(`lines.join("\n")`); got != "" {
		t.Errorf("got console %q", got)
	}
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(asked)
	if len(asked) != 3 || len(slices.Compact(slices.Clone(asked))) != 3 {
		t.Errorf("got requests %q, want one of each file", asked)
	}
}
