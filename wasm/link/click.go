package link

import (
	"slices"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Clicked returns the link that a click asks to follow and the URL it leads
// to, 0 when the click is not Turbo's to handle (Turbo 8.0.23, link click
// observer). Links whose href is not a string, as in SVG, are left to the browser.
func Clicked(p dom.Values, event dom.Node) (link, url dom.Node) {
	said := p.Texts(event, "which|target.isContentEditable|defaultPrevented|altKey|ctrlKey|metaKey|shiftKey")
	if which := said[0].Value; said[0].Is() && which != "1" || slices.ContainsFunc(said[1:], dom.Text.Is) {
		return 0, 0
	}
	at := p.Get(event, "composedPath().0")
	if at == 0 {
		at = p.Get(event, "target")
	}
	link = p.Around(at, `a[href], a[xlink\:href]`)
	if link == 0 {
		return 0, 0
	}
	said = p.Texts(link, "#download|href.baseVal|href|#target|target|#href")
	if said[0].OK || said[1].Is() || strings.HasPrefix(said[2].Value, "#") {
		return 0, 0
	}
	if target := said[3].Value; target != "" && target != "_self" {
		return 0, 0
	}
	// In Firefox the property has the value of the base element if the link has none.
	if LeavesPage(p, said[4].Value) {
		return 0, 0
	}
	return link, URL(p, p.String(said[5].Value))
}

// LeavesPage reports whether a target names another window or an iframe.
func LeavesPage(p dom.Values, target string) bool {
	if target == "" || target == "_blank" {
		return target != ""
	}
	named, _ := p.Call(0, "document.getElementsByName", p.String(target))
	for _, n := range p.Items(named) {
		if name, _ := p.Text(n, "localName"); name == "iframe" {
			return true
		}
	}
	return false
}

// Navigatable reports whether the runtime handles links and forms at n (Turbo
// 8.0.23, session: config.drive.enabled and the closest data-turbo).
func Navigatable(p dom.Values, n dom.Node) bool {
	value := ""
	if container := p.Around(n, "[data-turbo]"); container != 0 {
		value, _ = p.Attr(container, "data-turbo")
	} else if p.Is(0, "config.drive.enabled") {
		return true
	} else {
		return p.Around(n, "turbo-frame") != 0
	}
	if p.Is(0, "config.drive.enabled") || p.Around(n, "turbo-frame") != 0 {
		return value != "false"
	}
	return value == "true"
}

// Attributes reads the attributes of elements.
type Attributes interface {
	Attr(n dom.Node, name string) (value string, ok bool)
	HasAttr(n dom.Node, name string) bool
}

// VisitAction returns the first valid data-turbo-action of elements, "" when
// there is none; elements may be 0.
func VisitAction(p Attributes, elements ...dom.Node) string {
	for _, n := range elements {
		if n == 0 {
			continue
		}
		action, ok := p.Attr(n, "data-turbo-action")
		if !ok {
			continue
		}
		switch action {
		case "advance", "replace", "restore":
			return action
		}
		return ""
	}
	return ""
}
