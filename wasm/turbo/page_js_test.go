package turbo_test

import (
	"fmt"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/wasm/turbo"
)

// open makes an application the program of the test's page, which begins with
// markup. What the runner keeps in the page comes back afterwards. It returns
// the page and what is said to the console.
func open(t *testing.T, markup string, app *turbo.App) (page *turbo.Page, said func() string) {
	t.Helper()
	ready := app.Ready
	app.Ready = func(p *turbo.Page) {
		page = p
		if ready != nil {
			ready(p)
		}
	}
	back := js.Global().Get("Function").New("markup", `
		const nodes = [...document.body.childNodes], { error } = console
		window.said = []
		console.error = (...values) => said.push(values.map((value) => value?.message ?? value).join(" "))
		document.body.innerHTML = markup
		return () => {
			console.error = error
			setObserved(true)
			while (document.body.nextSibling) document.body.nextSibling.remove()
			document.body.replaceChildren(...nodes)
		}`).Invoke(markup)
	t.Cleanup(func() { back.Invoke() })
	app.Start()
	actions := js.Global().Get("Function").New(`
		const actions = { ...Turbo.StreamActions } // those of the program stay what the page has of it
		return () => {
			for (const name in Turbo.StreamActions) delete Turbo.StreamActions[name]
			Object.assign(Turbo.StreamActions, actions)
		}`).Invoke()
	t.Cleanup(func() { actions.Invoke() })
	run(t, `await Turbo.ready`)
	return page, func() string { return run(t, `return said.splice(0).join("\n")`) }
}

// run is what an async function of the page's returns.
func run(t *testing.T, body string) string {
	t.Helper()
	const helpers = `
		const paint = () => new Promise((resolve) => requestAnimationFrame(resolve))
		const until = async (condition) => {
			for (let n = 0; !condition(); n++) {
				if (n > 600) throw new Error("never came true: " + condition)
				await paint()
			}
		}
		const rendered = async (message) => {
			Turbo.renderStreamMessage(message)
			await paint()
			await until(() => !document.querySelector("turbo-stream"))
		}`
	result := make(chan string, 1)
	settle := func(prefix string) js.Func {
		return js.FuncOf(func(_ js.Value, args []js.Value) any {
			result <- prefix + js.Global().Get("String").Invoke(args[0]).String()
			return nil
		})
	}
	kept, broken := settle(""), settle("thrown: ")
	defer kept.Release()
	defer broken.Release()
	js.Global().Get("Function").New(helpers+"\nreturn (async () => {"+body+"})()").Invoke().Call("then", kept, broken)
	select {
	case text := <-result:
		return text
	case <-time.After(30 * time.Second):
		t.Fatal("the page did not answer")
		return ""
	}
}

// within runs do in a call from the page, as a listener is.
func within(t *testing.T, page *turbo.Page, do func()) {
	t.Helper()
	done := make(chan struct{})
	page.After(0, func() {
		defer close(done)
		do()
	})
	<-done
}

func TestActionsPerformAndTheirFailuresStopNothing(t *testing.T) {
	_, said := open(t, `<ul id="list"></ul><ol class="all"></ol><ol class="all"></ol>`, &turbo.App{Actions: map[string]turbo.Action{
		"add": func(s *turbo.Stream) error {
			for _, target := range s.Targets() {
				target.Append(turbo.Fill(`<li title="{}">{}</li>`, s.Attr("message"), s.Attr("message")))
				target.Append(s.Content())
			}
			return nil
		},
		"fail":  func(*turbo.Stream) error { return errText("it is closed") },
		"panic": func(s *turbo.Stream) error { return []error{nil}[len(s.Attr("message"))] },
		"value": func(*turbo.Stream) error { panic(12) },
	}})
	got := run(t, "await rendered(`"+strings.Join([]string{
		`<turbo-stream action="fail" target="list"></turbo-stream>`,
		`<turbo-stream action="panic" message="ab"></turbo-stream>`,
		`<turbo-stream action="value"></turbo-stream>`,
		`<turbo-stream action="add" target="none" message="x"></turbo-stream>`,
		`<turbo-stream action="add" target="list" message="&quot;<i>"><template><li>2</li></template></turbo-stream>`,
		`<turbo-stream action="append" target="list"><template><li>3</li></template></turbo-stream>`,
		`<turbo-stream action="add" targets=".all" message="x"></turbo-stream>`,
	}, "")+"`); return document.body.innerHTML")
	want := `<ul id="list"><li title="&quot;&lt;i&gt;">"&lt;i&gt;</li><li>2</li><li>3</li></ul><ol class="all"><li title="x">x</li></ol><ol class="all"><li title="x">x</li></ol>`
	if strings.ReplaceAll(got, `title="&quot;<i>"`, `title="&quot;&lt;i&gt;"`) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	lines := said()
	for _, part := range []string{
		`<turbo-stream action="fail" target="list">: action fail: it is closed`,
		`<turbo-stream action="panic" message="ab">: action panic: panic: `,
		`<turbo-stream action="value">: action value: panic: a value`,
	} {
		if !strings.Contains(lines, part) {
			t.Errorf("the console says %q, want %q", lines, part)
		}
	}
	if n := strings.Count(lines, "\n") + 1; n != 3 {
		t.Errorf("the console says %d lines: %s", n, lines)
	}
}

type errText string

func (e errText) Error() string { return string(e) }

func TestElements(t *testing.T) {
	page, said := open(t, `<div id="box" class="a b"><p>one</p><p lang="de">two</p></div><input id="field" value="x">`, new(turbo.App))
	within(t, page, func() {
		box := page.ByID("box")
		check := func(what string, got, want any) {
			t.Helper()
			if got != want {
				t.Errorf("%s: got %v, want %v", what, got, want)
			}
		}
		check("find", page.Find("#box > [lang]").Text(), "two")
		check("find inside", box.Find("p").Text(), "one")
		check("find all", len(box.FindAll("p")), 2)
		check("a selector that is none", box.Find("[").Exists() || len(page.FindAll("[")) > 0, false)
		check("closest", box.Find("p").Closest("div").Same(box), true)
		check("parent", box.Find("p").Parent().Same(box), true)
		check("children", box.Children()[1].Text(), "two")
		lang, ok := box.Find("[lang]").Attr("lang")
		check("an attribute", lang, "de")
		check("an attribute is there", ok, true)
		box.SetAttr("title", `"<b>"`)
		check("an attribute that was set", box.Value().Text("title"), `"<b>"`)
		box.RemoveAttr("title")
		_, ok = box.Attr("title")
		check("an attribute that was taken off", ok, false)
		box.SetClass("c", true)
		box.SetClass("a", false)
		box.SetClass("no class", true)
		check("classes", box.Value().Text("className"), "b c")
		check("has a class", box.HasClass("c") && !box.HasClass("a"), true)
		page.ByID("field").SetInputValue("y")
		check("a field", page.ByID("field").InputValue(), "y")
		page.ByID("field").Focus()
		check("focus", page.Window().Get("document.activeElement").Element().Same(page.ByID("field")), true)

		box.Find("p").Update("1<i>i</i>")
		box.Prepend("<p>0</p>")
		box.Append("<p>3</p>")
		box.Before("<hr>")
		box.After("<br>")
		box.Find("[lang]").Replace("<p>2</p>")
		check("markup", page.Body().Value().Text("innerHTML"),
			`<hr><div id="box" class="b c"><p>0</p><p>1<i>i</i></p><p>2</p><p>3</p></div><br><input id="field" value="x">`)
		box.AppendElement(box.Find("p"))
		page.Find("hr").Remove()
		box.Find("p").SetText("<1>")
		check("moved, removed, text", box.Value().Text("outerHTML"), `<div id="box" class="b c"><p>&lt;1&gt;</p><p>2</p><p>3</p><p>0</p></div>`)

		none := page.ByID("none")
		none.Append("x")
		none.SetText("x")
		none.SetAttr("a", "x")
		none.Remove()
		none.Focus()
		none.AppendElement(box)
		none.On("click", func(turbo.Event) {})()
		check("nothing", none.Exists() || none.Text() != "" || none.HasClass("a") || none.Find("p").Parent().Exists() || len(none.FindAll("p"))+len(none.Children()) > 0, false)
		check("nothing is no value", none.Value().Set("a", 1) != nil, true)
	})
	if lines := said(); lines != "" {
		t.Errorf("the console says %s", lines)
	}
}

func TestValues(t *testing.T) {
	page, _ := open(t, "", new(turbo.App))
	within(t, page, func() {
		window := page.Window()
		for _, value := range []any{"text", turbo.HTML("text"), 7, 1.5, true, nil, window.Get("document"), page.Body()} {
			if err := window.Set("tried", value); err != nil {
				t.Error(err)
			}
		}
		if !window.Get("tried").Element().Same(page.Body()) {
			t.Error("an element does not come back")
		}
		window.Set("tried", 1.5)
		if got := window.Number("tried"); got != 1.5 {
			t.Errorf("got %v, want 1.5", got)
		}
		parsed, err := window.Get("JSON").Call("parse", `{"a": {"b": [1, "two"]}}`)
		if items := parsed.Get("a.b").Items(); err != nil || len(items) != 2 || items[1].String() != "two" {
			t.Errorf("got %v, error %v", items, err)
		}
		if _, err := window.Get("JSON").Call("parse", "{"); err == nil {
			t.Error("what the page throws is no error")
		}
		if parsed.Get("a.none").Exists() || parsed.Text("none") != "" || parsed.Is("none") {
			t.Error("what is missing is there")
		}
	})
	done := make(chan string, 2)
	within(t, page, func() {
		kept := page.Body().Keep()
		promise, _ := page.Window().Get("Promise").Call("resolve", "settled")
		promise.Then(func(value turbo.Value, failed bool) { done <- value.String() })
		page.After(1, func() {
			if !kept.Same(page.Body()) {
				t.Error("what is kept is lost")
			}
			kept.Drop()
			done <- "later"
		})
		page.After(0, func() { t.Error("a cancelled timer ran") })()
	})
	if a, b := <-done, <-done; a != "settled" || b != "later" {
		t.Errorf("got %q and %q", a, b)
	}
}

func TestEvents(t *testing.T) {
	var heard []string
	note := func(parts ...string) { heard = append(heard, strings.Join(parts, " ")) }
	var offs []func()
	var resume func()
	page, said := open(t, `<form id="form"></form><turbo-frame id="frame"></turbo-frame>`, &turbo.App{Ready: func(p *turbo.Page) {
		offs = append(offs,
			p.OnBeforeVisit(func(e turbo.BeforeVisit) { note("visit", e.URL()); e.PreventDefault() }),
			p.OnLoad(func(e turbo.Event) { note("load", e.Detail().Text("url")) }),
			p.OnBeforeFetchRequest(func(e turbo.BeforeFetchRequest) {
				note("fetch", e.Method(), e.URL())
				e.SetHeader("X-Own", "yes")
				resume = e.Pause()
			}),
			p.OnBeforeRender(func(e turbo.BeforeRender) {
				morphs := map[bool]string{true: "morphs", false: "replaces"}[e.Morphs() || e.IsPreview()]
				note("render", e.Body().Text(), morphs)
				e.Pause()()
			}),
			p.OnSubmitEnd(func(e turbo.SubmitEnd) {
				id, _ := e.Form().Attr("id")
				note("submit", id, map[bool]string{true: "well", false: "ill"}[e.Success()], string(rune('0'+e.Status()/100)))
			}),
			p.OnBeforeStreamRender(func(e turbo.BeforeStreamRender) {
				action, _ := e.Stream().Attr("action")
				note("stream", action)
			}),
			p.OnBeforeMorphElement(func(e turbo.BeforeMorphElement) { note("morph", e.Current().Text(), e.New().Text()) }),
			p.OnFrameMissing(func(e turbo.FrameMissing) {
				id, _ := e.Frame().Attr("id")
				note("missing", id, e.URL())
			}),
			p.On("own", func(e turbo.Event) { note("own", e.Detail().String()); panic("too much") }),
			p.On("own", func(turbo.Event) { note("next") }),
		)
	}})
	got := run(t, `
		const at = (id) => document.getElementById(id)
		const tell = (target, name, detail, cancelable = true) => target.dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable, detail }))
		const headers = {}
		const results = [
			tell(document.documentElement, "turbo:before-visit", { url: "/two" }),
			tell(document.documentElement, "turbo:load", { url: "/one" }),
			tell(at("frame"), "turbo:before-fetch-request", { url: new URL("http://a.example/x"), fetchOptions: { method: "GET", headers }, resume() { headers.resumed = true } }),
			tell(document.documentElement, "turbo:before-render", { newBody: document.createElement("body"), renderMethod: "morph", resume() { headers.rendered = true } }),
			tell(at("form"), "turbo:submit-end", { success: true, fetchResponse: { response: { status: 201 } } }),
			tell(at("form"), "turbo:submit-end", { success: false }),
			tell(at("frame"), "turbo:frame-missing", { response: { url: "/three" } }),
			tell(at("form"), "own", "mine"),
		]
		window.headers = headers
		return results.join() + JSON.stringify(headers)`)
	if want := `false,true,false,false,true,true,true,true{"X-Own":"yes","rendered":true}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	within(t, page, func() { resume(); resume() })
	if got := run(t, "return headers.resumed"); got != "true" {
		t.Error("the request was not resumed")
	}
	run(t, `await rendered('<turbo-stream action="replace" method="morph" target="form"><template><form id="form">new</form></template></turbo-stream>')`)
	if got, want := strings.Join(heard, "; "), "visit /two; load /one; fetch GET http://a.example/x; render  morphs; submit form well 2; submit form ill 0; missing frame /three; own mine; next; stream replace; morph  new"; got != want {
		t.Errorf("heard %s\nwant  %s", got, want)
	}
	if lines := said(); lines != "turbo: listening to own: panic: too much" {
		t.Errorf("the console says %s", lines)
	}
	within(t, page, func() {
		for _, off := range offs {
			off()
			off()
		}
	})
	heard = nil
	run(t, `document.dispatchEvent(new CustomEvent("own")); document.dispatchEvent(new CustomEvent("turbo:load"))`)
	if heard != nil {
		t.Errorf("heard %s after the end", heard)
	}
}

func TestThePageIsTold(t *testing.T) {
	page, said := open(t, `<p id="p">old</p>`, new(turbo.App))
	var told bool
	within(t, page, func() {
		if err := page.RenderStream(`<turbo-stream action="update" target="p"><template>new</template></turbo-stream>`); err != nil {
			t.Error(err)
		}
		page.OnBeforeVisit(func(e turbo.BeforeVisit) {
			told = strings.HasSuffix(e.URL(), "/elsewhere?q=1")
			e.PreventDefault()
		})
		if err := page.Visit("/elsewhere?q=1", turbo.Replace); err != nil {
			t.Error(err)
		}
		if err := page.Visit("http://[", ""); err == nil {
			t.Error("a visit to nowhere is no error")
		}
		if !strings.HasPrefix(page.URL(), "http") {
			t.Errorf("the page is at %q", page.URL())
		}
		page.ByID("p").On("mine", func(e turbo.Event) { e.PreventDefault() })
		if page.ByID("p").Dispatch("mine", "detail") {
			t.Error("a listener's veto is lost")
		}
		page.Report(errText("broken"))
	})
	if got := run(t, `await until(() => document.getElementById("p").textContent == "new"); return "new"`); got != "new" || !told {
		t.Errorf("got %s, visit told: %t", got, told)
	}
	if lines := said(); lines != "turbo: broken" {
		t.Errorf("the console says %s", lines)
	}
}

// Whether somebody listens or not, an action sees the same stream.
func TestAnActionSeesTheSameStreamWithAndWithoutAListener(t *testing.T) {
	var seen []string
	page, said := open(t, `<p id="a"></p>`, &turbo.App{Actions: map[string]turbo.Action{
		"look": func(s *turbo.Stream) error {
			element := s.Element()
			seen = append(seen, strings.Join([]string{
				s.Attr("message"), s.Attr("bare"), s.Attr("OTHER"), s.Attr("none"), string(s.Content()), element.Value().Text("localName"),
				element.Find("template").Value().Text("innerHTML"), strings.Repeat("t", len(s.Targets())),
			}, "|"))
			return s.Page().RenderStream(`<turbo-stream action="append" target="a"><template>x</template></turbo-stream>`)
		},
	}})
	message := strings.Join([]string{
		`<turbo-stream action="look" target="a" message="1 &lt; 2 &amp;amp; &quot;3&quot;" bare other='o'><template><b>c</b></template></turbo-stream>`,
		`<turbo-stream action="look" targets="p" message="caf&eacute;" other=o></turbo-stream>`,
		`<turbo-stream action="look" target="nowhere" message=""></turbo-stream>`,
		`<turbo-stream action="append" target="a"><template>y</template></turbo-stream>`,
	}, "")
	show := func(observed bool) string {
		return run(t, fmt.Sprintf("setObserved(%v); ", observed)+"document.getElementById('a').textContent = ''; await rendered(`"+message+"`); await until(() => document.getElementById('a').textContent.length == 4); return document.getElementById('a').textContent")
	}
	unheard := show(false)
	without := seen
	seen = nil
	var off func()
	within(t, page, func() { off = page.OnBeforeStreamRender(func(turbo.BeforeStreamRender) {}) })
	heard := show(true)
	within(t, page, func() { off() })
	want := `1 < 2 &amp; "3"||o||<b>c</b>|turbo-stream|<b>c</b>|t; café||o|||turbo-stream||t; |||||turbo-stream||`
	if got := strings.Join(without, "; "); got != want {
		t.Errorf("without a listener\n%s\nwant\n%s", got, want)
	}
	if got := strings.Join(seen, "; "); got != want {
		t.Errorf("with a listener\n%s\nwant\n%s", got, want)
	}
	if unheard != "yxxx" || heard != "yxxx" {
		t.Errorf("the page shows %s and %s", unheard, heard)
	}
	if lines := said(); lines != "" {
		t.Errorf("the console says %s", lines)
	}
}

// What the page still calls of a channel that was given up before it was made reaches
// nobody, least of all the next one.
func TestAChannelThatWasGivenUpHearsNothing(t *testing.T) {
	page, said := open(t, "", new(turbo.App))
	back := js.Global().Get("Function").New(`
		const { cable } = Turbo
		window.made = []
		Turbo.cable = { subscribeTo: (identifier, mixin) => new Promise((resolve) => made.push({ mixin, resolve, over: false })) }
		return () => { Turbo.cable = cable }`).Invoke()
	defer back.Invoke()
	var heard []string
	subscribe := func(name string) (c *turbo.Channel) {
		within(t, page, func() {
			c = page.Subscribe(name, nil, turbo.Subscriber{
				Connected:    func(bool) { heard = append(heard, name+" connected") },
				Disconnected: func(bool) { heard = append(heard, name+" disconnected") },
				Rejected:     func() { heard = append(heard, name+" rejected") },
				Received:     func(v turbo.Value) { heard = append(heard, name+" "+v.String()) },
			})
		})
		return c
	}
	first := subscribe("First")
	within(t, page, first.Unsubscribe)
	second := subscribe("Second")
	got := run(t, `
		const [first, second] = made
		first.mixin.connected({})
		first.mixin.received("late")
		first.resolve({ unsubscribe() { first.over = true; first.mixin.disconnected({}) } })
		second.resolve({ unsubscribe() { second.over = true } })
		await null; await null
		second.mixin.connected({})
		second.mixin.received("hello")
		first.mixin.rejected()
		return first.over + " " + second.over`)
	if got != "true false" || strings.Join(heard, ", ") != "Second connected, Second hello" {
		t.Errorf("unsubscribed %s, heard %q", got, heard)
	}
	within(t, page, second.Unsubscribe)
	heard = nil
	if got := run(t, `const { mixin } = made[1]; mixin.received("late"); mixin.disconnected({}); return made[1].over`); got != "true" || heard != nil {
		t.Errorf("unsubscribed %s, heard %q after the end", got, heard)
	}
	if lines := said(); lines != "" {
		t.Errorf("the console says %s", lines)
	}
}
