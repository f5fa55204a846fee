package browser

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

//go:wasmimport turbo view_listener
func domViewListener() int32

var _ stream.ScrollPage = (*Page)(nil)

// views keeps what the reader sees in place.
var views = &stream.Views{}

// watch is how the page reports on views. It is made when first needed.
type watch struct {
	listener, sizes dom.Node // a function and a ResizeObserver
}

func (p *Page) RootScroller() dom.Node { return p.Get(p.Document(), "scrollingElement") }

func (p *Page) Scrolls(n dom.Node) bool {
	mark := domMark()
	defer domRelease(mark)
	if domGetNumber(int32(n), "scrollHeight") <= domGetNumber(int32(n), "clientHeight") {
		return false
	}
	switch p.overflow(n) {
	case "auto", "scroll", "overlay":
		// The overflow of the body applies to the window if the html element has none.
		return !p.Same(n, p.Body()) || p.overflow(p.Root()) != "visible"
	}
	return false
}

func (p *Page) overflow(n dom.Node) string {
	style, _ := p.Call(0, "window.getComputedStyle", n)
	overflow, _ := p.Text(style, "overflowY")
	return overflow
}

func (p *Page) Scroller(n dom.Node) stream.Scroller {
	return stream.Scroller{
		Top:          domGetNumber(int32(n), "scrollTop"),
		Height:       domGetNumber(int32(n), "scrollHeight"),
		ClientHeight: domGetNumber(int32(n), "clientHeight"),
	}
}

func (p *Page) ScrollTo(n dom.Node, top float64) {
	// A smooth scroll would be visible.
	options := p.Object("")
	domSet(int32(options), "top", domBoxNumber(top))
	p.Set(options, "behavior", p.String("instant"))
	p.Call(n, "scrollTo", options)
}

func (p *Page) Box(n dom.Node) stream.Box {
	mark := domMark()
	defer domRelease(mark)
	rect, err := p.Call(n, "getBoundingClientRect")
	if err != nil {
		return stream.Box{}
	}
	return stream.Box{Top: domGetNumber(int32(rect), "top"), Bottom: domGetNumber(int32(rect), "bottom")}
}

// construct calls a constructor of the page with a function.
func (p *Page) construct(class string, function dom.Node) dom.Node {
	arguments, _ := p.Call(0, "window.Array.of", function)
	object, _ := p.Call(0, "window.Reflect.construct", p.Get(0, "window."+class), arguments)
	return object
}

func (p *Page) Added(f func()) []dom.Node {
	p.watching()
	observer := p.construct("MutationObserver", p.watch.listener)
	options := p.Object("")
	p.Set(options, "childList", p.Bool(true))
	p.Set(options, "subtree", p.Bool(true))
	p.Call(observer, "observe", p.Body(), options)
	defer p.Call(observer, "disconnect")
	f()
	records, _ := p.Call(observer, "takeRecords")
	var added []dom.Node
	for i := range p.Number(records, "length") {
		record := p.Get(records, itoa(i))
		list := p.Get(record, "addedNodes")
		for k := range p.Number(list, "length") {
			n := p.Get(list, itoa(k))
			if p.Number(n, "nodeType") == 1 && p.Connected(n) && !p.inside(n, added) {
				added = append(added, n)
			}
		}
	}
	return added
}

// inside reports whether n is among nodes, or in one of them.
func (p *Page) inside(n dom.Node, nodes []dom.Node) bool {
	for _, other := range nodes {
		if is, _ := p.Call(other, "contains", n); is != 0 {
			return true
		}
	}
	return false
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func (p *Page) Loading(n dom.Node) bool {
	mark := domMark()
	defer domRelease(mark)
	images, _ := p.SelectAll(n, "img")
	for _, image := range append(images, n) {
		if complete, _ := p.Text(image, "complete"); complete == "false" {
			return true
		}
	}
	return false
}

// watching makes what reports on views.
func (p *Page) watching() {
	if p.watch.listener == 0 {
		p.watch.listener = p.Hold(dom.Node(domViewListener()))
		p.watch.sizes = p.Hold(p.construct("ResizeObserver", p.watch.listener))
		p.Call(p.Document(), "addEventListener", p.String("keydown"), p.watch.listener)
	}
}

func (p *Page) WatchSize(n dom.Node, watch bool) {
	method := "observe"
	if !watch {
		method = "unobserve"
	}
	p.Call(p.watch.sizes, method, n)
}

func (p *Page) WatchScroll(container dom.Node, watch bool) {
	method := "addEventListener"
	if !watch {
		method = "removeEventListener"
	}
	if p.Same(container, p.RootScroller()) {
		container = p.Document()
	}
	for _, event := range [...]string{"scroll", "wheel", "touchmove", "pointerdown"} {
		// The listener prevents nothing, so scrolling does not have to wait for it.
		options := p.Object("")
		p.Set(options, "passive", p.Bool(true))
		p.Call(container, method, p.String(event), p.watch.listener, options)
	}
}

// turbo_view reports on views, with an event or with a list of new sizes.
//
//go:wasmexport turbo_view
func exportView(event int32) (result int32) {
	defer guard(page.begin(), &result, "keeping the view in place")
	e := dom.Node(event)
	kind, _ := page.Text(e, "type")
	container := page.Get(e, "currentTarget")
	if page.Same(container, page.Document()) {
		container = page.RootScroller()
	}
	switch kind {
	case "":
		views.Resized()
	case "scroll":
		views.Scrolled(container)
	case "keydown":
		if scrolls(e) {
			views.Taken(0)
		}
	case "pointerdown": // on the scroll bar
		if target := page.Get(e, "target"); page.Same(target, container) || page.Same(target, page.Root()) {
			views.Taken(container)
		}
	default:
		views.Taken(container)
	}
	return 0
}

// scrolls reports whether a pressed key scrolls.
func scrolls(event dom.Node) bool {
	switch key, _ := page.Text(event, "key"); key {
	case "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " ":
		return page.Closest(page.Get(event, "target"), "input, textarea, select, [contenteditable]") == 0
	}
	return false
}
