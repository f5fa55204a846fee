package drive

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
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

// The properties of a PageSnapshot, in the order of js/drive.js.
const (
	snapshotHasAnchor = iota
	snapshotElementForAnchor
	snapshotPermanentElement
	snapshotLang
	snapshotDir
	snapshotRoot
	snapshotCacheControl
	snapshotPreviewable
	snapshotCacheable
	snapshotVisitable
	snapshotTransitions
	snapshotRefreshMethod
	snapshotRefreshScroll
	snapshotAutofocus
	snapshotPermanents
)

// Snapshot answers for a PageSnapshot.
func (d *Drive) Snapshot(property int, s, a dom.Node) dom.Node {
	p := d.Page
	optional := func(value string, ok bool) dom.Node {
		if !ok {
			return dom.Null
		}
		return p.String(value)
	}
	setting := func(name string) dom.Node { return optional(d.Setting(s, name)) }
	isnt := func(name, value string) dom.Node {
		is, _ := d.Setting(s, name)
		return p.Bool(is != value)
	}
	element := p.Get(s, "element")
	anchored := func() dom.Node {
		if anchor := d.text(a, ""); anchor != "" {
			return max(d.anchored(element, anchor), dom.Null)
		}
		return dom.Null
	}
	switch property {
	case snapshotHasAnchor:
		return p.Bool(anchored() != dom.Null)
	case snapshotElementForAnchor:
		return anchored()
	case snapshotPermanentElement:
		return max(p.Do(element, "querySelector", p.String("#"+d.text(a, "")+"[data-turbo-permanent]")), dom.Null)
	case snapshotLang:
		return optional(p.Attr(p.Get(s, "documentElement"), "lang"))
	case snapshotDir:
		return optional(p.Attr(p.Get(s, "documentElement"), "dir"))
	case snapshotRoot:
		root, ok := d.Setting(s, "root")
		if !ok {
			root = "/"
		}
		return link.URL(p, p.String(root))
	case snapshotCacheControl:
		return setting("cache-control")
	case snapshotPreviewable:
		return isnt("cache-control", "no-preview")
	case snapshotCacheable:
		return isnt("cache-control", "no-cache")
	case snapshotVisitable:
		return isnt("visit-control", "reload")
	case snapshotTransitions:
		return p.Bool(d.transitions(d.metasOf(s)))
	case snapshotRefreshMethod:
		return setting("refresh-method")
	case snapshotRefreshScroll:
		return setting("refresh-scroll")
	case snapshotAutofocus:
		return d.Focusable(element)
	case snapshotPermanents:
		return p.Do(element, "querySelectorAll", p.String("[id][data-turbo-permanent]"))
	}
	return 0
}
