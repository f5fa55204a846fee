//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// rightPage is a page that shows what it should: of each stream of a set some of its
// entries, up to the 30th.
func rightPage() (p *pageState, tops []int) {
	tops = make([]int, 10)
	p = &pageState{Set: 1}
	for _, id := range set(1, len(tops)) {
		tops[id] = 30
		list := pageList{ID: id, Count: 30}
		for n := 5; n <= 30; n++ {
			list.Items = append(list.Items, pageItem{n, text(1, id, n)})
		}
		p.Lists = append(p.Lists, list)
	}
	return p, tops
}

func TestPagesAreComparedWithTheDatabase(t *testing.T) {
	items := func(change func(items []pageItem) []pageItem) func(p *pageState) {
		return func(p *pageState) { p.Lists[2].Items = change(p.Lists[2].Items) }
	}
	for _, c := range []struct {
		name             string
		change           func(p *pageState)
		missing, doubled int
		why              string
	}{
		{"as it should", func(*pageState) {}, 0, 0, ""},
		{"the last is missing", items(func(i []pageItem) []pageItem { return i[:len(i)-1] }), 1, 0, "is missing"},
		{"two are missing in between", items(func(i []pageItem) []pageItem { return append(i[:5:5], i[7:]...) }), 2, 0, "comes after"},
		{"the first lines are missing", items(func(i []pageItem) []pageItem { return i[10:] }), 4, 0, "is missing"},
		{"all are missing", items(func(i []pageItem) []pageItem { return nil }), lines, 0, "is missing"},
		{"one is there twice", items(func(i []pageItem) []pageItem { return append(i, i[len(i)-1]) }), 0, 1, "comes after"},
		{"two have changed places", items(func(i []pageItem) []pageItem { i[3], i[4] = i[4], i[3]; return i }), 0, 0, "comes after"},
		{"one says something else", items(func(i []pageItem) []pageItem { i[3].Text = rolledBack; return i }), 0, 0, "says"},
		{"the number is an old one", func(p *pageState) { p.Lists[0].Count-- }, 0, 0, "not 30"},
		{"a gap is left", func(p *pageState) { p.Lists[0].Gap = true }, 0, 0, "gap"},
		{"a list is missing", func(p *pageState) { p.Lists = p.Lists[1:] }, 0, 0, "lists"},
		{"it listens by a WebSocket", func(p *pageState) { p.Kind = events }, 0, 0, "no event source"},
		{"there is none", func(p *pageState) { *p = pageState{Set: -1} }, 0, 0, "no page"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, tops := rightPage()
			c.change(p)
			missing, doubled, why := p.compare(1, len(tops), tops)
			if missing != c.missing || doubled != c.doubled || !strings.Contains(why, c.why) || c.why == "" && why != "" {
				t.Errorf("got %d missing, %d doubled, %q, want %d, %d, %q", missing, doubled, why, c.missing, c.doubled, c.why)
			}
		})
	}
}

// The probe notices what a page is told wrongly.
func TestTheProbeSeesWhatComes(t *testing.T) {
	probe, err := os.ReadFile("../../../js/chaos/probe.js")
	if err != nil {
		t.Fatal(err)
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(`"go run ./server/cmd/turbowasm need chromium" installs it: `, err)
	}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!doctype html><script>%s</script><body data-set="0"><section><i></i><b>2</b><ol id="list_4" data-count="2" data-at="e 7"><li id="e_4_1">one</li><li id="e_4_2">two</li></ol></section>
<script>
const list = document.querySelector("ol")
function come(n) {
  const stream = document.createElement("div")
  Object.assign(stream, { action: "append", target: "list_4", templateContent: document.createElement("template").content })
  stream.templateContent.append(Object.assign(document.createElement("li"), { id: "e_4_" + n }))
  document.body.append(stream)
  stream.dispatchEvent(new Event("turbo:before-stream-render", { bubbles: true }))
}
const gap = () => document.querySelector("i").dispatchEvent(new Event("turbo:cable-gap", { bubbles: true }))
const anew = (count) => { list.dataset.count = count; list.dataset.at += " again"; list.replaceChildren() }
</script>`, probe)
	}))
	defer page.Close()
	allocator, closeAllocator := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU)...)
	defer closeAllocator()
	tab, closeTab := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	defer closeTab()
	for deeds, want := range map[string]string{
		"come(3); come(4)":          "",
		"come(2); come(3)":          "",
		"come(4)":                   "lost",
		"come(3); come(5)":          "lost",
		"come(3); come(3)":          "doubled",
		"come(3); come(4); come(3)": "out of order",
		"come(3); gap(); come(9); anew(9); come(10)":     "gaps",
		"come(3); gap(); come(9); anew(9); come(12)":     "gaps lost",
		"come(3); anew(5); come(6); come(7); come(7)":    "doubled",
		"come(3); gap(); anew(9); come(10); come(12)":    "gaps lost",
		"anew(0); come(1); come(2); anew(0); come(1)":    "",
		"gap(); gap(); anew(7); come(8); gap(); come(1)": "gaps gaps gaps",
	} {
		var told []string
		if err := chromedp.Run(tab,
			chromedp.Navigate(page.URL),
			chromedp.Evaluate(`var told = []; console.debug = (line) => told.push(JSON.parse(line.slice(6)).kind); `+deeds+`; told`, &told),
		); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(told, " "); got != want {
			t.Errorf("%s: got %q, want %q", deeds, got, want)
		}
	}
	var state json.RawMessage
	if err := chromedp.Run(tab, chromedp.Navigate(page.URL), chromedp.Evaluate(`gap(); chaos.state().lists`, &state)); err != nil {
		t.Fatal(err)
	}
	if want := `[{"id":4,"gap":true,"count":2,"items":[[1,"one"],[2,"two"]]}]`; string(state) != want {
		t.Errorf("got %s, want %s", state, want)
	}
	var lists []pageList
	if err := json.Unmarshal(state, &lists); err != nil || len(lists) != 1 || len(lists[0].Items) != 2 || lists[0].Items[1] != (pageItem{2, "two"}) {
		t.Errorf("got %+v, %v", lists, err)
	}
}
