package turbo_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/turbo"
)

const pathsPage = `<ul id="a" class="x"><li id="i">i</li>t</ul><div id="b" class="x y"></div><section id="c" class="y"><p id="d">0</p></section>`

// A tracer has an action that does what the attribute do says, a letter for each
// step, and notes what it sees.
type tracer struct {
	seen []string
	kept []turbo.Element
}

func (tr *tracer) note(parts ...any) { tr.seen = append(tr.seen, fmt.Sprint(parts...)) }

func (tr *tracer) act(s *turbo.Stream) error {
	page := s.Page()
	at := s.Attr("at")
	for _, step := range s.Attr("do") {
		switch step {
		case 'a':
			for _, target := range s.Targets() {
				target.Append(turbo.Fill(`<b class="n">{}</b>`, s.Attr("title")))
			}
		case 'c':
			for _, target := range s.Targets() {
				target.Append(s.Content())
			}
		case 'i':
			page.ByID(at).Append(turbo.HTML(`<i id="` + s.Attr("name") + `">i</i>`))
		case 't':
			page.ByID(at).Append("t")
		case 'f':
			page.Find("#" + at).Append("<u>u</u>")
		case 'p':
			page.ByID(at).Prepend(s.Content())
		case 'x':
			page.ByID(at).Append("<x-e></x-e>")
		case 's':
			page.ByID(at).SetText(strconv.Itoa(len(page.ByID(at).Text())))
		case 'k':
			for _, target := range s.Targets() {
				target.SetClass(s.Attr("name"), !target.HasClass(s.Attr("name")))
			}
		case 'r':
			page.ByID(at).Remove()
		case 'n':
			tr.note(s.Attr("title"), s.Attr("DO"), s.Attr("none"), "|", s.Content(), "|", len(s.Targets()), page.ByID(at).Exists())
		case 'h':
			tr.note(page.ByID(at).Value().Text("outerHTML"))
		case 'e':
			e := s.Element()
			id, _ := e.Attr("target")
			tr.note(id, e.Find("template").Value().Text("innerHTML"), e.Value().Is("isConnected"), e.Parent().Value().Text("localName"))
			e.SetAttr("target", at)
			e.SetAttr("title", "set")
		case 'l':
			if tr.kept == nil {
				tr.kept = append(tr.kept, page.ByID(at).Keep())
			}
			tr.kept[0].Append("<s>s</s>")
		case 'd':
			page.ByID(at).Dispatch("own", s.Attr("title"))
		case 'm':
			page.RenderStream(`<turbo-stream action="append" target="b"><template>m</template></turbo-stream><turbo-stream action="act" do="an" target="a" title="m"></turbo-stream>`)
		case 'o':
			page.Window().Get("Turbo.StreamActions").Set("other", page.Window().Get("Turbo.StreamActions.append"))
		case 'w':
			return errText("no " + at)
		case 'z':
			_ = []int{}[len(at)]
		}
	}
	return nil
}

// randomMessage makes a message of such streams and others.
func randomMessage(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	letters := pick("a", "ac", "aci", "act", "ackn", "acitfpxsk", "acitfpxskrnheldmowz", "ne", "c")
	var b strings.Builder
	for range 1 + r.IntN(12) {
		target := fmt.Sprintf(`%s="%s"`, pick("target", "target", "target", "targets"), pick("a", "a", "a", "b", "c", "d", "i", "n1", "n2", "none", "[", ".x"))
		content := pick("", "t", "<li>1</li>", `<li id="n1">1</li>`, `<li><b id="n2"></b></li>`, "<!-- c -->", "&#39;&amp; &eacute;", `<p class='q'>x</p>t`,
			"<tr><td>1</td></tr>", "<pre>\n1</pre>", `<a href="?a=1&b=2">></a>`, "é\u00a0", "<x-e></x-e>")
		if r.IntN(6) == 0 {
			fmt.Fprintf(&b, `<turbo-stream action="%s" %s><template>%s</template></turbo-stream>`, pick("append", "update", "remove", "other", "replace"), target, content)
			continue
		}
		do := ""
		for range 1 + r.IntN(4) {
			do += letters[r.IntN(len(letters)):][:1]
		}
		fmt.Fprintf(&b, `<turbo-stream action="act" do="%s" %s at="%s" name='%s' title="%s">`, do, target, pick("a", "b", "c", "d", "i", "n1", "none"),
			pick("n1", "n2", "d", "a b"), pick("", "1", "&lt;&quot;", "&eacute;", "a&b"))
		if r.IntN(3) > 0 {
			fmt.Fprintf(&b, "<template>%s</template>", content)
		}
		b.WriteString(pick("", "\n") + "</turbo-stream>")
	}
	return b.String()
}

// Whether the streams of an action have elements or not, and whether what it appends
// is put off or not, the page is the same in the end, and so is what the action saw.
func TestAnActionIsTheSameOnEveryPath(t *testing.T) {
	tr := &tracer{}
	page, said := open(t, "", &turbo.App{Actions: map[string]turbo.Action{"act": tr.act}})
	within(t, page, func() {
		page.On("own", func(e turbo.Event) {
			e.Target().Append(turbo.HTML(e.Detail().String()))
			tr.note("heard", page.Body().Value().Text("innerHTML"))
		})
	})
	run(t, `
		window.made = 0
		if (!customElements.get("x-e")) customElements.define("x-e", class extends HTMLElement { connectedCallback() { this.append(document.querySelectorAll("#a > *").length) } })
		const { observe } = MutationObserver.prototype
		window.counting = new MutationObserver((records) => { for (const { addedNodes } of records) for (const { localName } of addedNodes) if (localName == "turbo-stream") made++ })
		observe.call(counting, document.documentElement, { childList: true })`)
	defer run(t, "counting.disconnect()")
	play := func(observed, off bool, message string) string {
		tr.seen, tr.kept = nil, nil
		turbo.PutOff(page, off)
		html := run(t, fmt.Sprintf("setObserved(%v); delete Turbo.StreamActions.other; made = 0; document.body.innerHTML = %s; Turbo.renderStreamMessage(%s); for (let n = 0; n < 3; n++) await paint(); await until(() => !document.querySelector('html > turbo-stream')); return document.body.innerHTML + [...document.querySelectorAll('body *')].map((n) => n.childNodes.length)",
			observed, strconv.Quote(pathsPage), strconv.Quote(message)))
		within(t, page, func() {
			for _, kept := range tr.kept {
				kept.Drop()
			}
		})
		return html + "\nsaw " + strings.Join(tr.seen, "\n    ") + "\nsaid " + said()
	}
	for seed := range uint64(120) {
		message := randomMessage(rand.New(rand.NewPCG(seed, 15)))
		want := play(true, false, message)
		for _, off := range []bool{false, true} {
			if got := play(false, off, message); got != want {
				t.Fatalf("seed %d, put off: %v, message\n%s\ngot  %s\nwant %s", seed, off, message, got, want)
			}
		}
	}
	play(false, true, strings.Repeat(`<turbo-stream action="act" do="ack" target="a" title="x"><template>y</template></turbo-stream>`, 10))
	if made := run(t, "return made"); made != "0" {
		t.Errorf("%s elements were made, of streams that need none", made)
	}
}
