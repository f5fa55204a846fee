// Package surface numbers what pages reach of the runtime's objects.
package surface

// KindForm is the class of form submissions, whose methods Go answers for pages
// by the numbers below 128 in the order of their names in js/forms.js.
//
//turbo:numbers
const KindForm = 0

// The methods of what a request tells (js/fetch.js); further ones follow.
const (
	RequestPrepareRequest = iota
	RequestRequestStarted
	RequestRequestPreventedHandlingResponse
	RequestRequestSucceededWithResponse
	RequestRequestFailedWithResponse
	RequestRequestErrored
	RequestRequestFinished
	RequestMethods
)
