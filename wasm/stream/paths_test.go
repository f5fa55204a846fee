package stream_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/dom/domtest"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// defineStreams makes stream elements of the page perform themselves, as the
// custom element does when nobody listens.
func defineStreams(p *domtest.Page) {
	p.Define("turbo-stream", domtest.Element{Connected: func(n dom.Node) {
		held := p.Hold(n)
		p.Repaint(func() {
			n := held()
			if err := perform(p, n); err != nil {
				p.Report(p.OpeningTag(n), err)
			}
			p.Remove(n)
		})
	}})
}

func perform(p *domtest.Page, n dom.Node) error {
	e := stream.NewElement(p, n)
	for _, action := range stream.Builtin {
		if action.Name == e.Attr(dom.Action) {
			return action.Perform(e)
		}
	}
	return fmt.Errorf("unknown action")
}

// A path takes messages to the page; all of them must lead to the same page.
type path func(p *domtest.Page) (render func(message string))

const allHints = stream.HintScripts | stream.HintPermanent | stream.HintAutofocus

func renderParsed(p *domtest.Page, message string) {
	p.Call(func() {
		if err := stream.Render(p, p.Fragment(message), allHints); err != nil {
			p.Report("message", err)
		}
	})
}

// parsed has the page parse the whole message.
func parsed(p *domtest.Page) func(string) {
	defineStreams(p)
	return func(message string) { renderParsed(p, message) }
}

// batched performs the messages of a repaint together, without elements.
func batched(p *domtest.Page) func(string) { return inBatch(p, func() bool { return false }) }

// watched makes the elements all the same, mixed does now and then.
func watched(p *domtest.Page) func(string) { return inBatch(p, func() bool { return true }) }

func mixed(p *domtest.Page) func(string) {
	r := rand.New(rand.NewPCG(1, 1))
	return inBatch(p, func() bool { return r.IntN(2) == 0 })
}

func inBatch(p *domtest.Page, watched func() bool) func(string) {
	b := &stream.Batch{Page: p, Report: p.Report}
	run := func(n dom.Node) {
		if err := perform(p, n); err != nil {
			p.Report(p.OpeningTag(n), err)
		}
	}
	p.Perform = run
	p.Define("turbo-stream", domtest.Element{Connected: func(n dom.Node) {
		if envelope, ok := p.Envelope(n); ok {
			b.Announced(envelope)
			return
		}
		b.Seal()
		held := p.Hold(n)
		p.Repaint(func() {
			n := held()
			run(n)
			p.Remove(n)
		})
	}})
	return func(message string) {
		done := false
		p.Call(func() {
			p.Message = message
			copy(b.Arena(len(message)), message)
			done = b.Add(len(message), -1, watched())
		})
		if !done {
			renderParsed(p, message)
		}
	}
}

const pathsPage = `<body><div id="list" class="a"><p id="message_1">1</p>text<p id="message_2" class="b">2</p></div>` +
	`<ul id="a"><li id="b" class="b">b</li></ul><section id="c"><p id="d"></p> <b id="e"></b></section><form id="f"><p class="b"><input name="id"></p></form>`

// randomMessage makes a message that changes such a page.
func randomMessage(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var b strings.Builder
	for range 1 + r.IntN(4) {
		b.WriteString(pick("", "", "\n", " "))
		action := stream.Builtin[r.IntN(7)].Name
		if r.IntN(3) > 0 {
			action = "append"
		}
		fmt.Fprintf(&b, `<turbo-stream action="%s" %s="%s">`, action,
			pick("target", "target", "target", "target", "targets"), pick("list", "list", "list", "a", "b", "c", "d", "e", "message_1", "p", "f"))
		content := stream.RandomContent(r)
		switch r.IntN(8) {
		case 0:
			content = pick(`<tr id="x"><td>1</td></tr>`, `<form id="y"><input name="id"></form>`, "<!-- -->", "a", "\n<b>1</b>\n", `<svg><path/></svg>`)
		case 1, 2, 3:
			content = strings.Repeat(fmt.Sprintf(`<p id="%s">%d</p>`, pick("a", "b", "message_1", "message_2", "x", "y", "z"), r.IntN(100)), 1+r.IntN(2))
		}
		if action != "remove" || r.IntN(2) == 0 {
			fmt.Fprintf(&b, "<template>%s</template>", content)
		}
		b.WriteString("</turbo-stream>")
	}
	return b.String()
}

// end renders the messages of some repaints and returns the page after each.
func end(way path, repaints [][]string) (pages []string, reports []int) {
	p := domtest.New(pathsPage)
	render := way(p)
	for _, messages := range repaints {
		for _, message := range messages {
			render(message)
		}
		p.Settle()
		pages = append(pages, strings.TrimRight(p.HTML(), "\n "))
		reports = append(reports, len(p.Reports))
	}
	return pages, reports
}

func checkPaths(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	var repaints [][]string
	for range 1 + r.IntN(3) {
		var messages []string
		for range 1 + r.IntN(4) {
			messages = append(messages, randomMessage(r))
		}
		repaints = append(repaints, messages)
	}
	want, wantReports := end(parsed, repaints)
	for name, way := range map[string]path{"batched": batched, "watched": watched, "mixed": mixed} {
		got, reports := end(way, repaints)
		for i := range repaints {
			if got[i] != want[i] || reports[i] != wantReports[i] {
				t.Fatalf("%s, seed %d, messages\n%s\ngot %d reports, %s\nwant %d, %s", name, seed,
					strings.Join(repaints[i], "\n--\n"), reports[i], got[i], wantReports[i], want[i])
			}
		}
	}
}

func TestAllPathsLeadToTheSamePage(t *testing.T) {
	for seed := range uint64(300) {
		checkPaths(t, seed)
	}
}

func FuzzPaths(f *testing.F) {
	f.Add(uint64(0))
	f.Fuzz(checkPaths)
}
