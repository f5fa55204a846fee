package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

// page takes a snapshot of the page that is there; its body is the page's own.
func (d *Drive) page() dom.Node { return d.Page.Do(0, "snapshot") }

// Parsed makes a snapshot of a page's source.
func (d *Drive) Parsed(html dom.Node) dom.Node { return d.Page.Do(0, "snapshot", html) }

// Setting returns what a snapshot's turbo-* meta says, the last of its name.
func (d *Drive) Setting(snapshot dom.Node, name string) (value string, ok bool) {
	return d.meta(snapshot, "turbo-"+name)
}

func (d *Drive) meta(snapshot dom.Node, name string) (value string, ok bool) {
	p := d.Page
	return p.Text(p.Do(p.Get(snapshot, "headSnapshot"), "getMetaValue", p.String(name)), "")
}

// transitions reports whether a page asks for view transitions by its metas.
func (d *Drive) transitions(meta func(name string) (string, bool)) bool {
	if ours, _ := meta("turbo-view-transition"); ours != "true" {
		if origin, _ := meta("view-transition"); origin != "same-origin" {
			return false
		}
	}
	p := d.Page
	return !p.Is(p.Do(p.Get(0, "window"), "matchMedia", p.String("(prefers-reduced-motion: reduce)")), "matches")
}

// pageMeta looks a meta of the page that is there up.
func (d *Drive) pageMeta(name string) (string, bool) { return link.Setting(d.Page, name) }

// metasOf returns what looks metas of a snapshot up.
func (d *Drive) metasOf(snapshot dom.Node) func(name string) (string, bool) {
	return func(name string) (string, bool) { return d.meta(snapshot, name) }
}

// The methods and properties of snapshots, in the order of their names in
// js/snapshots.js; those of pages follow what all have.
const (
	snapshotHasAnchor = surface.KindSnapshot<<7 + iota
	snapshotGetElementForAnchor
	snapshotGetPermanentElementById
	snapshotFirstAutofocusableElement
	snapshotPermanentElements
)

const (
	pageSnapshotGetSetting = surface.KindPageSnapshot<<7 + iota
	pageSnapshotLang
	pageSnapshotDir
	pageSnapshotRootLocation
	pageSnapshotCacheControlValue
	pageSnapshotIsPreviewable
	pageSnapshotIsCacheable
	pageSnapshotIsVisitable
	pageSnapshotPrefersViewTransitions
	pageSnapshotRefreshMethod
	pageSnapshotRefreshScroll
)

// Snapshot answers for a PageSnapshot.
func (d *Drive) Snapshot(number int, s, a dom.Node) dom.Node {
	p := d.Page
	optional := func(value string, ok bool) dom.Node {
		if !ok {
			return dom.Null
		}
		return p.String(value)
	}
	setting := func(name string) dom.Node { return optional(p.Text(p.Do(s, "getSetting", p.String(name)), "")) }
	isnt := func(name, value string) dom.Node { return p.Bool(d.text(setting(name), "") != value) }
	element := p.Get(s, "element")
	anchored := func() dom.Node {
		if anchor := d.text(a, ""); anchor != "" {
			return max(d.anchored(element, anchor), dom.Null)
		}
		return dom.Null
	}
	switch number {
	case snapshotHasAnchor:
		return p.Bool(anchored() != dom.Null)
	case snapshotGetElementForAnchor:
		return anchored()
	case snapshotGetPermanentElementById:
		return max(p.Do(element, "querySelector", p.String("#"+d.text(a, "")+"[data-turbo-permanent]")), dom.Null)
	case pageSnapshotGetSetting:
		return optional(d.Setting(s, d.text(a, "")))
	case pageSnapshotLang:
		return optional(p.Attr(p.Get(s, "documentElement"), "lang"))
	case pageSnapshotDir:
		return optional(p.Attr(p.Get(s, "documentElement"), "dir"))
	case pageSnapshotRootLocation:
		root := setting("root")
		if root == dom.Null {
			root = p.String("/")
		}
		return link.URL(p, root)
	case pageSnapshotCacheControlValue:
		return setting("cache-control")
	case pageSnapshotIsPreviewable:
		return isnt("cache-control", "no-preview")
	case pageSnapshotIsCacheable:
		return isnt("cache-control", "no-cache")
	case pageSnapshotIsVisitable:
		return isnt("visit-control", "reload")
	case pageSnapshotPrefersViewTransitions:
		return p.Bool(d.transitions(d.metasOf(s)))
	case pageSnapshotRefreshMethod:
		return setting("refresh-method")
	case pageSnapshotRefreshScroll:
		return setting("refresh-scroll")
	case snapshotFirstAutofocusableElement:
		return d.Focusable(element)
	case snapshotPermanentElements:
		return p.Do(element, "querySelectorAll", p.String("[id][data-turbo-permanent]"))
	}
	return 0
}
