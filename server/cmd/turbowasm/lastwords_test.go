package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const lastWordsScript = `
import { Go } from "go-wasm-exec"
const go = new Go()
const response = await fetch(location.hash.slice(1))
const { instance } = await WebAssembly.instantiateStreaming(response, go.importObject)
await go.run(instance)
globalThis.ended = true
`

// TestLastWords ends a program in every way that Go knows: a page's console
// shows what a program that keeps its diagnostics says, before its traceback.
func TestLastWords(t *testing.T) {
	p := program{Package: "./testdata/lastwords"}
	wasm := map[string][]byte{"/shipped": compileQuietly(t, p, shipped), "/debugging": compileQuietly(t, p, debugging)}
	script := loaderOf(t, p, lastWordsScript)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if binary, ok := wasm[r.URL.Path]; ok {
			w.Header().Set("Content-Type", "application/wasm")
			w.Write(binary)
			return
		}
		if r.URL.Path == "/script.js" {
			w.Header().Set("Content-Type", "text/javascript")
			w.Write(script)
			return
		}
		fmt.Fprint(w, `<!doctype html><link rel=icon href=data:,><script>
			const endings = globalThis.endings = [], lines = []
			console.log = console.error = (line) => lines.push(String(line))
			addEventListener("unhandledrejection", ({ reason }) => { lines.push(String(reason)); globalThis.ended = true })</script>
			<script type=module src=/script.js></script>`)
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	browser, cancel := chromedp.NewContext(ctx)
	defer cancel()
	if err := chromedp.Run(browser); err != nil {
		t.Fatal(err)
	}
	// open runs the program that ends so and gives what the page has to say.
	open := func(t *testing.T, build, how, what string, result any) {
		tab, cancel := chromedp.NewContext(browser)
		defer cancel()
		var text string
		err := chromedp.Run(tab,
			chromedp.Navigate(server.URL+"/?"+url.PathEscape(how)+"#/"+build),
			chromedp.Poll("globalThis.ended && JSON.stringify("+what+")", &text, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(time.Minute)))
		if err != nil {
			t.Fatalf("%s: %v", build, err)
		}
		if err := json.Unmarshal([]byte(text), result); err != nil {
			t.Fatal(err)
		}
	}
	var endings []string
	if open(t, "shipped", "", "endings", &endings); len(endings) == 0 {
		t.Fatalf("got endings %q", endings)
	}
	for _, how := range endings {
		t.Run(how, func(t *testing.T) {
			var short, long []string
			open(t, "shipped", how, "lines", &short)
			open(t, "debugging", how, "lines", &long)
			got, want := strings.Join(short, "\n"), words(strings.Join(long, "\n"))
			if strings.TrimSpace(got) != want || want == "" {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

var (
	traceback = regexp.MustCompile(`(?s)\n(goroutine \d+|runtime stack).*`)
	details   = regexp.MustCompile(`(?m)^runtime: .*\n`)
)

// words is what a program with diagnostics said, without those.
func words(console string) string {
	return strings.TrimSpace(details.ReplaceAllString(traceback.ReplaceAllString(console, ""), ""))
}
