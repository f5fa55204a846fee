package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/evanw/esbuild/pkg/api"
)

const probeScript = `
import { Go } from "go-wasm-exec"
const go = new Go()
const { instance } = await WebAssembly.instantiateStreaming(fetch("/probe.wasm"), go.importObject)
go.run(instance)
`

// TestProgramInPage runs a Go program, compiled and loaded as dist does it, in
// pages that differ in the globals they have.
func TestProgramInPage(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	p := program{Package: "./testdata/probe"}
	script := loaderOf(t, p, probeScript)
	browser, cancel := chromedp.NewContext(ctx)
	defer cancel()
	if err := chromedp.Run(browser); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		build
		names, diagnostics bool
	}{
		{"as shipped", shipped, false, false},
		{"with names", named, true, false},
		{"for debugging", debugging, true, true},
	} {
		wasm := compileQuietly(t, p, c.build)
		for text, want := range map[string]bool{"main.allocate": c.names, "created by": c.diagnostics} {
			if got := strings.Contains(string(wasm), text); got != want {
				t.Errorf("%s: %q is in it: got %t", c.name, text, got)
			}
		}
		for _, page := range []struct{ sentence, globals string }{
			{"a page without the globals of Node gets none", ``},
			{"a page with such globals keeps its own", `globalThis.process = "p"; globalThis.fs = "f"; globalThis.path = "w"; globalThis.Go = "g"`},
		} {
			t.Run(page.sentence+", "+c.name, func(t *testing.T) {
				runProbe(t, browser, wasm, script, page.globals)
			})
		}
	}
}

// loaderOf bundles a script with Go's own.
func loaderOf(t *testing.T, p program, script string) []byte {
	wasmExec, err := p.wasmExec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bundled, err := bundle(fstest.MapFS{"probe.js": {Data: []byte(script)}}, "probe.js", wasmExec, "", nil, api.FormatESModule)
	if err != nil {
		t.Fatal(err)
	}
	return bundled
}

// compileQuietly compiles a program and checks that nothing was said, as is
// where the toolchain's runtime is not what we know.
func compileQuietly(t *testing.T, p program, b build) []byte {
	var said strings.Builder
	wasm, err := p.compile(t.Context(), b, &said)
	if err != nil {
		t.Fatal(err)
	}
	if said.Len() > 0 {
		t.Error(said.String())
	}
	return wasm
}

func runProbe(t *testing.T, browser context.Context, wasm, script []byte, globals string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/probe.wasm":
			w.Header().Set("Content-Type", "application/wasm")
			w.Write(wasm)
		case "/probe.js":
			w.Header().Set("Content-Type", "text/javascript")
			w.Write(script)
		case "/":
			fmt.Fprintf(w, `<!doctype html><link rel=icon href=data:,><script>%s
				const lines = []
				console.log = (line) => lines.push(line)
				addEventListener("error", (event) => lines.push(event.message))
				addEventListener("unhandledrejection", (event) => lines.push(String(event.reason)))
				const before = new Set(Reflect.ownKeys(globalThis))</script>
				<script type=module src=/probe.js></script>`, globals)
		}
	}))
	defer server.Close()
	tab, cancel := chromedp.NewContext(browser)
	defer cancel()
	var result struct {
		Report map[string]string
		Added  []string
		Node   []string
		Lines  []string
	}
	var text string
	err := chromedp.Run(tab,
		chromedp.Navigate(server.URL),
		chromedp.Poll(`globalThis.report && JSON.stringify({
			report,
			added: Reflect.ownKeys(globalThis).filter((key) => !before.has(key)).map(String),
			node: [typeof process, typeof fs, typeof path, typeof Go].concat(globalThis.process ?? [], globalThis.fs ?? [], globalThis.path ?? [], globalThis.Go ?? []),
			lines,
		})`, &text, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(time.Minute)))
	if err != nil {
		chromedp.Run(tab, chromedp.Evaluate(`lines.join("\n")`, &text))
		t.Fatalf("%v; console: %s", err, text)
	}
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"allocation, collection and growing stacks": "716661",
		"a panic that is recovered":                 "thrown",
		"a runtime error that is recovered":         "runtime error: index out of range [1] with length 1",
		"memory is collected":                       "true",
		"finalizers, cleanups and weak pointers":    "finalized cleaned true",
		"goroutines and timers":                     "4950 true",
		"selects, tickers and deadlines":            "received default timeout tick stopped after",
		"an ended goroutine runs its defers":        "deferred",
		"callers":                                   "true true",
		"fs and process as Go sees them":            "-1 open /etc/passwd: not implemented on js",
	}
	if !maps.Equal(result.Report, want) {
		t.Errorf("got report %q\nwant %q", result.Report, want)
	}
	if !slices.Equal(result.Added, []string{"report"}) {
		t.Errorf("got new globals %q, want only the report", result.Added)
	}
	node := []string{"undefined", "undefined", "undefined", "undefined"}
	if globals != "" {
		node = []string{"string", "string", "string", "string", "p", "f", "w", "g"}
	}
	if !slices.Equal(result.Node, node) {
		t.Errorf("got Node's globals %q, want %q", result.Node, node)
	}
	if want := []string{"printed by the runtime", "printed through os"}; !slices.Equal(result.Lines, want) {
		t.Errorf("got console %q, want %q", result.Lines, want)
	}
}
