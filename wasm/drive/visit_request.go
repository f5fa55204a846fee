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

func successful(status int) bool { return status >= 200 && status < 300 }

// issueRequest requests the page, or takes the response that it came with.
//
//turbo:method Visit issueRequest
func (v *Visit) issueRequest() {
	switch {
	case v.asks("hasPreloadedResponse"):
		v.page.Step(v, "simulateRequest")
	case v.asks("shouldIssueRequest"):
		v.page.Request(v)
	}
}

//turbo:method Visit shouldIssueRequest
func (v *Visit) shouldRequest() bool {
	if v.action == Restore {
		return !v.asks("hasCachedSnapshot")
	}
	return v.willRender
}

//turbo:method Visit recordResponse
func (v *Visit) recordResponse(response dom.Node) {
	if response != 0 {
		v.page.Record(v, response)
	}
	switch r, ok := v.page.Response(v); {
	case !ok:
	case successful(r.Status):
		v.page.Tell(v, "visitRequestCompleted")
	default:
		v.page.Fails(v, r.Status)
	}
}

// simulateRequest takes the response that the visit came with.
//
//turbo:method Visit simulateRequest
func (v *Visit) simulateRequest() {
	if _, ok := v.page.Response(v); ok {
		v.page.Step(v, "startRequest")
		v.page.Step(v, "recordResponse")
		v.page.Step(v, "finishRequest")
	}
}

//turbo:method Visit hasPreloadedResponse
func (v *Visit) hasResponse() bool {
	_, ok := v.page.Response(v)
	return ok
}

//turbo:method Visit startRequest
func (v *Visit) startRequest() {
	v.page.Time(v, "requestStart")
	v.page.Tell(v, "visitRequestStarted")
}

//turbo:method Visit finishRequest
func (v *Visit) finishRequest() {
	v.page.Time(v, "requestEnd")
	v.page.Tell(v, "visitRequestFinished")
}

// prepareRequest asks for streams where the visit may be answered with them.
//
//turbo:method Visit prepareRequest
func (v *Visit) prepareRequest(request dom.Node) {
	if v.acceptsStreams {
		v.page.AcceptStreams(request)
	}
}

//turbo:method Visit requestStarted
func (v *Visit) requestStarted() { v.page.Step(v, "startRequest") }

//turbo:method Visit requestFinished
func (v *Visit) requestFinished() { v.page.Step(v, "finishRequest") }

// requestPrevented ends a visit that streams have answered.
//
//turbo:method Visit requestPreventedHandlingResponse
func (v *Visit) requestPrevented(_, response dom.Node) {
	if strings.HasPrefix(v.page.Type(response), form.StreamType) {
		v.dismiss()
	}
}

//turbo:method Visit requestErrored
func (v *Visit) requestErrored() { v.record(0, networkFailure, 0) }

// requestAnswered takes the answer of the visit's request.
//
//turbo:method Visit requestSucceededWithResponse requestFailedWithResponse
func (v *Visit) requestAnswered(_, response dom.Node, then then) {
	v.page.Read(response, func(html dom.Node, r Response) {
		switch {
		case v.state == Canceled: // another visit has taken its place
		case r.Status == 204:
			v.dismiss()
		case !r.HTML:
			v.record(response, contentTypeMismatch, 0)
		default:
			if successful(r.Status) {
				v.page.Move(v, response)
			}
			v.record(response, r.Status, html)
		}
		then(true)
	})
}

func (v *Visit) record(response dom.Node, status int, html dom.Node) {
	v.page.Step(v, "recordResponse", v.page.Answer(response, status, html))
}
