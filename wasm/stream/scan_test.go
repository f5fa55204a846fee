package stream

import (
	"strings"
	"testing"
)

// around puts content into a stream element.
func around(content string) string {
	return `<turbo-stream action="append" target="list"><template>` + content + `</template></turbo-stream>`
}

func TestScanReadsTheAttributesOfAStream(t *testing.T) {
	const attributes = ` action="replace" target='a' targets=".b > .c" method=morph request-id="1-2" data-x="&lt;"` +
		` scroll="preserve" maintain_scroll class`
	s, buf, certain := scan(t, "\n <turbo-stream"+attributes+"><template></template></turbo-stream>\r\n")
	if !certain || len(s.Envelopes) != 1 {
		t.Fatalf("got %v, %v", s.Envelopes, certain)
	}
	e := s.Envelopes[0]
	for _, c := range []struct {
		got  Range
		want string
	}{
		{e.Action, "replace"}, {e.Target, "a"}, {e.Targets, ".b > .c"}, {e.Method, "morph"},
		{e.RequestID, "1-2"}, {e.Scroll, "preserve"},
		{e.Element, "<turbo-stream" + attributes + "><template></template></turbo-stream>"},
	} {
		if got := string(buf[c.got.Start:c.got.End]); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if !e.MaintainScroll {
		t.Error("maintain_scroll was not seen")
	}
	if e.Content.Start == 0 || e.Content.Start != e.Content.End {
		t.Errorf("content of an empty template is %v", e.Content)
	}
}

func TestScanTellsAbsentFromEmpty(t *testing.T) {
	s, _, certain := scan(t, `<turbo-stream action="" target></turbo-stream>`)
	if !certain {
		t.Fatal("declined")
	}
	e := s.Envelopes[0]
	if e.Action == (Range{}) || e.Action.Start != e.Action.End {
		t.Errorf("empty action is %v", e.Action)
	}
	if e.Target == (Range{}) || e.Target.Start != e.Target.End {
		t.Errorf("empty target is %v", e.Target)
	}
	if e.Method != (Range{}) || e.Content != (Range{}) {
		t.Errorf("absent method is %v, content %v", e.Method, e.Content)
	}
}

// verdict is what the scanner may say about content.
type verdict int

const (
	declines verdict = iota
	isolates
	joins
)

func (v verdict) String() string { return [...]string{"declined", "isolated", "joinable"}[v] }

func verdictOf(t testing.TB, message string) verdict {
	s, _, certain := scan(t, message)
	switch {
	case !certain:
		return declines
	case len(s.Envelopes) == 1 && s.Envelopes[0].Joinable:
		return joins
	}
	return isolates
}

func TestScanJudgesContent(t *testing.T) {
	for _, c := range []struct {
		name, content string
		want          verdict
	}{
		{"nothing", "", joins},
		{"text", "a &amp; b", joins},
		{"a division with an id", `<div id="a" class='b' hidden data-x=1>x</div>`, joins},
		{"void elements", `<br><br/><img src="/a?b=1&c=2" alt=""/><input disabled>`, joins},
		{"a button with a handler", `<button type="button" onclick="go('x')" @click="y">x</button>`, joins},
		{"a list in an item", `<ul><li>a<ul><li>b</li></ul></li></ul>`, joins},
		{"an icon", `<svg viewBox="0 0 1 1"><title>x</title><path d="M0 0"/><g><use href="#a"></use></g></svg>`, joins},
		{"a figure of speech", `<blockquote><p>a</p></blockquote><figure><figcaption>b</figcaption></figure>`, joins},
		{"text longer than a browser keeps in one node", strings.Repeat("x", 70000), isolates},
		{"a comment", `<!-- BEGIN app/views/a.html.erb -->`, isolates},
		{"a form", `<form action="/a"><input type="hidden" name="b"><textarea name="c">
</div></template></textarea><button>d</button></form>`, isolates},
		{"a select", `<select><option value="1" selected>a</option><optgroup label="b"><option>c</option></optgroup></select>`, isolates},
		{"a table", `<table><caption>a</caption><colgroup><col></colgroup><thead><tr><th>b</th></tr></thead><tr><td><p>c</p></td></tr></table>`, isolates},
		{"rows", "<tr id=a><td>a</td></tr>\n<tr id=b><td>b</td></tr>", isolates},
		{"a template", `<template><p>a</p></template>`, isolates},
		{"a custom element", `<turbo-frame id="a"><p>b</p></turbo-frame>`, isolates},
		{"a customized element", `<p is="x-p">a</p>`, isolates},
		{"an unknown element", `<blink>a</blink>`, isolates},
		{"a style", `<style>p > a { color: red }</style>`, isolates},

		{"a script", `<script>1</script>`, declines},
		{"a script deeper", `<p><template><script></script></template></p>`, declines},
		{"autofocus", `<input AutoFocus>`, declines},
		{"a permanent element", `<div id="a" data-turbo-permanent></div>`, declines},
		{"a permanent element in capitals", `<div id="a" DATA-TURBO-PERMANENT="">`, declines},
		{"a stream", `<div><turbo-stream action="remove" target="a"></turbo-stream></div>`, declines},
		{"an unclosed element", `<div>`, declines},
		{"a stray end tag", `</div>`, declines},
		{"misnested elements", `<b><i></b></i>`, declines},
		{"capitals", `<DIV></DIV>`, declines},
		{"a block in a paragraph", `<p><div></div></p>`, declines},
		{"a block in an element in a paragraph", `<p><span><ul></ul></span></p>`, declines},
		{"a rule in a paragraph", `<p><hr></p>`, declines},
		{"a long block in a paragraph", `<p><blockquote></blockquote></p>`, declines},
		{"a link in a link", `<a><span><a></a></span></a>`, declines},
		{"a button in a button", `<button><button></button></button>`, declines},
		{"an item in an item", `<li><div><li></li></div></li>`, declines},
		{"a form in a form", `<form><form></form></form>`, declines},
		{"a form in a table", `<table><form></form></table>`, declines},
		{"a division in a table", `<table><div></div></table>`, declines},
		{"text in a row", `<tr>a<td></td>b</tr>`, declines},
		{"text in a table", "<table> \n a</table>", declines},
		{"text after a row", `<tr></tr>a`, declines},
		{"a row after a division", `<div></div><tr></tr>`, declines},
		{"a row after a cell", `<td></td><tr></tr>`, declines},
		{"a cell in a division", `<div><td></td></div>`, declines},
		{"a heading in a heading", `<h1><h2></h2></h1>`, declines},
		{"a division in a drawing", `<svg><div></div></svg>`, declines},
		{"a style in a drawing", `<svg><style></style></svg>`, declines},
		{"raw text in a select", `<select><textarea></textarea></select>`, declines},
		{"character data", `<svg><![CDATA[a]]></svg>`, declines},
		{"a processing instruction", `<?php ?>`, declines},
		{"a lone angle", `a < b`, declines},
		{"raw text without end", `<textarea></textare></template>`, declines},
		{"a comment without end", `<!-- `, declines},
		{"an early end of a comment", `<!--> -->`, declines},
		{"another end of a comment", `<!-- --!> -->`, declines},
		{"plain text for ever", `<plaintext>`, declines},
		{"NUL", "a\x00b", declines},
		{"a reference in a top id", `<div id="a&amp;b"></div>`, declines},
		{"a carriage return in a top id", "<div id=\"a\rb\"></div>", declines},
		{"two ids", `<div id="a" id="b"></div>`, declines},
		{"attributes without space between", `<div a="b"c="d"></div>`, declines},
		{"a quote in a name", `<div a"b></div>`, declines},
		{"a quote in a bare value", `<div a=b"c></div>`, declines},
		{"a slash between attributes", `<div / a></div>`, declines},
		{"too deep", strings.Repeat("<div>", 201) + strings.Repeat("</div>", 201), declines},
		{"almost too deep", strings.Repeat("<div>", 200) + strings.Repeat("</div>", 200), joins},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := verdictOf(t, around(c.content)); got != c.want {
				t.Errorf("got %v, want %v: %s", got, c.want, c.content)
			}
			check(t, goParser{}, around(c.content), flow)
		})
	}
}

func TestScanDeclinesMessages(t *testing.T) {
	for _, c := range []struct{ name, message string }{
		{"text before a stream", "x" + around("")},
		{"text after a stream", around("") + "x"},
		{"text in a stream", `<turbo-stream action="append">x<template></template></turbo-stream>`},
		{"a comment between streams", around("") + "<!-- -->" + around("")},
		{"another element", "<p></p>"},
		{"another custom element", `<turbo-stream-source src="a"></turbo-stream-source>`},
		{"a byte order mark", "\ufeff" + around("")},
		{"capitals", `<Turbo-Stream action="a"></Turbo-Stream>`},
		{"capitals in a name that is read", `<turbo-stream Action="a"></turbo-stream>`},
		{"a reference in a value that is read", `<turbo-stream action="a" target="a&amp;b"></turbo-stream>`},
		{"a carriage return in a value that is read", "<turbo-stream target=\"a\rb\"></turbo-stream>"},
		{"an attribute twice", `<turbo-stream action="a" action="b"></turbo-stream>`},
		{"a template with attributes", `<turbo-stream><template id="a"></template></turbo-stream>`},
		{"two templates", `<turbo-stream><template></template><template></template></turbo-stream>`},
		{"no end tag", `<turbo-stream action="a">`},
		{"an end tag with space", `<turbo-stream action="a"></turbo-stream >`},
		{"an end in a tag", `<turbo-stream action="a`},
		{"an end in a name", `<turbo-st`},
		{"an angle alone", `<`},
		{"NUL between streams", around("") + "\x00" + around("")},
		{"NUL at the end", around("") + "\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := verdictOf(t, c.message); got != declines {
				t.Errorf("got %v: %s", got, c.message)
			}
		})
	}
}

func TestScanDeclinesEveryCutMessage(t *testing.T) {
	message := strings.TrimSpace(chatMessage(1))
	for i := 1; i < len(message); i++ {
		if got := verdictOf(t, message[:i]); got != declines {
			t.Fatalf("got %v: %s", got, message[:i])
		}
	}
}

func TestScanNeedsPadding(t *testing.T) {
	message := around("x")
	buf := padded(message)
	var s Scanner
	for _, c := range []struct {
		name     string
		buf      []byte
		from, to int
	}{
		{"none", buf[:len(message)], 0, len(message)},
		{"too little", buf[:len(buf)-1], 0, len(message)},
		{"not zero", []byte(message + "       x"), 0, len(message)},
		{"a message that ends before it begins", buf, 3, 2},
		{"a message that begins before the buffer", buf, -1, 2},
		{"nothing", nil, 0, 0},
	} {
		if s.Scan(c.buf, c.from, c.to) {
			t.Errorf("%s: certain", c.name)
		}
	}
	if !s.Scan(buf, 0, len(message)) {
		t.Error("declined with padding")
	}
}

func TestScanManyMessagesOfOneBuffer(t *testing.T) {
	messages := []string{chatMessage(1), "<p>", chatMessage(2) + chatMessage(3), "", around(`<p id="x"><script>`), around(`<p id="y"></p>`)}
	want := []bool{true, false, true, true, false, true}
	var buf []byte
	var spans []Range
	for _, m := range messages {
		spans = append(spans, Range{int32(len(buf)), int32(len(buf) + len(m))})
		buf = append(buf, padded(m)...)
	}
	var s Scanner
	for i, span := range spans {
		if got := s.Scan(buf, int(span.Start), int(span.End)); got != want[i] {
			t.Errorf("message %d: got %v", i, got)
		}
	}
	var ids []string
	for _, e := range s.Envelopes {
		for _, id := range s.IDs[e.IDs.Start:e.IDs.End] {
			ids = append(ids, string(buf[id.Start:id.End]))
		}
	}
	if got, want := strings.Join(ids, " "), "message_1 message_2 message_3 y"; got != want {
		t.Errorf("got ids %q, want %q", got, want)
	}
}

func TestScanAllocatesNothing(t *testing.T) {
	buf := padded(strings.Repeat(chatMessage(1), 100))
	var s Scanner
	if got := testing.AllocsPerRun(10, func() {
		s.Truncate(0)
		s.Scan(buf, 0, len(buf)-Padding)
	}); got != 0 {
		t.Errorf("got %v allocations", got)
	}
}
