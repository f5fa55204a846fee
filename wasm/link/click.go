package link

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Clicked returns the link that a click asks to follow and the URL it leads
// to, 0 when the click is not Turbo's to handle (Turbo 8.0.23, link click
// observer). Links whose href is not a string, as in SVG, are left to the browser.
func Clicked(p dom.Values, event dom.Node) (link, url dom.Node) {
	if p.Is(event, "target.isContentEditable") || p.Is(event, "defaultPrevented") || p.Number(event, "which") > 1 ||
		p.Is(event, "altKey") || p.Is(event, "ctrlKey") || p.Is(event, "metaKey") || p.Is(event, "shiftKey") {
		return 0, 0
	}
	at := p.Get(event, "target")
	if path, err := p.Call(event, "composedPath"); err == nil && p.Is(path, "0") {
		at = p.Get(path, "0")
	}
	link = Closest(p, at, `a[href], a[xlink\:href]`)
	if link == 0 || p.HasAttr(link, "download") || p.Is(link, "href.baseVal") {
		return 0, 0
	}
	if href, _ := p.Text(link, "href"); strings.HasPrefix(href, "#") {
		return 0, 0
	}
	if target, _ := p.Attr(link, "target"); target != "" && target != "_self" {
		return 0, 0
	}
	// In Firefox the property has the value of the base element if the link has none.
	if target, _ := p.Text(link, "target"); LeavesPage(p, target) {
		return 0, 0
	}
	href, _ := p.Attr(link, "href")
	return link, URL(p, p.String(href))
}

// LeavesPage reports whether a target names another window or an iframe.
func LeavesPage(p dom.Values, target string) bool {
	if target == "" || target == "_blank" {
		return target != ""
	}
	named, _ := p.Call(p.Get(0, "document"), "getElementsByName", p.String(target))
	for _, n := range p.Items(named) {
		if name, _ := p.Text(n, "localName"); name == "iframe" {
			return true
		}
	}
	return false
}

// Closest returns the closest element around n, n included, that matches a
// selector, through the shadow roots around it.
func Closest(p dom.Values, n dom.Node, selector string) dom.Node {
	for n != 0 {
		if found := p.Closest(n, selector); found != 0 {
			return found
		}
		if slot := p.Get(n, "assignedSlot"); slot != 0 {
			n = slot
			continue
		}
		root, err := p.Call(n, "getRootNode")
		if err != nil {
			return 0
		}
		n = p.Get(root, "host")
	}
	return 0
}

// Navigatable reports whether the runtime handles links and forms at n (Turbo
// 8.0.23, session: config.drive.enabled and the closest data-turbo).
func Navigatable(p dom.Values, n dom.Node) bool {
	value := ""
	if container := Closest(p, n, "[data-turbo]"); container != 0 {
		value, _ = p.Attr(container, "data-turbo")
	} else if p.Is(0, "config.drive.enabled") {
		return true
	} else {
		return Closest(p, n, "turbo-frame") != 0
	}
	if p.Is(0, "config.drive.enabled") || Closest(p, n, "turbo-frame") != 0 {
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
