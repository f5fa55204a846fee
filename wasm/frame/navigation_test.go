package frame

import (
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// What a link or a form inside a frame navigates. The frame f is in the frame
// outer, beside the frames other and closed, which is disabled.
func TestNavigates(t *testing.T) {
	for _, test := range []struct {
		sentence       string
		frame          []string
		kind           string
		element        []string
		submitter      []string // nil for none
		refused        string   // what is not the runtime's: element or submitter
		takes          bool
		target         string
		ofLoneElements bool // the frame is in none
	}{
		{"a link", nil, "a", []string{"href=/"}, nil, "", true, "f", false},
		{"a link for another frame", nil, "a", []string{"data-turbo-frame=other"}, nil, "", true, "other", false},
		{"a link for the page", nil, "a", []string{"data-turbo-frame=_top"}, nil, "", false, "f", false},
		{"a link for the parent", nil, "a", []string{"data-turbo-frame=_parent"}, nil, "", true, "outer", false},
		{"a link for a parent that is missing", nil, "a", []string{"data-turbo-frame=_parent"}, nil, "", false, "f", true},
		{"a link for a frame that is missing", nil, "a", []string{"data-turbo-frame=nowhere"}, nil, "", true, "f", false},
		{"a link for what is no frame", nil, "a", []string{"data-turbo-frame=box"}, nil, "", true, "f", false},
		{"a link for a disabled frame", nil, "a", []string{"data-turbo-frame=closed"}, nil, "", false, "closed", false},
		{"a link in a disabled frame", []string{"disabled="}, "a", nil, nil, "", false, "f", false},
		{"a link that is not the runtime's", nil, "a", nil, nil, "element", false, "f", false},
		{"one for another frame", nil, "a", []string{"data-turbo-frame=other"}, nil, "element", true, "other", false},
		{"the target of the frame", []string{"target=other"}, "a", nil, nil, "", true, "other", false},
		{"a frame whose target is the page", []string{"target=_top"}, "a", nil, nil, "", false, "f", false},
		{"the link takes precedence", []string{"target=_top"}, "a", []string{"data-turbo-frame=other"}, nil, "", true, "other", false},
		{"an empty name stands for the target", []string{"target=other"}, "a", []string{"data-turbo-frame="}, nil, "", true, "other", false},
		{"a form", nil, "form", []string{"action=/"}, nil, "", true, "f", false},
		{"a form for what browsers show", nil, "form", []string{"action=/a.pdf"}, nil, "", false, "f", false},
		{"the submitter takes precedence", nil, "form", []string{"data-turbo-frame=_top"}, []string{"data-turbo-frame=other"}, "", true, "other", false},
		{"an empty name on the submitter", []string{"target=other"}, "form", []string{"data-turbo-frame=_top"}, []string{"data-turbo-frame="}, "", true, "other", false},
		{"a submitter that is not the runtime's", nil, "form", nil, []string{"name=b"}, "submitter", false, "f", false},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			_, outer := p.frame(0, "id=outer")
			p.frame(0, "id=other")
			p.frame(0, "id=closed", "disabled=")
			p.element("div", 0, "id=box")
			if test.ofLoneElements {
				outer = 0
			}
			c, frame := p.frame(outer, append(test.frame, "id=f")...)
			element, submitter := p.element(test.kind, frame, test.element...), dom.Node(0)
			if test.submitter != nil {
				submitter = p.element("button", element, test.submitter...)
			}
			p.refused[map[string]dom.Node{"": -1, "element": element, "submitter": submitter}[test.refused]] = true
			takes := c.TakesLink(element)
			if test.kind == "form" {
				takes = c.TakesForm(element, submitter)
			}
			if takes != test.takes {
				t.Errorf("takes it: %v, want %v", takes, test.takes)
			}
			if got := p.nodes[c.target(element, submitter)].name; got != test.target {
				t.Errorf("got the frame %s, want %s", got, test.target)
			}
		})
	}
	t.Run("a form of an inner frame", func(t *testing.T) {
		p := newPage(t)
		c, outer := p.frame(0, "id=outer")
		_, inner := p.frame(outer, "id=f")
		if c.TakesForm(p.element("form", inner, "action=/"), 0) {
			t.Error("the outer frame takes it")
		}
	})
}

func TestFollow(t *testing.T) {
	p := newPage(t)
	c, frame := p.connected(0, "id=f")
	other, target := p.connected(0, "id=other", "data-turbo-action=replace")
	link := p.element("a", frame, "href=/there", "data-turbo-frame=other", "data-turbo-stream=")
	c.Follow(link, "/there")
	p.is("Turbo-Frame: other; accepts text/vnd.turbo-stream.html; requests http://page.test/there; appearance stop")
	p.has(target, "src=/there", "src")
	p.has(frame, "", "src")
	if other.action != "replace" {
		t.Errorf("got the action %q", other.action)
	}
	if c.part(partFrom) != 0 || other.part(partFrom) != 0 {
		t.Error("the link is still being followed")
	}
	p.SetAttr(link, "data-turbo-action", "advance")
	if c.Follow(link, "/there"); other.action != "advance" {
		t.Error("the link does not take precedence over the frame")
	}
	form := p.element("form", 0)
	c.SubmitLink(link, 0, form)
	p.has(form, "data-turbo-frame=other", "data-turbo-frame")
	p.took()
}

func TestForm(t *testing.T) {
	p := newPage(t)
	c, frame := p.connected(0, "id=f")
	p.connected(0, "id=other")
	form := p.element("form", frame, "id=form", "action=/", "data-turbo-frame=other")
	event := p.node("submit")
	p.Set(event, "form", form)
	p.Set(event, receiverOf, c.wrapper())
	p.frames.SubmitInFrame(event)
	p.is("prevents submit; makes submission of form, must redirect false; Turbo-Frame: other; submission of form start")
	p.frames.SubmitInFrame(event)
	p.is("prevents submit; submission of form stop; makes submission of form, must redirect false; Turbo-Frame: other; submission of form start")
	p.SetAttr(form, "broken", "")
	p.frames.SubmitInFrame(event)
	p.is("prevents submit; submission of form stop")
	p.SetAttr(form, "data-turbo-frame", "_top")
	p.frames.SubmitInFrame(event)
	p.is("")
}

func TestSubmission(t *testing.T) {
	for _, test := range []struct {
		sentence string
		safe     bool
		answered func(c *Controller, submission, response dom.Node)
		want     string
		rendered string // the frame
	}{
		{"a good answer", false, (*Controller).SubmissionSucceeded, "history: advance http://page.test/f; renders other; session frameRendered; session frameLoaded; visits http://page.test/f by advance; session clearCache", "other"},
		{"for a safe request", true, (*Controller).SubmissionSucceeded, "history: advance http://page.test/f; renders other; session frameRendered; session frameLoaded; visits http://page.test/f by advance", "other"},
		{"an answer that says no", false, (*Controller).SubmissionFailed, "renders f; session frameRendered; session frameLoaded; session clearCache", "f"},
		{"no answer", false, func(c *Controller, submission, _ dom.Node) { c.SubmissionErrored(submission, theProblem) }, "error: problem", ""},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			c, frame := p.connected(0, "id=f")
			_, other := p.connected(0, "id=other")
			form := p.element("form", frame, "id=form", "data-turbo-frame=other", "data-turbo-action=advance")
			submission := p.submission(form, 0)
			if test.safe {
				p.nodes[submission].texts["isSafe"] = "true"
			}
			c.SubmissionBegan(submission)
			p.has(form, "aria-busy=true", "busy", "aria-busy")
			p.has(other, "busy= aria-busy=true", "busy", "aria-busy")
			p.has(frame, "", "busy", "aria-busy")
			response := p.response(page, p.element("turbo-frame", 0, "id=f"), p.element("turbo-frame", 0, "id=other"))
			test.answered(c, submission, response)
			p.is(test.want)
			for n, name := range map[dom.Node]string{frame: "f", other: "other"} {
				if p.HasAttr(n, "complete") != (name == test.rendered) {
					t.Errorf("%s complete: %v", name, p.HasAttr(n, "complete"))
				}
			}
			c.SubmissionFinished(submission)
			p.has(form, "", "busy", "aria-busy")
			p.has(other, "", "busy", "aria-busy")
		})
	}
	t.Run("the submitter's action", func(t *testing.T) {
		p := newPage(t)
		c, frame := p.connected(0, "id=f")
		form := p.element("form", frame, "data-turbo-action=advance")
		c.SubmissionSucceeded(p.submission(form, p.element("button", form, "data-turbo-action=replace")), p.response(Answer{}))
		if p.took(); c.action != "replace" {
			t.Errorf("got %q", c.action)
		}
	})
}

// A frame takes a click that no visit was proposed after.
func TestClick(t *testing.T) {
	for _, test := range []struct {
		sentence string
		inside   bool
		link     []string
		before   func(f *Frames)
		want     string
	}{
		{"on a link in a frame", true, nil, (*Frames).Clicked, "prevents click; prevents click; Turbo-Frame: f; requests http://page.test/there; appearance stop"},
		{"that was not heard", true, nil, func(*Frames) {}, ""},
		{"that a visit was proposed after", true, nil, func(f *Frames) { f.Clicked(); f.Proposed() }, ""},
		{"on a link for the page", true, []string{"data-turbo-frame=_top"}, (*Frames).Clicked, ""},
		{"on a link outside", false, nil, (*Frames).Clicked, ""},
		{"on a link outside that names the frame", false, []string{"data-turbo-frame=f"}, (*Frames).Clicked, "prevents click; prevents click; Turbo-Frame: f; requests http://page.test/there; appearance stop"},
		{"on a link outside that names the page", false, []string{"data-turbo-frame=_top"}, (*Frames).Clicked, ""},
		{"on a link outside that names nothing", false, []string{"data-turbo-frame=nowhere"}, (*Frames).Clicked, ""},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			html := p.element("html", 0)
			_, parent := p.connected(html, "id=f")
			if !test.inside {
				parent = html
			}
			click := p.node("click")
			p.Set(click, "link", p.element("a", parent, append(test.link, "href=/there")...))
			test.before(p.frames)
			p.frames.Followed(click)
			p.is(test.want)
			p.frames.Followed(click)
			p.is("")
		})
	}
}

func TestClickOnAFormLink(t *testing.T) {
	for _, test := range []struct {
		sentence string
		link     []string
		want     string
	}{
		{"an ordinary link", nil, ""},
		{"a link with a method", []string{"data-turbo-method=post"}, "prevents click; submits a for f's delegate"},
		{"a link for streams", []string{"data-turbo-stream="}, "prevents click; submits a for f's delegate"},
		{"for the page", []string{"data-turbo-method=post", "data-turbo-frame=_top"}, ""},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			c, frame := p.connected(0, "id=f")
			click := p.node("click")
			p.Set(click, "link", p.element("a", frame, append(test.link, "href=/there")...))
			p.Set(click, receiverOf, c.wrapper())
			p.frames.ClickInFrame(click)
			p.is(test.want)
			if !p.frames.clicked {
				t.Error("the click was not heard")
			}
		})
	}
	t.Run("beside all links", func(t *testing.T) {
		p := newPage(t)
		p.frames.ClickInFrame(p.node("click"))
		p.is("")
	})
}

func TestFormOutside(t *testing.T) {
	for _, test := range []struct {
		sentence  string
		inside    bool
		form      []string
		submitter []string
		refused   bool
		want      bool
	}{
		{"a form that names a frame", false, []string{"data-turbo-frame=f"}, nil, false, true},
		{"a form that names none", false, nil, nil, false, false},
		{"a submitter that names one", false, nil, []string{"data-turbo-frame=f"}, false, true},
		{"a form that is not the runtime's", false, []string{"data-turbo-frame=f"}, nil, true, false},
		{"a form for what browsers show", false, []string{"data-turbo-frame=f", "action=/a.pdf"}, nil, false, false},
		{"a form for the page", false, []string{"data-turbo-frame=_top"}, nil, false, false},
		{"a form for a disabled frame", false, []string{"data-turbo-frame=closed"}, nil, false, false},
		{"a form for what is no frame", false, []string{"data-turbo-frame=box"}, nil, false, false},
		{"a form in a frame", true, []string{"data-turbo-frame=f"}, nil, false, false},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			_, parent := p.connected(0, "id=f")
			p.connected(0, "id=closed", "disabled=")
			p.element("div", 0, "id=box")
			if !test.inside {
				parent = 0
			}
			form := p.element("form", parent, append(test.form, "id=form")...)
			event := p.node("submit")
			p.Set(event, "form", form)
			if test.submitter != nil {
				p.Set(event, "submitter", p.element("button", form, test.submitter...))
			}
			p.refused[form] = test.refused
			p.frames.SubmitOutside(event)
			want := ""
			if test.want {
				want = "prevents submit; makes submission of form, must redirect false; Turbo-Frame: f; submission of form start"
			}
			p.is(want)
		})
	}
}

// Turbo.visit may name a frame.
func TestVisit(t *testing.T) {
	for _, test := range []struct {
		sentence string
		options  []string
		visits   bool
		action   string
	}{
		{"no frame", nil, false, ""},
		{"a frame that is missing", []string{"frame=nowhere"}, false, ""},
		{"what is no frame", []string{"frame=box"}, false, ""},
		{"a frame", []string{"frame=f"}, true, "replace"},
		{"with an action", []string{"frame=f", "action=advance"}, true, "advance"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			p := newPage(t)
			c, frame := p.connected(0, "id=f", "data-turbo-action=replace")
			p.element("div", 0, "id=box")
			location := p.node("location")
			p.nodes[location].texts[""] = "/there"
			if visits := p.frames.Visit(location, p.node("options", test.options...)); visits != test.visits {
				t.Errorf("got %v, want %v", visits, test.visits)
			}
			want := ""
			if test.visits {
				want = "Turbo-Frame: f; requests http://page.test/there; appearance stop"
				p.has(frame, "src=/there", "src")
			}
			p.is(want)
			if c.action != test.action {
				t.Errorf("got the action %q, want %q", c.action, test.action)
			}
		})
	}
}

func TestRedirectorOfALink(t *testing.T) {
	p := newPage(t)
	_, frame := p.connected(0, "id=f")
	p.connected(0, "id=other")
	if p.frames.redirectsLink(p.element("a", frame, "data-turbo-frame=f")) {
		t.Error("a link that names the frame it is in is redirected there")
	}
	if !p.frames.redirectsLink(p.element("a", frame, "data-turbo-frame=other")) {
		t.Error("a link that names another frame is not redirected there")
	}
}
