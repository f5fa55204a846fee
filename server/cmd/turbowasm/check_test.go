package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/turbowasm/turbowasm/server"
)

// TestCheckSaysWhichStreamsDoNothing has a page find out, and tell the server.
func TestCheckSaysWhichStreamsDoNothing(t *testing.T) {
	files, err := makeFiles(t.Context(), runtimePackage, false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	turbo := &server.Server{StreamKeys: [][]byte{[]byte("0123456789abcdef")}}
	turbo.Cable.Logger = slog.New(slog.NewTextHandler(&logged, nil))
	app := turbo.Check(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if types := map[string]string{".js": "text/javascript", ".wasm": "application/wasm"}; types[path.Ext(r.URL.Path)] != "" {
			w.Header().Set("Content-Type", types[path.Ext(r.URL.Path)])
			w.Write(files[path.Base(r.URL.Path)])
			return
		}
		w.Header().Set("Content-Security-Policy", "script-src 'nonce-abc' 'wasm-unsafe-eval'; style-src 'self'")
		if r.URL.Path == "/text" {
			io.WriteString(w, `<turbo-frame id=frame>It is no page.</turbo-frame>`)
			return
		}
		io.WriteString(w, `<!doctype html><html><head><link rel=icon href=data:,><script nonce=abc type=module src=turbo/turbo.js></script></head>
			<body><ul id=list></ul><turbo-frame id=frame src=text></turbo-frame></body></html>`)
	}))
	site := httptest.NewServer(http.StripPrefix("/app", app))
	defer site.Close()

	tab := newBootBrowser(t).open(t, site.URL+"/app/")
	tab.run(rest)
	if got := tab.text(`document.querySelector("#frame").innerText`); !strings.Contains(got, "GET /text answered 200 as text/plain, the type that net/http detected") {
		t.Errorf("the frame says %q", got)
	}
	tab.run(send(`<turbo-stream action="append" target="list"><template><li id="new">1</li></template></turbo-stream>`+
		`<turbo-stream action="update" target="new"><template>2</template></turbo-stream><turbo-stream action="remove" target="gone"></turbo-stream>`), rest)
	if got := tab.text(`document.querySelector("#list").textContent + document.querySelectorAll("[data-turbo-check]").length`); got != "20" {
		t.Errorf("where nothing is wrong: %q", got)
	}
	tab.run(send(`<turbo-stream action="append" target="#list"><template>3</template></turbo-stream>`+
		`<turbo-stream action="replace" target="none"><template>4</template></turbo-stream><turbo-stream action="replace" target="none"></turbo-stream>`), rest)
	if got, want := tab.text(`document.querySelector("[data-turbo-check]").innerText`), `<turbo-stream action="append" target="#list">: target is an id and is written without "#". For a CSS selector, use targets.`+"\n"+
		`<turbo-stream action="replace" target="none">: no element in the page has this id.`; got != want {
		t.Errorf("the page says %q, want %q", got, want)
	}
	tab.run(chromedp.Click("[data-turbo-check]"))
	if got := tab.text(`document.querySelectorAll("[data-turbo-check]").length`); got != "0" {
		t.Errorf("a click does not take it away")
	}
	tab.text(`new Promise((resolve) => setTimeout(resolve)).then(() => fetch("/app/turbo-check.js"))`) // behind the reports
	site.Close()
	for _, want := range []string{"target is an id", "no element in the page has this id", "type=text/plain", "page=/app/"} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("the log says %s, want %q", &logged, want)
		}
	}
}
