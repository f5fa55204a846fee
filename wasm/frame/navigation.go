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
	return link.Navigatable(p, element) && (submitter == 0 || link.Navigatable(p, submitter))
}

// Submit handles a submit event that reached a frame.
func (f *Frames) Submit(event dom.Node) {
	p := f.page
	c := p.Get(event, "currentTarget.delegate")
	form, submitter, ok := f.Drive.Forms.Accepts(event)
	if !ok || !p.Same(p.Closest(form, "turbo-frame"), f.element(c)) || !f.intercepts(c, form, submitter) {
		return
	}
	p.Do(event, "preventDefault")
	p.Do(event, "stopImmediatePropagation")
	f.submit(c, form, submitter)
}

func (f *Frames) submit(c, form, submitter dom.Node) {
	p := f.page
	forms := &f.Drive.Forms
	if s := p.Get(c, "formSubmission"); s != 0 {
		forms.Stop(s)
	}
	s, err := forms.New(c, form, submitter, false)
	if err != nil {
		return
	}
	p.Set(c, "formSubmission", s)
	f.prepare(c, p.Get(s, "fetchRequest"), f.target(c, form, submitter))
	forms.Start(s)
}

// ClickFormLink handles a click that reached a frame: on a link that is to
// submit a form.
func (f *Frames) ClickFormLink(event dom.Node) {
	p := f.page
	f.Drive.Heard = true
	c := p.Get(event, "currentTarget.delegate")
	from, url := link.Clicked(p, event)
	if form.Submits(p, from) && f.intercepts(c, from, 0) {
		p.Do(event, "preventDefault")
		form.SubmitLink(p, from, url, f.text(f.target(c, from, 0), "id"))
	}
}

// Clicked handles turbo:click: it takes the links that navigate a frame.
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
	frame := f.frame(p.Closest(around, "turbo-frame, html"))
	var c dom.Node
	if frame != 0 {
		c = p.Get(frame, "delegate")
		if !f.intercepts(c, from, 0) {
			return
		}
	} else if c = f.redirect(from, 0); c == 0 {
		return
	}
	if click := p.Get(event, "detail.originalEvent"); click != 0 {
		p.Do(click, "preventDefault")
	}
	p.Do(event, "preventDefault")
	target := f.target(c, from, 0)
	t := p.Get(target, "delegate")
	f.Promote(t, link.VisitAction(p, from, target))
	p.Set(c, "currentNavigationElement", from)
	p.Set(t, "currentNavigationElement", from)
	p.Set(target, "src", p.Get(event, "detail.url"))
	p.Delete(t, "currentNavigationElement")
	p.Delete(c, "currentNavigationElement")
}

// SubmitOutside handles a submit event that reached the html element: it takes
// forms outside of frames that name one.
func (f *Frames) SubmitOutside(event dom.Node) {
	p := f.page
	form, submitter, ok := f.Drive.Forms.Accepts(event)
	if !ok || p.Closest(form, "turbo-frame") != 0 || !link.VisitableInFrame(p, f.Drive.Forms.Action(form, submitter)) {
		return
	}
	c := f.redirect(form, submitter)
	if c == 0 {
		return
	}
	p.Do(event, "preventDefault")
	p.Do(event, "stopImmediatePropagation")
	f.submit(c, form, submitter)
}

// redirect returns the controller of the frame that an element outside of it
// names (Turbo 8.0.23, frame redirector).
func (f *Frames) redirect(element, submitter dom.Node) dom.Node {
	p := f.page
	if f.text(element, "localName") == "form" {
		if !link.SubmissionNavigatable(p, element, submitter) {
			return 0
		}
	} else if !link.Navigatable(p, element) {
		return 0
	}
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
	frame := f.frame(p.Do(p.Get(0, "document.documentElement"), "querySelector", p.String("#"+id+":not([disabled])")))
	if frame == 0 || p.Same(frame, p.Closest(element, "turbo-frame")) {
		return 0
	}
	return p.Get(frame, "delegate")
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
	f.Promote(p.Get(frame, "delegate"), action)
	p.Set(frame, "src", p.String(f.text(location, "")))
	return true
}
