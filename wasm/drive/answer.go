package drive

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
)

// What pages and adapters ask of the objects they are given. The methods of
// each are numbered in the order of its names in js/drive.js; those of a
// visit's request come first, as js/fetch.js orders them.
const (
	visitPrepareRequest = iota
	visitRequestStarted
	visitRequestPrevented
	visitRequestSucceeded
	visitRequestFailed
	visitRequestErrored
	visitRequestFinished
	visitStart
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
	visitTiming
	visitShouldIssueRequest
	visitCacheSnapshot
)

// AnswerVisit answers for a visit.
func (d *Drive) AnswerVisit(visit dom.Node, method int, a, b dom.Node) dom.Node {
	switch method {
	case visitPrepareRequest:
		d.prepareRequest(visit, a)
	case visitRequestStarted, visitStartRequest:
		d.startRequest(visit)
	case visitRequestPrevented:
		if strings.HasPrefix(d.text(b, "contentType"), form.StreamType) {
			d.dismiss(visit)
		}
	case visitRequestSucceeded:
		d.requestAnswered(visit, b, true)
	case visitRequestFailed:
		d.requestAnswered(visit, b, false)
	case visitRequestErrored:
		d.requestErrored(visit)
	case visitRequestFinished, visitFinishRequest:
		d.finishRequest(visit)
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
	case visitRecordResponse:
		d.recordResponse(visit, a)
	case visitLoadResponse:
		d.loadResponse(visit)
	case visitHasCachedSnapshot:
		return d.Page.Bool(d.cachedSnapshot(visit) != 0)
	case visitLoadCachedSnapshot:
		d.loadCachedSnapshot(visit)
	case visitFollowRedirect:
		d.followRedirect(visit)
	case visitPerformScroll:
		d.performScroll(visit)
	case visitTiming:
		return d.timing(visit)
	case visitShouldIssueRequest:
		return d.Page.Bool(d.shouldIssueRequest(visit))
	case visitCacheSnapshot:
		d.cacheSnapshotOf(visit)
	}
	return 0
}

const (
	viewRenderPage = iota
	viewRenderError
	viewCacheSnapshot
	viewIsPageRefresh
	viewKeepsScroll
	viewScrollToAnchor
	viewScrollToPosition
)

// AnswerView answers for the view of pages.
func (d *Drive) AnswerView(method int, a, b dom.Node) dom.Node {
	switch method {
	case viewRenderPage:
		d.renderPage(a, false, true, 0, func() {})
	case viewRenderError:
		d.renderError(a, b, func() {})
	case viewCacheSnapshot:
		promise := d.Page.Do(0, "promise")
		kept := d.Page.Keep(promise)
		d.CacheSnapshot(a, func(cached dom.Node) {
			d.Page.Do(kept, "resolve", cached)
			d.Page.Drop(kept)
		})
		return promise
	case viewIsPageRefresh:
		return d.Page.Bool(d.isPageRefresh(a))
	case viewKeepsScroll:
		return d.Page.Bool(d.keepsScroll(a))
	case viewScrollToAnchor:
		d.ScrollToAnchor(d.text(a, ""))
	case viewScrollToPosition:
		d.ScrollToPosition(a)
	}
	return 0
}

const (
	adapterVisitProposed = iota
	adapterVisitStarted
	adapterRequestStarted
	adapterRequestCompleted
	adapterRequestFailed
	adapterRequestFinished
	adapterVisitCompleted
	adapterPageInvalidated
	adapterVisitFailed
	adapterVisitRendered
	adapterFormStarted
	adapterFormFinished
	adapterReload
	adapterShowBar
)

// AnswerAdapter answers for the adapter of browsers.
func (d *Drive) AnswerAdapter(adapter dom.Node, method int, a, b dom.Node) dom.Node {
	switch method {
	case adapterVisitProposed:
		d.ProposedVisit(a, b)
	case adapterVisitStarted:
		d.VisitStarted(adapter, a)
	case adapterRequestStarted:
		d.VisitRequestStarted(a)
	case adapterRequestCompleted:
		d.VisitRequestCompleted(adapter, a)
	case adapterRequestFailed:
		d.VisitRequestFailed(adapter, a, d.Page.Number(b, ""))
	case adapterVisitCompleted, adapterVisitFailed:
		d.VisitEnded()
	case adapterPageInvalidated, adapterReload:
		d.Reload(adapter, a)
	case adapterFormStarted:
		d.FormStarted()
	case adapterFormFinished:
		d.FormFinished()
	case adapterShowBar:
		d.bar.show(d)
	}
	return 0
}

// AnswerBar answers for the progress bar: show, hide, setValue.
func (d *Drive) AnswerBar(method int, a dom.Node) {
	switch method {
	case 0:
		d.bar.show(d)
	case 1:
		d.bar.hide(d)
	default:
		d.bar.set(d, d.Page.Float(a, ""))
	}
}

// UpdateHistory is told by the browser's own method what to do.
func (d *Drive) UpdateHistory(method, url, identifier dom.Node) {
	push := d.Page.Same(method, d.Page.Get(0, "window.history.pushState"))
	d.ChangeHistory(push, url, d.text(identifier, ""))
}
