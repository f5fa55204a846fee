package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/turbowasm/turbowasm/server/assets"
)

// TestUpdateCostsAReturningVisitorItsDifference loads one build of an application
// in Chromium, and then the next.
func TestUpdateCostsAReturningVisitorItsDifference(t *testing.T) {
	const most = 60_000 // bytes of turbo.wasm
	kept := t.TempDir()
	deploy := func(mainPackage string) *assets.Handler {
		t.Helper()
		files, err := makeFiles(t.Context(), mainPackage, false, t.Output())
		if err != nil {
			t.Fatal(err)
		}
		distribution := fstest.MapFS{}
		for name, data := range files {
			distribution[name] = &fstest.MapFile{Data: data}
		}
		earlier, err := assets.Keep(kept, distribution, 2)
		if err != nil {
			t.Fatal(err)
		}
		h, err := assets.New("/turbo/", distribution, earlier...)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}

	type answer struct {
		path, coding string
		size         int
	}
	var (
		mu      sync.Mutex // guards what follows
		runtime = deploy("./testdata/update")
		answers []answer
	)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := runtime
		mu.Unlock()
		switch {
		case r.URL.Path == "/turbo/turbo-probe.wasm": // an address of a build that is not there
			io.WriteString(w, r.Header.Get("Available-Dictionary"))
		case strings.HasPrefix(r.URL.Path, "/turbo/"):
			h.ServeHTTP(noted{w, func(header http.Header) {
				size, _ := strconv.Atoi(header.Get("Content-Length"))
				mu.Lock()
				defer mu.Unlock()
				answers = append(answers, answer{r.URL.Path, header.Get("Content-Encoding"), size})
			}}, r)
		default:
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, bootPage, h.Script(""), strings.Trim(r.URL.Path, "/"))
		}
	}))
	t.Cleanup(server.Close)
	url := strings.Replace(server.URL, "127.0.0.1", "localhost", 1) + "/one"
	browser := newBootBrowser(t)
	load := func() (tab bootTab, wasm []answer) {
		t.Helper()
		mu.Lock()
		answers = nil
		mu.Unlock()
		tab = browser.open(t, url)
		if got := tab.text(settled); got != "ready" {
			t.Fatalf("Turbo.ready: %s; console: %s", got, tab.text(`lines.join("\n")`))
		}
		tab.run(render("append"), poll(`list.children.length === 1`))
		mu.Lock()
		defer mu.Unlock()
		for _, a := range answers {
			t.Logf("%s: %d bytes %s", a.path, a.size, a.coding)
			if strings.HasSuffix(a.path, ".wasm") {
				wasm = append(wasm, a)
			}
		}
		return tab, wasm
	}

	tab, wasm := load()
	if len(wasm) != 1 || wasm[0].coding != "" {
		t.Fatalf("the first visit: got %v, want the whole file", wasm)
	}
	// The browser stores the dictionary after it has handed out the file: it
	// sends its hash from then on.
	known := tab.text(`(async () => {
		for (const end = Date.now() + 30000; Date.now() < end;) {
			const response = await fetch("/turbo/turbo-probe.wasm", { cache: "no-store" })
			const dictionary = await response.text()
			if (dictionary) return dictionary
		}
		return ""
	})()`)
	if known == "" {
		t.Fatal("the browser stores no dictionary")
	}

	next := deploy("./testdata/update/next")
	// The first who asks may not wait for the difference until it is made.
	for coding, deadline := "", time.Now().Add(time.Minute); coding != "dcb"; {
		if time.Now().After(deadline) {
			t.Fatalf("no difference is made to %s", known)
		}
		address, err := next.URL("turbo.wasm")
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), "GET", address, nil)
		r.Header.Set("Accept-Encoding", "dcb")
		r.Header.Set("Available-Dictionary", known)
		w := httptest.NewRecorder()
		next.ServeHTTP(w, r)
		coding = w.Header().Get("Content-Encoding")
	}
	mu.Lock()
	runtime = next
	mu.Unlock()
	tab, wasm = load()
	if len(wasm) != 1 || wasm[0].coding != "dcb" || wasm[0].size > most {
		t.Errorf("the next build: got %v, want dcb of %d bytes at most", wasm, most)
	}
	tab.run(render("fail"), poll(`lines.some((line) => line.includes("it is the new one"))`))
	if tab, wasm = load(); len(wasm) != 0 {
		t.Errorf("the next visit: got %v, want it to come from the cache", wasm)
	}
	if got := tab.text(`lines.join("\n")`); got != "" {
		t.Errorf("got console %q", got)
	}
}

// noted tells the header of an answer before it is sent.
type noted struct {
	http.ResponseWriter
	note func(http.Header)
}

func (n noted) WriteHeader(code int) {
	n.note(n.Header())
	n.ResponseWriter.WriteHeader(code)
}
