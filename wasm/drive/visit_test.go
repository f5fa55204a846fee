package drive

import (
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

// A play is a visit of a fake page and what comes to it, a word each.
type play struct {
	*fakePage
	v *Visit
}

func newPlay(t *testing.T, to string, options ...option) play {
	t.Helper()
	p := newPage()
	return play{p, p.visit(t, to, options...)}
}

func (p *fakePage) visit(t *testing.T, to string, options ...option) *Visit {
	t.Helper()
	p.options = options
	v, err := newVisit(p, p.node("http://page.test"+to), "id", 0)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// do plays words in their order: methods of the visit, repaint, or an answer.
func (p play) do(words ...string) {
	for _, word := range words {
		switch what, more, _ := strings.Cut(word, " "); what {
		case "repaint":
			p.repaint()
		case "page":
			p.answers("requestSucceededWithResponse", response{status: 200, html: more})
		case "empty":
			p.answers("requestSucceededWithResponse", response{status: 204, html: "-"})
		case "created":
			p.answers("requestSucceededWithResponse", response{status: 201, html: more})
		case "file":
			p.answers("requestSucceededWithResponse", response{status: 200, html: "-"})
		case "moved":
			p.answers("requestSucceededWithResponse", response{status: 200, html: "moved", from: more})
		case "missing":
			p.answers("requestFailedWithResponse", response{status: 404, html: more, from: "http://page.test/elsewhere"})
		case "streams":
			p.answers("requestPreventedHandlingResponse", response{status: 200, html: "-", stream: true})
		case "prevented":
			p.answers("requestPreventedHandlingResponse", response{status: 200, html: "taken"})
		case "refused":
			p.Step(p.v, "requestErrored")
			p.Step(p.v, "requestFinished")
		default:
			p.Step(p.v, word)
		}
	}
}

func (p play) answers(method string, r response) {
	p.Step(p.v, method, p.node("request"), p.node(&r))
	p.Step(p.v, "requestFinished")
}

const (
	begins   = "visitStart; adapter visitStarted; "
	requests = "requests http://page.test/two; requestStart; adapter visitRequestStarted; delegate visitStarted"
	finishes = "; requestEnd; adapter visitRequestFinished"
	rendered = "; adapter visitRendered; visitEnd; adapter visitCompleted; delegate visitCompleted; done"
	failed   = "; adapter visitRendered; adapter visitFailed; delegate visitCompleted; done"
)

func TestVisits(t *testing.T) {
	two := func(p *fakePage) { p.cache["http://page.test/two"] = snapshot{name: "old two"} }
	for _, test := range []struct {
		sentence string
		to       string
		options  []option
		given    func(p *fakePage)
		words    []string
		want     string
		state    State
	}{
		{"a page is requested and shown", "/two", nil, nil, []string{"start", "page two", "repaint"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; caches; cached this page; history advance id; shows page two; scrolls to the top" + rendered, Completed},
		{"an action is the history's", "/two", []option{{"action", "replace"}}, nil, []string{"start", "page two", "repaint"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; caches; cached this page; history replace id; shows page two; scrolls to the top" + rendered, Completed},
		{"a visit to where it comes from replaces", "/", nil, nil, []string{"changeHistory"}, "history replace id", Initialized},
		{"the history is changed once", "/two", nil, nil, []string{"changeHistory", "changeHistory"}, "history advance id", Initialized},
		{"the history stays where it was changed already", "/two", []option{{"historyChanged", "true"}}, nil, []string{"changeHistory"}, "", Initialized},
		{"the history stays where the visit is not to change it", "/two", []option{{"updateHistory", "false"}}, nil, []string{"changeHistory"}, "", Initialized},
		{"the page that is left is not cached where it is not to be", "/two", []option{{"shouldCacheSnapshot", "false"}}, nil, []string{"start", "page two", "repaint"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; history advance id; shows page two; scrolls to the top" + rendered, Completed},
		{"a preview comes first", "/two", nil, two, []string{"start", "repaint", "page two", "repaint"},
			begins + requests + "; caches; cached this page; history advance id; shows preview copy of old two; scrolls to the top; adapter visitRendered; done" +
				"; adapter visitRequestCompleted" + finishes + "; shows page two" + rendered, Completed},
		{"the page takes the place of its preview before that is shown", "/two", nil, two, []string{"start", "page two", "repaint"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; caches; cached this page; history advance id; shows page two; scrolls to the top" + rendered, Completed},
		{"a page without previews has none", "/two", nil, func(p *fakePage) { p.cache["http://page.test/two"] = snapshot{name: "old", unpreview: true} }, []string{"start", "repaint"},
			begins + requests, Started},
		{"a cached page without the anchor is none", "/two#here", nil, two, []string{"getCachedSnapshot", "start", "repaint"},
			begins + strings.Replace(requests, "two;", "two#here;", 1), Started},
		{"a cached page with the anchor is one", "/two#here", nil, func(p *fakePage) { p.cache["http://page.test/two"] = snapshot{"old", "here", false} }, []string{"start", "repaint"},
			begins + strings.Replace(requests, "two;", "two#here;", 1) + "; caches; cached this page; history advance id; shows preview copy of old; scrolls to #here; adapter visitRendered; done", Started},
		{"an empty anchor is in every page", "/two#", nil, two, []string{"start", "repaint"},
			begins + strings.Replace(requests, "two;", "two#;", 1) + "; caches; cached this page; history advance id; shows preview copy of old two; scrolls to #; adapter visitRendered; done", Started},
		{"a restored page is not requested", "/two", []option{{"action", "restore"}, {"historyChanged", "true"}}, two, []string{"start", "repaint"},
			begins + "delegate visitStarted; caches; cached this page; shows page copy of old two; scrolls to the top" + rendered, Completed},
		{"a page without previews is restored", "/two", []option{{"action", "restore"}}, func(p *fakePage) { p.cache["http://page.test/two"] = snapshot{name: "old", unpreview: true} }, []string{"start", "repaint"},
			begins + "delegate visitStarted; caches; cached this page; history restore id; shows page copy of old; scrolls to the top" + rendered, Completed},
		{"a page to restore that is not cached is requested", "/two", []option{{"action", "restore"}, {"historyChanged", "true"}}, nil, []string{"start", "page two", "repaint"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; caches; cached this page; shows page two; scrolls to the top" + rendered, Completed},
		{"a refresh has no preview", "/two", nil, two, []string{"refresh", "start", "repaint"},
			begins + requests + "; caches; cached this page; adapter visitRendered; done", Started},
		{"streams are accepted where the link says so", "/two", []option{{"acceptsStreamResponse", "true"}}, nil, []string{"start"},
			begins + strings.Replace(requests, "two;", "two; accepts streams;", 1), Started},
		{"what is not to be rendered is not requested", "/two", []option{{"willRender", "false"}}, nil, []string{"start"},
			begins + "delegate visitStarted", Started},

		{"a redirected page gets its own URL", "/two", nil, nil, []string{"start", "moved http://page.test/three", "repaint"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; caches; cached this page; history advance id; shows page moved; scrolls to the top" +
				"; adapter visitRendered; visitEnd; adapter visitCompleted; proposes http://page.test/three; done", Completed},
		{"a redirect is followed once", "/two", nil, nil, []string{"start", "moved http://page.test/three", "repaint", "followRedirect"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; caches; cached this page; history advance id; shows page moved; scrolls to the top" +
				"; adapter visitRendered; visitEnd; adapter visitCompleted; proposes http://page.test/three; done", Completed},
		{"another success is one", "/two", nil, nil, []string{"start", "created two", "repaint"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; caches; cached this page; history advance id; shows page two; scrolls to the top" + rendered, Completed},
		{"a failure is shown", "/two", nil, nil, []string{"start", "missing lost", "repaint", "followRedirect"},
			begins + requests + "; adapter fails 404" + finishes + "; caches; cached this page; history advance id; shows error lost" + failed, Failed},
		{"a failure without a page is the adapter's", "/two", nil, nil, []string{"start", "missing -"},
			begins + requests + "; adapter fails -2" + finishes, Started},
		{"a file is the adapter's", "/two", nil, nil, []string{"start", "file"},
			begins + requests + "; adapter fails -2" + finishes, Started},
		{"a refused connection is the adapter's", "/two", nil, nil, []string{"start", "refused"},
			begins + requests + "; adapter fails 0" + finishes, Started},
		{"an answer without a page ends the visit", "/two", nil, nil, []string{"start", "empty"},
			begins + requests + "; adapter visitFailed; stays" + finishes, Failed},
		{"streams end the visit", "/two", nil, nil, []string{"start", "streams"},
			begins + requests + "; adapter visitFailed; stays" + finishes, Failed},
		{"an answer that the application deals with ends nothing", "/two", nil, nil, []string{"start", "prevented"},
			begins + requests + finishes, Started},
		{"where the page throws the visit goes no further", "/two", nil, func(p *fakePage) { p.breaks = "page" }, []string{"start", "page two", "repaint"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; caches; cached this page; history advance id; shows page two; done", Started},
		{"where the page throws at an error the visit goes no further", "/two", nil, func(p *fakePage) { p.breaks = "error" }, []string{"start", "missing lost", "repaint"},
			begins + requests + "; adapter fails 404" + finishes + "; caches; cached this page; history advance id; shows error lost; done", Started},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPlay(t, test.to, test.options...)
			if test.given != nil {
				test.given(p.fakePage)
			}
			for _, word := range test.words {
				if word == "refresh" {
					p.v.isRefresh = true
					continue
				}
				p.do(word)
			}
			if got := p.took(); got != test.want || p.v.state != test.state {
				t.Errorf("got %s: %s\nwant %s: %s", p.v.state, got, test.state, test.want)
			}
		})
	}
}

func TestVisitsTakeTheResponseTheyComeWith(t *testing.T) {
	p := newPlay(t, "/two")
	p.parts[p.v].response = &response{status: 200, html: "given"}
	p.do("start", "repaint")
	want := begins + "requestStart; adapter visitRequestStarted; adapter visitRequestCompleted; requestEnd; adapter visitRequestFinished; delegate visitStarted" +
		"; caches; cached this page; history advance id; shows page given; scrolls to the top" + rendered
	if got := p.took(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestVisitsPreviewTheSnapshotTheyComeWith(t *testing.T) {
	p := newPlay(t, "/two")
	p.parts[p.v].preloaded = "given"
	p.do("start", "repaint")
	want := begins + requests + "; caches; cached this page; history advance id; shows preview copy of given; scrolls to the top; adapter visitRendered; done"
	if got := p.took(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// From each state, what each method leads to; a method that is refused does nothing.
func TestTransitions(t *testing.T) {
	for _, test := range []struct {
		from   State
		method string
		to     State
		want   string
	}{
		{Initialized, "start", Started, begins + requests},
		{Initialized, "cancel", Initialized, ""},
		{Initialized, "complete", Initialized, ""},
		{Initialized, "fail", Initialized, ""},
		{Initialized, "empty", Initialized, "requestEnd; adapter visitRequestFinished"},
		{Started, "start", Started, ""},
		{Started, "cancel", Canceled, ""},
		{Started, "complete", Completed, "visitEnd; adapter visitCompleted; delegate visitCompleted"},
		{Started, "fail", Failed, "adapter visitFailed; delegate visitCompleted"},
		{Started, "empty", Failed, "adapter visitFailed; stays; requestEnd; adapter visitRequestFinished"},
		{Canceled, "start", Canceled, ""},
		{Canceled, "cancel", Canceled, ""},
		{Canceled, "complete", Canceled, ""},
		{Canceled, "fail", Canceled, ""},
		{Canceled, "page two", Canceled, "requestEnd; adapter visitRequestFinished"},
		{Failed, "start", Failed, ""},
		{Failed, "cancel", Failed, ""},
		{Failed, "complete", Failed, ""},
		{Failed, "fail", Failed, ""},
		{Completed, "start", Completed, ""},
		{Completed, "cancel", Completed, ""},
		{Completed, "complete", Completed, ""},
		{Completed, "fail", Completed, ""},
	} {
		t.Run(test.from.String()+", "+test.method, func(t *testing.T) {
			p := newPlay(t, "/two")
			p.v.state = test.from
			p.do(test.method)
			if got := p.took(); got != test.want || p.v.state != test.to {
				t.Errorf("got %s: %q, want %s: %q", p.v.state, got, test.to, test.want)
			}
		})
	}
}

func TestCancelling(t *testing.T) {
	for _, test := range []struct {
		sentence string
		given    func(p *fakePage)
		words    []string
		want     string
	}{
		{"its request is aborted", nil, []string{"start", "cancel", "page two", "repaint"},
			begins + requests + "; aborts" + finishes},
		{"a page that waits for its frame is not shown", nil, []string{"start", "page two", "cancel", "repaint"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; aborts"},
		{"a page that waits for its timer is given up there", func(p *fakePage) { p.hidden = true }, []string{"start", "page two", "cancel", "repaint"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; aborts; caches; cached this page; done"},
		{"a page that waits for another rendering is not shown", func(p *fakePage) { p.busy = []func(){} }, []string{"start", "page two", "repaint", "cancel", "idle"},
			begins + requests + "; adapter visitRequestCompleted" + finishes + "; caches; cached this page; aborts; done"},
		{"a preview that waits for another rendering is not shown", func(p *fakePage) {
			p.busy = []func(){}
			p.cache["http://page.test/two"] = snapshot{name: "old"}
		}, []string{"start", "repaint", "cancel", "idle"},
			begins + requests + "; caches; cached this page; aborts; done"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPlay(t, "/two")
			if test.given != nil {
				test.given(p.fakePage)
			}
			for _, word := range test.words {
				if word != "idle" {
					p.do(word)
					continue
				}
				for _, then := range p.busy {
					then()
				}
			}
			if got := p.took(); got != test.want || p.v.state != Canceled {
				t.Errorf("got %s: %s\nwant %s", p.v.state, got, test.want)
			}
		})
	}
}

// The navigator cancels the visit that is under way for the next one.
func TestSupersededVisits(t *testing.T) {
	p := newPlay(t, "/two")
	p.do("start", "page two")
	p.do("cancel")
	p.took()
	next := play{p.fakePage, p.visit(t, "/three")}
	next.do("start", "page three", "repaint")
	p.do("complete", "page two", "repaint")
	want := begins + strings.Replace(requests, "two;", "three;", 1) + "; adapter visitRequestCompleted" + finishes +
		"; caches; cached this page; history advance id; shows page three; scrolls to the top" + rendered + finishes
	if got := p.took(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestScrolling(t *testing.T) {
	for _, test := range []struct {
		sentence string
		to       string
		options  []option
		given    func(p play)
		want     string
		scrolled bool
	}{
		{"to the top", "/two", nil, nil, "scrolls to the top", true},
		{"to the anchor, its escapes kept", "/two#a%20b#c", nil, nil, "scrolls to #a%20b#c", true},
		{"back to where the page was left", "/two#here", []option{{"action", "restore"}}, func(p play) { p.left = &[2]int{3, 4} }, "scrolls back to [3 4]", true},
		{"to the anchor where that is not known", "/two#here", []option{{"action", "restore"}}, nil, "scrolls to #here", true},
		{"only a restored page is scrolled back", "/two", []option{{"action", "replace"}}, func(p play) { p.left = &[2]int{3, 4} }, "scrolls to the top", true},
		{"once", "/two", []option{{"scrolled", "true"}, {"willRender", "false"}}, nil, "", true},
		{"not where nothing is rendered", "/two", []option{{"willRender", "false"}}, nil, "", true},
		{"not where a refresh keeps the position", "/two", nil, func(p play) { p.stays, p.v.isRefresh = true, true }, "", false},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPlay(t, test.to, test.options...)
			if test.given != nil {
				test.given(p)
			}
			p.do("performScroll", "performScroll")
			if got := p.took(); got != test.want || p.v.scrolled != test.scrolled {
				t.Errorf("got %q, scrolled %v, want %q, %v", got, p.v.scrolled, test.want, test.scrolled)
			}
		})
	}
}

// A method that the application has replaced is called where Go makes the step.
func TestReplacedMethods(t *testing.T) {
	all := []string{"start", "page two", "repaint"}
	for _, test := range []struct {
		method string
		words  []string
		want   string // what is written down besides
	}{
		{"issueRequest", []string{"start"}, "delegate visitStarted"},
		{"startRequest", []string{"start"}, "requests http://page.test/two"},
		{"hasPreloadedResponse", []string{"start"}, "requests http://page.test/two"},
		{"shouldIssueRequest", []string{"start"}, "delegate visitStarted"},
		{"getCachedSnapshot", []string{"loadCachedSnapshot"}, ""},
		{"getPreloadedSnapshot", []string{"getCachedSnapshot"}, ""},
		{"recordResponse", []string{"page two"}, "requestEnd"},
		{"finishRequest", []string{"page two", "repaint"}, "shows page two"},
		{"loadResponse", all, "adapter visitRequestCompleted"},
		{"cancelRender", []string{"start", "cancel"}, "aborts"},
		{"render", all, "shows page two"},
		{"cacheSnapshot", all, "shows page two"},
		{"renderPageSnapshot", all, "adapter visitRendered"},
		{"performScroll", all, "shows page two"},
		{"scrollToAnchor", []string{"performScroll"}, "scrolls to the top"},
		{"complete", all, "adapter visitRendered"},
		{"fail", []string{"start", "missing two", "repaint"}, "adapter visitRendered"},
		{"followRedirect", all, "delegate visitCompleted"},
	} {
		t.Run(test.method, func(t *testing.T) {
			p := newPlay(t, "/two")
			p.replaced[test.method] = func(v *Visit) {
				if v != p.v {
					t.Error("it is called for another visit")
				}
				p.note("replaced")
			}
			p.do(test.words...)
			if got := p.took(); !strings.Contains(got, "replaced") || !strings.Contains(got, test.want) {
				t.Errorf("got %s, want it to contain %q and %q", got, "replaced", test.want)
			}
		})
	}
}

// render is for applications, too.
func TestRenderCallsBack(t *testing.T) {
	p := newPlay(t, "/two")
	over := false
	c := &surface.Call{Page: page{of: p.fakePage}, Then: func(ok bool) { over = ok }, Args: [4]dom.Node{p.node("own")}}
	p.v.Respond(visitRender, c)
	if over || len(p.log) > 0 {
		t.Error("it did not wait for the frame")
	}
	p.repaint()
	if got := p.took(); got != "calls own; done" || !over {
		t.Errorf("got %q, over %v", got, over)
	}
}

func TestProperties(t *testing.T) {
	for _, test := range []struct{ sentence, property, set, want string }{
		{"a new visit", "state", "", "initialized"},
		{"a state that there is", "state", "canceled", "canceled"},
		{"a state that there is not", "state", "lost", "initialized"},
		{"an action", "action", "replace", "replace"},
		{"an action of the application's", "action", "swap", "swap"},
		{"no action", "action", "", "advance"},
		{"a direction", "direction", "left", "left"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPlay(t, "/two")
			if test.set != "" {
				p.Step(p.v, "set "+test.property, p.node(test.set))
			}
			if got := p.values[p.Step(p.v, test.property)]; got != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
	p := newPlay(t, "/two")
	if p.Step(p.v, "scrolled") != dom.False || p.Step(p.v, "set scrolled", dom.True) != 0 || p.Step(p.v, "scrolled") != dom.True {
		t.Error("scrolled is not read and written")
	}
	if p.Step(p.v, "set action"); p.Step(p.v, "action") != 0 {
		t.Error("an empty action is not undefined")
	}
}

func TestDirections(t *testing.T) {
	for _, test := range []struct {
		options []option
		want    string
	}{
		{nil, "forward"},
		{[]option{{"action", "replace"}}, "none"},
		{[]option{{"action", "restore"}}, "back"},
		{[]option{{"action", "restore"}, {"direction", "forward"}}, "forward"},
		{[]option{{"action", "swap"}}, ""},
	} {
		if got := newPlay(t, "/two", test.options...).v.direction; got != test.want {
			t.Errorf("got %q of %v, want %q", got, test.options, test.want)
		}
	}
}
