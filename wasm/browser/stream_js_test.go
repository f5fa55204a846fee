package browser

import (
	"errors"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// played renders messages in one frame. It returns the body and what follows
// it, what was said to the console or thrown, and whether stream elements were
// made. setup may prepare the page; it returns what is to be logged at the end.
const played = `
	const [observed, page, messages] = arguments
	const said = []
	const { error } = console
	console.error = (...values) => said.push(values.map((value) => value?.message ?? value).join(" "))
	document.body.innerHTML = page
	while (document.body.nextSibling) document.body.nextSibling.remove()
	document.activeElement?.blur?.()
	setObserved(observed)
	const log = []
	const before = (listener) => addEventListener("turbo:before-stream-render", listener, { signal: over.signal })
	const at = (id) => document.getElementById(id)
	const over = new AbortController()
	let check = () => {}
	let made = false
	const render = (message) => {
		try {
			Turbo.renderStreamMessage(message)
		} catch (error) {
			said.push("thrown " + error.message)
		}
		made ||= !!document.querySelector("html > turbo-stream")
	}
	return (async () => {
		try {
			await (async () => {` + "\n%SETUP%\n" + `})()
			for (const message of messages) render(message)
			await paint()
			await until(() => !document.querySelector("turbo-stream"))
			await paint()
			await check()
		} finally {
			over.abort()
			console.error = error
		}
		let html = document.body.innerHTML
		for (let n = document.body.nextSibling; n; n = n.nextSibling) html += n.outerHTML ?? n.data
		return [html.trimEnd(), said.join("; "), log.join(" "), made]
	})()
`

type playing struct {
	html, said, log string
	made            bool
}

func play(t *testing.T, observed bool, page, setup string, messages ...string) playing {
	t.Helper()
	list := make([]any, len(messages))
	for i, message := range messages {
		list[i] = message
	}
	result := await(t, script(strings.Replace(played, "%SETUP%", setup, 1)).Invoke(observed, page, list))
	return playing{result.Index(0).String(), result.Index(1).String(), result.Index(2).String(), result.Index(3).Bool()}
}

// onBothPaths runs a test with stream elements, and without.
func onBothPaths(t *testing.T, name string, test func(t *testing.T, observed bool)) {
	t.Run(name+", observed", func(t *testing.T) { test(t, true) })
	t.Run(name+", unobserved", func(t *testing.T) { test(t, false) })
}

func element(action, target, content string) string {
	return `<turbo-stream action="` + action + `" target="` + target + `"><template>` + content + `</template></turbo-stream>`
}

func elements(action, targets, content string) string {
	return `<turbo-stream action="` + action + `" targets="` + targets + `"><template>` + content + `</template></turbo-stream>`
}

const (
	abc  = `<ul id="l"><li id="a">a</li><li id="b">b</li><li id="c">c</li></ul>`
	two  = `<p class="x">1</p><p class="x">2</p>`
	each = `<div class="x"><i id="a">1</i></div><div class="x"><i id="a">2</i></div>`
)

var streamCases = []struct {
	name, page string
	messages   []string
	want, said string
	made       bool // elements are made even when nobody looks
}{
	{"append adds at the end", `<p id="l">1</p>`, []string{element("append", "l", "<b>2</b>")}, `<p id="l">1<b>2</b></p>`, "", false},
	{"prepend adds at the beginning", `<p id="l">1</p>`, []string{element("prepend", "l", "<b>2</b>")}, `<p id="l"><b>2</b>1</p>`, "", false},
	{"before adds in front", `<p id="l">1</p>`, []string{element("before", "l", "<b>2</b>")}, `<b>2</b><p id="l">1</p>`, "", false},
	{"after adds behind, ahead of text", `<p id="l">1</p>t`, []string{element("after", "l", "<b>2</b>")}, `<p id="l">1</p><b>2</b>t`, "", false},
	{"replace takes the place", `<p id="l">1</p>`, []string{element("replace", "l", "<b>2</b>")}, `<b>2</b>`, "", false},
	{"update takes the children's place", `<p id="l">1<i></i></p>`, []string{element("update", "l", "<b>2</b>")}, `<p id="l"><b>2</b></p>`, "", false},
	{"remove takes away", `<p id="l">1</p>2`, []string{`<turbo-stream action="remove" target="l"></turbo-stream>`}, `2`, "", false},
	{"actions of a message keep their order", abc, []string{element("remove", "a", "") + element("append", "l", `<li id="d">d</li>`) + element("update", "d", "D") + element("before", "b", `<li>x</li>`)},
		`<ul id="l"><li>x</li><li id="b">b</li><li id="c">c</li><li id="d">D</li></ul>`, "", false},
	{"messages of a frame keep their order", `<p id="l"></p>`, []string{element("append", "l", `<b id="n">1</b>`), element("append", "n", "2"), element("after", "n", "3"), element("append", "l", "4")},
		`<p id="l"><b id="n">12</b>34</p>`, "", false},
	{"many appends keep their order", `<p id="l"></p>`, []string{strings.Repeat(element("append", "l", "<i>1</i>")+element("append", "l", "<b>2</b>"), 50)},
		`<p id="l">` + strings.Repeat("<i>1</i><b>2</b>", 50) + `</p>`, "", false},

	{"every element that matches is a target", two, []string{elements("append", ".x", "<b></b>")}, `<p class="x">1<b></b></p><p class="x">2<b></b></p>`, "", false},
	{"every element that matches is replaced", two, []string{elements("replace", ".x", "<b></b>t")}, `<b></b>t<b></b>t`, "", false},
	{"every element that matches is removed", two, []string{elements("remove", "p", "")}, ``, "", false},
	{"target wins over targets", two + `<p id="l"></p>`, []string{`<turbo-stream action="append" target="l" targets=".x"><template>t</template></turbo-stream>`}, two + `<p id="l">t</p>`, "", false},
	{"an empty target leaves it to targets", two, []string{`<turbo-stream action="append" target="" targets=".x"><template>t</template></turbo-stream>`}, `<p class="x">1t</p><p class="x">2t</p>`, "", false},
	{"a target that is missing is silent", two, []string{element("append", "no", "t") + elements("append", ".no", "t")}, two, "", false},

	{"append replaces a child with the id, at the end", abc, []string{element("append", "l", `<li id="a">A</li><li id="d">d</li>`)},
		`<ul id="l"><li id="b">b</li><li id="c">c</li><li id="a">A</li><li id="d">d</li></ul>`, "", false},
	{"prepend replaces a child with the id, at the beginning", abc, []string{element("prepend", "l", `<li id="b">B</li>`)},
		`<ul id="l"><li id="b">B</li><li id="a">a</li><li id="c">c</li></ul>`, "", false},
	{"before replaces a sibling with the id", abc, []string{element("before", "a", `<li id="c">C</li>`)},
		`<ul id="l"><li id="c">C</li><li id="a">a</li><li id="b">b</li></ul>`, "", false},
	{"after replaces the next sibling", abc, []string{element("after", "a", `<li id="b">B</li>`)},
		`<ul id="l"><li id="a">a</li><li id="b">B</li><li id="c">c</li></ul>`, "", false},
	{"before with the target's own id replaces it", abc, []string{element("before", "b", `<li id="b">B</li>`)},
		`<ul id="l"><li id="a">a</li><li id="b">B</li><li id="c">c</li></ul>`, "", true},
	{"ids deeper down do not count", `<div id="l"><p><i id="a">1</i></p></div>`, []string{element("append", "l", `<i id="a">2</i>`) + element("append", "l", `<p><b id="z"></b></p>`)},
		`<div id="l"><p><i id="a">1</i></p><i id="a">2</i><p><b id="z"></b></p></div>`, "", false},
	{"all copies of an id are replaced", `<p id="l"><i id="a">1</i><i id="a">2</i></p>`, []string{element("append", "l", `<i id="a">3</i>`)}, `<p id="l"><i id="a">3</i></p>`, "", false},
	{"an id is replaced in every target", each, []string{elements("append", ".x", `<i id="a">3</i>`)}, `<div class="x"><i id="a">3</i></div><div class="x"><i id="a">3</i></div>`, "", false},
	{"an id that comes again replaces what came first", `<p id="l"></p>`, []string{element("append", "l", `<i id="a">1</i>`) + element("append", "l", `<b></b>`) + element("append", "l", `<i id="a">2</i>`)},
		`<p id="l"><b></b><i id="a">2</i></p>`, "", false},
	{"an empty id replaces nothing", `<p id="l"><i id="">1</i></p>`, []string{element("append", "l", `<i id="">2</i>`)}, `<p id="l"><i id="">1</i><i id="">2</i></p>`, "", false},
	{"a form's shadowed id counts among children", `<div id="l"><form id="f"><input name="id"></form></div>`, []string{element("append", "l", `<form id="f"></form>`)},
		`<div id="l"><form id="f"></form></div>`, "", false},
	{"a form's shadowed id does not count among siblings", `<div><form id="f"><input name="id"></form><p id="l"></p></div>`, []string{element("after", "l", `<form id="f"></form>`)},
		`<div><form id="f"><input name="id"></form><p id="l"></p><form id="f"></form></div>`, "", true},
	{"update and replace do not look for ids", abc, []string{element("update", "a", `<b id="c"></b>`)},
		`<ul id="l"><li id="a"><b id="c"></b></li><li id="b">b</li><li id="c">c</li></ul>`, "", false},

	{"several roots and their text go together", `<p id="l">1</p>`, []string{element("replace", "l", "a<b>b</b>c<i>d</i>")}, `a<b>b</b>c<i>d</i>`, "", false},
	{"rows of a table survive", `<table><tbody id="l"><tr><td>1</td></tr></tbody></table>`, []string{element("append", "l", "<tr><td>2</td></tr>")},
		`<table><tbody id="l"><tr><td>1</td></tr><tr><td>2</td></tr></tbody></table>`, "", false},
	{"an empty template empties", `<p id="l">1</p><p id="m">2</p>`, []string{element("update", "l", "") + element("replace", "m", "")}, `<p id="l"></p>`, "", false},
	{"a missing template empties", `<p id="l">1</p><p id="m">2</p>`, []string{`<turbo-stream action="update" target="l"></turbo-stream><turbo-stream action="replace" target="m"></turbo-stream>`}, `<p id="l"></p>`, "", false},
	{"text before the template does not matter", `<p id="l"></p>`, []string{"<turbo-stream action=\"append\" target=\"l\">\n text <template>t</template></turbo-stream>"}, `<p id="l">t</p>`, "", true},
	{"a stream in a template is performed", `<p id="l"></p><p id="m"></p>`, []string{element("append", "l", "<b></b>"+element("append", "m", "<i></i>"))}, `<p id="l"><b></b></p><p id="m"><i></i></p>`, "", true},
	{"references in attributes and text are read", `<p id="a&amp;b"></p>`, []string{element("append", "a&amp;b", "&lt;&eacute;")}, `<p id="a&amp;b">&lt;é</p>`, "", true},
	{"text beyond ASCII arrives", `<p id="ü"></p>`, []string{element("append", "ü", "日本 🎉") + element("append", "ü", "<b>é</b>")}, `<p id="ü">日本 🎉<b>é</b></p>`, "", false},
	{"what is around streams stays behind the body", `<p id="l"></p>`, []string{"\n" + element("append", "l", "1") + "stray"}, `<p id="l">1</p>` + "\nstray", "", true},

	{"an unknown action is told", two, []string{element("shout", "l", "") + elements("append", ".x", "t")}, `<p class="x">1t</p><p class="x">2t</p>`,
		`<turbo-stream action="shout" target="l">: unknown action`, true},
	{"a missing action is told", two, []string{`<turbo-stream target="l"></turbo-stream>`}, two, `<turbo-stream target="l">: action attribute is missing`, true},
	{"an empty action is missing", two, []string{`<turbo-stream action="" target="l"></turbo-stream>`}, two, `<turbo-stream action="" target="l">: action attribute is missing`, true},
	{"missing targets are told", two, []string{`<turbo-stream action="remove"></turbo-stream>` + elements("append", ".x", "t")}, `<p class="x">1t</p><p class="x">2t</p>`,
		`<turbo-stream action="remove">: target or targets attribute is missing`, true},
	{"a first child that is no template is thrown, and nothing applied", two, []string{elements("append", ".x", "t") + `<turbo-stream action="append" target="l"><p></p></turbo-stream>`}, two,
		`thrown <turbo-stream action="append" target="l">: first child element must be a <template> element`, true},
}

func TestStreams(t *testing.T) {
	start(t, Program{})
	for _, c := range streamCases {
		onBothPaths(t, c.name, func(t *testing.T, observed bool) {
			got := play(t, observed, c.page, "", c.messages...)
			if got.html != c.want {
				t.Errorf("got page %s\nwant page %s", got.html, c.want)
			}
			if got.said != c.said {
				t.Errorf("got console %q, want %q", got.said, c.said)
			}
			made := (observed || c.made) && !strings.HasPrefix(c.said, "thrown")
			if got.made != made {
				t.Errorf("elements were made: got %v, want %v", got.made, made)
			}
		})
	}
}

func TestWrongSelectorIsTheBrowsersError(t *testing.T) {
	start(t, Program{})
	onBothPaths(t, "append", func(t *testing.T, observed bool) {
		got := play(t, observed, two, "", elements("append", "][", "t")+elements("append", ".x", "t"))
		if want := `<p class="x">1t</p><p class="x">2t</p>`; got.html != want {
			t.Errorf("got page %s, want %s", got.html, want)
		}
		if !strings.Contains(got.said, "not a valid selector") {
			t.Errorf("got console %q", got.said)
		}
	})
}

// Cases that prepare the page in JavaScript and log what they see.
var scriptedCases = []struct {
	name, page, setup string
	messages          []string
	want, said, log   string
}{
	{"an event that is cancelled leaves the page alone", `<p id="l"></p>`, `before((e) => { log.push(e.detail.newStream.target); if (e.target.target == "l") e.preventDefault() })`,
		[]string{element("append", "l", "1") + element("append", "m", "2")}, `<p id="l"></p>`, "", "l m"},
	{"a stream that is cancelled leaves the page at once", `<p id="l"></p>`, `before((e) => { e.preventDefault(); queueMicrotask(() => queueMicrotask(() => log.push(e.target.isConnected))) })`,
		[]string{element("append", "l", "1")}, `<p id="l"></p>`, "", "false"},
	{"events come first, in order", `<p id="l"></p>`, `before((e) => log.push(e.target.textContent + e.target.templateContent.textContent + at("l").textContent + e.bubbles + e.cancelable + e.composed))`,
		[]string{element("append", "l", "1") + element("append", "l", "2")}, `<p id="l">12</p>`, "", "1truetruefalse 2truetruefalse"},
	{"a render that is replaced gets the element", `<p id="l"></p>`, `before((e) => { const { render } = e.detail; e.detail.render = async (element) => { log.push(element == e.target); await render(element); log.push(at("l").textContent) } })`,
		[]string{element("append", "l", "1")}, `<p id="l">1</p>`, "", "true 1"},
	{"renders that are wrapped are over one by one", `<p id="l"></p>`, `let n = 0; before((e) => { const { render } = e.detail, number = ++n; e.detail.render = async (element) => { log.push("r" + number); await render(element); log.push("done" + number) } })`,
		[]string{element("append", "l", "1") + element("append", "l", "2") + element("append", "l", "3")}, `<p id="l">123</p>`, "", "r1 done1 r2 done2 r3 done3"},
	{"a render that fails is told, others go on", `<p id="l"></p>`, `let n = 0; before((e) => { if (!n++) e.detail.render = async () => { throw new Error("no") } })`,
		[]string{element("append", "l", "1") + element("append", "l", "2")}, `<p id="l">2</p>`, "no", ""},
	{"a frame asked for behind a message sees it applied", `<p id="l"></p>`, `render('` + element("append", "l", "1") + `'); requestAnimationFrame(() => log.push(at("l").textContent)); await paint()`,
		nil, `<p id="l">1</p>`, "", "1"},
	{"attributes may be changed by a listener", `<p id="l"></p><p id="m"></p>`, `before((e) => { e.target.setAttribute("target", "m") })`,
		[]string{element("append", "l", "1")}, `<p id="l"></p><p id="m">1</p>`, "", ""},

	{"a typed value survives in a permanent element", `<div id="l"><input id="i" data-turbo-permanent></div>`,
		`const i = at("i"); i.value = "typed"; check = () => log.push(at("i") == i, at("i").value)`,
		[]string{element("update", "l", `<b></b><input id="i" data-turbo-permanent value="new">`)}, `<div id="l"><b></b><input id="i" data-turbo-permanent=""></div>`, "", "true typed"},
	{"a permanent element keeps its listeners when its parent is replaced", `<div id="l"><p id="i" data-turbo-permanent>old</p></div>`,
		`at("i").onclick = () => log.push("heard"); check = () => at("i").click()`,
		[]string{element("replace", "l", `<div id="l"><p id="i" data-turbo-permanent>new</p></div>`)}, `<div id="l"><p id="i" data-turbo-permanent="">old</p></div>`, "", "heard"},
	{"an element that is permanent in the page alone is replaced", `<div id="l"><p id="i" data-turbo-permanent>old</p></div>`, "",
		[]string{element("update", "l", `<p id="i">new</p>`)}, `<div id="l"><p id="i">new</p></div>`, "", ""},

	{"autofocus is given", `<p id="l"></p>`, `check = () => log.push(document.activeElement.id)`,
		[]string{element("append", "l", `<input id="i" autofocus>`)}, `<p id="l"><input id="i" autofocus=""></p>`, "", "i"},
	{"autofocus without an id leaves none", `<p id="l"></p>`, `check = () => log.push(document.activeElement.name)`,
		[]string{element("append", "l", `<input name="n" autofocus>`)}, `<p id="l"><input name="n" autofocus=""></p>`, "", "n"},
	{"autofocus does not take the focus", `<input id="f"><p id="l"></p>`, `at("f").focus(); check = () => log.push(document.activeElement.id)`,
		[]string{element("append", "l", `<input id="i" autofocus>`)}, `<input id="f"><p id="l"><input id="i" autofocus=""></p>`, "", "f"},
	{"autofocus passes what cannot be focused", `<p id="l"></p>`, `check = () => log.push(document.activeElement.id)`,
		[]string{element("append", "l", `<input id="i" disabled autofocus><input id="j" autofocus>`)}, `<p id="l"><input id="i" disabled="" autofocus=""><input id="j" autofocus=""></p>`, "", "j"},
	{"the focus returns to the same id", `<p id="l"><input id="f"></p>`, `at("f").focus(); check = () => log.push(document.activeElement.id)`,
		[]string{element("update", "l", `<i></i><input id="f">`)}, `<p id="l"><i></i><input id="f"></p>`, "", "f"},
	{"the focus stays where nothing happens to it", `<input id="f"><p id="l"></p>`, `at("f").focus(); at("f").onblur = () => log.push("blur"); check = () => log.push(document.activeElement.id)`,
		[]string{element("append", "l", "t")}, `<input id="f"><p id="l">t</p>`, "", "f"},

	{"a script runs once for each target", `<p class="x"></p><p class="x"></p>`, `window.ran = (n) => log.push(n)`,
		[]string{elements("append", ".x", `<script>ran(1)</script>`) + elements("update", ".x:last-child", `<b></b>`)}, `<p class="x"><script>ran(1)</script></p><p class="x"><b></b></p>`, "", "1 1"},
	{"a script that is not to be evaluated does not run", `<p id="l"></p>`, `window.ran = (n) => log.push(n)`,
		[]string{element("append", "l", `<script data-turbo-eval="false">ran(1)</script>`)}, `<p id="l"><script data-turbo-eval="false">ran(1)</script></p>`, "", ""},

	{"an action of the application is performed", `<p id="l"></p>`, `Turbo.StreamActions.shout = function () { log.push(this.target); for (const n of this.targetElements) n.append(this.templateContent.textContent.toUpperCase()) }`,
		[]string{element("append", "l", "1") + element("shout", "l", "a") + element("append", "l", "2")}, `<p id="l">1A2</p>`, "", "l"},
	{"an action of the application may be async", `<p id="l"></p>`, `Turbo.StreamActions.later = async function () { await null; at("l").append("later"); log.push(this.isConnected) }`,
		[]string{element("later", "l", "")}, `<p id="l">later</p>`, "", "true"},
	{"an action of the application may fail", `<p id="l"></p>`, `Turbo.StreamActions.fail = function () { throw new Error("no") }`,
		[]string{element("fail", "l", "") + element("append", "l", "1")}, `<p id="l">1</p>`, "no", ""},
	{"an action that is overridden is performed", `<p id="l"></p>`, `const { append } = Turbo.StreamActions; Turbo.StreamActions.append = function () { log.push("mine"); append.call(this) }`,
		[]string{element("append", "l", "1"), element("prepend", "l", "2")}, `<p id="l">21</p>`, "", "mine"},
	{"an action that is deleted is unknown", `<p id="l"></p>`, `delete Turbo.StreamActions.remove`,
		[]string{`<turbo-stream action="remove" target="l"></turbo-stream>`}, `<p id="l"></p>`, `<turbo-stream action="remove" target="l">: unknown action`, ""},
}

func TestScriptedStreams(t *testing.T) {
	for _, c := range scriptedCases {
		// A listener for the event makes a page observed, which the loader
		// notes; the tests have no loader.
		if strings.Contains(c.setup, "before(") {
			t.Run(c.name, func(t *testing.T) { playScripted(t, true, c.page, c.setup, c.messages, c.want, c.said, c.log) })
			continue
		}
		onBothPaths(t, c.name, func(t *testing.T, observed bool) {
			playScripted(t, observed, c.page, c.setup, c.messages, c.want, c.said, c.log)
		})
	}
}

func playScripted(t *testing.T, observed bool, page, setup string, messages []string, want, said, log string) {
	t.Helper()
	start(t, Program{})
	got := play(t, observed, page, setup, messages...)
	if got.html != want {
		t.Errorf("got page %s\nwant page %s", got.html, want)
	}
	if got.said != said {
		t.Errorf("got console %q, want %q", got.said, said)
	}
	if got.log != log {
		t.Errorf("got log %q, want %q", got.log, log)
	}
}

func TestOrderAcrossPaths(t *testing.T) {
	start(t, Program{})
	isolated := element("append", "l", `<b id="n">2</b>`+element("append", "m", "x")) // takes the element path
	plain := func(text string) string { return element("append", "l", text) }
	for _, c := range []struct {
		name     string
		messages []string
		want     string
	}{
		{"elements behind a batch", []string{plain("1"), isolated, plain("3")}, `<p id="l">1<b id="n">2</b>3</p><p id="m">x</p>`},
		{"elements before a batch", []string{isolated, plain("3"), element("append", "n", "!")}, `<p id="l"><b id="n">2!</b>3</p><p id="m">x</p>`},
		{"an unknown action in between", []string{plain("1") + element("shout", "l", "") + plain("2"), plain("3")}, `<p id="l">123</p><p id="m"></p>`},
		{"a kept scroll position in between", []string{plain("1"), strings.Replace(plain("2"), "<turbo-stream", "<turbo-stream maintain_scroll", 1), plain("3")}, `<p id="l">123</p><p id="m"></p>`},
	} {
		onBothPaths(t, c.name, func(t *testing.T, observed bool) {
			if got := play(t, observed, `<p id="l"></p><p id="m"></p>`, "", c.messages...); got.html != c.want {
				t.Errorf("got page %s\nwant page %s", got.html, c.want)
			}
		})
	}
}

func TestActionsInGo(t *testing.T) {
	var seen []string
	var program Program
	program.Add(map[string]stream.Action{
		"note": func(e stream.Element) error {
			seen = append(seen, e.Attr(dom.Target))
			return e.Insert(dom.Append)
		},
		"fail":  func(stream.Element) error { return errors.New("not today") },
		"panic": func(stream.Element) error { var list []int; _ = list[len(seen)+7]; return nil },
	}, func() {})
	start(t, program)
	onBothPaths(t, "streams", func(t *testing.T, observed bool) {
		seen = nil
		got := play(t, observed, `<p id="l"><i id="a"></i></p>`, `
			const tell = (e) => log.push(e.detail.message)
			document.addEventListener("turbo:error", tell, { signal: over.signal })
			render('`+element("append", "l", "1")+element("note", "l", `<i id="a">2</i>`)+element("fail", "l", "")+element("panic", "l", "")+element("append", "l", "3")+`')
			await paint(); await paint()`, element("append", "l", "4"), element("note", "l", "5"))
		if want := `<p id="l">1<i id="a">2</i>345</p>`; got.html != want {
			t.Errorf("got page %s, want %s", got.html, want)
		}
		if strings.Join(seen, " ") != "l l" {
			t.Errorf("got targets %q", seen)
		}
		if !strings.HasPrefix(got.said, `<turbo-stream action="fail" target="l">: not today; turbo: panic while performing a stream: runtime error: index out of range`) {
			t.Errorf("got console %q", got.said)
		}
		if !strings.HasPrefix(got.log, "turbo: panic while performing a stream: runtime error: index out of range") || strings.Count(got.log, "panic") != 1 {
			t.Errorf("got turbo:error %q", got.log)
		}
	})
}
