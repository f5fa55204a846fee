package stream

import (
	"strings"
	"syscall/js"
	"testing"
)

// browserParser is the browser that runs the test, without the runtime.
type browserParser struct{ parseMessage, parseFragment, reparse, hasIDs js.Value }

var (
	_ parser  = browserParser{}
	_ browser = browserParser{}
)

const browserParserSource = `
const quote = (s) => JSON.stringify(s)
const dump = (n) => {
	switch (n.nodeType) {
	case 1:
		const inside = n instanceof HTMLTemplateElement ? n.content : n
		return n.namespaceURI + ":" + n.localName +
			Array.from(n.attributes, (a) => " " + a.namespaceURI + ":" + a.name + "=" + quote(a.value)).join("") +
			"[" + Array.from(inside.childNodes, dump).join("") + "]"
	case 3: return quote(n.data)
	case 8: return "!" + quote(n.data)
	default: return "?" + n.nodeType
	}
}
const blank = (n) => n.nodeType === 3 && !/[^ \t\r\n\f]/.test(n.data)
const touched = "script, turbo-stream, [autofocus], [data-turbo-permanent]"
// Fields end in U+0001, groups of them in U+0002, streams in U+0003.
const fields = (list) => list.map((s) => s + "\u0001").join("") + "\u0002"

const message = (html) => {
	const template = document.createElement("template")
	template.innerHTML = html
	let out = ""
	for (const n of template.content.childNodes) {
		if (blank(n)) continue
		if (n.localName !== "turbo-stream") return "unclean"
		const children = [...n.childNodes].filter((c) => !blank(c))
		if (children.length > 1 || children.length === 1 && !(children[0] instanceof HTMLTemplateElement)) return "unclean"
		const content = children[0]?.content
		const nodes = [...(content?.childNodes ?? [])]
		out += fields(Array.from(n.attributes).flatMap((a) => [a.name, a.value])) +
			fields(nodes.map(dump)) +
			fields(nodes.map((c) => c.nodeType === 3 ? "text" : "")) +
			fields([...(content?.children ?? [])].map((c) => c.getAttribute("id")).filter((id) => id)) +
			fields([content ? "template" : "", content?.querySelector(touched) ? "touched" : ""]) + "\u0003"
	}
	return out
}

// In a document of its own, since parsing in this one loads images.
const inert = document.implementation.createHTMLDocument("")
const fragment = (context, html) => {
	const element = inert.createElement(context)
	if (context === "template") {
		element.innerHTML = html
		return fields(Array.from(element.content.childNodes, dump))
	}
	inert.body.append(element)
	element.insertAdjacentHTML("beforeend", html)
	const inner = fields(Array.from(element.childNodes, dump))
	element.innerHTML = html
	const again = fields(Array.from(element.childNodes, dump))
	element.remove()
	return inner === again ? inner : "insertAdjacentHTML: " + inner + " innerHTML: " + again + "\u0001"
}
const template = (html) => Object.assign(document.createElement("template"), { innerHTML: html })
const serialize = (html) => template(html).innerHTML
const named = (html) => !!template(html).content.querySelector("[id]")
return { message, fragment, serialize, named }
`

func newBrowserParser(t *testing.T) browserParser {
	t.Helper()
	if !js.Global().Get("document").Truthy() {
		t.Fatal("stream: this test needs a browser's document: run it with `turbowasm browsertest`")
	}
	made := js.Global().Get("Function").New(browserParserSource).Invoke()
	return browserParser{made.Get("message"), made.Get("fragment"), made.Get("serialize"), made.Get("named")}
}

func fields(group string) []string {
	list := strings.Split(group, "\x01")
	if len(list) == 1 {
		return nil
	}
	return list[:len(list)-1]
}

func (p browserParser) fragment(context, source string) []string {
	return fields(p.parseFragment.Invoke(context, source).String())
}

func (p browserParser) serialize(source string) string { return p.reparse.Invoke(source).String() }

func (p browserParser) named(source string) bool { return p.hasIDs.Invoke(source).Bool() }

func (p browserParser) message(source string) (streams []parsed, clean bool) {
	out := p.parseMessage.Invoke(source).String()
	if out == "unclean" {
		return nil, false
	}
	for _, one := range strings.SplitAfter(out, "\x03") {
		if one == "" {
			break
		}
		groups := strings.Split(one, "\x02")
		stream := parsed{attributes: map[string]string{}, content: fields(groups[1]), ids: fields(groups[3])}
		attributes := fields(groups[0])
		for i := 0; i < len(attributes); i += 2 {
			stream.attributes[attributes[i]] = attributes[i+1]
		}
		for _, kind := range fields(groups[2]) {
			stream.text = append(stream.text, kind == "text")
		}
		flags := fields(groups[4])
		stream.template, stream.script = flags[0] != "", flags[1] != ""
		streams = append(streams, stream)
	}
	return streams, true
}

func TestScanAgreesWithTheBrowserOnTheCorpus(t *testing.T) { checkCorpus(t, newBrowserParser(t)) }

func TestScanAgreesWithTheBrowserOnLargeMessages(t *testing.T) { checkLarge(t, newBrowserParser(t)) }

func TestScanAgreesWithTheBrowserOnWhatApplicationsSend(t *testing.T) {
	checkPartials(t, newBrowserParser(t))
}
