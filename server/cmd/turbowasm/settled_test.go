package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/turbowasm/turbowasm/server"
)

// rest waits until nothing is under way in the page, or in the one that comes.
var rest = chromedp.WaitReady("html[data-turbo-settled]", chromedp.ByQuery)

const isSettled = `document.documentElement.hasAttribute("data-turbo-settled")`

// slowPage notes which of Turbo's events come while it counts as settled.
const slowPage = `<!doctype html><html><head><link rel=icon href=data:,>%s<script>
	const late = []
	for (const name of ["visit", "before-cache", "before-render", "render", "load", "before-fetch-request", "submit-start", "submit-end", "frame-render", "frame-load", "morph"])
		addEventListener("turbo:" + name, () => { if (` + isSettled + `) late.push(name) }, true)
	addEventListener("pagehide", () => { sessionStorage.left = ` + isSettled + ` })
	</script></head><body><h1>%s</h1><ul id=list></ul><div id=more></div>
	<a id=two href=/two>Two</a><a id=plain href=/two data-turbo=false>Two, by the browser</a><a id=whole href=/whole>A page to be loaded whole</a>
	<a id=delete href=/item data-turbo-method=delete data-turbo-confirm="Sure?">Delete</a><a id=file href=/file download>File</a>
	<turbo-frame id=frame><a id=inner href=/frame>More</a></turbo-frame>
	<form id=form action=/item method=post><button>Send</button></form></body></html>`

// A slowSite answers all but its first page when the test says so.
type slowSite struct {
	*httptest.Server
	turbo server.Server
	asked chan string   // the path of a request
	going chan struct{} // lets one be answered
}

func newSlowSite(t *testing.T, files map[string][]byte, tag string) *slowSite {
	s := &slowSite{asked: make(chan string), going: make(chan struct{}), turbo: server.Server{StreamKeys: [][]byte{[]byte("0123456789abcdef")}}}
	mux := http.NewServeMux()
	if err := s.turbo.Mount(mux); err != nil {
		t.Fatal(err)
	}
	mux.HandleFunc("GET /turbo/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", map[string]string{".js": "text/javascript", ".wasm": "application/wasm"}[path.Ext(r.URL.Path)])
		w.Write(files[r.PathValue("name")])
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			select {
			case s.asked <- r.Method + " " + r.URL.Path:
				select {
				case <-s.going:
				case <-r.Context().Done():
				}
			case <-r.Context().Done():
				return
			}
		}
		w.Header().Set("Content-Type", "text/html")
		head := tag
		switch r.URL.Path {
		case "/item":
			http.Redirect(w, r, "/two", http.StatusSeeOther)
			return
		case "/stream":
			w.Header().Set("Content-Type", "text/vnd.turbo-stream.html")
			fmt.Fprintf(w, stream, "append")
			return
		case "/frame", "/lazy":
			fmt.Fprintf(w, `<turbo-frame id=%s>%[1]s</turbo-frame>`, r.URL.Path[1:])
			return
		case "/whole":
			head += `<meta name=turbo-visit-control content=reload>`
		}
		fmt.Fprintf(w, slowPage, head, r.URL.Path[1:])
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.turbo.Shutdown(context.Background())
		s.Close()
	})
	return s
}

func (s *slowSite) source(t *testing.T) string {
	t.Helper()
	tag, err := s.turbo.StreamFrom("room")
	if err != nil {
		t.Fatal(err)
	}
	return string(tag)
}

// TestSettled waits for what is done on a page by the attribute alone: it is
// gone with the script that begins something, and there when all is over.
func TestSettled(t *testing.T) {
	files, err := makeFiles(t.Context(), runtimePackage, false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	browser := newBootBrowser(t)
	site := newSlowSite(t, files, moduleTag)
	for _, c := range []struct {
		sentence string
		begin    string   // a script
		asked    []string // requests, one after the other
		over     string   // what holds afterwards
		idle     bool     // it waits for the user
		leaves   bool     // for another document
	}{
		{"a visit", `two.click()`, []string{"GET /two"}, `document.querySelector("h1").textContent == "two"`, false, false},
		{"a form, and where it leads", `form.requestSubmit()`, []string{"POST /item", "GET /two"}, `document.querySelector("h1").textContent == "two"`, false, false},
		{"a link that submits, when the user has agreed", `confirm = () => true; document.querySelector("#delete").click()`, []string{"DELETE /item", "GET /two"}, `document.querySelector("h1").textContent == "two"`, false, false},
		{"a link that submits, when the user has not", `confirm = () => false; document.querySelector("#delete").click()`, nil, `true`, false, false},
		{"a dialog of the page's own waits for the user", `Turbo.config.forms.confirm = () => new Promise((resolve) => answer = resolve); form.setAttribute("data-turbo-confirm", "Sure?"); form.requestSubmit()`, nil, `answer`, true, false},
		{"a frame", `inner.click()`, []string{"GET /frame"}, `frame.textContent == "frame"`, false, false},
		{"a lazy frame that is in sight", `more.innerHTML = "<turbo-frame id=lazy loading=lazy src=/lazy></turbo-frame>"`, []string{"GET /lazy"}, `lazy.textContent == "lazy"`, false, false},
		{"a lazy frame that is not", `more.innerHTML = "<turbo-frame id=lazy loading=lazy src=/lazy style='position: absolute; top: 9000px; display: block; height: 9px'></turbo-frame>"`, nil, `!lazy.textContent`, false, false},
		{"a stream", "Turbo.renderStreamMessage(`" + fmt.Sprintf(stream, "append") + "`)", nil, `list.children.length == 1`, false, false},
		{"an action that takes its time", `Turbo.StreamActions.later = async () => { await new Promise((resolve) => setTimeout(resolve, 50)); window.acted = true }; Turbo.renderStreamMessage("<turbo-stream action=later></turbo-stream>")`, nil, `acted`, false, false},
		{"streams that answer a form", `form.action = "/stream"; form.requestSubmit()`, []string{"POST /stream"}, `list.children.length == 1`, false, false},
		{"a refresh, a while after it was told", "Turbo.renderStreamMessage(`<turbo-stream action=refresh></turbo-stream>`)", nil, `true`, false, false},
		{"a rendering that a listener holds", `addEventListener("turbo:before-render", (event) => { event.preventDefault(); setTimeout(event.detail.resume, 50) }, { once: true }); two.click()`, []string{"GET /two"}, `document.querySelector("h1").textContent == "two"`, false, false},
		{"a request that a listener holds", `addEventListener("turbo:before-fetch-request", (event) => { event.preventDefault(); setTimeout(event.detail.resume, 50) }, { once: true }); two.click()`, []string{"GET /two"}, `document.querySelector("h1").textContent == "two"`, false, false},
		{"a request that is held and forgotten, with the visit that came after", `addEventListener("turbo:before-fetch-request", (event) => event.preventDefault(), { once: true }); Turbo.visit("/none"); Turbo.visit("/two")`, []string{"GET /two"}, `document.querySelector("h1").textContent == "two"`, false, false},
		{"a prefetch", `two.dispatchEvent(new MouseEvent("mouseenter"))`, []string{"GET /two"}, `document.querySelector("h1").textContent == ""`, false, false},
		{"a subscription", "more.innerHTML = `" + site.source(t) + "`", nil, `more.querySelector("[connected]")`, false, false},
		{"a page that is loaded whole, by a link", `plain.click()`, []string{"GET /two"}, `document.querySelector("h1").textContent == "two" && sessionStorage.left == "false"`, false, true},
		{"a page that is loaded whole, because it wants to be", `whole.click()`, []string{"GET /whole", "GET /whole"}, `document.querySelector("h1").textContent == "whole" && sessionStorage.left == "false"`, false, true},
		{"a morph of the html element", `const next = document.documentElement.cloneNode(true); next.removeAttribute("data-turbo-settled"); Turbo.morphElements(document.documentElement, next)`, nil, `true`, false, false},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			tab := browser.open(t, site.URL)
			tab.run(rest)
			if got := tab.text("(async () => {" + c.begin + "; await 0; return " + isSettled + "})()"); got != fmt.Sprint(c.idle) {
				t.Errorf("settled is %s when it has begun", got)
			}
			for _, want := range c.asked {
				select {
				case got := <-site.asked:
					if got != want {
						t.Errorf("asked for %s, want %s", got, want)
					}
				case <-time.After(20 * time.Second):
					t.Fatalf("nothing asks for %s", want)
				}
				if !c.leaves { // else the browser answers when the next page is there
					if got := tab.text(isSettled); got != "false" {
						t.Errorf("settled is %s while %s waits", got, want)
					}
				}
				site.going <- struct{}{}
			}
			tab.run(rest)
			if got := tab.text(`Boolean(` + c.over + `)`); got != "true" {
				t.Errorf("%s does not hold when the page is settled", c.over)
			}
			if got := tab.text(`late.join()`); got != "" {
				t.Errorf("events in a settled page: %s", got)
			}
			if got := tab.text(`Turbo.settled().then(() => ` + isSettled + `)`); got != "true" {
				t.Errorf("Turbo.settled: %s", got)
			}
		})
	}
}
