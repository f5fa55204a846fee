package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// bootPage notes its console, and can tell a new document from a changed one.
const bootPage = `<!doctype html><html><head><link rel=icon href=data:,><script>
	const lines = [], events = []
	for (const level of ["error", "warn"]) console[level] = (...values) => lines.push(level + " " + values.map(String).join(" "))
	addEventListener("error", (event) => lines.push("uncaught " + event.message))
	addEventListener("unhandledrejection", (event) => lines.push("unhandled " + event.reason))
	addEventListener("turbo:load", () => events.push("turbo:load"))
	const until = async (condition) => { while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5)) }
	</script>%s</head><body>
	<h1>%s</h1><ul id=list></ul><a id=link href=/two>Two</a>
	<turbo-frame id=frame><a id=inner href=/two>Two in a frame</a></turbo-frame>
	<form id=form action=/two method=post><button>Send</button></form></body></html>`

// bootServer serves pages that load the runtime with tags, under a policy, and
// the wasm by a content type, the right one where that is empty.
func bootServer(t *testing.T, files map[string][]byte, tags, policy, wasmType string) *httptest.Server {
	types := map[string]string{".js": "text/javascript", ".wasm": cmp.Or(wasmType, "application/wasm")}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, ok := strings.CutPrefix(r.URL.Path, "/turbo/"); ok {
			data, ok := files[name]
			if !ok {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", types[path.Ext(name)])
			w.Write(data)
			return
		}
		if policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		w.Header().Set("Content-Type", "text/html")
		if r.Method == http.MethodPost {
			http.Redirect(w, r, "/two", http.StatusSeeOther)
			return
		}
		fmt.Fprintf(w, bootPage, tags, strings.Trim(r.URL.Path, "/"))
	}))
	t.Cleanup(server.Close)
	return server
}

const (
	moduleTag  = `<script type=module src=/turbo/turbo.js></script>`
	classicTag = `<script src=/turbo/turbo.umd.js></script>`
	settled    = `(async () => { await until(() => window.Turbo); return Turbo.ready.then(() => "ready", (error) => "rejected") })()`
	stream     = `<turbo-stream action="%s" target="list"><template><li>1</li></template></turbo-stream>`
)

// poll waits for a condition in a page, across its navigations. The page may
// be hidden and have no frames.
func poll(condition string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		for deadline := time.Now().Add(time.Minute); ; {
			var holds bool
			err := chromedp.Evaluate("Boolean("+condition+")", &holds).Do(ctx)
			if holds {
				return nil
			}
			if time.Now().After(deadline) || ctx.Err() != nil {
				return fmt.Errorf("waited in vain for %s (%v)", condition, err)
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

// holds fails unless a condition holds in the page as it is.
func holds(condition string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		var holds bool
		err := chromedp.Evaluate("Boolean("+condition+")", &holds).Do(ctx)
		if err == nil && !holds {
			err = fmt.Errorf("%s does not hold", condition)
		}
		return err
	})
}

// click clicks an element after the script that says so has ended: the click
// may take the document away.
func click(selector string) chromedp.Action {
	return chromedp.Evaluate(`window.sameDocument = true; setTimeout(() => document.querySelector("`+selector+`").click()); 0`, nil)
}

// render sends a stream message to the page's own runtime.
func render(action string) chromedp.Action {
	return chromedp.Evaluate("Turbo.renderStreamMessage(`"+fmt.Sprintf(stream, action)+"`)", nil)
}

// leaves clicks an element that loads a new document.
func leaves(selector string) chromedp.Action {
	return chromedp.Tasks{click(selector), poll(`location.pathname === "/two" && window.sameDocument === undefined`)}
}

type bootBrowser struct{ context.Context }

func newBootBrowser(t *testing.T) bootBrowser {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	browser, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Run(browser); err != nil {
		t.Fatal(err)
	}
	return bootBrowser{browser}
}

// open opens a page of its own in the browser.
func (b bootBrowser) open(t *testing.T, url string) bootTab {
	ctx, cancel := chromedp.NewContext(b)
	t.Cleanup(cancel)
	tab := bootTab{t, ctx}
	tab.run(page.BringToFront(), chromedp.Navigate(url)) // a hidden page has no frames
	return tab
}

type bootTab struct {
	t *testing.T
	context.Context
}

func (b bootTab) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// text is what a script, or the promise it gives, comes to.
func (b bootTab) text(script string) (text string) {
	b.t.Helper()
	b.run(chromedp.Evaluate(`(async () => String(await (`+script+`)))()`, &text, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return text
}

// isOrdinary checks that links, also inside frames, and forms of the page load
// new documents.
func (b bootTab) isOrdinary(url string) {
	b.t.Helper()
	for _, element := range []string{"#link", "#inner", "#form button"} {
		// Navigate may return for the load of the page that is left.
		b.run(chromedp.Navigate(url), poll(`location.href === "`+url+`" && document.readyState === "complete"`), leaves(element))
	}
}

// TestBoot loads the shipped runtime in pages that let it start and in pages
// that do not: those stay ordinary pages and say why.
func TestBoot(t *testing.T) {
	files, err := makeFiles(t.Context(), runtimePackage, false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	browser := newBootBrowser(t)
	without := func(name string) map[string][]byte {
		rest := maps.Clone(files)
		delete(rest, name)
		return rest
	}
	garbled := without("turbo.wasm")
	garbled["turbo.wasm"] = []byte("<h1>Not found, said with 200</h1>")
	truncated := without("turbo.wasm")
	truncated["turbo.wasm"] = files["turbo.wasm"][:len(files["turbo.wasm"])/2]
	other, nameless := without("turbo.wasm"), without("turbo.wasm")
	at := bytes.LastIndex(files["turbo.wasm"], []byte(buildSection))
	nameless["turbo.wasm"] = files["turbo.wasm"][:at-3] // the section's id, its size and the size of its name
	other["turbo.wasm"] = stamp(nameless["turbo.wasm"], "another")
	for _, c := range []struct {
		sentence string
		files    map[string][]byte
		tags     string
		policy   string
		wasmType string
		said     []string // parts of the one console line; none means that it starts
	}{
		{sentence: "the module starts", files: files, tags: moduleTag},
		{sentence: "the classic script starts", files: files, tags: classicTag},
		{sentence: "an unknown content type of the wasm starts", files: files, tags: moduleTag, wasmType: "application/octet-stream"},
		{sentence: "a policy that allows wasm starts", files: files, tags: classicTag, policy: "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'"},
		{sentence: "the wasm is missing", files: without("turbo.wasm"), tags: moduleTag, said: []string{"/turbo/turbo.wasm answers 404"}},
		{sentence: "the wasm is something else", files: garbled, tags: classicTag, said: []string{"/turbo/turbo.wasm is not turbo.wasm", "magic"}},
		{sentence: "the wasm is a page", files: garbled, tags: classicTag, wasmType: "text/html; charset=utf-8", said: []string{"/turbo/turbo.wasm answers text/html"}},
		{sentence: "the wasm is of another build", files: other, tags: moduleTag, said: []string{"/turbo/turbo.wasm and this script are of different versions"}},
		{sentence: "the wasm is of a build without a name", files: nameless, tags: moduleTag, said: []string{"/turbo/turbo.wasm and this script are of different versions"}},
		{sentence: "the wasm breaks off", files: truncated, tags: classicTag, said: []string{"/turbo/turbo.wasm is not turbo.wasm, or not all of it", "CompileError"}},
		{sentence: "a policy forbids wasm", files: files, tags: classicTag, policy: "script-src 'self' 'unsafe-inline'", said: []string{"security policy", "script-src must allow 'wasm-unsafe-eval'"}},
		{sentence: "a policy forbids the request", files: files, tags: classicTag, policy: "connect-src 'none'", said: []string{"security policy", "connect-src must allow http", "/turbo/turbo.wasm"}},
		{sentence: "the wasm cannot be fetched", files: files, tags: `<meta name=turbo-wasm content="http://127.0.0.1:1/turbo.wasm">` + classicTag, said: []string{"http://127.0.0.1:1/turbo.wasm cannot be fetched"}},
		{sentence: "the wasm's place is no URL", files: files, tags: `<meta name=turbo-wasm content="http://[">` + classicTag, said: []string{"URL"}},
		{sentence: "the browser has no wasm", files: files, tags: `<script>delete globalThis.WebAssembly</script>` + classicTag, said: []string{"this browser has no WebAssembly"}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			server := bootServer(t, c.files, c.tags, c.policy, c.wasmType)
			tab := browser.open(t, server.URL+"/one")
			if c.said == nil {
				if got := tab.text(settled); got != "ready" {
					t.Fatalf("Turbo.ready %s; console: %s", got, tab.text(`lines.join("\n")`))
				}
				tab.run(
					click("#link"),
					poll(`document.querySelector("h1").textContent === "two" && window.sameDocument`),
					render("append"),
					poll(`list.children.length === 1`))
				if got := tab.text(`events.filter((name) => name === "turbo:load").length + lines.join("\n")`); got != "2" {
					t.Errorf("got %q, want two turbo:load and nothing on the console", got)
				}
				return
			}
			if got := tab.text(settled); got != "rejected" {
				t.Fatalf("Turbo.ready: %s, want rejected", got)
			}
			// What is called in vain throws nothing at the page.
			tab.run(render("append"))
			said := tab.text(`lines.join("\n")`)
			if strings.Count(said, "turbo: ") != 1 || strings.Contains(said, "unhandled") || strings.Contains(said, "uncaught") {
				t.Errorf("got console %q, want one line", said)
			}
			for _, part := range append(c.said, "ordinary page") {
				if !strings.Contains(said, part) {
					t.Errorf("got console %q without %q", said, part)
				}
			}
			tab.isOrdinary(server.URL + "/one")
		})
	}

	t.Run("a second script hands out the first", func(t *testing.T) {
		server := bootServer(t, files, classicTag+classicTag+moduleTag+`<script type=module>import * as copy from "/turbo/turbo.js?copy"; window.copy = copy</script>`, "", "")
		tab := browser.open(t, server.URL+"/one")
		tab.text(settled)
		tab.run(poll(`window.copy`), render("append"), poll(`list.children.length === 1`))
		if got := tab.text(`[copy.Turbo === Turbo, copy.visit === Turbo.visit, await copy.ready, ...lines]`); got != "true,true," {
			t.Errorf("got %q, want the first one's exports and nothing on the console", got)
		}
	})

	t.Run("beside another Turbo nothing is done", func(t *testing.T) {
		server := bootServer(t, files, `<script>window.Turbo = { visit() {}, session: {}, StreamActions: {} }</script>`+moduleTag+`<script type=module>import * as ours from "/turbo/turbo.js"; window.ours = ours</script>`, "", "")
		tab := browser.open(t, server.URL+"/one")
		tab.run(poll(`window.ours`))
		if got := tab.text(`[ours.visit === Turbo.visit, await ours.ready.catch((error) => error.message), await ours.cable.getConsumer().catch((error) => error.message)]`); got != "true,turbo: another Turbo is active on this page, so this one does nothing,turbo: another Turbo is active on this page, so this one does nothing" {
			t.Errorf("got %q", got)
		}
		if got := tab.text(`lines.join("\n")`); strings.Count(got, "another Turbo is active") != 1 {
			t.Errorf("got console %q, want one warning", got)
		}
	})
}

// TestEnd ends the program in the middle of a page: from then on it is an
// ordinary page.
func TestEnd(t *testing.T) {
	files, err := makeFiles(t.Context(), "./testdata/ending", false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	browser := newBootBrowser(t)
	for _, action := range []string{"exit", "crash"} {
		t.Run(action, func(t *testing.T) {
			server := bootServer(t, files, classicTag, "", "")
			for _, element := range []string{"#link", "#inner", "#form button"} {
				tab := browser.open(t, server.URL+"/one")
				if got := tab.text(settled); got != "ready" {
					t.Fatalf("Turbo.ready: %s", got)
				}
				tab.run(
					render(action),
					poll(`lines.some((line) => line.includes("the runtime has ended"))`),
					// Nothing that is called afterwards throws.
					render("append"),
					chromedp.Evaluate("Turbo.cache.clear(); document.querySelector('turbo-frame').reload(); 0", nil),
					leaves(element))
			}
		})
	}

	// Nothing that waits for the runtime waits for good.
	const waiters = `<script>window.settled = []
		const note = (name, promise) => promise.then(() => settled.push(name + " resolved"), (error) => settled.push(name + " rejected: " + error.message))
		note("ready", Turbo.ready)
		note("consumer", Turbo.cable.getConsumer())
		note("subscription", Turbo.cable.subscribeTo("C"))
		const element = document.createElement("turbo-stream")
		note("stream", element.render())
		Turbo.visit("/two")</script>`
	for _, ends := range []string{"by exit", "by panic", "by return"} {
		t.Run("before it is ready, "+ends, func(t *testing.T) {
			server := bootServer(t, files, `<script>window.ends = "`+ends+`"</script>`+classicTag+waiters, "", "")
			tab := browser.open(t, server.URL+"/one")
			tab.run(poll(`window.settled.length === 4`))
			got := tab.text(`settled.map((line) => line.replace(/: turbo: the program has ended with exit code \d$/, "")).sort().join()`)
			if want := "consumer rejected,ready rejected,stream rejected,subscription rejected"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if got := tab.text(`lines.filter((line) => line.includes("the runtime has ended before it was ready")).length`); got != "1" {
				t.Errorf("got console %s", tab.text(`lines.join("\n")`))
			}
			tab.run(
				// What comes later settles too.
				chromedp.Evaluate(`note("late", Turbo.cable.createConsumer())
					note("late stream", document.body.appendChild(document.createElement("turbo-stream")).render()); 0`, nil),
				poll(`settled.length === 6`),
				leaves("#link"))
		})
	}

	t.Run("while a frame loads", func(t *testing.T) {
		server := bootServer(t, files, classicTag, "", "")
		tab := browser.open(t, server.URL+"/one")
		tab.text(settled)
		tab.run(
			chromedp.Evaluate(`frame.src = "/two"; frame.loaded.then(() => { window.loaded = true }); 0`, nil),
			render("exit"),
			poll(`window.loaded`))
	})
}
