package drive

import (
	"strconv"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

const (
	prefetchDelay = 100   // ms that the pointer must stay
	prefetchAge   = 10000 // ms that an answer may be used
)

// prefetch is the one page that is asked for before its link is clicked.
type prefetch struct {
	link    dom.Node // that the pointer entered, kept
	timer   func()
	key     string   // the URL without fragment
	request dom.Node // kept
	expires float64  // ms since the epoch
}

// Entered handles the pointer's entering an element: a link that can be
// prefetched is, if the pointer stays (Turbo 8.0.23, link prefetch observer).
//
//turbo:function ENTER
func (d *Drive) Entered(event dom.Node) {
	p := d.Page
	n := p.Get(event, "target")
	if !p.Is(n, "matches") || p.Do(n, "matches", p.String("a[href]:not([target^=_]):not([download])")) == 0 || !d.prefetches() || !d.prefetchable(n) {
		return
	}
	href, _ := p.Attr(n, "href")
	url := link.URL(p, p.String(href))
	if url == 0 || !d.Asks(0, "session.canPrefetchRequestToLocation", n, url) {
		return
	}
	p.Drop(d.prefetch.link)
	d.prefetch.link = p.Hold(n)
	request := p.Do(0, "newRequest", p.Get(0, "session.linkPrefetchObserver"), url, n)
	p.Set(p.Get(request, "fetchOptions"), "priority", p.String("low"))
	request = p.Hold(request)
	age := prefetchAge
	if content, ok := link.Meta(p, "turbo-prefetch-cache-time"); ok {
		if ms, _ := strconv.Atoi(content); ms != 0 {
			age = ms
		}
	}
	started := false
	cancel := p.Timeout(prefetchDelay, func() {
		started = true
		p.Do(request, "perform") // drops what was prefetched before
		p.Drop(d.prefetch.request)
		d.prefetch.request, d.prefetch.key = request, withoutFragment(d.text(request, "url.href"))
		d.prefetch.expires = d.now() + float64(age)
		d.prefetch.timer = nil
	})
	d.prefetch.timer = func() {
		if !started {
			cancel()
			p.Drop(request)
		}
	}
}

func (d *Drive) now() float64 {
	return d.Page.Float(0, "window.Date.now()")
}

func withoutFragment(href string) string {
	href, _, _ = strings.Cut(href, "#")
	return href
}

// prefetches reports whether the page lets links be prefetched.
func (d *Drive) prefetches() bool {
	content, _ := link.Meta(d.Page, "turbo-prefetch")
	return content != "false"
}

// prefetchable reports whether following a link is safe, leads elsewhere, and
// is not exempt.
func (d *Drive) prefetchable(n dom.Node) bool {
	p := d.Page
	if href, _ := p.Attr(n, "href"); href == "" {
		return false
	}
	here := p.Texts(0, "document.location.origin|document.location.pathname|document.location.search")
	there := p.Texts(n, "origin|pathname|search|protocol|#target")
	if protocol := there[3].Value; there[0] != here[0] || protocol != "http:" && protocol != "https:" || there[4].OK || there[1].Value+there[2].Value == here[1].Value+here[2].Value {
		return false
	}
	for _, name := range [...]string{"data-turbo-prefetch", "data-turbo"} {
		if value, _ := p.Attr(n, name); value == "false" {
			return false
		}
	}
	if around := p.Around(n, "[data-turbo-prefetch]"); around != 0 {
		if value, _ := p.Attr(around, "data-turbo-prefetch"); value == "false" {
			return false
		}
	}
	if method, _ := p.Attr(n, "data-turbo-method"); method != "" && strings.ToLower(method) != "get" {
		return false
	}
	for _, name := range [...]string{"data-remote", "data-behavior", "data-confirm", "data-method", "data-turbo-confirm", "data-turbo-stream"} {
		if p.HasAttr(n, name) {
			return false
		}
	}
	return p.Dispatch("turbo:before-prefetch", n, true, 0)
}

// Left handles the pointer's leaving an element.
//
//turbo:function LEAVE
func (d *Drive) Left(event dom.Node) {
	p := d.Page
	if d.prefetch.link != 0 && p.Same(p.Get(event, "target"), d.prefetch.link) {
		d.clearPrefetched()
		p.Drop(d.prefetch.link)
		d.prefetch.link = 0
	}
}

func (d *Drive) clearPrefetched() {
	stop(&d.prefetch.timer)
	d.Page.Drop(d.prefetch.request)
	d.prefetch.request, d.prefetch.key = 0, ""
}

// Requesting lets a request use the answer to one that was prefetched.
//
//turbo:function REQUEST
func (d *Drive) Requesting(event dom.Node) {
	p := d.Page
	said := p.Texts(event, "target.tagName|detail.fetchOptions.method|detail.url.href")
	if said[0].Value == "FORM" || said[1].Value != "GET" {
		return
	}
	if d.prefetch.request != 0 && d.prefetch.key == withoutFragment(said[2].Value) && d.prefetch.expires > d.now() {
		p.Set(p.Get(event, "detail"), "fetchRequest", d.prefetch.request)
	}
	d.clearPrefetched()
}

// preparePrefetch names the purpose of a request, and the frame it is for.
//
//turbo:method LinkPrefetchObserver prepareRequest
func (d *Drive) preparePrefetch(request dom.Node) {
	p := d.Page
	headers, from := p.Get(request, "headers"), p.Get(request, "target")
	p.Set(headers, "X-Sec-Purpose", p.String("prefetch"))
	target, _ := p.Attr(from, "data-turbo-frame")
	if frame := p.Closest(from, "turbo-frame"); target == "" && frame != 0 {
		if target, _ = p.Attr(frame, "target"); target == "" {
			target = d.text(frame, "id")
		}
	}
	if target != "" && target != "_top" {
		p.Set(headers, "Turbo-Frame", p.String(target))
	}
}

// What follows answers for the preloader (Turbo 8.0.23, preloader).

//turbo:method Preloader preloadOnLoadLinksForView
func (d *Drive) preloadLinks(preloader, view dom.Node) {
	p := d.Page
	links, _ := p.SelectAll(view, d.text(preloader, "selector"))
	for _, n := range links {
		if d.Asks(0, "session.shouldPreloadLink", n) {
			p.Do(preloader, "preloadURL", n)
		}
	}
}

//turbo:method Preloader preloadURL
func (d *Drive) preload(preloader, from dom.Node) dom.Node {
	p := d.Page
	url := p.Do(0, "url", p.Get(from, "href"))
	if d.Asks(preloader, "snapshotCache.has", url) {
		return 0
	}
	return p.Do(p.Do(0, "newRequest", preloader, url, from), "perform")
}

//turbo:method Preloader prepareRequest
func (d *Drive) preparePreload(request dom.Node) {
	p := d.Page
	p.Set(p.Get(request, "headers"), "X-Sec-Purpose", p.String("prefetch"))
}

//turbo:method Preloader requestSucceededWithResponse
func (d *Drive) preloaded(request, response dom.Node, then then) {
	p := d.Page
	p.Then(p.Get(response, "responseHTML"), func(html dom.Node) {
		p.Do(0, "view.snapshotCache.put", p.Get(request, "url"), d.Parsed(html))
		then(true)
	})
}

// ignored is what a request tells those who wait for its page alone, or for
// nothing.
//
//turbo:method LinkPrefetchObserver requestStarted requestPreventedHandlingResponse requestSucceededWithResponse
//turbo:method LinkPrefetchObserver requestFailedWithResponse requestErrored requestFinished
//turbo:method Preloader requestStarted requestPreventedHandlingResponse
//turbo:method Preloader requestFailedWithResponse requestErrored requestFinished
func (d *Drive) ignored() {}

// preloadable reports whether the page that a link leads to may be preloaded.
//
//turbo:method Session shouldPreloadLink
func (d *Drive) preloadable(n dom.Node) bool {
	p := d.Page
	if p.HasAttr(n, "data-turbo-method") || p.HasAttr(n, "data-turbo-stream") {
		return false
	}
	if target, _ := p.Attr(n, "data-turbo-frame"); target != "_top" {
		frame := p.Do(0, "document.getElementById", p.String(target))
		if frame == 0 {
			frame = p.Around(n, "turbo-frame:not([disabled])")
		}
		if frame != 0 && d.text(frame, "localName") == "turbo-frame" {
			return false
		}
	}
	return d.Navigatable(n) && link.VisitableURL(p, link.URL(p, p.Get(n, "href")))
}
