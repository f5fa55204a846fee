package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// page takes a snapshot of the page that is there; its body is the page's own.
func (d *Drive) page() dom.Node { return d.Page.Get(0, "view.snapshot") }

// Parsed makes a snapshot of a page's source.
func (d *Drive) Parsed(html dom.Node) dom.Node { return d.Page.Do(0, "snapshot", html) }

// Setting returns what a snapshot's turbo-* meta says, the last of its name.
//
//turbo:method PageSnapshot getSetting
func (d *Drive) Setting(snapshot dom.Node, name string) (value string, ok bool) {
	return d.meta(snapshot, "turbo-"+name)
}

func (d *Drive) meta(snapshot dom.Node, name string) (value string, ok bool) {
	p := d.Page
	return p.Text(p.Do(snapshot, "headSnapshot.getMetaValue", p.String(name)), "")
}

// transitions reports whether a page asks for view transitions by its metas.
func (d *Drive) transitions(meta func(name string) (string, bool)) bool {
	if ours, _ := meta("turbo-view-transition"); ours != "true" {
		if origin, _ := meta("view-transition"); origin != "same-origin" {
			return false
		}
	}
	p := d.Page
	return !p.Is(p.Do(0, "window.matchMedia", p.String("(prefers-reduced-motion: reduce)")), "matches")
}

// pageMeta looks a meta of the page that is there up.
func (d *Drive) pageMeta(name string) (string, bool) { return link.Setting(d.Page, name) }

// What follows answers for snapshots (Turbo 8.0.23, snapshot).

//turbo:method Snapshot hasAnchor
func (d *Drive) hasAnchor(s dom.Node, anchor string) bool {
	return d.elementForAnchor(s, anchor) != dom.Null
}

// elementForAnchor returns the element that an anchor names, or null.
//
//turbo:method Snapshot getElementForAnchor
func (d *Drive) elementForAnchor(s dom.Node, anchor string) dom.Node {
	if anchor == "" {
		return dom.Null
	}
	return d.first(s, "[id='"+anchor+"'], a[name='"+anchor+"']")
}

//turbo:method Snapshot getPermanentElementById
func (d *Drive) permanentElement(s dom.Node, id string) dom.Node {
	return d.first(s, "#"+id+"[data-turbo-permanent]")
}

// first returns the first element in a snapshot that a selector matches, or null.
func (d *Drive) first(s dom.Node, selector string) dom.Node {
	return max(d.Page.Do(s, "element.querySelector", d.Page.String(selector)), dom.Null)
}

//turbo:getter Snapshot firstAutofocusableElement
func (d *Drive) autofocusable(s dom.Node) dom.Node { return d.Focusable(d.Page.Get(s, "element")) }

//turbo:getter Snapshot permanentElements
func (d *Drive) permanentElements(s dom.Node) dom.Node {
	return d.Page.Do(s, "element.querySelectorAll", d.Page.String("[id][data-turbo-permanent]"))
}

// What follows answers for snapshots of pages (Turbo 8.0.23, page snapshot).

//turbo:getter PageSnapshot lang
func (d *Drive) language(s dom.Node) (value string, ok bool) {
	return d.Page.Attr(d.Page.Get(s, "documentElement"), "lang")
}

//turbo:getter PageSnapshot dir
func (d *Drive) writingDirection(s dom.Node) (value string, ok bool) {
	return d.Page.Attr(d.Page.Get(s, "documentElement"), "dir")
}

// setting asks the snapshot, whose method the application may have replaced.
func (d *Drive) setting(s dom.Node, name string) (value string, ok bool) {
	return d.Page.Text(d.Page.Do(s, "getSetting", d.Page.String(name)), "")
}

// isnt reports whether a setting has another value, or none.
func (d *Drive) isnt(s dom.Node, name, value string) bool {
	set, _ := d.setting(s, name)
	return set != value
}

//turbo:getter PageSnapshot rootLocation
func (d *Drive) rootLocation(s dom.Node) dom.Node {
	root, ok := d.setting(s, "root")
	if !ok {
		root = "/"
	}
	return link.URL(d.Page, d.Page.String(root))
}

//turbo:getter PageSnapshot cacheControlValue
func (d *Drive) cacheControl(s dom.Node) (value string, ok bool) {
	return d.setting(s, "cache-control")
}

//turbo:getter PageSnapshot isPreviewable
func (d *Drive) previewable(s dom.Node) bool { return d.isnt(s, "cache-control", "no-preview") }

//turbo:getter PageSnapshot isCacheable
func (d *Drive) cacheable(s dom.Node) bool { return d.isnt(s, "cache-control", "no-cache") }

//turbo:getter PageSnapshot isVisitable
func (d *Drive) visitable(s dom.Node) bool { return d.isnt(s, "visit-control", "reload") }

//turbo:getter PageSnapshot prefersViewTransitions
func (d *Drive) prefersTransitions(s dom.Node) bool {
	return d.transitions(func(name string) (string, bool) { return d.meta(s, name) })
}

//turbo:getter PageSnapshot refreshMethod
func (d *Drive) refreshMethod(s dom.Node) (value string, ok bool) {
	return d.setting(s, "refresh-method")
}

//turbo:getter PageSnapshot refreshScroll
func (d *Drive) refreshScroll(s dom.Node) (value string, ok bool) {
	return d.setting(s, "refresh-scroll")
}
