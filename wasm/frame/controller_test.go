package frame

import (
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// What a frame with the id f does when it loads /f.
const loading = "Turbo-Frame: f; requests http://page.test/f; appearance stop"

func TestConnect(t *testing.T) {
	const observes = "formLinkClick start; formSubmit start"
	for _, test := range []struct {
		sentence   string
		attributes []string
		want       string
	}{
		{"without a source", nil, observes},
		{"with a source", []string{"src=/f"}, loading + "; " + observes},
		{"complete", []string{"src=/f", "complete="}, observes},
		{"disabled", []string{"src=/f", "disabled="}, observes},
		{"lazy", []string{"src=/f", "loading=lazy"}, "appearance start; " + observes},
		{"lazy, and back from the cache", []string{"src=/f", "loading=lazy", "complete="}, observes},
		{"with a source that is no URL", []string{"src=http://%"}, "rejects; " + observes},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			c, _ := p.frame(0, append(test.attributes, "id=f")...)
			c.Connect()
			p.is(test.want)
			c.Connect()
			p.is("")
		})
	}
	t.Run("not the page's to load", func(t *testing.T) {
		p := newPage(t)
		c, element := p.frame(0, "id=f", "src=/f")
		p.nodes[element].texts["isActive"] = ""
		c.Connect()
		p.is(observes)
		if c.Active() {
			t.Error("it is active")
		}
	})
}

func TestLazy(t *testing.T) {
	p := newPage(t)
	c, element := p.connected(0, "id=f", "src=/f", "loading=lazy", "data-turbo-action=replace")
	p.SetSource(element, "/other")
	p.is("")
	c.Appeared(element)
	p.is("Turbo-Frame: f; requests http://page.test/other; appearance stop")
	if action, ok := c.Action(); action != "replace" || !ok {
		t.Errorf("got the action %q, %v", action, ok)
	}
	p.answer(c, p.Get(c.wrapper(), partRequest), p.response(page, p.element("turbo-frame", 0, "id=f")))
	p.took()
	p.SetSource(element, "/f")
	p.is(loading) // it was seen already
}

func TestLoadingChanged(t *testing.T) {
	p := newPage(t)
	c, element := p.connected(0, "id=f", "src=/f", "loading=lazy")
	p.RemoveAttr(element, "loading")
	c.LoadingChanged()
	p.is("appearance stop; " + loading)
	p.SetAttr(element, "loading", "lazy")
	c.LoadingChanged()
	p.is("appearance start")
}

func TestDisabledChanged(t *testing.T) {
	p := newPage(t)
	c, element := p.connected(0, "id=f", "src=/f", "disabled=")
	p.RemoveAttr(element, "disabled")
	c.DisabledChanged()
	p.is(loading)
	p.SetAttr(element, "disabled", "")
	c.DisabledChanged()
	p.is("aborts http://page.test/f")
	c.Finished(c.part(partRequest))
	p.has(element, "src=/f", "src", "busy")

	p.SetAttr(element, "loading", "lazy")
	p.RemoveAttr(element, "disabled")
	c.DisabledChanged()
	p.is("")
}

func TestSourceChanged(t *testing.T) {
	p := newPage(t)
	c, element := p.connected(0, "id=f", "complete=")
	p.SetSource(element, "/f")
	p.is(loading)
	p.has(element, "busy= aria-busy=true", "complete", "busy", "aria-busy")
	first := p.Get(element, loadedOf)
	p.SetSource(element, "/other")
	p.is("aborts http://page.test/f; Turbo-Frame: f; requests http://page.test/other; appearance stop")
	if p.Get(element, loadedOf) == first {
		t.Error("the second load has the promise of the first")
	}
	p.SetSource(element, "")
	p.is("aborts http://page.test/other")
	if c.SetSource("/quiet"); p.took() != "" {
		t.Error("a source that is written to the controller is loaded")
	}
	p.has(element, "src=/quiet", "src")

	other, out := p.frame(0, "id=f", "complete=")
	p.nodes[out].texts["isConnected"] = ""
	p.SetSource(out, "/f")
	p.has(out, "complete= src=/f", "complete", "src")
	other.Connect()
	p.is("formLinkClick start; formSubmit start")
}

func TestReload(t *testing.T) {
	for _, test := range []struct {
		sentence   string
		attributes []string
		want       string
	}{
		{"anew", nil, "renders f"},
		{"by morphing", []string{"refresh=morph"}, "morphs to f"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			c, element := p.connected(0, append(test.attributes, "id=f", "src=/f", "complete=")...)
			promise := c.Reload()
			p.is(loading)
			p.has(element, "src=/f", "src", "complete")
			if promise == 0 || promise != p.Get(element, loadedOf) {
				t.Errorf("got %d, want the promise of the load", promise)
			}
			p.answer(c, c.part(partRequest), p.response(page, p.element("turbo-frame", 0, "id=f")))
			p.is(test.want + "; session frameRendered; session frameLoaded")
			p.SetSource(element, "/f")
			p.answer(c, c.part(partRequest), p.response(page, p.element("turbo-frame", 0, "id=f")))
			if got, want := p.took(), loading+"; renders f; session frameRendered; session frameLoaded"; got != want {
				t.Errorf("the next load: got %q, want %q", got, want)
			}
		})
	}
	t.Run("without a source", func(t *testing.T) {
		p := newPage(t)
		c, element := p.connected(0, "id=f", "refresh=morph", "complete=")
		c.Reload()
		p.is("")
		p.has(element, "", "src", "complete")
	})
}

func TestDisconnect(t *testing.T) {
	const stops = "appearance stop; formLinkClick stop; formSubmit stop"
	for _, test := range []struct {
		sentence   string
		attributes []string
		want       string
	}{
		{"while it loads", nil, stops + "; aborts http://page.test/f"},
		{"with recurse", []string{"recurse=other"}, stops},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			c, element, request := p.loads(test.attributes...)
			p.Set(p.Get(c.wrapper(), partView), renderingOf, p.promise())
			p.took()
			c.Disconnect()
			p.is(test.want)
			if p.Get(p.Get(c.wrapper(), partView), renderingOf) != 0 {
				t.Error("a rendering is still waited for")
			}
			c.shown = "/before"
			c.Finished(request)
			p.has(element, "src=/f", "src", "busy", "aria-busy") // it left with its source
			c.Disconnect()
			p.is("")
			if c.Active() {
				t.Error("it is active")
			}
		})
	}
}

// A frame whose request is aborted has the source of what it shows.
func TestAborted(t *testing.T) {
	for _, test := range []struct {
		sentence        string
		shown, complete string
		own             bool // the request is the frame's current one
		want            string
	}{
		{"a frame that showed another source", "src=/before", "complete=", true, "src=/before complete="},
		{"a frame that had not loaded", "src=/before", "disabled=", true, "src=/before"},
		{"a frame that had no source", "title=", "complete=", true, "complete="},
		{"another source has taken its place", "src=/before", "complete=", false, "src=/f"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			c, element := p.connected(0, "id=f", test.shown, test.complete)
			p.RemoveAttr(element, "disabled")
			c.setAction("advance")
			p.Set(c.wrapper(), partPromotion, theSnapshot)
			p.SetSource(element, "/f")
			request := c.part(partRequest)
			p.Do(request, "cancel")
			p.took()
			if !test.own {
				p.Set(c.wrapper(), partRequest, p.node("another"))
			}
			c.Finished(request)
			p.is("")
			p.has(element, test.want, "src", "complete", "busy")
			if _, ok := c.Action(); ok == test.own || p.Is(c.wrapper(), partPromotion) == test.own {
				t.Errorf("what was to be a visit still is: %v", ok)
			}
		})
	}
	t.Run("not aborted", func(t *testing.T) {
		p := newPage(t)
		c, element, request := p.loads()
		c.shown = "/before"
		c.Finished(request)
		p.has(element, "src=/f", "src")
	})
}

// A page that is cached has frames with the sources of what they show.
func TestShown(t *testing.T) {
	type answer struct {
		src    string
		ok     bool
		whole  bool
		reason string
	}
	is := func(t *testing.T, c *Controller, want answer) {
		t.Helper()
		if src, ok := c.Shown(); ok != want.ok || ok && (src != want.src || c.Whole() != want.whole) {
			t.Errorf("%s: got %q, %v, whole %v, want %+v", want.reason, src, ok, c.Whole(), want)
		}
	}
	p := newPage(t)
	c, element := p.connected(0, "id=f", "src=/before", "complete=")
	is(t, c, answer{reason: "at rest"})
	p.SetSource(element, "/f")
	is(t, c, answer{"/before", true, true, "while another source loads"})
	p.SetAttr(element, "disabled", "")
	is(t, c, answer{reason: "disabled"})
	p.RemoveAttr(element, "disabled")
	c.Errored(0, theProblem)
	is(t, c, answer{"/before", true, true, "after a load that failed"})
	p.SetSource(element, "/before")
	is(t, c, answer{reason: "when the source is its own"})
	p.SetSource(element, "/f")
	p.answer(c, c.part(partRequest), p.response(page, p.element("turbo-frame", 0, "id=f")))
	is(t, c, answer{reason: "when it has loaded"})
	c.Errored(0, theProblem)
	p.RemoveAttr(element, "src")
	is(t, c, answer{page.URL, true, true, "after its source was removed"})
	c.Prevented()
	is(t, c, answer{reason: "when the application has dealt with the response"})
	p.took()
}

func TestIsLoading(t *testing.T) {
	p := newPage(t)
	c, element, _ := p.loads()
	promise := p.Get(element, loadedOf)
	p.Set(c.wrapper(), partSubmission, p.submission(p.element("form", 0), 0))
	if !c.Loading() || p.settled(promise) {
		t.Error("it is not loading while a form is submitted")
	}
	p.Delete(c.wrapper(), partSubmission)
	if c.Loading() || !p.settled(promise) {
		t.Error("being asked does not end the waiting")
	}
	if c.part(partRequest) != 0 || c.part(partPromise) != 0 {
		t.Error("the load is not forgotten")
	}
	if c.Loading() {
		t.Error("it is loading again")
	}
}

// What applications write to a controller counts.
func TestWritten(t *testing.T) {
	p := newPage(t)
	c, element := p.connected(0, "id=f", "src=/f", "complete=")
	if c.ChangeHistory(); p.took() != "" {
		t.Error("the history changes without an action")
	}
	c.setAction("replace")
	c.ChangeHistory()
	p.is("history: replace http://page.test/f")
	c.Remember(element)
	p.is("copies f")
	if p.Get(c.wrapper(), partPrevious) != element {
		t.Error("what the frame shows is not kept")
	}
	c.setAction("")
	if _, ok := c.Action(); ok {
		t.Error("it still has an action")
	}
	c.Remember(element)
	p.is("")
}

func TestFrames(t *testing.T) {
	p := newPage(t)
	_, element := p.frame(0, "id=f")
	if p.frames.frame(element) != element {
		t.Error("a frame is none")
	}
	p.Delete(element, delegateOf)
	for n, what := range map[dom.Node]string{0: "nothing", element: "a frame of another document", p.element("div", 0): "a div"} {
		if p.frames.frame(n) != 0 {
			t.Errorf("%s is a frame", what)
		}
	}
}
