// Package drive decides which locations the runtime visits (Turbo 8.0.23,
// drive).
package drive

import "strings"

// Location is a URL in the parts that matter here, as the page's URL gives
// them.
type Location struct{ Href, Origin, Pathname string }

// Visitable reports whether a location lies below root and is not of a kind
// that browsers rather download or show by themselves. unvisitable tells of an
// extension, its dot included.
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
