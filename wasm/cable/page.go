// Package cable is the client side of Action Cable (protocol
// actioncable-v1-json) as a state machine: it keeps one connection alive, and
// the subscriptions on it, and tells each what becomes of it. It does nothing
// by itself: the page opens sockets, parses messages, keeps time and calls the
// application back. What the page calls returns without waiting, and calls of
// one Consumer must not run concurrently; calls from within Page.Notify are
// fine.
//
// Behaviour is that of @rails/actioncable 8.1, timing included, but that
//   - one subscribe command is sent for all local subscriptions with the same
//     identifier, not before the welcome, and who joins an identifier that is
//     confirmed already is told so, where the package repeats the command for
//     ever;
//   - a disconnect that was asked for holds, even while a socket is still
//     connecting or about to be reopened;
//   - what ends its recovery does not end ours: a clock that is set back, a URL
//     that cannot be used for once;
//   - a removed subscription hears nothing more and is not asked for again.
package cable

// Page is what a Consumer needs of its page.
type Page interface {
	// Open replaces the WebSocket by a new one that offers these subprotocols,
	// separated by a space, and those that the application added. From then on
	// nothing is heard of the old one.
	Open(protocols string) error
	Close()
	State() State
	// Send sends a command on the open socket.
	Send(command Command, identifier string)

	// Now is the time in milliseconds since 1970, greater than zero. It may
	// jump, in either direction.
	Now() float64
	// Random is a number in [0, 1).
	Random() float64
	// SetTimer has Fire called after ms milliseconds, and not when it was to be
	// before. Negative ms stop the timer.
	SetTimer(t Timer, ms int)

	// Notify tells the subscription with this id of an event. What the
	// application throws in answer stays with the page.
	Notify(subscription int32, event Event)
}

// State is a WebSocket's readyState.
type State int32

const (
	Connecting State = iota
	Open
	Closing
	Closed // or there is none
)

// Timer is one of the times that a consumer waits for.
type Timer int32

const (
	Poll   Timer = iota // to see whether the connection is alive
	Look                // after the page became visible
	Reopen              // after a socket was closed to be replaced
	Ask                 // for subscriptions that got no answer
	Join                // to tell those who joined a confirmed identifier
	timers
)

// Command is what a client asks of the server about a subscription.
type Command int32

const (
	Subscribe Command = iota
	Unsubscribe
)

// Event is what a subscription can be told.
type Event int32

const (
	Initialized Event = iota // it has been added; nothing is sent yet
	Connected                // it is confirmed
	Reconnected              // it is the first to be confirmed after a reconnect
	Lost                     // the connection is closed, and will not be opened again
	Interrupted              // the connection is closed, and will be opened again
	Rejected                 // it is refused, and has been removed
)

// Type is the type of a message from the server.
type Type int32

const (
	Data Type = iota // none, or one that is not known
	Welcome
	Ping
	Confirm
	Reject
	Disconnect
)

// Message is what the consumer needs of a message from the server. The payload
// of data stays with the page.
type Message struct {
	Type       Type
	Identifier string // of Confirm and Reject
	Reconnect  bool   // of Disconnect: whether the client may come again
}
