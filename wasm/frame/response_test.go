package frame

import (
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

func TestResponse(t *testing.T) {
	const (
		told    = "; session frameRendered; session frameLoaded"
		missing = `error: turbo: the response (200) has no <turbo-frame id="f">, so the frame has no content. Answer with that frame, or set turbo-visit-control to reload to visit the page instead.`
	)
	redirected := page
	redirected.Redirected, redirected.URL = true, "http://page.test/there"
	refused := Answer{Status: "422", IsHTML: true, URL: "http://page.test/refused"}
	away := refused
	away.Redirected = true
	for _, test := range []struct {
		sentence string
		answer   Answer
		frame    string // the id of the frame in it
		reload   bool   // it asks for a reload
		handled  bool   // the application handles that the frame is missing
		want     string
		src      string
		complete bool
		over, ok bool
	}{
		{"a page with the frame", page, "f", false, false, "renders f" + told, page.URL, true, true, true},
		{"after a redirect", redirected, "f", false, false, "renders f" + told, "http://page.test/there", true, true, true},
		{"an error page with the frame", refused, "f", false, false, "renders f" + told, "/f", true, true, true},
		{"an error page after a redirect", away, "f", false, false, "renders f" + told, "http://page.test/refused", true, true, true},
		{"a stream", Answer{Status: "200", Succeeded: true, URL: "http://page.test/s"}, "f", false, false, "", "/f", false, true, true},
		{"a page without the frame", page, "g", false, false, "misses f; " + missing, page.URL, true, true, false},
		{"one that the application handles", page, "g", false, true, "misses f", page.URL, true, true, true},
		{"a page that asks for a reload", page, "f", true, false, `warning: turbo: the response (200) for <turbo-frame id="f"> asks for a full page visit by turbo-visit-control.; visits the response`, page.URL, false, true, true},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			c, element, request := p.loads()
			promise := p.Get(element, loadedOf)
			response := p.response(test.answer, p.element("turbo-frame", 0, "id="+test.frame))
			if test.reload {
				p.SetAttr(p.nodes[p.Get(response, htmlOf)].promise.value, "reload", "")
			}
			if test.handled {
				p.replaced["missing"] = func() dom.Node { return 0 }
			}
			p.Set(c.wrapper(), partAfterLoading, p.node("a function"))
			over, ok := p.answer(c, request, response)
			p.is(test.want)
			if src, _ := p.Attr(element, "src"); src != test.src {
				t.Errorf("got the source %s, want %s", src, test.src)
			}
			if p.HasAttr(element, "complete") != test.complete {
				t.Errorf("complete is not %v", test.complete)
			}
			p.has(element, "", "busy", "aria-busy")
			if over != test.over || ok != test.ok || p.settled(promise) != test.ok {
				t.Errorf("got over %v, well %v, promise %v", over, ok, p.settled(promise))
			}
			if p.Get(c.wrapper(), partAfterLoading) != 0 {
				t.Error("a function for one load is there for the next")
			}
		})
	}
}

func TestResponseThatIsCut(t *testing.T) {
	p := newPage(t)
	c, element, request := p.loads()
	response := p.response(page)
	html := p.promise()
	p.Set(response, htmlOf, html)
	over, _ := p.answer(c, request, response)
	if over {
		t.Fatal("it is over before its text has come")
	}
	p.settle(html, 0, true)
	if p.is(""); !p.settled(p.Get(element, loadedOf)) {
		t.Error("the load is still waited for")
	}
}

func TestErrored(t *testing.T) {
	p := newPage(t)
	c, element, request := p.loads()
	c.Errored(request, theProblem)
	c.Finished(request)
	p.is("error: problem")
	p.has(element, "src=/f", "src", "busy", "aria-busy", "complete")
	if !p.settled(p.Get(element, loadedOf)) {
		t.Error("the load is still waited for")
	}
}

func TestPrevented(t *testing.T) {
	p := newPage(t)
	c, element, request := p.loads()
	c.Prevented()
	c.Finished(request)
	p.is("")
	if !p.settled(p.Get(element, loadedOf)) {
		t.Error("the load is still waited for")
	}
}

func TestExtract(t *testing.T) {
	for _, test := range []struct {
		sentence string
		id       string
		parts    [][]string // the attributes of the frames in the answer
		want     string     // what is found
		log      string
	}{
		{"the frame", "f", [][]string{{"id=other"}, {"id=f"}}, "f", ""},
		{"none", "f", [][]string{{"id=other"}, {"id=another", "recurse=f"}}, "", ""},
		{"one that takes precedence over recursion", "f", [][]string{{"id=other", "src=/o", "recurse=f"}, {"id=f"}}, "f", ""},
		{"a frame with the source it came from", "f", [][]string{{"id=f", "src=/f"}}, "empty",
			`error: Matching <turbo-frame id="f"> element has a source URL which references itself`},
		{"a frame with that source, written otherwise", "f", [][]string{{"id=f", "src=http://page.test/f"}}, "empty",
			`error: Matching <turbo-frame id="f"> element has a source URL which references itself`},
		{"a frame with another source", "f", [][]string{{"id=f", "src=/more"}}, "f", ""},
		{"a frame without an id", "", [][]string{{"id="}}, "empty",
			"error: turbo: a <turbo-frame> without an id has no part in a response"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			c, _ := p.connected(0, "id="+test.id, "src=/f", "disabled=")
			body := p.node("body")
			for _, attributes := range test.parts {
				p.element("turbo-frame", body, attributes...)
			}
			found := dom.Node(-1)
			c.Extract(body, func(next dom.Node) { found = next })
			p.is(test.log)
			if found < 0 || p.nodes[found].name != test.want {
				t.Errorf("got node %d, want %q", found, test.want)
			}
		})
	}
	t.Run("in a recursive frame, when that has loaded", func(t *testing.T) {
		p := newPage(t)
		c, _ := p.connected(0, "id=f", "src=/f", "disabled=")
		body := p.node("body")
		around := p.element("turbo-frame", body, "id=other", "src=/o", "recurse=f")
		loaded := p.promise()
		p.Set(around, loadedOf, loaded)
		found := dom.Node(-1)
		c.Extract(body, func(next dom.Node) { found = next })
		if found >= 0 {
			t.Fatal("something is found before it has loaded")
		}
		inner := p.element("turbo-frame", around, "id=f")
		p.settle(loaded, 0, false)
		if found != inner {
			t.Errorf("got node %d, want the frame in it, %d", found, inner)
		}
	})
}

func TestReplacedExtraction(t *testing.T) {
	p := newPage(t)
	c, _, request := p.loads()
	mine := p.node("mine")
	p.replaced["extractForeignFrameElement"] = func() dom.Node { return mine }
	p.answer(c, request, p.response(page))
	p.is("renders mine; session frameRendered; session frameLoaded")
}

func TestRenderingWaits(t *testing.T) {
	p := newPage(t)
	c, element, request := p.loads()
	first := p.promise()
	view := p.Get(c.wrapper(), partView)
	p.Set(view, renderingOf, first)
	p.answer(c, request, p.response(page, p.element("turbo-frame", 0, "id=f")))
	p.is("")
	p.Delete(view, renderingOf)
	p.settle(first, 0, false)
	p.is("renders f; session frameRendered; session frameLoaded")
	p.has(element, "complete=", "complete")
}

func TestRenderingFails(t *testing.T) {
	p := newPage(t)
	c, element, request := p.loads()
	p.replaced["render"] = func() dom.Node { return 0 }
	over, ok := p.answer(c, request, p.response(page, p.element("turbo-frame", 0, "id=f")))
	p.is("renders f")
	if !over || ok || p.HasAttr(element, "complete") || p.settled(p.Get(element, loadedOf)) {
		t.Error("what was not rendered counts as loaded")
	}
	if c.Allows(0, 0) {
		t.Error("what the page says about the rendering does not count")
	}
}

// A load with an action is a visit as well.
func TestPromotion(t *testing.T) {
	for _, test := range []struct {
		sentence, action string
		want             string
	}{
		{"an ordinary load", "", "renders f; session frameRendered; session frameLoaded"},
		{"a load with an action", "advance", "history: advance http://page.test/f; renders f; session frameRendered; session frameLoaded; visits http://page.test/f by advance"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			c, element := p.connected(0, "id=f")
			c.Promote(element, test.action)
			p.SetSource(element, "/f")
			p.took()
			p.answer(c, c.part(partRequest), p.response(page, p.element("turbo-frame", 0, "id=f")))
			p.is(test.want)
			if c.part(partPromotion) != 0 {
				t.Error("the next load is to be that visit, too")
			}
		})
	}
	t.Run("a frame without a source", func(t *testing.T) {
		p := newPage(t)
		c, element := p.connected(0, "id=f")
		c.Promote(element, "advance")
		done := false
		c.Loaded(p.response(page), func() { done = true })
		if p.is(""); !done {
			t.Error("it does not end")
		}
	})
	t.Run("where another frame names it", func(t *testing.T) {
		p := newPage(t)
		c, _ := p.connected(0, "id=f")
		other, element := p.connected(0, "id=g")
		c.Promote(element, "advance")
		if c.action != "advance" || other.part(partPromotion) != theSnapshot || c.part(partPromotion) != 0 {
			t.Error("the visit is not that of the frame which loads")
		}
	})
}

func TestPreload(t *testing.T) {
	p := newPage(t)
	c, element := p.connected(0, "id=f")
	c.Preload(element)
	p.is("session preloadOnLoadLinksForView")
}
