package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// byID returns the frame that an id names for a controller, 0 when none does.
func (f *Frames) byID(c dom.Node, id string) dom.Node {
	p := f.page
	n := dom.Node(0)
	if id == "_parent" {
		if parent := p.Get(f.element(c), "parentElement"); parent != 0 {
			n = p.Closest(parent, "turbo-frame")
		}
	} else {
		n = p.Do(p.Get(0, "document"), "getElementById", p.String(id))
	}
	return f.frame(n)
}

// frame returns n if it is a frame.
func (f *Frames) frame(n dom.Node) dom.Node {
	if n != 0 && f.page.Is(n, "delegate") && f.text(n, "localName") == "turbo-frame" {
		return n
	}
	return 0
}

// targetID is what submitter, element or frame name as the frame to navigate.
func (f *Frames) targetID(c, element, submitter dom.Node) string {
	for _, n := range [...]dom.Node{submitter, element} {
		if n == 0 {
			continue
		}
		if id, ok := f.page.Attr(n, "data-turbo-frame"); ok {
			if id != "" {
				return id
			}
			break
		}
	}
	id, _ := f.page.Attr(f.element(c), "target")
	return id
}

// target returns the frame that an element inside of a frame navigates.
func (f *Frames) target(c, element, submitter dom.Node) dom.Node {
	if id := f.targetID(c, element, submitter); id != "" {
		if n := f.byID(c, id); n != 0 {
			return n
		}
	}
	return f.element(c)
}

// intercepts reports whether an element inside of a frame navigates a frame
// (Turbo 8.0.23, frames §5).
func (f *Frames) intercepts(c, element, submitter dom.Node) bool {
	p := f.page
	id := f.targetID(c, element, submitter)
	if f.text(element, "localName") == "form" && !link.VisitableInFrame(p, f.Drive.Forms.Action(element, submitter)) {
		return false
	}
	if f.disabled(c) || id == "_top" {
		return false
	}
	if id != "" {
		if n := f.byID(c, id); n != 0 {
			return !p.HasAttr(n, "disabled")
		}
		if id == "_parent" {
			return false
		}
	}
	return f.Drive.Navigatable(element) && (submitter == 0 || f.Drive.Navigatable(submitter))
}

//turbo:method FrameController shouldInterceptLinkClick willSubmitFormLinkToLocation
func (f *Frames) interceptsLink(c, from dom.Node) bool { return f.intercepts(c, from, 0) }

// submittedFormLink names the frame that the form of a link is for.
//
//turbo:method FrameController submittedFormLinkToLocation
func (f *Frames) submittedFormLink(c, from, _, form dom.Node) {
	f.page.SetAttr(form, "data-turbo-frame", f.text(f.target(c, from, 0), "id"))
}

//turbo:method FrameController willSubmitForm
func (f *Frames) interceptsForm(c, form, submitter dom.Node) bool {
	p := f.page
	return p.Same(p.Closest(form, "turbo-frame"), f.element(c)) && f.intercepts(c, form, submitter)
}

// Submit handles a submit event that reached a frame.
//
//turbo:function SUBMIT_IN_FRAME
func (f *Frames) Submit(event dom.Node) {
	f.submitted(event, f.page.Get(event, "currentTarget.delegate"))
}

// SubmitOutside handles a submit event that reached the html element: it takes
// forms outside of frames that name one.
//
//turbo:function SUBMIT_OUTSIDE
func (f *Frames) SubmitOutside(event dom.Node) {
	f.submitted(event, f.page.Get(0, "session.frameRedirector"))
}

// submitted asks a delegate whether it takes a form.
func (f *Frames) submitted(event, delegate dom.Node) {
	p := f.page
	form, submitter, ok := f.Drive.Forms.Accepts(event)
	if ok && f.Drive.Asks(delegate, "willSubmitForm", form, submitter) {
		p.Do(event, "preventDefault")
		p.Do(event, "stopImmediatePropagation")
		p.Do(delegate, "formSubmitted", form, submitter)
	}
}

//turbo:method FrameController formSubmitted
func (f *Frames) submit(c, form, submitter dom.Node) {
	p := f.page
	if s := p.Get(c, "formSubmission"); s != 0 {
		p.Do(s, "stop")
	}
	s, err := f.Drive.Forms.New(c, form, submitter, false)
	if err != nil {
		return
	}
	wrapper := p.Wrapper(s.Object)
	p.Set(c, "formSubmission", wrapper)
	p.Do(c, "prepareRequest", p.Get(wrapper, "fetchRequest"), f.target(c, form, submitter))
	p.Do(wrapper, "start")
}

// ClickFormLink handles a click that reached a frame: on a link that is to
// submit a form.
//
//turbo:function CLICK_IN_FRAME
func (f *Frames) ClickFormLink(event dom.Node) {
	p := f.page
	f.Drive.Heard = true
	c := p.Get(event, "currentTarget.delegate")
	from, url := link.Clicked(p, event)
	if from != 0 && f.Drive.Asks(c, "willSubmitFormLinkToLocation", from, url, event) && form.Submits(p, from) {
		p.Do(event, "preventDefault")
		form.SubmitLink(p, c, from, url)
	}
}

// Clicked handles turbo:click: it takes the links that navigate a frame.
//
//turbo:function CLICKED
func (f *Frames) Clicked(event dom.Node) {
	p := f.page
	if !f.Drive.Heard {
		return
	}
	f.Drive.Heard = false
	from := p.Get(event, "target")
	around := p.Get(from, "parentElement")
	if outer := link.Closest(p, around, `a[href], a[xlink\:href]`); outer != 0 {
		around = outer
	}
	if around == 0 {
		return
	}
	delegate := p.Get(0, "session.frameRedirector")
	if frame := f.frame(p.Closest(around, "turbo-frame, html")); frame != 0 {
		delegate = p.Get(frame, "delegate")
	}
	url, click := p.Get(event, "detail.url"), p.Get(event, "detail.originalEvent")
	if !f.Drive.Asks(delegate, "shouldInterceptLinkClick", from, url, click) {
		return
	}
	if click != 0 {
		p.Do(click, "preventDefault")
	}
	p.Do(event, "preventDefault")
	p.Do(delegate, "linkClickIntercepted", from, url, click)
}

// navigate has the frame that an element inside of one names load a URL.
//
//turbo:method FrameController linkClickIntercepted
func (f *Frames) navigate(c, element, url dom.Node) {
	p := f.page
	target := f.target(c, element, 0)
	t := p.Get(target, "delegate")
	f.propose(t, target, link.VisitAction(p, element, target))
	p.Set(c, "currentNavigationElement", element)
	p.Set(t, "currentNavigationElement", element)
	p.Set(target, "src", url)
	p.Delete(t, "currentNavigationElement")
	p.Delete(c, "currentNavigationElement")
}

// What follows sends links and forms outside of frames to the frames that they
// name (Turbo 8.0.23, frame redirector).

//turbo:method FrameRedirector shouldInterceptLinkClick
func (f *Frames) redirectsLink(from dom.Node) bool { return f.redirects(from, 0) }

//turbo:method FrameRedirector linkClickIntercepted
func (f *Frames) redirectLink(from, url, click dom.Node) {
	if frame := f.named(from, 0); frame != 0 {
		f.page.Do(f.page.Get(frame, "delegate"), "linkClickIntercepted", from, url, click)
	}
}

//turbo:method FrameRedirector willSubmitForm
func (f *Frames) redirectsForm(form, submitter dom.Node) bool {
	p := f.page
	return p.Closest(form, "turbo-frame") == 0 && link.VisitableInFrame(p, f.Drive.Forms.Action(form, submitter)) && f.redirects(form, submitter)
}

//turbo:method FrameRedirector formSubmitted
func (f *Frames) redirectForm(form, submitter dom.Node) {
	if frame := f.named(form, submitter); frame != 0 {
		f.page.Do(f.page.Get(frame, "delegate"), "formSubmitted", form, submitter)
	}
}

// redirects reports whether an element outside of a frame navigates it.
func (f *Frames) redirects(element, submitter dom.Node) bool {
	p := f.page
	session := p.Get(0, "session")
	if f.text(element, "localName") == "form" {
		if !f.Drive.Asks(session, "submissionIsNavigatable", element, submitter) {
			return false
		}
	} else if !f.Drive.Asks(session, "elementIsNavigatable", element) {
		return false
	}
	frame := f.named(element, submitter)
	return frame != 0 && !p.Same(frame, p.Closest(element, "turbo-frame"))
}

// named returns the frame that submitter or element name.
func (f *Frames) named(element, submitter dom.Node) dom.Node {
	p := f.page
	id := ""
	if submitter != 0 {
		id, _ = p.Attr(submitter, "data-turbo-frame")
	}
	if id == "" {
		id, _ = p.Attr(element, "data-turbo-frame")
	}
	if id == "" || id == "_top" {
		return 0
	}
	return f.frame(p.Do(p.Get(0, "document.documentElement"), "querySelector", p.String("#"+id+":not([disabled])")))
}

// visit is Turbo.visit with the id of a frame.
func (f *Frames) visit(location, options dom.Node) bool {
	p := f.page
	id, ok := p.Text(options, "frame")
	if !ok {
		return false
	}
	frame := f.frame(p.Do(p.Get(0, "document"), "getElementById", p.String(id)))
	if frame == 0 {
		return false
	}
	action := f.text(options, "action")
	if action == "" {
		action = link.VisitAction(p, frame)
	}
	f.propose(p.Get(frame, "delegate"), frame, action)
	p.Set(frame, "src", p.String(f.text(location, "")))
	return true
}
