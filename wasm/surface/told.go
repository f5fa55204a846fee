// Package surface is what pages reach of the runtime: the methods that Go answers
// for their objects, declared where they are (see js/bridge), and what the script
// tells Go of.
package surface

// The script takes these constants from js/numbers.js, which go generate ./js
// writes.

// What the page tells the consumer of a cable, or asks it.
//
//turbo:numbers -Cable
const (
	CableNew = iota
	CableConnect
	CableDisconnect
	CableClose
	CableReopen
	CableSubscribe
	CableUnsubscribe
	CableReload
	CableOpened
	CableClosed
	CableReceive
	CableWatch
	CableUnwatch
	CableShown
	CableFire
	CableAttempt
	CableGet
	CableShow
	CableResume
	CableForget
	CableServe
)

// What the page may get of a consumer's monitor.
//
//turbo:numbers -Monitor
const (
	MonitorRunning = iota
	MonitorStale
	MonitorAttempts
	MonitorStartedAt
	MonitorStoppedAt
	MonitorPingedAt
	MonitorDisconnectedAt
)

// How the waiting for something of the page's ends.
//
//turbo:numbers
const (
	Fulfilled = iota
	Rejected
	Lost // nobody can end it any more
)

// Kinds of reports to the page.
//
//turbo:numbers -Report
const (
	ReportError  = iota // the text of an error
	ReportThrown        // what the page threw
	ReportPanic         // a failure of the runtime: an event as well
)
