// Package frame navigates parts of a page (Turbo 8.0.23, frames). A frame is a
// <turbo-frame>. A Controller loads it; the page has an object for it, the
// element's delegate, which applications may extend, or replace by one of their
// own.
package frame

import "github.com/turbowasm/turbowasm/wasm/dom"

// Frames navigates the frames of a page.
type Frames struct {
	Page

	// clicked says that a click came by and that no visit has been proposed since.
	// Only such a click may navigate a frame (Turbo 8.0.23, link interceptor).
	clicked bool
}

// New returns a controller of a frame. The page makes the wrappers, one with each
// frame, and asks for their controllers when it first calls them.
func (f *Frames) New() *Controller { return &Controller{frames: f} }

// Clicked is told of each click on a link.
func (f *Frames) Clicked() { f.clicked = true }

// Proposed is told that a visit was proposed.
func (f *Frames) Proposed() { f.clicked = false }

// text returns a property as a string, "" if there is none.
func (f *Frames) text(n dom.Node, property string) string {
	text, _ := f.Elements.Text(n, property)
	return text
}

// source is the src attribute of a frame.
func (f *Frames) source(frame dom.Node) string {
	src, _ := f.Elements.Attr(frame, "src")
	return src
}

func (f *Frames) lazy(frame dom.Node) bool { return f.text(frame, "loading") == "lazy" }

func (f *Frames) disabled(frame dom.Node) bool { return f.Elements.HasAttr(frame, "disabled") }

// frame returns n if it is a frame.
func (f *Frames) frame(n dom.Node) dom.Node {
	if n != 0 && f.Elements.Is(n, "delegate") && f.text(n, "localName") == "turbo-frame" {
		return n
	}
	return 0
}

// asks calls a method and reports whether it returns something truthy.
func (f *Frames) asks(object dom.Node, method string, args ...dom.Node) bool {
	answer := f.Objects.Do(object, method, args...)
	return answer != 0 && answer != dom.False
}

// setBusy marks frames and forms as busy, or as no longer busy.
func (f *Frames) setBusy(busy bool, elements ...dom.Node) {
	for _, n := range elements {
		set := func(name, value string) {
			if busy {
				f.Elements.SetAttr(n, name, value)
			} else {
				f.Elements.RemoveAttr(n, name)
			}
		}
		if f.text(n, "localName") == "turbo-frame" {
			set("busy", "")
		}
		set("aria-busy", "true")
	}
}
