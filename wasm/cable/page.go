// Package cable is the client side of Action Cable (protocols
// actioncable-v1-json and AnyCable's actioncable-v1-ext-json) as a state machine: it keeps one connection alive, and
// the subscriptions on it, and tells each what becomes of it. It does nothing
// by itself: the page opens sockets, parses messages, keeps time and calls the
// application back. What the page calls returns without waiting, and calls of
// one Consumer must not run concurrently; calls from within Page.Notify are
// fine.
//
// Where the server speaks the extended protocol, messages have a place in their
// stream. A consumer delivers each once and in order, asks for those that it
// missed, and tells of those that the server no longer has ([Gap]).
//
// Behaviour is that of @rails/actioncable 8.1, timing included, but that
//   - a lost connection is opened anew at once, after a random part of a second,
//     then after longer and longer times of 2 seconds to half a minute, where the
//     package waits 6 to 12 seconds;
//   - one subscribe command is sent for all local subscriptions with the same
//     identifier, not before the welcome, and who joins an identifier that is
//     confirmed already is told so, where the package repeats the command for
//     ever;
//   - a disconnect that was asked for holds, even while a socket is still
//     connecting or about to be reopened;
//   - what ends its recovery does not end ours: a clock that is set back, a URL
//     that cannot be used for once;
//   - a removed subscription hears nothing more and is not asked for again;
//   - where the server has Server-Sent Events as well, they are what is left when
//     sockets are never welcomed: the same messages, and for every change of what
//     is subscribed to a connection anew, from the places known.
package cable

// Page is what a Consumer needs of its page.
type Page interface {
	// Open replaces the WebSocket by a new one that offers these subprotocols,
	// separated by a space, and those that the application added. From then on
	// nothing is heard of the old one. With "" it is an EventSource, which asks for
	// what Send was given since the last time.
	Open(protocols string) error
	Close()
	State() State
	// Send sends a command on the open socket, or keeps it for an EventSource.
	// With Subscribe and History goes what the server is to send again, unless
	// since is empty: a time in seconds since 1970, for streams without a place,
	// or nothing, then stream, epoch and offset of each place, all separated by
	// NUL.
	Send(command Command, identifier, since string)

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

	// Release ends the holding of messages with an identifier. If again is set
	// each is handed to Receive again, those of a stream by their offsets.
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
	Closed // or there is none
)

// Timer is one of the times that a consumer waits for.
type Timer int32

const (
	Poll   Timer = iota // to see whether the connection is alive
	Look                // after the page became visible
	Reopen              // after a socket was closed to be replaced
	Ask                 // for subscriptions that got no answer, or for events
	Join                // to tell those who joined a confirmed identifier
	Retry               // to open a lost connection anew
	Answer              // for a history that was asked for
	timers
)

// Command is what a client asks of the server about a subscription.
type Command int32

const (
	Subscribe Command = iota
	Unsubscribe
	History // what came after a place
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
	Gap                      // messages are lost that the server no longer has
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
	ConfirmHistory // the history is complete
	RejectHistory  // the server no longer has it
)

// Message is what the consumer needs of a message from the server. The payload
// of data stays with the page.
type Message struct {
	Type       Type
	Identifier string // but of Welcome, Ping and Disconnect
	Reconnect  bool   // of Disconnect: whether the client may come again
	Place      Place  // of Data: without an epoch it has none
}
