package drive

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
)

// What follows is what visits ask for, and what they are told of their requests.

// Statuses of answers that are none.
const (
	networkFailure      = 0
	timeoutFailure      = -1
	contentTypeMismatch = -2
)

// issueRequest requests the page, or takes the response that it came with.
//
//turbo:method Visit issueRequest
func (d *Drive) issueRequest(visit dom.Node) {
	p := d.Page
	switch {
	case d.Asks(visit, "hasPreloadedResponse"):
		p.Do(visit, "simulateRequest")
	case d.Asks(visit, "shouldIssueRequest") && !p.Is(visit, "request"):
		request := p.Do(0, "newRequest", visit, p.Get(visit, "location"))
		p.Set(visit, "request", request)
		p.Do(request, "perform")
	}
}

//turbo:method Visit shouldIssueRequest
func (d *Drive) shouldIssueRequest(visit dom.Node) bool {
	if d.text(visit, "action") == "restore" {
		return !d.Asks(visit, "hasCachedSnapshot")
	}
	return d.Page.Is(visit, "willRender")
}

//turbo:method Visit recordResponse
func (d *Drive) recordResponse(visit, response dom.Node) {
	p := d.Page
	if response == 0 {
		response = p.Get(visit, "response")
	}
	p.Set(visit, "response", response)
	if response == 0 {
		return
	}
	if status := p.Number(response, "statusCode"); successful(status) {
		p.Do(d.adapter(), "visitRequestCompleted", visit)
	} else {
		p.Do(d.adapter(), "visitRequestFailedWithStatusCode", visit, p.Int(status))
	}
}

// simulateRequest takes the response that the visit came with.
//
//turbo:method Visit simulateRequest
func (d *Drive) simulateRequest(visit dom.Node) {
	p := d.Page
	if p.Is(visit, "response") {
		p.Do(visit, "startRequest")
		p.Do(visit, "recordResponse")
		p.Do(visit, "finishRequest")
	}
}

//turbo:method Visit hasPreloadedResponse
func (d *Drive) hasPreloadedResponse(visit dom.Node) bool { return d.Page.Is(visit, "response") }

//turbo:method Visit startRequest
func (d *Drive) startRequest(visit dom.Node) {
	d.Page.Do(visit, "recordTimingMetric", d.Page.String("requestStart"))
	d.Page.Do(d.adapter(), "visitRequestStarted", visit)
}

//turbo:method Visit finishRequest
func (d *Drive) finishRequest(visit dom.Node) {
	d.Page.Do(visit, "recordTimingMetric", d.Page.String("requestEnd"))
	d.Page.Do(d.adapter(), "visitRequestFinished", visit)
}

func successful(status int) bool { return status >= 200 && status < 300 }

// prepareRequest asks for streams where the visit may be answered with them.
//
//turbo:method Visit prepareRequest
func (d *Drive) prepareRequest(visit, request dom.Node) {
	if d.Page.Is(visit, "acceptsStreamResponse") {
		d.Page.Do(request, "acceptResponseType", d.Page.String(form.StreamType))
	}
}

//turbo:method Visit requestStarted
func (d *Drive) requestStarted(visit dom.Node) { d.Page.Do(visit, "startRequest") }

//turbo:method Visit requestFinished
func (d *Drive) requestFinished(visit dom.Node) { d.Page.Do(visit, "finishRequest") }

// requestPrevented ends a visit that streams have answered.
//
//turbo:method Visit requestPreventedHandlingResponse
func (d *Drive) requestPrevented(visit, _, response dom.Node) {
	if strings.HasPrefix(d.text(response, "contentType"), form.StreamType) {
		d.dismiss(visit)
	}
}

//turbo:method Visit requestErrored
func (d *Drive) requestErrored(visit dom.Node) {
	d.Page.Do(visit, "recordResponse", d.Answer(0, d.Page.Int(networkFailure), 0))
}

//turbo:method Visit requestSucceededWithResponse
func (d *Drive) requestSucceeded(visit, _, response dom.Node, then then) {
	d.requestAnswered(visit, response, true, then)
}

//turbo:method Visit requestFailedWithResponse
func (d *Drive) requestFailed(visit, _, response dom.Node, then then) {
	d.requestAnswered(visit, response, false, then)
}

// requestAnswered takes the answer of a visit's request.
func (d *Drive) requestAnswered(visit, response dom.Node, succeeded bool, then then) {
	p := d.Page
	p.Then(p.Get(response, "responseHTML"), func(html dom.Node) {
		defer then(true)
		if d.state(visit) == "canceled" { // another visit has taken its place
			return
		}
		if status := p.Number(response, "statusCode"); status == 204 {
			d.dismiss(visit)
			return
		}
		if !p.Is(response, "isHTML") {
			p.Do(visit, "recordResponse", d.Answer(response, p.Int(contentTypeMismatch), 0))
			return
		}
		if html == 0 {
			html = p.String("")
		}
		if succeeded {
			var to dom.Node
			if p.Is(response, "redirected") {
				to = p.Get(response, "location")
			}
			p.Set(visit, "redirectedToLocation", to)
		}
		p.Do(visit, "recordResponse", d.Answer(response, p.Get(response, "statusCode"), html))
	})
}
