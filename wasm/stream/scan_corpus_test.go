package stream

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// corpus makes n messages, always the same ones: most of them nearly what an
// application sends, and spoilt here and there.
func corpus(n int) []string {
	g := generator{rand.New(rand.NewPCG(8, 23))}
	messages := make([]string, n)
	for i := range messages {
		messages[i] = g.message()
	}
	return messages
}

type generator struct{ *rand.Rand }

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g generator) one(in int) bool { return g.IntN(in) == 0 }

var (
	flowNames = strings.Fields(`div div div section article ul ol li p p p h1 h3 span span a b i em strong button label
		time blockquote figure figcaption pre details summary nav main header footer dl dt dd code small u font s nobr
		table svg select form template textarea style my-card turbo-frame blink video search dialog datalist title
		math object noscript iframe center ruby rt option canvas fieldset legend menu progress address big`)
	insideNames = map[string][]string{
		"table":    {"tr", "tbody", "thead", "caption", "colgroup", "tr", "div", "form", "template"},
		"tbody":    {"tr", "tr", "tr", "td", "p"},
		"tr":       {"td", "th", "td", "tr", "b"},
		"colgroup": {"col", "template", "p"},
		"ul":       {"li", "li", "li", "div", "p"},
		"ol":       {"li"},
		"dl":       {"dt", "dd", "div"},
		"select":   {"option", "option", "optgroup", "hr", "input", "b", "textarea"},
		"optgroup": {"option", "option", "optgroup"},
		"datalist": {"option"},
		"svg":      {"path", "g", "title", "use", "circle", "text", "p", "style", "a", "foreignObject", "svg", "b"},
		"g":        {"path", "g", "rect", "div", "span"},
		"p":        {"span", "b", "i", "em", "strong", "code", "small", "time", "a", "label", "button", "svg", "div", "ul"},
		"a":        {"span", "b", "em", "svg", "div", "button"},
		"button":   {"span", "b", "svg", "div", "small"},
		"li":       {"p", "div", "span", "ul", "ol", "article", "li"},
		"span":     {"span", "b", "i", "em", "code", "s", "u", "font", "nobr", "p"},
	}
	voidNames = strings.Fields(`br img input hr wbr col meta link source keygen image frame embed area path`)
)

func (g generator) message() string {
	var b strings.Builder
	for range 1 + g.IntN(3) {
		b.WriteString(g.space())
		g.stream(&b)
	}
	b.WriteString(g.space())
	m := b.String()
	if g.one(6) {
		m = strings.ToValidUTF8(g.spoil(m), "?") // as what comes from a page is
	}
	return m
}

func (g generator) stream(b *strings.Builder) {
	b.WriteString("<turbo-stream")
	for range g.IntN(4) {
		fmt.Fprintf(b, " %s", g.attribute(g.pick("action", "target", "targets", "method", "request-id", "scroll", "maintain_scroll", "version", "except", "data-x", "id", "class")))
	}
	b.WriteString(g.pick("", "", "", " ", "\n"))
	b.WriteString(">")
	b.WriteString(g.space())
	if !g.one(8) {
		b.WriteString("<template>")
		for range g.IntN(4) {
			g.node(b, g.pick("root", "root", "root", "root", "root", "root", "root", "root", "root", "root", "tbody"), 1+g.IntN(6))
		}
		b.WriteString("</template>")
		b.WriteString(g.space())
	}
	b.WriteString("</turbo-stream>")
}

func (g generator) node(b *strings.Builder, parent string, depth int) {
	switch g.IntN(8) {
	case 0, 1:
		b.WriteString(g.text())
		return
	case 2:
		if g.one(12) {
			b.WriteString(g.comment())
			return
		}
		name := g.pick("br", "img", "input")
		switch {
		case parent == "svg" || parent == "g":
			name = "path"
		case g.one(30):
			name = g.pick(voidNames...)
		}
		fmt.Fprintf(b, "<%s%s%s>", name, g.attributes(), g.pick("", "", " /", "/"))
		return
	}
	if depth == 0 {
		b.WriteString(g.text())
		return
	}
	names := flowNames[:26]
	if inside := insideNames[parent]; inside != nil {
		names = inside
		if !g.one(6) {
			names = inside[:max(1, len(inside)-2)]
		}
	}
	if g.one(60) {
		names = flowNames
	}
	name := g.pick(names...)
	fmt.Fprintf(b, "<%s%s%s>", name, g.attributes(), g.pick("", "", "", "", "", "", "", "", "", " "))
	for range g.IntN(4) {
		g.node(b, name, depth-1)
	}
	switch g.IntN(200) {
	case 0:
	case 1:
		fmt.Fprintf(b, "</%s>", g.pick(flowNames...))
	case 2:
		fmt.Fprintf(b, "</%s >", strings.ToUpper(name))
	default:
		fmt.Fprintf(b, "</%s>", name)
	}
}

func (g generator) attributes() string {
	var b strings.Builder
	for range max(0, g.IntN(5)-2) {
		b.WriteString(g.pick(" ", " ", " ", "\n", "  ", "\t"))
		b.WriteString(g.attribute(g.pick("id", "id", "class", "href", "data-controller", "data-action", "onclick", "@click",
			"disabled", "value", "type", "aria-label", "style", "viewBox", "xlink:href", "ID", "color", "name", "data-turbo")))
	}
	if g.one(300) {
		b.WriteString(" " + g.attribute(g.pick("autofocus", "data-turbo-permanent", "is", "AutoFocus", "DATA-TURBO-PERMANENT")))
	}
	return b.String()
}

func (g generator) attribute(name string) string {
	value := g.pick("a", "b", "c", "list", "message_1", "", "/rooms/1?a=b&c=d", "hidden", ".a > .b", "it's", "f(x)", "é",
		"a&amp;b", "<b>", "a=b", "12345678", "123456789 0123456", "click->a#b")
	if g.one(120) {
		value += g.pick("\r\n", "&", "\x00", "\r", "\t", "\n", "`", "</template>")
	}
	switch g.IntN(12) {
	case 0:
		return name
	case 1:
		if !strings.ContainsAny(value, " >\t\r\n") || g.one(8) {
			return name + "=" + value
		}
	case 2:
		if !strings.Contains(value, "'") {
			return name + "='" + value + "'"
		}
	}
	if g.one(150) {
		return name + g.pick(" = ", "= ", " =") + `"` + value + `"`
	}
	return name + `="` + value + `"`
}

func (g generator) text() string {
	t := g.pick("", "a", "hello, world", "\n", "\n    ", "&amp;", "&lt;b&gt;", "&copy", "a > b", `"`, "it's", "日本語", "x\ny", "\t")
	if g.one(120) {
		t += g.pick("\r\n", "\r", "\x00", "<", "a < b", "</", "<>", "</>", "<?x?>", "<!DOCTYPE html>", "<![CDATA[x]]>", "&#0;", "<3", "\f", "]]>")
	}
	return t
}

func (g generator) comment() string {
	return g.pick("<!-- a -->", "<!---->", "<!-->", "<!--->", "<!-- - -- -->", "<!-- --!>", "<!--a--->", "<!-- <!-- -->",
		"<!-- </template> -->", "<!a>", "<!-", "<!--<!-->", "<!--->-->", "<!-- BEGIN a -->")
}

func (g generator) space() string { return g.pick("", "", "", "", "\n", "  ", "\r\n", "\t", "\f") }

// spoil changes the message at a place: cuts it, or puts in or takes away a
// few bytes.
func (g generator) spoil(m string) string {
	i := g.IntN(len(m))
	switch g.IntN(4) {
	case 0:
		return m[:i]
	case 1:
		return m[:i] + m[min(len(m), i+1+g.IntN(8)):]
	case 2:
		return m[:i] + m[g.IntN(len(m)):]
	}
	return m[:i] + g.pick("<", ">", "/", `"`, "'", "=", "&", "\x00", "\r", "-", "<p>", "</p>", "<div>", "<script>", "</template>",
		"<template>", "<turbo-stream>", "</turbo-stream>", "<!--", "-->", "<textarea>", "</textarea>", "<svg>", "<table>", "<select>",
		"<title>", "<form>", "</form>", "<a>", "<li>", "<plaintext>", "<b>", "<nobr>", "<frameset>", "<body class=x>", "</body>", "<html>") + m[i:]
}

// checkCorpus checks every message of the corpus against the parser.
func checkCorpus(t *testing.T, p parser) {
	certain := 0
	messages := corpus(6000)
	for _, m := range messages {
		if check(t, p, m, someFlow(m)) {
			certain++
		}
	}
	t.Logf("certain of %d of %d messages", certain, len(messages))
	if certain < len(messages)/4 {
		t.Errorf("certain of %d messages only", certain)
	}
}

// checkLarge checks messages near the size that a server may send.
func checkLarge(t *testing.T, p parser) {
	const size = 10 << 20
	for _, c := range []struct {
		name, message string
		certain       bool
	}{
		{"ten megabytes of streams", strings.Repeat(chatMessage(1), size/len(chatMessage(1))), true},
		{"ten megabytes of text", around(strings.Repeat("text, and ", size/10)), true},
		{"ten megabytes of an attribute", around(`<p title="` + strings.Repeat("x", size) + `"></p>`), true},
		{"ten megabytes of elements", around(strings.Repeat("<i>x</i>", size/8)), true},
		{"ten megabytes of long elements", around(strings.Repeat(`<i title="a">`+strings.Repeat("x", size/10)+"</i>", 10)), true},
		{"ten megabytes of angles", around(strings.Repeat("<", size)), false},
		{"ten megabytes of start tags", around(strings.Repeat("<b>", size/3)), false},
		{"ten megabytes of a comment", around("<!--" + strings.Repeat("- ", size/2)), false},
		{"ten megabytes of raw text", around("<textarea>" + strings.Repeat("</textareas>", size/12)), false},
		{"ten megabytes of a value without end", `<turbo-stream target="` + strings.Repeat("&", size), false},
		{"ten megabytes of white space", strings.Repeat(" \n", size/2), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, certain := scan(t, c.message)
			if certain != c.certain {
				t.Fatalf("certain is %v", certain)
			}
			if strings.Count(c.message, "<") < 100 { // a parser takes minutes for the others
				check(t, p, c.message, flow[:1])
			}
		})
	}
}
