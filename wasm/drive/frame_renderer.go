package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// What follows answers for the renderers of frames (Turbo 8.0.23, frame
// renderer).

// renderFrame puts the content of the next frame into the current one, scrolls,
// focuses and runs scripts, each in a frame of its own.
//
//turbo:method FrameRenderer render
func (d *Drive) renderFrame(r dom.Node, then then) {
	p := d.Page
	p.Repaint(func() {
		d.preserving(r, func(then func(ok bool)) {
			if p.Own(r, "loadFrameElement") < 0 {
				p.Do(r, "loadFrameElement")
			} else if err := d.loadFrame(r); err != nil {
				// What the page throws is a rejection, and nothing more.
				p.Do(0, "reject")
				then(false)
				return
			}
			p.Then(0, func(dom.Node) { then(true) })
		}, func(bool) {})
		p.Do(r, "scrollFrameIntoView")
		p.Repaint(func() {
			p.Do(r, "focusFirstAutofocusableElement")
			p.Repaint(func() {
				p.Do(r, "activateScriptElements")
				then(true)
			})
		})
	})
}

//turbo:method FrameRenderer loadFrameElement
func (d *Drive) loadFrameElement(r dom.Node) { d.loadFrame(r) }

//turbo:method FrameRenderer scrollFrameIntoView
func (d *Drive) scrollFrameIntoView(r dom.Node) bool {
	p := d.Page
	return d.scrollFrame(p.Get(r, "currentElement"), p.Get(r, "newElement"))
}

//turbo:method FrameRenderer activateScriptElements
func (d *Drive) activateFrameScripts(r dom.Node) {
	d.activate(d.Page.Items(d.Page.Get(r, "newScriptElements")))
}

func (d *Drive) loadFrame(r dom.Node) error {
	p := d.Page
	p.Do(r, "delegate.willRenderFrame", p.Get(r, "currentElement"), p.Get(r, "newElement"))
	_, err := d.callRender(r)
	return err
}

// scrollFrame scrolls to a frame where it asks for that, and reports whether
// it does.
func (d *Drive) scrollFrame(current, next dom.Node) bool {
	p := d.Page
	first := p.Get(current, "firstElementChild")
	if first == 0 || !p.HasAttr(current, "autoscroll") && !p.HasAttr(next, "autoscroll") {
		return false
	}
	p.Do(first, "scrollIntoView", p.Object("block behavior",
		p.String(d.oneOf(current, "data-autoscroll-block", "end", "start", "center", "nearest")),
		p.String(d.oneOf(current, "data-autoscroll-behavior", "auto", "smooth"))))
	return true
}

// oneOf returns the value of an attribute that must be one of some, the first
// of them otherwise.
func (d *Drive) oneOf(n dom.Node, name string, values ...string) string {
	value, _ := d.Page.Attr(n, name)
	for _, v := range values {
		if v == value {
			return v
		}
	}
	return values[0]
}
