// Package link decides which links, forms and locations the runtime follows
// (Turbo 8.0.23, drive).
package link

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Location is a URL, in the parts that matter here, as a URL of the page gives
// them.
type Location struct{ Href, Origin, Pathname string }

// Visitable reports whether a location lies below root and is not of a kind that
// browsers download or show by themselves, which unvisitable knows by extension,
// with the dot.
func Visitable(location, root Location, unvisitable func(extension string) bool) bool {
	prefix := root.Origin + root.Pathname
	if !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	if href := location.Href; !strings.HasPrefix(href, prefix) && strings.TrimSuffix(href, "/")+"/" != prefix {
		return false
	}
	return !unvisitable(Extension(location.Pathname))
}

// Extension returns the last segment of a path from its last dot on.
func Extension(pathname string) string {
	segment := pathname[strings.LastIndexByte(pathname, '/')+1:]
	if i := strings.LastIndexByte(segment, '.'); i >= 0 {
		return segment[i:]
	}
	return ""
}

// URL resolves an address against the page's base. It returns 0 when that does
// not give a URL.
func URL(p dom.Values, location dom.Node) dom.Node {
	url, _ := p.Call(0, "url", location)
	return url
}

// Setting returns the content of the last meta element of a name in the page's
// head (Turbo 8.0.23, drive: page settings).
func Setting(p dom.Values, name string) (content string, ok bool) {
	metas, _ := p.SelectAll(dom.Document, `head meta[name="`+name+`"]`)
	if len(metas) == 0 {
		return "", false
	}
	return p.Attr(metas[len(metas)-1], "content")
}

// Meta returns the content of the first meta element of a name in the document,
// which counts for tokens and prefetching.
func Meta(p dom.Values, name string) (content string, ok bool) {
	n, _ := p.Select(dom.Document, `meta[name="`+name+`"]`)
	if n == 0 {
		return "", false
	}
	return p.Text(n, "content")
}

// VisitableURL reports whether the runtime visits the page at a URL.
func VisitableURL(p dom.Values, url dom.Node) bool { return visitable(p, url, Setting) }

// VisitableInFrame is VisitableURL for the forms of frames, for which the
// first turbo-root counts (Turbo 8.0.23, frames §5.4).
func VisitableInFrame(p dom.Values, url dom.Node) bool { return visitable(p, url, Meta) }

type lookup func(p dom.Values, name string) (content string, ok bool)

func visitable(p dom.Values, url dom.Node, meta lookup) bool {
	if url == 0 {
		return false
	}
	root, ok := meta(p, "turbo-root")
	if !ok {
		root = "/"
	}
	return Visitable(locate(p, url), locate(p, URL(p, p.String(root))), func(extension string) bool {
		has, _ := p.Call(0, "config.drive.unvisitableExtensions.has", p.String(extension))
		return has != 0
	})
}

func locate(p dom.Values, url dom.Node) Location {
	said := p.Texts(url, "href|origin|pathname")
	return Location{said[0].Value, said[1].Value, said[2].Value}
}
