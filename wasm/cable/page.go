// Package cable is the client side of Action Cable (protocols
// actioncable-v1-json and AnyCable's actioncable-v1-ext-json) as a state machine:
// it keeps one connection alive, manages the subscriptions on it, and tells each
// of them about its state. It does nothing by itself: the page opens sockets,
// parses messages, keeps time and calls the application back. The methods that
// the page calls return without waiting. Calls of one Consumer must not run
// concurrently; calls from within Page.Notify are fine.
//
// If the server speaks the extended protocol, messages have a place in their
// stream. A consumer delivers each one once and in order, asks for those that it
// missed, and reports when the server no longer has them ([Gap]).
//
// It behaves as @rails/actioncable 8.1 does, timing included, except that
//   - a lost connection is reopened within a second, at a random moment, then
//     after growing delays of 2 seconds to half a minute, where the package waits
//     6 to 12 seconds;
//   - one subscribe command is sent for all local subscriptions with the same
//     identifier, and not before the welcome; a subscription that joins a
//     confirmed identifier is told that it is connected, where the package
//     repeats the command for ever;
//   - a disconnect that was asked for is final, even while a socket is still
//     connecting or about to be reopened;
//   - recovery goes on after a clock is set back, and after a URL that cannot be
//     used once, both of which end it in the package;
//   - a removed subscription is not notified any more, and not requested again;
//   - if the server offers Server-Sent Events as well, they take over when
//     sockets are never welcomed: they carry the same messages, and every change
//     of the subscriptions makes a new connection, from the known places on.
package cable

// Page is what a Consumer needs of its page.
type Page interface {
	// Open replaces the WebSocket with a new one that offers these subprotocols,
	// separated by spaces, and those that the application added. Nothing is
	// reported of the old one any more. With "" it opens an EventSource, which
	// requests what Send was given since the last time.
	Open(protocols string) error
	Close()
	State() State
	// Send sends a command on the open socket, or keeps it for an EventSource.
	// For Subscribe and History, since says what the server is to send again,
	// unless it is empty: a time in seconds since 1970, or nothing, for streams
	// without a place, then the stream, epoch and offset of each place, all
	// separated by NUL.
	Send(command Command, identifier, since string)

	// Now is the time in milliseconds since 1970, greater than zero. It may
	// jump, in either direction.
	Now() float64
	// Random is a number in [0, 1).
	Random() float64
	// SetTimer makes the page call Fire after ms milliseconds, and no longer at
	// the time that was set before. A negative ms stops the timer.
	SetTimer(t Timer, ms int)

	// Notify tells the subscription with this id about an event. What the
	// application throws in response stays with the page.
	Notify(subscription int32, event Event)

	// Release lets go of the messages held for an identifier. If again is set,
	// each one is handed to Receive again, those of a stream by their offsets.
	Release(identifier string, again bool)
}

// State is a WebSocket's readyState.
type State int32

// The states of sockets.
//
//turbo:numbers +SOCKET_
const (
	Connecting State = iota
	Open
	Closing
	Closed // also if there is no socket
)

// Timer is one of the times that a consumer waits for.
type Timer int32

const (
	Poll   Timer = iota // to see whether the connection is alive
	Look                // after the page became visible
	Reopen              // after a socket was closed in order to be replaced
	Ask                 // to ask again for subscriptions without an answer, or for events
	Join                // to tell those who joined a confirmed identifier
	Retry               // to reopen a lost connection
	Answer              // in case a history that was requested does not come
	timers
)

// Command is what a client asks of the server about a subscription.
type Command int32

const (
	Subscribe Command = iota
	Unsubscribe
	History // what came after a place
)

// Event is what happens to a subscription.
type Event int32

const (
	Initialized Event = iota // it has been added; nothing is sent yet
	Connected                // it is confirmed
	Reconnected              // it is confirmed, as the first one after a reconnect
	Lost                     // the connection is closed, and will not be opened again
	Interrupted              // the connection is closed, and will be opened again
	Rejected                 // it is refused, and has been removed
	Gap                      // messages are lost that the server no longer has
)

// Type is the type of a message from the server.
type Type int32

const (
	Data Type = iota // no type, or an unknown one
	Welcome
	Ping
	Confirm
	Reject
	Disconnect
	ConfirmHistory // the history is complete
	RejectHistory  // the server no longer has it
)

// Message is what the consumer needs of a message from the server. The payload
// of data stays with the page.
type Message struct {
	Type       Type
	Identifier string // not of Welcome, Ping and Disconnect
	Reconnect  bool   // of Disconnect: whether the client may reconnect
	Place      Place  // of Data; without an epoch there is none
}
