package drive

import (
	"fmt"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

// fakePage is a page whose adapter does what the built-in one does. It writes down
// what it is told, and waits for frames and answers until the test brings them.
type fakePage struct {
	values   []any                   // by the nodes that stand for them
	parts    map[*Visit]*parts       // what it has of each visit
	cache    map[string]snapshot     // by URL without fragment
	replaced map[string]func(*Visit) // methods that the application has replaced
	frames   []*frame
	hidden   bool
	stays    bool     // refreshes keep the scroll position
	left     *[2]int  // where the page was scrolled when it was left
	busy     []func() // what waits for another rendering, nil where there is none
	breaks   string   // the kind of rendering in which the page throws
	options  []option // of whoever proposes a visit
	log      []string
}

type option struct{ name, value string }

type parts struct {
	to, from    string
	response    *response
	requested   bool
	preloaded   string
	redirection string
}

type response struct {
	status int
	html   string // "-" for what is no page
	from   string // where it was redirected
	stream bool
}

type snapshot struct {
	name      string
	anchors   string
	unpreview bool
}

type frame struct {
	run       func()
	cancelled bool
}

func newPage() *fakePage {
	return &fakePage{values: make([]any, dom.Null+1), parts: map[*Visit]*parts{}, cache: map[string]snapshot{}, replaced: map[string]func(*Visit){}}
}

func (p *fakePage) node(value any) dom.Node {
	p.values = append(p.values, value)
	return dom.Node(len(p.values) - 1)
}

func (p *fakePage) note(format string, args ...any) {
	p.log = append(p.log, fmt.Sprintf(format, args...))
}

// took returns what was written down since the last time.
func (p *fakePage) took() string {
	defer func() { p.log = nil }()
	return strings.Join(p.log, "; ")
}

// page is what calls of methods need of a page's values.
type page struct {
	dom.Values
	of *fakePage
}

func (page) Bool(b bool) dom.Node {
	if b {
		return dom.True
	}
	return dom.False
}

func (p page) String(text string) dom.Node { return p.of.node(text) }

func (p page) Text(n dom.Node, _ string) (string, bool) {
	text, ok := p.of.values[n].(string)
	return text, ok
}

func (p page) Do(_ dom.Node, method string, _ ...dom.Node) dom.Node { return p.of.node(method) }
func (p page) Keep(n dom.Node) dom.Node                             { return n }
func (p page) Drop(dom.Node)                                        {}

// numbers are those of the methods that visits call of themselves, and the page.
var numbers = map[string]int{
	"cacheSnapshot": visitCacheSnapshot, "cancel": visitCancel, "cancelRender": visitCancelRender, "changeHistory": visitChangeHistory,
	"complete": visitComplete, "fail": visitFail, "finishRequest": visitFinishRequest, "followRedirect": visitFollowRedirect,
	"getCachedSnapshot": visitGetCachedSnapshot, "getPreloadedSnapshot": visitGetPreloadedSnapshot,
	"hasCachedSnapshot": visitHasCachedSnapshot, "hasPreloadedResponse": visitHasPreloadedResponse, "issueRequest": visitIssueRequest,
	"loadCachedSnapshot": visitLoadCachedSnapshot, "loadResponse": visitLoadResponse, "performScroll": visitPerformScroll,
	"prepareRequest": visitPrepareRequest, "recordResponse": visitRecordResponse, "renderPageSnapshot": visitRenderPageSnapshot,
	"requestErrored": visitRequestErrored, "requestFailedWithResponse": visitRequestFailedWithResponse,
	"requestFinished": visitRequestFinished, "requestPreventedHandlingResponse": visitRequestPreventedHandlingResponse,
	"requestStarted": visitRequestStarted, "requestSucceededWithResponse": visitRequestSucceededWithResponse,
	"scrollToAnchor": visitScrollToAnchor, "scrollToRestoredPosition": visitScrollToRestoredPosition,
	"shouldIssueRequest": visitShouldIssueRequest, "simulateRequest": visitSimulateRequest, "start": visitStart,
	"startRequest": visitStartRequest, "state": visitState, "set state": visitSetState, "scrolled": visitScrolled,
	"set scrolled": visitSetScrolled, "direction": visitDirection, "set direction": visitSetDirection,
	"action": visitAction, "set action": visitSetAction, "set willRender": visitSetWillRender,
	"set historyChanged": visitSetHistoryChanged, "set shouldCacheSnapshot": visitSetShouldCacheSnapshot,
	"set updateHistory": visitSetUpdateHistory, "set acceptsStreamResponse": visitSetAcceptsStreamResponse,
}

func (p *fakePage) Step(v *Visit, method string, args ...dom.Node) dom.Node {
	if replacement := p.replaced[method]; replacement != nil {
		replacement(v)
		return 0
	}
	if method == "visitCachedSnapshot" {
		p.note("cached %v", p.values[args[0]])
		return 0
	}
	number, ok := numbers[method]
	if !ok {
		panic("drive: visits have no method " + method)
	}
	c := &surface.Call{Page: page{of: p}, Then: func(bool) {}}
	copy(c.Args[:], args)
	return v.Respond(number, c)
}

func (p *fakePage) Make(v *Visit, url, options dom.Node) error {
	p.parts[v] = &parts{to: p.values[url].(string), from: "http://page.test/"}
	for _, o := range p.options {
		value := dom.Node(0)
		switch o.value {
		case "true":
			value = dom.True
		case "false":
			value = dom.False
		default:
			value = p.node(o.value)
		}
		p.Step(v, "set "+o.name, value)
	}
	return nil
}

func (p *fakePage) Find(n dom.Node) *Visit {
	v, _ := p.values[n].(*Visit)
	return v
}

func (p *fakePage) URLs(v *Visit) (to, from string) { return p.parts[v].to, p.parts[v].from }

func (p *fakePage) ChangeHistory(_ *Visit, action Action, identifier string) {
	p.note("history %s %s", action, identifier)
}

func (p *fakePage) Time(_ *Visit, mark string) { p.note("%s", mark) }

func (p *fakePage) Tell(v *Visit, method string) {
	p.note("adapter %s", method)
	switch method {
	case "visitStarted":
		p.Step(v, "loadCachedSnapshot")
		p.Step(v, "issueRequest")
	case "visitRequestCompleted":
		p.Step(v, "loadResponse")
	}
}

func (p *fakePage) Fails(v *Visit, status int) {
	p.note("adapter fails %d", status)
	if status > 0 {
		p.Step(v, "loadResponse")
	}
}

func (p *fakePage) TellDelegate(_ *Visit, method string) { p.note("delegate %s", method) }

func (p *fakePage) Follow(v *Visit) bool {
	if p.parts[v].redirection != "" {
		p.note("proposes %s", p.parts[v].redirection)
	}
	return p.parts[v].redirection != ""
}

func (p *fakePage) Stay() { p.note("stays") }

func (p *fakePage) Request(v *Visit) {
	if p.parts[v].requested {
		return
	}
	p.parts[v].requested = true
	p.note("requests %s", p.parts[v].to)
	p.Step(v, "prepareRequest", p.node("request"))
	p.Step(v, "requestStarted")
}

func (p *fakePage) Cancel(v *Visit) {
	if p.parts[v].requested {
		p.note("aborts")
	}
}

func (p *fakePage) AcceptStreams(dom.Node) { p.note("accepts streams") }

func (p *fakePage) Read(n dom.Node, then func(html dom.Node, r Response)) {
	r := p.values[n].(*response)
	then(p.node(r.html), Response{Status: r.status, Redirected: r.from != "", HTML: r.html != "-"})
}

func (p *fakePage) Type(n dom.Node) string {
	if p.values[n].(*response).stream {
		return "text/vnd.turbo-stream.html; charset=utf-8"
	}
	return "text/html"
}

func (p *fakePage) Move(v *Visit, n dom.Node) { p.parts[v].redirection = p.values[n].(*response).from }

func (p *fakePage) Record(v *Visit, n dom.Node) { p.parts[v].response = p.values[n].(*response) }

func (p *fakePage) Answer(_ dom.Node, status int, html dom.Node) dom.Node {
	r := &response{status: status, html: "-"}
	if html != 0 {
		r.html = p.values[html].(string)
	}
	return p.node(r)
}

func (p *fakePage) Response(v *Visit) (Response, bool) {
	r := p.parts[v].response
	if r == nil {
		return Response{}, false
	}
	return Response{Status: r.status, HTML: r.html != "-"}, true
}

func (p *fakePage) ParsedResponse(v *Visit) dom.Node {
	return p.node(snapshot{name: p.parts[v].response.html})
}

func (p *fakePage) Preloaded(v *Visit) dom.Node {
	if p.parts[v].preloaded == "" {
		return 0
	}
	return p.node(snapshot{name: p.parts[v].preloaded})
}

func (p *fakePage) Cached(v *Visit) dom.Node {
	key, _, _ := strings.Cut(p.parts[v].to, "#")
	if s, ok := p.cache[key]; ok {
		return p.node(s)
	}
	return 0
}

func (p *fakePage) Copy(n dom.Node) dom.Node {
	s := p.values[n].(snapshot)
	s.name = "copy of " + s.name
	return p.node(s)
}

func (p *fakePage) HasAnchor(n dom.Node, anchor string) bool {
	return p.values[n].(snapshot).anchors == anchor
}

func (p *fakePage) Previewable(n dom.Node) bool { return !p.values[n].(snapshot).unpreview }

func (p *fakePage) Cache(_ *Visit, then func(cached dom.Node)) {
	p.note("caches")
	then(p.node("this page"))
}

func (p *fakePage) NextFrame(_ *Visit, value dom.Node, then func(value dom.Node, done func())) (cancel func()) {
	f := &frame{}
	f.run = func() { then(value, func() { p.note("done") }) }
	p.frames = append(p.frames, f)
	if p.hidden {
		return nil
	}
	return func() { f.cancelled = true }
}

// repaint brings the frames that are waited for.
func (p *fakePage) repaint() {
	frames := p.frames
	p.frames = nil
	for _, f := range frames {
		if !f.cancelled {
			f.run()
		}
	}
}

func (p *fakePage) Rerouted(v *Visit, value dom.Node, then func(value dom.Node, done func())) bool {
	replacement := p.replaced["render"]
	if replacement == nil {
		return false
	}
	replacement(v)
	then(value, func() { p.note("done") })
	return true
}

func (p *fakePage) Call(function dom.Node, then func(ok bool)) {
	p.note("calls %v", p.values[function])
	then(true)
}

func (p *fakePage) Rendered(then func()) {
	if p.busy == nil {
		then()
		return
	}
	p.busy = append(p.busy, then)
}

func (p *fakePage) ShowSnapshot(v *Visit, n dom.Node, preview bool, then func(ok bool)) {
	if replacement := p.replaced["renderPageSnapshot"]; replacement != nil {
		replacement(v)
		then(true)
		return
	}
	c := &surface.Call{Page: page{of: p}, Then: then, Args: [4]dom.Node{n, page{}.Bool(preview)}}
	v.Respond(visitRenderPageSnapshot, c)
}

func (p *fakePage) ShowPage(v *Visit, n dom.Node, preview, will bool, then func(ok bool)) {
	what := "page"
	if preview {
		what = "preview"
	}
	p.Step(v, "changeHistory")
	if will {
		p.note("shows %s %s", what, p.values[n].(snapshot).name)
	}
	then(p.breaks != what)
}

func (p *fakePage) ShowError(v *Visit, n dom.Node, then func(ok bool)) {
	p.Step(v, "changeHistory")
	p.note("shows error %s", p.values[n].(snapshot).name)
	then(p.breaks != "error")
}

func (p *fakePage) Transition(_ *Visit, _ dom.Node, _ bool, change func(then func(ok bool)), then func(ok bool)) {
	change(then)
}

func (p *fakePage) Keep(_ *Visit, n dom.Node) (dom.Node, func()) { return n, func() {} }

func (p *fakePage) StaysPut(v *Visit) bool { return p.stays && v.isRefresh }
func (p *fakePage) ScrollToTop()           { p.note("scrolls to the top") }

func (p *fakePage) ScrollToAnchor(anchor string) { p.note("scrolls to #%s", anchor) }

func (p *fakePage) ScrollBack(*Visit) bool {
	if p.left != nil {
		p.note("scrolls back to %v", *p.left)
	}
	return p.left != nil
}
