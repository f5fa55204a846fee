package stream

import (
	"strconv"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// maxSubjects is how many subjects' versions are remembered, the latest ones.
const maxSubjects = 4096

// Versions remembers what streams with a version have made of the page, so that
// an older one never overwrites a newer one, whichever way it came, and one that
// comes twice is applied once. A version belongs to a subject: the element that a
// stream replaces, updates or removes, or the one that it adds. The attribute
// data-turbo-version may give the version with which a subject was rendered. The
// zero Versions is ready for use.
type Versions struct {
	// IsRecentRequest reports whether this page made a request with this id.
	IsRecentRequest func(id string) bool
	// Source returns the HTML of a template's content.
	Source func(template dom.Node) string

	seen  map[string]applied
	order []string // of seen, the oldest first
}

// applied is what was done to a subject at its latest version.
type applied struct {
	version int64
	actions string // each between spaces
}

// Forget forgets all versions, for when another page is shown.
func (v *Versions) Forget() { v.seen, v.order = nil, nil }

// Outdated reports whether a stream is not to be performed, because the page
// already shows what it brings or something newer, or because the stream is meant
// for every page but this one. Otherwise the stream counts as performed from now
// on.
func (v *Versions) Outdated(e Element) (bool, error) {
	if id := e.Attr(dom.Except); id != "" && v.IsRecentRequest(id) {
		return true, nil
	}
	version, err := strconv.ParseInt(e.Attr(dom.Version), 10, 64)
	if err != nil {
		return false, nil // it has none
	}
	action := e.Attr(dom.Action)
	subject, err := v.subject(e, action)
	if err != nil || subject == "" {
		return false, err
	}
	known, ok := v.seen[subject]
	if n := e.page.ElementByID(subject); n != 0 {
		text, _ := e.page.Attr(n, dom.TurboVersion)
		if shown, err := strconv.ParseInt(text, 10, 64); err == nil && (!ok || shown > known.version) {
			known, ok = applied{shown, ""}, true
			if shown == version {
				return true, nil
			}
		}
	}
	switch {
	case !ok, version > known.version:
		known = applied{version: version}
	case version < known.version:
		return true, nil
	}
	word := " " + action + " "
	if strings.Contains(known.actions, word) {
		return true, nil
	}
	known.actions += word
	v.keep(subject, known)
	return false, nil
}

func (v *Versions) keep(subject string, what applied) {
	if v.seen == nil {
		v.seen = make(map[string]applied)
	}
	if _, ok := v.seen[subject]; !ok {
		v.order = append(v.order, subject)
		if len(v.order) > maxSubjects {
			delete(v.seen, v.order[0])
			v.order = v.order[1:]
		}
	}
	v.seen[subject] = what
}

// subject names what a stream is about: its target or, if it adds content there,
// the first id in the content. Content without an id is known by its source.
func (v *Versions) subject(e Element, action string) (string, error) {
	target := e.Attr(dom.Target)
	if target == "" {
		target = e.Attr(dom.Targets)
	}
	if placeOf(action).Adds() {
		template, err := e.Template()
		if err != nil {
			return "", err
		}
		with, err := e.page.SelectAll(e.page.TemplateContent(template), "[id]")
		if err != nil {
			return "", err
		}
		if len(with) == 0 {
			return target + " " + action + " " + v.Source(template), nil
		}
		id, _ := e.page.Attr(with[0], dom.ID)
		return id, nil
	}
	return target, nil
}
