package drive

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

// The methods of visits, in the order of their names in js/drive.js; those of
// a visit's request come first.
const (
	visitStart = surface.RequestMethods + iota
	visitCancel
	visitComplete
	visitFail
	visitChangeHistory
	visitIssueRequest
	visitStartRequest
	visitRecordResponse
	visitFinishRequest
	visitLoadResponse
	visitHasCachedSnapshot
	visitLoadCachedSnapshot
	visitFollowRedirect
	visitPerformScroll
	visitGetTimingMetrics
	visitShouldIssueRequest
	visitCacheSnapshot
	visitSimulateRequest
	visitGetCachedSnapshot
	visitGetPreloadedSnapshot
	visitScrollToRestoredPosition
	visitScrollToAnchor
	visitRecordTimingMetric
	visitHasPreloadedResponse
	visitRender
	visitRenderPageSnapshot
	visitCancelRender
)

// AnswerVisit answers for a visit.
func (d *Drive) AnswerVisit(visit dom.Node, method int, a, b dom.Node) dom.Node {
	p := d.Page
	switch method {
	case surface.RequestPrepareRequest:
		d.prepareRequest(visit, a)
	case surface.RequestRequestStarted:
		p.Do(visit, "startRequest")
	case surface.RequestRequestPreventedHandlingResponse:
		if strings.HasPrefix(d.text(b, "contentType"), form.StreamType) {
			d.dismiss(visit)
		}
	case surface.RequestRequestSucceededWithResponse:
		return d.Promise(func(then then) { d.requestAnswered(visit, b, true, then) })
	case surface.RequestRequestFailedWithResponse:
		return d.Promise(func(then then) { d.requestAnswered(visit, b, false, then) })
	case surface.RequestRequestErrored:
		p.Do(visit, "recordResponse", d.Answer(0, p.Int(networkFailure), 0))
	case surface.RequestRequestFinished:
		p.Do(visit, "finishRequest")
	case visitStart:
		d.start(visit)
	case visitCancel:
		d.cancel(visit)
	case visitComplete:
		d.complete(visit)
	case visitFail:
		d.fail(visit)
	case visitChangeHistory:
		d.changeHistory(visit)
	case visitIssueRequest:
		d.issueRequest(visit)
	case visitStartRequest:
		p.Do(visit, "recordTimingMetric", p.String("requestStart"))
		p.Do(d.adapter(), "visitRequestStarted", visit)
	case visitRecordResponse:
		d.recordResponse(visit, a)
	case visitFinishRequest:
		p.Do(visit, "recordTimingMetric", p.String("requestEnd"))
		p.Do(d.adapter(), "visitRequestFinished", visit)
	case visitLoadResponse:
		d.loadResponse(visit)
	case visitHasCachedSnapshot:
		return p.Bool(p.Do(visit, "getCachedSnapshot") != 0)
	case visitLoadCachedSnapshot:
		d.loadCachedSnapshot(visit)
	case visitFollowRedirect:
		d.followRedirect(visit)
	case visitPerformScroll:
		d.performScroll(visit)
	case visitGetTimingMetrics:
		return p.Do(p.Get(0, "window.Object"), "assign", p.Object(), p.Get(visit, "timingMetrics"))
	case visitShouldIssueRequest:
		return p.Bool(d.shouldIssueRequest(visit))
	case visitCacheSnapshot:
		d.cacheSnapshotOf(visit)
	case visitSimulateRequest:
		if p.Is(visit, "response") {
			p.Do(visit, "startRequest")
			p.Do(visit, "recordResponse")
			p.Do(visit, "finishRequest")
		}
	case visitGetCachedSnapshot:
		return d.cachedSnapshot(visit)
	case visitGetPreloadedSnapshot:
		if html := p.Get(visit, "snapshotHTML"); html != 0 {
			return d.Parsed(html)
		}
	case visitScrollToRestoredPosition:
		if position := p.Get(visit, "restorationData.scrollPosition"); position != 0 {
			p.Do(p.Get(0, "view"), "scrollToPosition", position)
			return dom.True
		}
	case visitScrollToAnchor:
		if anchor, ok := d.anchor(p.Get(visit, "location")); ok {
			p.Do(p.Get(0, "view"), "scrollToAnchor", p.String(anchor))
			return dom.True
		}
	case visitRecordTimingMetric:
		p.Set(p.Get(visit, "timingMetrics"), d.text(a, ""), p.Do(p.Get(0, "window.Date"), "now"))
	case visitHasPreloadedResponse:
		return p.Bool(p.Is(visit, "response"))
	case visitRender:
		about := d.object("callback", a)
		return d.Promise(func(then then) {
			d.renderLater(visit, about, func(about dom.Node, done func()) {
				p.Await(p.Do(p.Get(about, "callback"), "call"), func(_ dom.Node, failed bool) {
					done()
					then(!failed)
				})
			})
		})
	case visitRenderPageSnapshot:
		return d.Promise(func(then then) { d.renderSnapshot(visit, a, b != 0 && b != dom.False, then) })
	case visitCancelRender:
		d.cancelRender(visit)
	}
	return 0
}
