package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestTrustedTypes enforces Trusted Types: streams, visits, frames and morphs
// reach the page, their scripts run, and nothing else is let through.
func TestTrustedTypes(t *testing.T) {
	files, err := makeFiles(t.Context(), runtimePackage, false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	browser := newBootBrowser(t)
	const policy = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types turbowasm page"
	const violations = `<script>document.addEventListener("securitypolicyviolation", ({ effectiveDirective, sample }) => lines.push(effectiveDirective + " " + sample))</script>`
	stream := func(action, content string) string {
		return "Turbo.renderStreamMessage(`<turbo-stream action=\"" + action + "\" target=\"list\"><template>" + content + "</template></turbo-stream>`)"
	}
	const script = `<script>window.ran = (window.ran || 0) + 1<\/script>`
	for _, c := range []struct{ sentence, head, do, done string }{
		{"a message is inserted", "", stream("append", "<li onclick='window.clicked = 1'>1</li>"), `list.children.length === 1 && (list.firstChild.click(), window.clicked)`},
		{"a message whose elements are looked at is inserted", `<script>addEventListener("turbo:before-stream-render", () => {})</script>`, stream("replace", "<ul id=list><li>1</li></ul>"), `list.children.length === 1`},
		{"a message replaces what a target holds", "", stream("update", "<li>1</li>"), `list.children.length === 1`},
		{"a message in a table is inserted", "", `list.innerHTML; ` + stream("after", "<table><tr><td>1</table>"), `document.querySelector("td")`},
		{"a script in a message runs", "", stream("append", "<li>1</li>"+script), `window.ran === 1`},
		{"a stream morphs", "", `list.setAttribute("class", "x"); ` + stream(`replace" method="morph`, "<ul id=list onclick='window.clicked = 1'><li>1</li></ul>"), `list.children.length === 1 && (list.click(), window.clicked)`},
		{"a string is morphed to", "", `Turbo.morphElements(list, "<ul id=list><li>1</li></ul>")`, `list.children.length === 1`},
		{"a page is visited", "", `Turbo.visit("/two")`, `document.querySelector("h1").textContent === "two"`},
		{"a script of a page runs", `<script>addEventListener("turbo:before-render", ({ detail }) => { detail.newBody.insertAdjacentHTML("beforeend", trustedTypes.createPolicy("page", { createHTML: String }).createHTML("` + script + `")) })</script>`, `Turbo.visit("/two")`, `window.ran === 1`},
		{"a page is refreshed by a morph", `<meta name=turbo-refresh-method content=morph>`, `list.append("x"); Turbo.visit("/one", { action: "replace" })`, `list.childNodes.length === 0`},
		{"a frame is loaded", "", `frame.src = "/two"`, `frame.hasAttribute("complete")`},
		{"a form's button says that it waits", "", `addEventListener("turbo:submit-start", ({ detail }) => { window.waits = detail.formSubmission.submitter.textContent }); document.querySelector("#form button").dataset.turboSubmitsWith = "Wait <b>…</b>"; document.querySelector("#form button").click()`, `window.waits === "Wait …"`},
		{"a link that submits a form does", "", `link.dataset.turboMethod = "post"; link.click()`, `document.querySelector("h1").textContent === "two"`},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			server := bootServer(t, files, violations+classicTag+c.head, policy, "")
			tab := browser.open(t, server.URL+"/one")
			if got := tab.text(settled); got != "ready" {
				t.Fatalf("Turbo.ready: %s; console: %s", got, tab.text(`lines.join("\n")`))
			}
			tab.run(chromedp.Evaluate(c.do+"; 0", nil))
			if err := chromedp.Run(tab, poll(c.done)); err != nil {
				t.Errorf("%v; console %s", err, tab.text(`lines.join("\n")`))
			}
			if got := tab.text(`lines.join("\n")`); got != "" {
				t.Errorf("got console %q", got)
			}
		})
	}

	t.Run("what is not the runtime's is not let through", func(t *testing.T) {
		server := bootServer(t, files, classicTag, policy, "")
		tab := browser.open(t, server.URL+"/one")
		tab.text(settled)
		if got := tab.text(`(() => { try { list.innerHTML = "<li>"; return "let through" } catch (error) { return error.name } })()`); got != "TypeError" {
			t.Errorf("innerHTML: %s", got)
		}
	})
}
