package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// earlyPage has links and forms of every kind, and notes what its own
// listeners hear and what it is asked.
const earlyPage = `<!doctype html><html><head><link rel=icon href=data:,><script>
	const heard = [], asked = [], lines = []
	let answer = true
	window.confirm = (message) => (asked.push(message), answer)
	for (const level of ["error", "warn"]) console[level] = (...values) => lines.push(level + " " + values.map(String).join(" "))
	for (const type of ["click", "submit"]) document.addEventListener(type, ({ target, defaultPrevented }) => heard.push(type + " " + target.id + (defaultPrevented ? " prevented" : "")))
	for (const type of ["turbo:click", "turbo:submit-start"]) document.addEventListener(type, ({ target }) => heard.push(type + " " + target.id))
	const until = async (condition) => { while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5)) }
	window.born = performance.timeOrigin
	</script><script src=/turbo/turbo.umd.js></script>%s</head><body>
	<h1>%s</h1><p id=seen>%s</p><div id=space style="height: 3000px"></div>
	<a id=link href=/two>a</a> <a id=off href=/two data-turbo=false>a</a> <a id=download href=/two download>a</a>
	<a id=blank href=/two target=_blank>a</a> <a id=other href=//localhost/two>a</a> <a id=file href=/two.pdf>a</a>
	<a id=anchor href=#space>a</a> <a id=delete href=/item data-turbo-method=delete>a</a>
	<a id=sure href=/item data-turbo-method=delete data-turbo-confirm="Sure?">a</a>
	<a id=prevented href=/two onclick="return false">a</a> <a id=mine href=/two>a</a>
	<turbo-frame id=frame><a id=inner href=/two>a</a><form id=within action=/form method=post><button id=send></button></form></turbo-frame>
	<a id=into href=/two data-turbo-frame=frame>a</a>
	<div id=host></div>
	<form id=form action=/form method=post><input name=text id=text><button id=save name=by value=save></button><button id=publish name=by value=publish></button></form>
	<form id=asks action=/form method=post data-turbo-confirm="Really?"><button id=go></button></form>
	<form id=puts action=/form method=put><button id=put></button></form>
	<form id=search action=/two><button id=find name=q value=x></button></form>
	<form id=dialog method=dialog><button id=close></button></form>
	<script>host.attachShadow({ mode: "open" }).innerHTML = "<a id=shadow href=/two><b>a</b></a>"
	document.addEventListener("turbo:click", (event) => { if (event.target.id == "mine") event.preventDefault() })</script>
	</body></html>`

// An earlyServer keeps the wasm back until it is released, and notes what it
// is asked for meanwhile.
type earlyServer struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string
	release  chan bool // whether it is there
}

func newEarlyServer(t *testing.T, files map[string][]byte, script string) *earlyServer {
	s := &earlyServer{release: make(chan bool, 8)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, ok := strings.CutPrefix(r.URL.Path, "/turbo/"); ok {
			w.Header().Set("Content-Type", cmp.Or(map[string]string{".wasm": "application/wasm"}[path.Ext(name)], "text/javascript"))
			if path.Ext(name) == ".wasm" {
				select {
				case there := <-s.release:
					if !there {
						http.NotFound(w, r)
						return
					}
				case <-r.Context().Done():
					return
				}
			}
			w.Write(files[name])
			return
		}
		r.ParseMultipartForm(1 << 20)
		s.mu.Lock()
		line := strings.TrimSpace(fmt.Sprint(r.Method, " ", r.URL.RequestURI(), " ", r.PostForm.Encode()))
		if frame := r.Header.Get("Turbo-Frame"); frame != "" {
			line += " in " + frame
		}
		s.requests = append(s.requests, line)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "text/html")
		if r.Method != http.MethodGet {
			http.Redirect(w, r, "/two", http.StatusSeeOther)
			return
		}
		fmt.Fprintf(w, earlyPage, script, strings.Trim(r.URL.Path, "/"), "")
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *earlyServer) seen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.requests, ", ")
}

// press clicks elements while the page waits for the runtime.
func press(ids ...string) chromedp.Action {
	script := "(() => {"
	for _, id := range ids {
		if id == "shadow" {
			script += `host.shadowRoot.querySelector("b").dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true, cancelable: true }));`
		} else {
			script += `document.getElementById("` + id + `").click();`
		}
	}
	return chromedp.Evaluate(script+"return 0 })()", nil)
}

// TestEarlyInput clicks before the runtime is there.
func TestEarlyInput(t *testing.T) {
	files, err := makeFiles(t.Context(), runtimePackage, false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	browser := newBootBrowser(t)
	const moved = `document.querySelector("h1").textContent === "two"`
	for _, c := range []struct {
		sentence string
		before   string // run in the page before the clicks
		press    []string
		between  string // and after them
		script   string // in the page's head
		fails    bool   // the wasm is not there
		late     bool   // nor does anybody say so
		done     string // what comes to be then
		requests string // beside the page's
		document string // "kept" where the document stays
		check    string // a script, and what it comes to
		want     string
	}{
		{sentence: "a link is visited once the runtime is there", press: []string{"link"}, done: moved, requests: "GET /two", document: "kept",
			check: `heard.join()`, want: "click link,turbo:click link"},
		{sentence: "a link that is clicked twice is visited once", press: []string{"link", "link"}, done: moved, requests: "GET /two", document: "kept",
			check: `heard.join()`, want: "click link,click link,turbo:click link"},
		{sentence: "a link in a shadow root is visited", press: []string{"shadow"}, done: moved, requests: "GET /two", document: "kept"},
		{sentence: "a link in a frame navigates the frame", press: []string{"inner"}, done: `frame.hasAttribute("complete")`, requests: "GET /two in frame", document: "kept"},
		{sentence: "a link that names a frame navigates it", press: []string{"into"}, done: `frame.hasAttribute("complete")`, requests: "GET /two in frame", document: "kept"},
		{sentence: "a link with a method is sent with it", press: []string{"delete"}, done: moved, requests: "DELETE /item, GET /two", document: "kept"},
		{sentence: "a link that asks is asked about first", press: []string{"sure"}, done: moved, requests: "DELETE /item, GET /two", document: "kept", check: `asked.join()`, want: "Sure?"},
		{sentence: "a form is sent with its submitter and what was in it", before: `text.value = "before"`, press: []string{"publish"}, between: `text.value = "after"`,
			done: moved, requests: "POST /form by=publish&text=before, GET /two", document: "kept", check: `heard.join()`, want: "click publish,submit form,turbo:submit-start form"},
		{sentence: "of two submits of a form the last counts", press: []string{"save", "save", "publish"}, done: moved, requests: "POST /form by=publish&text=, GET /two", document: "kept"},
		{sentence: "a form that asks is asked about first", press: []string{"go"}, done: moved, requests: "POST /form, GET /two", document: "kept", check: `asked.join()`, want: "Really?"},
		{sentence: "a form in a frame is sent within it", press: []string{"send"}, done: `frame.hasAttribute("complete")`, requests: "POST /form in frame, GET /two in frame", document: "kept"},
		{sentence: "a form of another method is sent with it", press: []string{"put"}, done: moved, requests: "PUT /form, GET /two", document: "kept"},
		{sentence: "a search is a visit", press: []string{"find"}, done: moved, requests: "GET /two?q=x", document: "kept"},
		{sentence: "what the page has prevented stays so", press: []string{"prevented"}, done: `Turbo.session.started`, document: "kept", check: `heard.join()`, want: "click prevented prevented"},
		{sentence: "a link whose turbo:click is prevented is the browser's", press: []string{"mine"}, done: moved, requests: "GET /two"},
		{sentence: "what became the browser's meanwhile goes its ordinary way", press: []string{"link"}, between: `Turbo.config.drive.enabled = false`, done: moved, requests: "GET /two"},
		{sentence: "a form goes its ordinary way with its submitter", press: []string{"publish"}, between: `Turbo.config.forms.mode = "off"`, done: moved, requests: "POST /form by=publish&text=, GET /two"},

		{sentence: "a link that Turbo leaves alone is not held", press: []string{"off"}, late: true, done: moved, requests: "GET /two"},
		{sentence: "an anchor of the page is not held", press: []string{"anchor"}, late: true, done: `scrollY > 0 && location.hash === "#space"`, document: "kept"},
		{sentence: "a dialog's form is not held", press: []string{"close"}, late: true, done: `heard.includes("submit dialog")`, document: "kept"},
		{sentence: "after a while a link goes its ordinary way", script: `<script>Turbo.config.earlyInputTimeout = 100</script>`, press: []string{"link"}, late: true, done: moved, requests: "GET /two"},
		{sentence: "after a while a form goes its ordinary way", script: `<script>Turbo.config.earlyInputTimeout = 100</script>`, press: []string{"publish"}, late: true, done: moved, requests: "POST /form by=publish&text=, GET /two"},
		{sentence: "after a while a form that asks does so", script: `<script>Turbo.config.earlyInputTimeout = 100</script>`, press: []string{"go"}, late: true, done: moved, requests: "POST /form, GET /two"},
		{sentence: "a form that was declined is not sent", script: `<script>Turbo.config.earlyInputTimeout = 100; answer = false</script>`, press: []string{"go"}, late: true, done: `asked.length`, document: "kept"},
		{sentence: "without a bound plain links are the browser's", script: `<script>Turbo.config.earlyInputTimeout = 0</script>`, press: []string{"link"}, late: true, done: moved, requests: "GET /two"},

		{sentence: "without the runtime a link goes its ordinary way", press: []string{"link"}, fails: true, done: moved, requests: "GET /two"},
		{sentence: "without the runtime a form that asks does so", press: []string{"go"}, fails: true, done: moved, requests: "POST /form, GET /two"},
		{sentence: "without the runtime a link with a method is not followed", press: []string{"delete"}, fails: true, done: `lines.some((line) => line.includes("not sent, because"))`, document: "kept"},
		{sentence: "without the runtime a form of another method is not sent", press: []string{"put"}, fails: true, done: `lines.some((line) => line.includes("not sent, because"))`, document: "kept"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			server := newEarlyServer(t, files, c.script)
			tab := browser.open(t, server.URL+"/one")
			tab.run(chromedp.Evaluate(`window.kept = true; `+cmp.Or(c.before, "0"), nil), press(c.press...), chromedp.Evaluate(cmp.Or(c.between, "0"), nil))
			if !c.late {
				server.release <- !c.fails
			}
			if err := chromedp.Run(tab, poll(c.done)); err != nil {
				t.Fatalf("%v; requests %q; console %q", err, server.seen(), tab.text(`lines.join()`))
			}
			if got := tab.text(`window.kept ? "kept" : ""`); got != c.document {
				t.Errorf("the document: got %q, want %q", got, c.document)
			}
			if c.document == "kept" && !c.late && !c.fails {
				tab.text(settled)
			}
			if got, want := server.seen(), strings.Trim("GET /one, "+c.requests, ", "); got != want {
				t.Errorf("got requests %q, want %q", got, want)
			}
			if c.check != "" {
				if got := tab.text(c.check); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			}
		})
	}

	t.Run("links that Turbo leaves alone are not touched", func(t *testing.T) {
		server := newEarlyServer(t, files, "")
		tab := browser.open(t, server.URL+"/one")
		got := tab.text(`(() => {
			const goes = (id, options) => document.getElementById(id).dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...options })) ? "" : id + " "
			let taken = goes("link") && ""
			for (const id of ["off", "download", "other", "file", "anchor"]) taken += goes(id)
			for (const key of ["altKey", "ctrlKey", "metaKey", "shiftKey"]) taken += goes("link", { [key]: true })
			window.stop()
			return taken
		})()`)
		if got != "" {
			t.Errorf("prevented: %s", got)
		}
	})
}
