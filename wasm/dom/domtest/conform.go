package domtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

// Subject is a page that can be judged by Conform.
type Subject interface {
	stream.BatchPage
	stream.BatchPage
	Select(root dom.Node, selector string) (dom.Node, error)
	// HTML returns what is inside the body, and behind it in the html element.
	HTML() string
	// Call runs f as a call from the page.
	Call(f func())
	// Settle waits until nothing waits for a repaint or a zero timer.
	Settle()
}

// Conform checks that pages are what the runtime takes them for. open makes
// the page whose body holds what source parses to.
func Conform(t *testing.T, open func(source string) Subject) {
	for _, c := range conformance {
		t.Run(c.name, func(t *testing.T) {
			p := open(c.source)
			var said []string
			say := func(values ...any) { said = append(said, strings.TrimSuffix(fmt.Sprintln(values...), "\n")) }
			p.Call(func() { c.do(p, say) })
			p.Settle()
			if got, want := strings.Join(said, "; "), c.said; got != want {
				t.Errorf("got %q\nwant %q", got, want)
			}
			want := c.want
			if want == "" {
				want = c.source
			}
			if got := p.HTML(); got != want {
				t.Errorf("got page %q\nwant page %q", got, want)
			}
		})
	}
}

// with makes a step that is given the element with the id x.
func with(do func(p Subject, x dom.Node, say func(...any))) func(Subject, func(...any)) {
	return func(p Subject, say func(...any)) { do(p, p.ElementByID("x"), say) }
}

func place(place dom.Place) func(Subject, func(...any)) {
	return with(func(p Subject, x dom.Node, say func(...any)) {
		if err := p.Insert(x, place, p.ElementByID("t")); err != nil {
			say(err)
		}
	})
}

func insertHTML(place dom.Place, joinable bool, text string) func(Subject, func(...any)) {
	return with(func(p Subject, x dom.Node, say func(...any)) {
		if err := p.InsertHTML(x, place, joinable, stream.Piece{Message: -1, Text: text}); err != nil {
			say(err)
		}
	})
}

func ids(p Subject, nodes []dom.Node) (ids []string) {
	for _, n := range nodes {
		id, _ := p.Attr(n, dom.ID)
		ids = append(ids, id)
	}
	return ids
}

const content = `<template id="t"><b>1</b>2</template>`

var conformance = []struct {
	name, source string
	do           func(p Subject, say func(...any))
	said, want   string // want is the source when empty
}{
	{"an attribute is read", `<p id="x" action="" target="a&amp;é"></p>`, with(func(p Subject, x dom.Node, say func(...any)) {
		for _, name := range []string{dom.Action, dom.Target, dom.Method} {
			value, ok := p.Attr(x, name)
			say(value, ok, p.HasAttr(x, name))
		}
	}), " true true; a&é true true;  false false", ""},
	{"an attribute is set, changed and removed", `<p id="x" target="a" scroll="b"></p>`, with(func(p Subject, x dom.Node, say func(...any)) {
		p.SetAttr(x, dom.Target, "c")
		p.RemoveAttr(x, dom.Scroll)
		p.RemoveAttr(x, dom.Action)
		p.SetAttr(x, dom.Method, "")
	}), "", `<p id="x" target="c" method=""></p>`},
	{"long text crosses whole", `<p id="x"></p>`, with(func(p Subject, x dom.Node, say func(...any)) {
		long := strings.Repeat("日本", 5000)
		p.SetAttr(x, dom.Target, long)
		value, _ := p.Attr(x, dom.Target)
		say(value == long)
		p.RemoveAttr(x, dom.Target)
	}), "true", ""},
	{"an id finds the first element", `<p id="y" class="a"></p><p id="x"><i id="y"></i></p>`, func(p Subject, say func(...any)) {
		say(p.ElementByID("") == 0, p.ElementByID("no") == 0, p.ElementByID("Y") == 0)
		n, err := p.Select(p.Document(), "p.a")
		say(p.Same(n, p.ElementByID("y")), p.Same(n, p.ElementByPiece(stream.Piece{Message: -1, Text: "y"})), err)
	}, "true true true; true true <nil>", ""},
	{"a selector finds elements below", `<div id="x"><p id="a"></p><p id="b"><i id="c"></i></p></div><template><p></p></template>`,
		with(func(p Subject, x dom.Node, say func(...any)) {
			all, err := p.SelectAll(x, "p, i, #x")
			say(ids(p, all), err)
			all, err = p.SelectAll(p.Document(), "template p")
			say(len(all), err)
			first, err := p.Select(x, "section")
			say(first, err)
		}), "[a b c] <nil>; 0 <nil>; 0 <nil>", ""},
	{"a wrong selector makes the page throw", `<p id="x" targets="]["></p>`, with(func(p Subject, x dom.Node, say func(...any)) {
		_, err := p.Select(x, "][")
		say(err == dom.ErrPage)
		_, err = p.SelectAll(x, "][")
		say(err == dom.ErrPage)
		_, _, err = p.SelectNamed(x, dom.Targets)
		say(err == dom.ErrPage)
	}), "true; true; true", ""},
	{"an attribute names elements", `<p id="x" target="a" targets="p" scroll="" method="no"></p><p id="a"></p>`, with(func(p Subject, x dom.Node, say func(...any)) {
		for _, name := range []string{dom.Target, dom.Method, dom.Scroll, dom.Action} {
			n, ok := p.ElementNamed(x, name)
			say(n != 0, ok)
		}
		for _, name := range []string{dom.Targets, dom.Method, dom.Scroll, dom.Action} {
			nodes, ok, err := p.SelectNamed(x, name)
			say(ids(p, nodes), ok, err)
		}
	}), "true true; false true; false false; false false; [x a] true <nil>; [] true <nil>; [] false <nil>; [] false <nil>", ""},
	{"the closest element may be the element itself", `<section id="s"><p id="x"></p></section>`, with(func(p Subject, x dom.Node, say func(...any)) {
		say(p.Same(p.Closest(x, "p"), x), p.Same(p.Closest(x, "section"), p.ElementByID("s")), p.Closest(x, "b") == 0)
	}), "true true true", ""},
	{"the html element has no parent element", `<p id="x"></p>`, with(func(p Subject, x dom.Node, say func(...any)) {
		say(p.Same(p.Parent(p.Parent(x)), p.Root()), p.Parent(p.Root()))
	}), "true 0", ""},
	{"a removed element is not connected", `<p id="x"><b></b></p><i></i>`, with(func(p Subject, x dom.Node, say func(...any)) {
		b, _ := p.Select(x, "b")
		say(p.Connected(b))
		p.Remove(x)
		say(p.Connected(x), p.Connected(b), p.ElementByID("x"), p.Same(p.Parent(b), x))
		p.Remove(x)
	}), "true; false false 0 true", `<i></i>`},
	{"an opening tag is the markup up to its end", `<p id="x" class="a &amp; b">text<b>c</b></p>`, with(func(p Subject, x dom.Node, say func(...any)) {
		say(p.OpeningTag(x))
	}), `<p id="x" class="a &amp; b">`, ""},
	{"the first element child may be a template", `<p id="x">a<!--b--><template></template></p><p id="y"><b></b><template></template></p><p id="z">c</p>`,
		func(p Subject, say func(...any)) {
			for _, id := range []string{"x", "y", "z"} {
				n, ok := p.Template(p.ElementByID(id))
				say(n != 0, ok)
			}
		}, "true true; false false; false true", ""},
	{"a template is added", `<p id="x">a</p>`, with(func(p Subject, x dom.Node, say func(...any)) {
		added := p.AddTemplate(x)
		found, _ := p.Template(x)
		say(p.Same(added, found), p.TemplateContent(added) != 0)
	}), "true true", `<p id="x">a<template></template></p>`},
	{"permanent content is found by an element's id", permanents, with(func(p Subject, x dom.Node, say func(...any)) {
		t := p.ElementByID("t")
		n := p.Permanent(t, x)
		say(p.OpeningTag(n), p.Connected(n), p.Permanent(t, p.ElementByID("y")), p.Permanent(t, p.ElementByID(`"]`)) != 0)
	}), `<h2 id="x" data-turbo-permanent=""> false 0 true`, ""},
	{"a copy of an element stands in for content", permanents, with(func(p Subject, x dom.Node, say func(...any)) {
		t := p.ElementByID("t")
		p.StandIn(t, p.Permanent(t, x), x)
		n := p.Permanent(t, x)
		say(p.OpeningTag(n), p.Connected(n), p.Connected(x))
	}), `<p id="x" class="a" data-turbo-permanent=""> false true`, strings.Replace(permanents, `<h2 id="x" data-turbo-permanent="">d</h2>`, `<p id="x" class="a" data-turbo-permanent="">c</p>`, 1)},
	{"an element that is taken out comes back where it is stood in for", permanents, with(func(p Subject, x dom.Node, say func(...any)) {
		t := p.ElementByID("t")
		p.StandIn(t, p.Permanent(t, x), x)
		err := p.Insert(x, dom.Replace, t)
		p.ComeBack(t)
		say(err, p.Connected(x), p.Same(x, p.ElementByID("x")))
		p.Remove(t)
	}), `<nil> true true`, `<div><p id="x" class="a" data-turbo-permanent="">c</p></div><h2 id="y"></h2><h2 id="&quot;]" data-turbo-permanent=""></h2><p id="y"></p><h2 id="&quot;]" data-turbo-permanent=""></h2>`},
	{"an element that stays is left where it is", permanents, with(func(p Subject, x dom.Node, say func(...any)) {
		t := p.ElementByID("t")
		p.StandIn(t, p.Permanent(t, x), x)
		err := p.Insert(p.ElementByID("y"), dom.Append, t)
		p.ComeBack(t)
		say(err, p.Same(x, p.ElementByID("x")))
		p.Remove(t)
		p.Remove(x)
	}), `<nil> true`, `<p id="y"><div><p id="x" class="a" data-turbo-permanent="">c</p></div><h2 id="y"></h2><h2 id="&quot;]" data-turbo-permanent=""></h2></p><h2 id="&quot;]" data-turbo-permanent=""></h2>`},
	{"an element that has changed does not come back", permanents, with(func(p Subject, x dom.Node, say func(...any)) {
		t := p.ElementByID("t")
		p.StandIn(t, p.Permanent(t, x), x)
		p.SetAttr(x, dom.Target, "z")
		err := p.Insert(x, dom.Replace, t)
		p.ComeBack(t)
		say(err, p.Connected(x))
		p.Remove(t)
	}), `<nil> false`, `<div><p id="x" class="a" data-turbo-permanent="">c</p></div><h2 id="y"></h2><h2 id="&quot;]" data-turbo-permanent=""></h2><p id="y"></p><h2 id="&quot;]" data-turbo-permanent=""></h2>`},
	{"streams are elements of HTML", `<template id="x"><turbo-stream id="a"></turbo-stream><svg><turbo-stream></turbo-stream></svg><template><turbo-stream></turbo-stream></template>` +
		`<p><turbo-stream id="b"></turbo-stream></p></template>`, with(func(p Subject, x dom.Node, say func(...any)) {
		say(ids(p, must(p.Streams(p.TemplateContent(x)))))
	}), "[a b]", ""},
	{"a fragment is emptied where it is put", `<p id="x">a</p>` + content, with(func(p Subject, x dom.Node, say func(...any)) {
		p.AppendChild(x, p.TemplateContent(p.ElementByID("t")))
	}), "", `<p id="x">a<b>1</b>2</p><template id="t"></template>`},
	{"an element is moved", `<p id="x">a</p><b id="b">c</b>`, with(func(p Subject, x dom.Node, say func(...any)) {
		p.AppendChild(x, p.ElementByID("b"))
	}), "", `<p id="x">a<b id="b">c</b></p>`},
	{"content is appended", `<p id="x">a</p>` + content, place(dom.Append), "", `<p id="x">a<b>1</b>2</p>` + content},
	{"content is prepended", `<p id="x">a</p>` + content, place(dom.Prepend), "", `<p id="x"><b>1</b>2a</p>` + content},
	{"content is placed before", `c<p id="x">a</p>` + content, place(dom.Before), "", `c<b>1</b>2<p id="x">a</p>` + content},
	{"content is placed after", `<p id="x">a</p>c` + content, place(dom.After), "", `<p id="x">a</p><b>1</b>2c` + content},
	{"content replaces", `c<p id="x">a</p>` + content, place(dom.Replace), "", `c<b>1</b>2` + content},
	{"content updates", `<p id="x">a<i></i></p>` + content, place(dom.Children), "", `<p id="x"><b>1</b>2</p>` + content},
	{"empty content replaces", `c<p id="x">a</p><template id="t"></template>`, place(dom.Replace), "", `c<template id="t"></template>`},
	{"html is appended", `<ul id="x">a</ul>`, insertHTML(dom.Append, true, `<li>b</li>c`), "", `<ul id="x">a<li>b</li>c</ul>`},
	{"html is prepended", `<ul id="x">a</ul>`, insertHTML(dom.Prepend, true, `<li>b</li>c`), "", `<ul id="x"><li>b</li>ca</ul>`},
	{"html is placed before", `<p id="x">a</p>`, insertHTML(dom.Before, true, `<li>b</li>c`), "", `<li>b</li>c<p id="x">a</p>`},
	{"html is placed after", `<p id="x">a</p>`, insertHTML(dom.After, true, `<li>b</li>c`), "", `<p id="x">a</p><li>b</li>c`},
	{"html replaces", `<p id="x">a</p>`, insertHTML(dom.Replace, true, `<li>b</li>c`), "", `<li>b</li>c`},
	{"html updates", `<p id="x">a</p>`, insertHTML(dom.Children, true, `<li>b</li>c`), "", `<p id="x"><li>b</li>c</p>`},
	{"isolated rows are appended", `<div id="x">a</div>`, insertHTML(dom.Append, false, `<tr><td>b</td></tr>`), "", `<div id="x">a<tr><td>b</td></tr></div>`},
	{"isolated rows replace", `<p id="x">a</p>`, insertHTML(dom.Replace, false, `<tr><td>b</td></tr>`), "", `<tr><td>b</td></tr>`},
	{"isolated rows update", `<p id="x">a</p>`, insertHTML(dom.Children, false, `<tr><td>b</td></tr>`), "", `<p id="x"><tr><td>b</td></tr></p>`},
	{"a drawing takes html as a template does", `<svg><g id="x"></g></svg>`, insertHTML(dom.Append, true, `<p>a</p>`), "", `<svg><g id="x"><p>a</p></g></svg>`},
	{"twins are children", `<div id="x"><p id="a"></p><b><i id="a"></i></b><p id="b"></p><p id="a"></p><p></p></div><i id="b"></i>` +
		`<template id="t"><u id="a"></u>x<u id=""></u><u><s id="b"></s></u></template>`, with(func(p Subject, x dom.Node, say func(...any)) {
		say(ids(p, twinsOf(p, x, false)), ids(p, twinsOf(p, x, true)))
	}), "[a a] [a a]", ""},
	{"a control hides the id of its form", `<div id="x"><form id="a"><input name="id"></form><p id="b"></p></div><template id="t"><p id="a"></p><p id="b"></p></template>`,
		with(func(p Subject, x dom.Node, say func(...any)) {
			say(ids(p, twinsOf(p, x, false)), ids(p, twinsOf(p, x, true)))
		}), "[a b] [b]", ""},
	{"twins come in the order of the page", `<div id="x"><p id="a"></p><p id="b"></p><p id="c"></p></div><template id="t"><p id="c"></p><p id="a"></p><p id="c"></p></template>`,
		with(func(p Subject, x dom.Node, say func(...any)) {
			say(ids(p, twinsOf(p, x, false)), ids(p, twinsOf(p, x, true)))
		}), "[a c] [a c]", ""},
	{"twins are removed by id", `<div id="x"><p id="a"></p><p id="b"></p><p id="c.d"></p><p><b id="a"></b></p></div>`, with(func(p Subject, x dom.Node, say func(...any)) {
		p.RemoveTwins(x, "a\x00no\x00\x00c.d", false)
		p.RemoveTwins(x, "e", true)
	}), "", `<div id="x"><p id="b"></p><p><b id="a"></b></p></div>`},
	{"text is added as it is", `<p id="x">a</p>`, with(func(p Subject, x dom.Node, say func(...any)) {
		p.AddText(x, stream.Piece{Message: -1, Text: "<b>&é"})
	}), "", `<p id="x">a&lt;b&gt;&amp;é</p>`},
	{"streams are made", `<p></p>`, func(p Subject, say func(...any)) {
		p.AddStray(" ")
		p.AddStream(`<x-stream action="a"><template></template></x-stream>`, 0)
		p.AddStream("", 1)
		p.AddStream(`<x-stream action="b"></x-stream>`, 2)
		p.AddStray("\n")
		p.InsertStreams()
		say(len(must(p.SelectAll(p.Root(), "x-stream > template"))))
		for _, n := range must(p.SelectAll(p.Root(), "x-stream > template")) {
			p.Remove(n)
		}
		p.BatchDone()
	}, "3", `<p></p> <x-stream action="a"></x-stream><x-stream action="a"></x-stream><x-stream action="b"></x-stream>` + "\n"},
	{"the focus lies on an element or nowhere", `<input id="x"><p id="y"></p>`, with(func(p Subject, x dom.Node, say func(...any)) {
		say(p.Focused(), p.CanFocus(x), p.CanFocus(p.ElementByID("y")))
		p.Focus(p.ElementByID("y"))
		say(p.Focused())
		p.Focus(x)
		say(p.Same(p.Focused(), x))
		p.Remove(x)
		say(p.Focused())
	}), "0 true true; 0; true; 0", `<p id="y"></p>`},
	{"released handles are given out again", `<p id="x"></p>`, func(p Subject, say func(...any)) {
		mark := p.Mark()
		first := p.ElementByID("x")
		p.Release(mark)
		say(p.Mark() == mark, p.ElementByID("x") == first)
	}, "true true", ""},
	{"each UUID is another", ``, func(p Subject, say func(...any)) {
		a, b := p.UUID(), p.UUID()
		say(len(a), len(b), a != b)
	}, "36 36 true", ""},
	{"repaints keep their order, and what comes in one waits for the next", `<p id="x"></p>`, func(p Subject, say func(...any)) {
		p.Repaint(func() {
			say("1")
			p.AwaitRepaint(func() { say("3") })
		})
		p.AwaitRepaint(func() { say("2", p.ElementByID("x") != 0) })
		p.Timeout(0, func() { p.AddText(p.ElementByID("x"), stream.Piece{Message: -1, Text: "t"}) })
		cancel := p.Timeout(0, func() { say("never") })
		cancel()
		say("0")
	}, "0; 1; 2 true; 3", `<p id="x">t</p>`},
}

// permanents is a page with permanent elements, there and in a template.
const permanents = `<p id="x" class="a" data-turbo-permanent="">c</p><p id="y"></p><h2 id="&quot;]" data-turbo-permanent=""></h2>` +
	`<template id="t"><div><h2 id="x" data-turbo-permanent="">d</h2></div><h2 id="y"></h2><h2 id="&quot;]" data-turbo-permanent=""></h2></template>`

func must(nodes []dom.Node, err error) []dom.Node {
	if err != nil {
		panic(err)
	}
	return nodes
}

func twinsOf(p Subject, parent dom.Node, properties bool) []dom.Node {
	twins, err := p.Twins(parent, p.ElementByID("t"), properties)
	if err != nil {
		panic(err)
	}
	return twins
}
