package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// The example applications, as they are built and loaded in pages.
const (
	toastApp   = modulePath + "/wasm/example/toast"
	actionsApp = modulePath + "/wasm/example/actions"
	pollApp    = modulePath + "/wasm/example/poll"
)

// appTab opens a page of an application of the page's own.
func appTab(t *testing.T, browser bootBrowser, mainPackage, body string) bootTab {
	t.Helper()
	files, err := makeFiles(t.Context(), mainPackage, false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	server := bootServer(t, files, moduleTag, "", "")
	tab := browser.open(t, server.URL+"/one")
	if got := tab.text(settled); got != "ready" {
		t.Fatalf("Turbo.ready %s: %s", got, tab.text(`lines.join("\n")`))
	}
	tab.run(chromedp.Evaluate(fmt.Sprintf("document.body.insertAdjacentHTML('beforeend', `%s`)", body), nil))
	return tab
}

func send(streams string) chromedp.Action {
	return chromedp.Evaluate("Turbo.renderStreamMessage(`"+streams+"`)", nil)
}

func TestApplications(t *testing.T) {
	browser := newBootBrowser(t)
	t.Run("what the README shows", func(t *testing.T) {
		tab := appTab(t, browser, toastApp, `<div id=toasts></div>`)
		tab.run(
			send(`<turbo-stream action="toast" target="toasts" message="<b>Saved</b>"></turbo-stream>`),
			poll(`toasts.innerHTML == '<p role="status">&lt;b&gt;Saved&lt;/b&gt;</p>'`),
			chromedp.Evaluate(`form.insertAdjacentHTML("afterbegin", "<input name=line>"); form.line.value = "x"; form.addEventListener("reset", () => window.emptied = true); form.requestSubmit()`, nil),
			poll(`window.emptied`))
	})
	t.Run("toast, copy and sort", func(t *testing.T) {
		tab := appTab(t, browser, actionsApp, `<div id=toasts></div><ol id=names><li>b</li><li data-name=a>z</li><li>c</li></ol>`)
		tab.run(
			chromedp.Evaluate(`navigator.clipboard.writeText = async (text) => { window.clipboard = text; if (text == "no") throw new Error("denied") }`, nil),
			send(`<turbo-stream action="toast" target="toasts" message="<b>Saved</b>"></turbo-stream><turbo-stream action="toast" target="toasts" message="Again"></turbo-stream><turbo-stream action="copy" text="an invitation"></turbo-stream><turbo-stream action="sort" target="names" by="data-name"></turbo-stream>`),
			rest,
			holds(`names.textContent == "zbc" && toasts.textContent == "<b>Saved</b>Again" && clipboard == "an invitation" && document.documentElement.className == "copied"`),
			chromedp.Evaluate(`toasts.firstChild.click()`, nil),
			poll(`toasts.textContent == "Again"`),
			poll(`toasts.textContent == ""`), // three seconds later
			send(`<turbo-stream action="copy" text="no"></turbo-stream>`),
			poll(`document.documentElement.className == "not-copied"`))
	})
	t.Run("a poll with its state in the page", func(t *testing.T) {
		tab := appTab(t, browser, pollApp, `<ul data-poll id=poll></ul><button data-vote=tea>Tea</button>`)
		tab.run(
			send(`<turbo-stream action="vote" for="coffee"></turbo-stream><turbo-stream action="vote" for="tea"></turbo-stream><turbo-stream action="vote" for="coffee"></turbo-stream>`),
			rest,
			holds(`poll.textContent == "coffee 2tea 1"`),
			chromedp.Evaluate(`const button = document.querySelector("[data-vote]"); button.click(); button.click()`, nil),
			poll(`poll.textContent == "coffee 2tea 2" && button.disabled`),
			send(`<turbo-stream action="vote" for="tea"></turbo-stream>`),
			rest,
			holds(`poll.textContent == "tea 3coffee 2"`),
			chromedp.Click("#link"),
			rest,
			holds(`document.querySelector("h1").textContent === "two"`),
			chromedp.Evaluate("document.body.insertAdjacentHTML('beforeend', `<ul data-poll id=poll></ul>`)", nil),
			send(`<turbo-stream action="vote" for="&lt;i&gt;"></turbo-stream>`),
			poll(`document.querySelector("#poll").textContent == "tea 3coffee 2<i> 1"`))
		if got := tab.text(`lines.join("\n")`); got != "" {
			t.Errorf("the console says %s", got)
		}
	})
	// A goroutine that waits for the page does not run within a call from it.
	t.Run("goroutines with packages fmt and time", func(t *testing.T) {
		tab := appTab(t, browser, "./testdata/waiting", "")
		tab.run(
			send(`<turbo-stream action="say" text="1"></turbo-stream><turbo-stream action="append" target="list"><template><li>0</li></template></turbo-stream><turbo-stream action="say" text="2"></turbo-stream>`),
			poll(`list.textContent == "012"`),
			send(`<turbo-stream action="say" text="3"></turbo-stream>`),
			poll(`list.textContent == "0123"`))
		if got := tab.text(`lines.join("\n")`); got != "" {
			t.Errorf("the console says %s", got)
		}
	})
}
