package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// What follows sends links and forms outside of frames to the frames that they
// name (Turbo 8.0.23, frame redirector).

// SubmitOutside handles a submit event that reached the html element.
//
//turbo:function SUBMIT_OUTSIDE
func (f *Frames) SubmitOutside(event dom.Node) { f.submit(event, f.Parts.Get(0, redirector)) }

//turbo:method FrameRedirector shouldInterceptLinkClick
func (f *Frames) redirectsLink(link dom.Node) bool { return f.redirects(link, 0) }

//turbo:method FrameRedirector linkClickIntercepted
func (f *Frames) redirectLink(link, url, click dom.Node) {
	if frame := f.named(link, 0); frame != 0 {
		f.Objects.Do(f.Parts.Get(frame, delegateOf), "linkClickIntercepted", link, url, click)
	}
}

//turbo:method FrameRedirector willSubmitForm
func (f *Frames) redirectsForm(form, submitter dom.Node) bool {
	return f.Tree.Closest(form, "turbo-frame") == 0 && f.Locations.Visitable(f.Forms.Action(form, submitter)) && f.redirects(form, submitter)
}

//turbo:method FrameRedirector formSubmitted
func (f *Frames) redirectForm(form, submitter dom.Node) {
	if frame := f.named(form, submitter); frame != 0 {
		f.Objects.Do(f.Parts.Get(frame, delegateOf), "formSubmitted", form, submitter)
	}
}

// redirects reports whether an element navigates a frame that it is not in.
func (f *Frames) redirects(element, submitter dom.Node) bool {
	if f.text(element, "localName") == "form" {
		if !f.asks(f.Parts.Get(0, session), "submissionIsNavigatable", element, submitter) {
			return false
		}
	} else if !f.asks(f.Parts.Get(0, session), "elementIsNavigatable", element) {
		return false
	}
	frame := f.named(element, submitter)
	return frame != 0 && !f.Tree.Same(frame, f.Tree.Closest(element, "turbo-frame"))
}

// named returns the frame that the submitter or the element names.
func (f *Frames) named(element, submitter dom.Node) dom.Node {
	id := ""
	if submitter != 0 {
		id, _ = f.Elements.Attr(submitter, "data-turbo-frame")
	}
	if id == "" {
		id, _ = f.Elements.Attr(element, "data-turbo-frame")
	}
	if id == "" || id == "_top" {
		return 0
	}
	return f.frame(f.Locations.Named(id))
}

// Visit navigates the frame that the options of Turbo.visit name, and reports
// whether they name one that is there.
func (f *Frames) Visit(location, options dom.Node) bool {
	id, action, ok := f.Locations.Asked(options)
	if !ok {
		return false
	}
	frame := f.frame(f.Tree.ElementByID(id))
	if frame == 0 {
		return false
	}
	if action == "" {
		action = link.VisitAction(f.Elements, frame)
	}
	f.Visits.Propose(f.Parts.Get(frame, delegateOf), frame, action)
	f.Loads.SetSource(frame, f.text(location, ""))
	return true
}
