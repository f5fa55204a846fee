package drive

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// What follows answers for visits (Turbo 8.0.23, visit): their states, their
// history and their scrolling.

func (d *Drive) state(visit dom.Node) string { return d.text(visit, "state") }

func (d *Drive) setState(visit dom.Node, state string) {
	d.Page.Set(visit, "state", d.Page.String(state))
}

//turbo:method Visit start
func (d *Drive) start(visit dom.Node) {
	p := d.Page
	if d.state(visit) != "initialized" {
		return
	}
	p.Do(visit, "recordTimingMetric", p.String("visitStart"))
	d.setState(visit, "started")
	p.Do(d.adapter(), "visitStarted", visit)
	p.Do(p.Get(visit, "delegate"), "visitStarted", visit)
}

//turbo:method Visit cancel
func (d *Drive) cancel(visit dom.Node) {
	p := d.Page
	if d.state(visit) != "started" {
		return
	}
	if request := p.Get(visit, "request"); request != 0 {
		p.Do(request, "cancel")
	}
	p.Do(visit, "cancelRender")
	d.setState(visit, "canceled")
}

//turbo:method Visit complete
func (d *Drive) complete(visit dom.Node) {
	p := d.Page
	if d.state(visit) != "started" {
		return
	}
	p.Do(visit, "recordTimingMetric", p.String("visitEnd"))
	p.Do(d.adapter(), "visitCompleted", visit)
	d.setState(visit, "completed")
	p.Do(visit, "followRedirect")
	if !p.Is(visit, "followedRedirect") {
		p.Do(p.Get(visit, "delegate"), "visitCompleted", visit)
	}
}

//turbo:method Visit fail
func (d *Drive) fail(visit dom.Node) {
	p := d.Page
	if d.state(visit) != "started" {
		return
	}
	d.setState(visit, "failed")
	p.Do(d.adapter(), "visitFailed", visit)
	p.Do(p.Get(visit, "delegate"), "visitCompleted", visit)
}

// dismiss ends a visit whose answer was no page: the page that is there stays,
// and is not told to load.
func (d *Drive) dismiss(visit dom.Node) {
	if d.state(visit) != "started" {
		return
	}
	d.setState(visit, "failed")
	d.Page.Do(d.adapter(), "visitFailed", visit)
	d.unbusy()
}

// followRedirect gives the page that was rendered its own URL.
//
//turbo:method Visit followRedirect
func (d *Drive) followRedirect(visit dom.Node) {
	p := d.Page
	to := p.Get(visit, "redirectedToLocation")
	if to == 0 || p.Is(visit, "followedRedirect") || !p.Is(visit, "response.redirected") {
		return
	}
	p.Do(d.adapter(), "visitProposedToLocation", to, d.object("action", p.String("replace"), "response", p.Get(visit, "response"),
		"shouldCacheSnapshot", p.Bool(false), "willRender", p.Bool(false)))
	p.Set(visit, "followedRedirect", p.Bool(true))
}

// changeHistory brings the visit's location into the history, once.
//
//turbo:method Visit changeHistory
func (d *Drive) changeHistory(visit dom.Node) {
	p := d.Page
	if p.Is(visit, "historyChanged") || !p.Is(visit, "updateHistory") {
		return
	}
	action := d.text(visit, "action")
	if d.text(visit, "location.href") == d.text(visit, "referrer.href") {
		action = "replace"
	}
	d.UpdateHistory(action, p.Get(visit, "location"), p.Get(visit, "restorationIdentifier"))
	p.Set(visit, "historyChanged", p.Bool(true))
}

//turbo:method Visit recordTimingMetric
func (d *Drive) recordTiming(visit dom.Node, metric string) {
	p := d.Page
	p.Set(p.Get(visit, "timingMetrics"), metric, p.Do(p.Get(0, "window.Date"), "now"))
}

//turbo:method Visit getTimingMetrics
func (d *Drive) timings(visit dom.Node) dom.Node {
	p := d.Page
	return p.Do(p.Get(0, "window.Object"), "assign", p.Object(), p.Get(visit, "timingMetrics"))
}

// performScroll brings the page to where the visit wants it, once.
//
//turbo:method Visit performScroll
func (d *Drive) performScroll(visit dom.Node) {
	p := d.Page
	view := p.Get(0, "view")
	if p.Is(visit, "scrolled") || p.Is(view, "forceReloaded") || d.Asks(view, "shouldPreserveScrollPosition", visit) {
		return
	}
	if !(d.text(visit, "action") == "restore" && d.Asks(visit, "scrollToRestoredPosition")) && !d.Asks(visit, "scrollToAnchor") {
		p.Do(view, "scrollToTop")
	}
	p.Set(visit, "scrolled", p.Bool(true))
}

// scrollToRestored returns true where there is a position to go back to.
//
//turbo:method Visit scrollToRestoredPosition
func (d *Drive) scrollToRestored(visit dom.Node) dom.Node {
	p := d.Page
	position := p.Get(visit, "restorationData.scrollPosition")
	if position == 0 {
		return 0
	}
	p.Do(p.Get(0, "view"), "scrollToPosition", position)
	return dom.True
}

// scrollToFragmentOf returns true where the visit's URL has a fragment.
//
//turbo:method Visit scrollToAnchor
func (d *Drive) scrollToFragmentOf(visit dom.Node) dom.Node {
	p := d.Page
	anchor, ok := d.anchor(p.Get(visit, "location"))
	if !ok {
		return 0
	}
	p.Do(p.Get(0, "view"), "scrollToAnchor", p.String(anchor))
	return dom.True
}

// anchor returns the fragment of a URL, escapes kept.
func (d *Drive) anchor(url dom.Node) (string, bool) {
	_, anchor, ok := strings.Cut(d.text(url, "href"), "#")
	return anchor, ok
}
