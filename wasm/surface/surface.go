// Package surface numbers what pages reach of the runtime's objects.
package surface

// Kinds are the classes of the objects whose methods Go answers for pages. A
// method's number is its kind times 128 and its place among the names that
// js/ gives for the class; the constants of each follow them.
//
//turbo:numbers
const (
	KindForm = iota
	KindVisit
	KindNavigator
	KindHistory
	KindView
	KindAdapter
	KindBar
	KindSnapshot
	KindSession
	KindPrefetcher
	KindPreloader
	KindFrame
	KindMorph
	KindPage
	KindRenderer
	KindPageRenderer
	KindMorphingRenderer
	KindErrorRenderer
	KindFrameRenderer
	KindPageSnapshot
	KindRedirector
)

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
