package stream

import (
	"errors"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Hints say what a message may hold, judging by its text. Without a hint, the
// message certainly does not hold it; with one, it may.
type Hints int32

// What a message may hold.
//
//turbo:numbers -Hint
const (
	HintScripts Hints = 1 << iota
	HintPermanent
	HintAutofocus
)

// Render puts the stream elements of a parsed message into the page, where they
// perform themselves (Turbo 8.0.23, stream message renderer). It fails, and puts
// none into the page, if a stream's first element child is not a template.
func Render(page Page, fragment dom.Node, hints Hints) error {
	streams, err := page.Streams(fragment)
	if err != nil {
		return err
	}
	for _, n := range streams {
		template, err := NewElement(page, n).Template()
		if err != nil {
			return errors.New(page.OpeningTag(n) + ": " + err.Error())
		}
		if hints&HintScripts != 0 && !inStream(page, n) {
			page.ActivateScripts(template)
		}
	}
	if hints&HintPermanent != 0 {
		found, err := standIn(page, streams)
		if err != nil {
			return err
		}
		if found {
			hints |= HintAutofocus // the page's elements may have it
		}
	}
	autofocus, err := prepareAutofocus(page, streams, hints)
	if err != nil {
		return err
	}
	focused := focusedID(page)
	page.AppendChild(page.Root(), fragment)
	if focused != "" {
		page.AwaitRepaint(func() { restoreFocus(page, focused) })
	}
	if autofocus != nil {
		page.Repaint(autofocus)
	}
	return nil
}

// inStream reports whether a stream is inside of another, but outside of its
// template: then its scripts do not run.
func inStream(page Page, n dom.Node) bool {
	around := page.Parent(n)
	return around != 0 && page.Closest(around, "turbo-stream") != 0
}

func focusable(page Page, n dom.Node) bool {
	return n != 0 && page.Closest(n, dom.FocusBarriers) == 0 && page.CanFocus(n)
}

// focusedID returns the id of the focused element, "" if there is none by which
// to find it again.
func focusedID(page Page) string {
	n := page.Focused()
	if n == 0 {
		return ""
	}
	id, _ := page.Attr(n, dom.ID)
	return id
}

func restoreFocus(page Page, id string) {
	n := page.ElementByID(id)
	if focusable(page, n) && !page.Same(n, page.Focused()) {
		page.Focus(n)
	}
}

// prepareAutofocus finds the first element of the message with autofocus and
// returns a function that focuses it once it is in the page, nil if there is none.
func prepareAutofocus(page Page, streams []dom.Node, hints Hints) (func(), error) {
	if hints&HintAutofocus == 0 {
		return nil, nil
	}
	for _, n := range streams {
		template, err := NewElement(page, n).Template()
		if err != nil {
			return nil, err
		}
		candidates, err := page.SelectAll(page.TemplateContent(template), "[autofocus]")
		if err != nil {
			return nil, err
		}
		for _, candidate := range candidates {
			if !focusable(page, candidate) {
				continue
			}
			id, _ := page.Attr(candidate, dom.ID)
			generated := id == ""
			if generated {
				id = "turbo-stream-autofocus-" + page.UUID()
				page.SetAttr(candidate, dom.ID, id)
			}
			return func() { autofocus(page, id, generated) }, nil
		}
	}
	return nil, nil
}

func autofocus(page Page, id string, generated bool) {
	if page.Focused() != 0 {
		return
	}
	n := page.ElementByID(id)
	if focusable(page, n) {
		page.Focus(n)
	}
	if n != 0 && generated {
		page.RemoveAttr(n, dom.ID)
	}
}
