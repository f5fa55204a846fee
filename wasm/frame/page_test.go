package frame

import (
	"fmt"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
	submissions "github.com/turbowasm/turbowasm/wasm/form"
)

// fakePage is a page of frames, links, forms, requests and responses that does as
// it is told, and writes that down.
type fakePage struct {
	t           *testing.T
	frames      *Frames
	nodes       []*node
	controllers map[dom.Node]*Controller // by wrapper
	wrappers    map[dom.Object]dom.Node
	replaced    map[string]func() dom.Node // methods of applications
	refused     map[dom.Node]bool          // elements that are not navigatable
	kept        int
	thrown      bool // a problem waits to be reported by Reject
	log         []string
}

// A node is any value of the page's.
type node struct {
	name       string // in the log
	attributes map[string]string
	properties map[string]dom.Node
	texts      map[string]string
	parent     dom.Node
	promise    *pending
}

type pending struct {
	settled, failed bool
	value           dom.Node
	then            []func(value dom.Node, failed bool)
}

// The page's own objects.
const (
	theSession dom.Node = 4 + iota
	theRedirector
	theProblem
	theSnapshot
	firstNode
)

func newPage(t *testing.T) *fakePage {
	p := &fakePage{t: t, controllers: map[dom.Node]*Controller{}, wrappers: map[dom.Object]dom.Node{}, replaced: map[string]func() dom.Node{}, refused: map[dom.Node]bool{}}
	for range firstNode {
		p.node("")
	}
	p.nodes[theSession].name, p.nodes[theRedirector].name, p.nodes[theProblem].name = "session", "redirector", "problem"
	p.frames = &Frames{Page: Page{p, p, p, p, p, p, p, p, p, p, p, p, p, p}}
	t.Cleanup(func() {
		if p.kept != 0 {
			t.Errorf("%d values are still kept", p.kept)
		}
	})
	return p
}

func (p *fakePage) node(name string, pairs ...string) dom.Node {
	n := &node{name, map[string]string{}, map[string]dom.Node{}, map[string]string{}, 0, nil}
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		n.attributes[key] = value
	}
	p.nodes = append(p.nodes, n)
	return dom.Node(len(p.nodes) - 1)
}

// element makes an element of a kind in another one.
func (p *fakePage) element(kind string, parent dom.Node, pairs ...string) dom.Node {
	n := p.node(kind, pairs...)
	e := p.nodes[n]
	e.texts["localName"], e.texts["id"], e.parent = kind, e.attributes["id"], parent
	if id := e.attributes["id"]; id != "" {
		e.name = id
	}
	return n
}

// frame makes a frame, which has yet to be connected.
func (p *fakePage) frame(parent dom.Node, pairs ...string) (*Controller, dom.Node) {
	element := p.element("turbo-frame", parent, pairs...)
	p.nodes[element].texts["isConnected"] = "true"
	p.nodes[element].texts["isActive"] = "true"
	wrapper := p.node(p.nodes[element].name + "'s delegate")
	c := p.frames.New()
	c.Object = p.wrap(wrapper)
	p.controllers[wrapper] = c
	p.nodes[element].properties["delegate"] = wrapper
	p.nodes[wrapper].properties["element"] = element
	for _, part := range []string{partAppearance, partFormLinks, partFormSubmit} {
		p.nodes[wrapper].properties[part] = p.node(strings.TrimSuffix(part, "Observer"))
	}
	p.nodes[wrapper].properties[partView] = p.node("view")
	return c, element
}

// connected makes a frame that is in the page and has loaded nothing.
func (p *fakePage) connected(parent dom.Node, pairs ...string) (*Controller, dom.Node) {
	c, element := p.frame(parent, pairs...)
	c.Connect()
	p.took()
	return c, element
}

// loads makes a frame whose source is being loaded.
func (p *fakePage) loads(pairs ...string) (c *Controller, element, request dom.Node) {
	p.t.Helper()
	c, element = p.connected(0, append([]string{"id=f", "src=/f"}, pairs...)...)
	if request = p.nodes[c.wrapper()].properties[partRequest]; request == 0 {
		p.t.Fatal("the frame does not load")
	}
	return c, element, request
}

// response makes a response with a body of elements.
func (p *fakePage) response(answer Answer, elements ...dom.Node) dom.Node {
	n := p.node("response")
	r := p.nodes[n]
	r.texts["status"], r.texts["url"] = answer.Status, answer.URL
	for name, is := range map[string]bool{"redirected": answer.Redirected, "succeeded": answer.Succeeded, "isHTML": answer.IsHTML} {
		if is {
			r.texts[name] = "true"
		}
	}
	html := p.promise()
	if answer.IsHTML {
		body := p.node("body")
		for _, element := range elements {
			p.nodes[element].parent = body
		}
		p.settle(html, body, false)
	} else {
		p.settle(html, 0, false)
	}
	r.properties[htmlOf] = html
	return n
}

// page is an ordinary answer.
var page = Answer{Status: "200", Succeeded: true, IsHTML: true, URL: "http://page.test/f"}

func (p *fakePage) promise() dom.Node {
	n := p.node("promise")
	p.nodes[n].promise = &pending{}
	return n
}

func (p *fakePage) settle(n, value dom.Node, failed bool) {
	q := p.nodes[n].promise
	then := q.then
	*q = pending{settled: true, failed: failed, value: value}
	for _, f := range then {
		f(value, failed)
	}
}

// settled reports whether a promise is.
func (p *fakePage) settled(n dom.Node) bool { return p.nodes[n].promise.settled }

// answer gives the request of a frame a response, and ends it.
func (p *fakePage) answer(c *Controller, request, response dom.Node) (over, ok bool) {
	c.Answered(request, response, func(well bool) { over, ok = true, well })
	c.Finished(request)
	return over, ok
}

func (p *fakePage) note(format string, args ...any) {
	p.log = append(p.log, fmt.Sprintf(format, args...))
}

// took returns what was written down since the last time.
func (p *fakePage) took() string {
	defer func() { p.log = nil }()
	return strings.Join(p.log, "; ")
}

// is compares what was written down since the last time.
func (p *fakePage) is(want string) {
	p.t.Helper()
	if got := p.took(); got != want {
		p.t.Errorf("got  %q,\nwant %q", got, want)
	}
}

// has compares the attributes of an element, in the order asked for.
func (p *fakePage) has(n dom.Node, want string, names ...string) {
	p.t.Helper()
	var got []string
	for _, name := range names {
		if value, ok := p.nodes[n].attributes[name]; ok {
			got = append(got, name+"="+value)
		}
	}
	if joined := strings.Join(got, " "); joined != want {
		p.t.Errorf("got %q, want %q", joined, want)
	}
}

func (p *fakePage) Attr(n dom.Node, name string) (string, bool) {
	value, ok := p.nodes[n].attributes[name]
	return value, ok
}

func (p *fakePage) HasAttr(n dom.Node, name string) bool {
	_, ok := p.Attr(n, name)
	return ok
}

func (p *fakePage) SetAttr(n dom.Node, name, value string) { p.nodes[n].attributes[name] = value }
func (p *fakePage) RemoveAttr(n dom.Node, name string)     { delete(p.nodes[n].attributes, name) }

func (p *fakePage) Text(n dom.Node, path string) (string, bool) {
	if path == "loading" {
		value, _ := p.Attr(n, "loading")
		return value, true
	}
	text, ok := p.nodes[n].texts[path]
	return text, ok
}

func (p *fakePage) Is(n dom.Node, path string) bool {
	return p.nodes[n].texts[path] != "" || p.nodes[n].properties[path] != 0
}

func (p *fakePage) ElementByID(id string) dom.Node {
	for n, e := range p.nodes {
		if e.texts["localName"] != "" && e.attributes["id"] == id {
			return dom.Node(n)
		}
	}
	return 0
}

// Select knows the selectors of Extract.
func (p *fakePage) Select(root dom.Node, selector string) (dom.Node, error) {
	id, byID := strings.CutPrefix(selector, "turbo-frame#")
	recurse, _ := strings.CutPrefix(strings.TrimSuffix(selector, "]"), "turbo-frame[src][recurse~=")
	for n, e := range p.nodes {
		_, src := e.attributes["src"]
		if e.parent == root && (byID && e.attributes["id"] == id || !byID && src && e.attributes["recurse"] == recurse) {
			return dom.Node(n), nil
		}
	}
	return 0, nil
}

// Closest knows the names of elements, with commas.
func (p *fakePage) Closest(n dom.Node, selector string) dom.Node {
	for ; n != 0; n = p.nodes[n].parent {
		for name := range strings.SplitSeq(selector, ", ") {
			if p.nodes[n].texts["localName"] == name {
				return n
			}
		}
	}
	return 0
}

func (p *fakePage) Parent(n dom.Node) dom.Node { return p.nodes[n].parent }
func (p *fakePage) Same(a, b dom.Node) bool    { return a == b }

func (p *fakePage) Wrapper(o dom.Object) dom.Node { return p.wrappers[o] }

func (p *fakePage) Own(_ dom.Node, method string) int {
	if p.replaced[method] != nil {
		return -1
	}
	return 0
}

// Do performs the steps of controllers and of the redirector, unless they are
// replaced, and writes down what else is called.
func (p *fakePage) Do(n dom.Node, method string, args ...dom.Node) dom.Node {
	if replacement := p.replaced[method]; replacement != nil {
		return replacement()
	}
	yes := func(yes bool) dom.Node {
		if yes {
			return dom.True
		}
		return dom.False
	}
	name := p.nodes[n].name
	if c := p.controllers[n]; c != nil {
		switch method {
		case "shouldInterceptLinkClick", "willSubmitFormLinkToLocation":
			return yes(c.TakesLink(args[0]))
		case "willSubmitForm":
			return yes(c.TakesForm(args[0], args[1]))
		case "formSubmitted":
			c.Submit(args[0], args[1])
		case "linkClickIntercepted":
			c.Follow(args[0], p.Href(args[1]))
		case "prepareRequest":
			c.Prepare(args[0], args[1])
		case "changeHistory":
			c.ChangeHistory()
		case "loadResponse":
			c.LoadResponse(args[0], func(bool) {})
		default:
			p.t.Errorf("a controller has no method %s", method)
		}
		return 0
	}
	switch {
	case n == theRedirector && method == "shouldInterceptLinkClick":
		return yes(p.frames.redirectsLink(args[0]))
	case n == theRedirector && method == "willSubmitForm":
		return yes(p.frames.redirectsForm(args[0], args[1]))
	case n == theRedirector && method == "formSubmitted":
		p.frames.redirectForm(args[0], args[1])
	case n == theRedirector && method == "linkClickIntercepted":
		p.frames.redirectLink(args[0], args[1], args[2])
	case n == theSession && (method == "elementIsNavigatable" || method == "submissionIsNavigatable"):
		return yes(!p.refused[args[0]])
	case method == "cancel":
		p.note("aborts %s", name)
		p.nodes[n].texts["fetchOptions.signal.aborted"] = "true"
	case method == "perform":
		c := p.controllers[p.nodes[n].properties["delegate"]]
		c.Prepare(n, 0)
		p.note("requests %s", name)
		c.Began()
	case method == "resolve":
		p.settle(n, 0, false)
	default:
		p.note("%s %s", name, method)
	}
	return 0
}

func (p *fakePage) DoThen(n dom.Node, method string, then func(ok bool), args ...dom.Node) {
	switch c := p.controllers[n]; {
	case p.replaced[method] != nil:
		p.Await(p.replaced[method](), func(_ dom.Node, failed bool) { then(!failed) })
	case method == "loadResponse":
		c.LoadResponse(args[0], then)
	case method == "fetchResponseLoaded":
		c.Loaded(args[0], func() { then(true) })
	}
}

func (p *fakePage) Keep(n dom.Node) dom.Node {
	p.kept++
	return n
}

func (p *fakePage) Drop(dom.Node) { p.kept-- }

func (p *fakePage) Await(n dom.Node, callback func(value dom.Node, failed bool)) {
	q := p.nodes[n].promise
	switch {
	case q == nil:
		callback(n, false)
	case q.settled:
		callback(q.value, q.failed)
	default:
		q.then = append(q.then, callback)
	}
}

func (p *fakePage) Then(n dom.Node, callback func(value dom.Node)) {
	p.Await(n, func(value dom.Node, failed bool) {
		if !failed {
			callback(value)
		}
	})
}

// A click or an event has a link, and what it bubbles to, as properties.
func (p *fakePage) Link(click dom.Node) (link, url dom.Node) {
	if link = p.nodes[click].properties["link"]; link == 0 {
		return 0, 0
	}
	return link, p.URL(p.nodes[link].attributes["href"])
}

func (p *fakePage) Followed(event dom.Node) (link, url, click, around dom.Node) {
	link, url = p.Link(event)
	return link, url, event, p.nodes[link].parent
}

func (p *fakePage) Prevent(n dom.Node, alone bool) { p.note("prevents %s", p.nodes[n].name) }

func (p *fakePage) SubmitLink(delegate, link, _ dom.Node) {
	p.note("submits %s for %s", p.nodes[link].name, p.nodes[delegate].name)
}

func (p *fakePage) Get(n dom.Node, path string) dom.Node {
	switch {
	case n == 0 && path == session:
		return theSession
	case n == 0 && path == redirector:
		return theRedirector
	}
	return p.nodes[n].properties[path]
}

func (p *fakePage) Set(n dom.Node, name string, value dom.Node) error {
	p.nodes[n].properties[name] = value
	return nil
}

func (p *fakePage) Delete(n dom.Node, name string) { delete(p.nodes[n].properties, name) }

// SetSource tells the controller of the change, as the page does.
func (p *fakePage) SetSource(frame dom.Node, src string) {
	switch {
	case src != "":
		p.SetAttr(frame, "src", src)
	case p.HasAttr(frame, "src"):
		p.RemoveAttr(frame, "src")
	default:
		return
	}
	if c := p.controllers[p.nodes[frame].properties["delegate"]]; c != nil {
		c.SourceChanged()
	}
}

func (p *fakePage) Request(delegate, url, _ dom.Node) dom.Node {
	n := p.node(p.nodes[url].name)
	p.nodes[n].properties["delegate"] = delegate
	return n
}

func (p *fakePage) Promise(frame dom.Node) dom.Node {
	n := p.promise()
	p.nodes[frame].properties[loadedOf] = n
	return n
}

func (p *fakePage) VisitResponse(dom.Node) dom.Node {
	p.note("visits the response")
	return 0
}

func (p *fakePage) SetHeader(_ dom.Node, name, value string) { p.note("%s: %s", name, value) }
func (p *fakePage) Accept(_ dom.Node, contentType string)    { p.note("accepts %s", contentType) }

// A URL is a node whose name it is.
func (p *fakePage) URL(location string) dom.Node {
	if strings.HasPrefix(location, "http://%") {
		p.thrown = true
		return 0
	}
	return p.node("http://page.test" + strings.TrimPrefix(location, "http://page.test"))
}

func (p *fakePage) Href(url dom.Node) string { return p.nodes[url].name }

func (p *fakePage) Answer(response dom.Node) Answer {
	r := p.nodes[response]
	return Answer{r.texts["status"], p.Is(response, "redirected"), p.Is(response, "succeeded"), p.Is(response, "isHTML"), r.texts["url"]}
}

func (p *fakePage) Parse(html dom.Node) (body dom.Node, visitable bool) {
	return html, !p.HasAttr(html, "reload")
}

func (p *fakePage) Adopt(frame dom.Node) dom.Node { return frame }
func (p *fakePage) Empty() dom.Node               { return p.node("empty") }

func (p *fakePage) Missing(frame, _ dom.Node) bool {
	p.note("misses %s", p.nodes[frame].name)
	return p.replaced["missing"] == nil
}

func (p *fakePage) ShowMissing(_ dom.Node, message string) { p.note("error: %s", message) }

func (p *fakePage) Visitable(url dom.Node) bool { return !strings.HasSuffix(p.Href(url), ".pdf") }
func (p *fakePage) Escape(id string) string     { return id }

func (p *fakePage) Named(id string) dom.Node {
	if n := p.ElementByID(id); n != 0 && !p.HasAttr(n, "disabled") {
		return n
	}
	return 0
}

// The options of a visit are a node with attributes.
func (p *fakePage) Asked(options dom.Node) (frame, action string, ok bool) {
	frame, ok = p.Attr(options, "frame")
	action, _ = p.Attr(options, "action")
	return frame, action, ok
}

func (p *fakePage) Render(_, next dom.Node, morphs bool, then func(ok bool)) {
	how := "renders"
	if morphs {
		how = "morphs to"
	}
	p.note("%s %s", how, p.nodes[next].name)
	then(p.replaced["render"] == nil)
}

func (p *fakePage) Allows(dom.Node, dom.Node, dom.Node) bool { return p.replaced["render"] == nil }

func (p *fakePage) Copy(n dom.Node) dom.Node {
	p.note("copies %s", p.nodes[n].name)
	return n
}

func (p *fakePage) Navigatable(n dom.Node) bool { return !p.refused[n] }

func (p *fakePage) Propose(delegate, frame dom.Node, action string) {
	if c := p.controllers[delegate]; c != nil {
		c.Promote(frame, action)
	}
}

func (p *fakePage) Snapshot() dom.Node { return theSnapshot }

func (p *fakePage) Promote(_ dom.Node, src, action string, _, _ dom.Node) {
	p.note("visits %s by %s", src, action)
}

func (p *fakePage) UpdateHistory(action string, url, _ dom.Node) {
	p.note("history: %s %s", action, p.Href(url))
}

func (p *fakePage) Tell(problem dom.Node)         { p.note("error: %s", p.nodes[problem].name) }
func (p *fakePage) Error(message string) dom.Node { return p.node(message) }
func (p *fakePage) Warn(message string)           { p.note("warning: %s", message) }

func (p *fakePage) Reject() {
	if p.thrown {
		p.note("rejects")
	}
	p.thrown = false
}

func (p *fakePage) Accepts(event dom.Node) (form, submitter dom.Node, ok bool) {
	form = p.nodes[event].properties["form"]
	return form, p.nodes[event].properties["submitter"], form != 0
}

func (p *fakePage) Action(form, _ dom.Node) dom.Node {
	return p.URL(p.nodes[form].attributes["action"])
}

// A submission is a node with its parts.
func (p *fakePage) New(delegate, form, submitter dom.Node, mustRedirect bool) (*submissions.Submission, error) {
	if p.HasAttr(form, "broken") {
		return nil, dom.ErrPage
	}
	n := p.submission(form, submitter)
	p.note("makes %s, must redirect %v", p.nodes[n].name, mustRedirect)
	return &submissions.Submission{Object: p.wrap(n)}, nil
}

func (p *fakePage) submission(form, submitter dom.Node) dom.Node {
	n := p.node("submission of " + p.nodes[form].name)
	p.nodes[n].properties = map[string]dom.Node{formOf: form, submitterOf: submitter, requestOf: p.node("its request")}
	return n
}

// wrap makes a node the wrapper of an object.
func (p *fakePage) wrap(n dom.Node) dom.Object {
	o := dom.Object(n)
	p.wrappers[o] = n
	return o
}
