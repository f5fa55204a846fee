// Package cable is the server side of Action Cable: it holds connections,
// decides which subscriptions are allowed, and fans broadcasts out to
// subscribers. Over WebSockets it speaks actioncable-v1-json, the protocol of
// Rails and of @rails/actioncable 8.1, and actioncable-v1-ext-json, AnyCable's
// extension, which adds the position of each message and the history of a
// stream. The extension is preferred when a client offers both. The same
// messages are available over Server-Sent Events.
//
// A [Hub] is an http.Handler. Pages subscribe to channels; a channel attaches
// the subscription to named streams; a broadcast to a stream reaches every
// subscription attached to it. Turbo::StreamsChannel, whose streams are signed
// into the page, is built in.
//
// # Order and delivery
//
// Every subscription receives the broadcasts to one stream in the order in
// which the broker accepted them, interleaved with those of
// [Subscription.Transmit] in the order in which they were sent; what Subscribe
// transmits precedes the confirmation. There is no order between streams. A
// subscription receives everything the broker delivers from some moment before
// its confirmation until it ends: when a message would have to be dropped, the
// connection is closed with a reason instead, never silently. Messages still
// queued when a connection ends are discarded, except at a restart, which sends
// them first.
//
// A client of the extended protocol can ask for what was broadcast earlier or
// while it was disconnected. It names the positions that it has reached and
// receives every later message once, in order, ahead of anything broadcast in
// the meantime, followed by confirm_history. If the broker's history does not
// reach back that far, it receives none of them and reject_history. A history
// of any length is sent at the pace at which the client reads it. Clients of
// the base protocol cannot ask for history.
//
// [Hub.Broadcast] returns once the message has a position in the stream; with
// the memory broker it is then queued for every subscriber. It is not cancelled
// with the context of the request, but gives up after ten seconds if the broker
// does not answer; after an error the message may or may not have been
// accepted. It does not wait for slow clients, with one exception: when a loop
// of broadcasts has left most subscribers far behind, it waits for them for up
// to a second. [Hub.PublishOnce] is cancelled with its context and may be
// repeated.
//
// # Server-Sent Events
//
// Where WebSockets are blocked, the same address serves an EventSource over
// HTTP/1.1 and HTTP/2, with the same streams, names, permissions, limits,
// reasons and histories. There are two forms.
//
// With one parameter "stream" for each signed name of Turbo::StreamsChannel,
// each message is an event, for <turbo-stream-source> and any other client. The
// id of an event records the position reached in each of the streams. A client
// that reconnects with the header Last-Event-ID, or connects for the first time
// with the parameter last-event-id, continues after that position: nothing is
// lost or repeated. Without an id it starts with the next message. If messages
// are no longer available, it receives a stream action "refresh". A message
// that is not a string is an event of type json; CR is sent as LF, as in HTML.
//
// With one parameter "command" for each subscribe command, including its
// history, events are the messages of actioncable-v1-ext-json; this is the
// fallback of <turbo-cable-stream-source>. No other commands exist, so a client
// that wants other subscriptions makes a new request with its current
// positions. A URL has room for about twenty of them where proxies accept 8 KB.
//
// An EventSource reconnects after every answer except status 204, so that is
// what it receives when its id is "-", the id sent with a final disconnect. A
// client beyond a limit, or one that cannot be accepted at the moment, receives
// a disconnect and is asked to retry later. Pings are comments. A client whose
// socket accepts data counts as alive, so one that has vanished is noticed only
// when TCP times out. Pages of other origins need AllowedOrigins and may then
// send cookies. When an http.Server shuts down, its event responses are ended
// first, because it waits for running requests; their clients reconnect
// elsewhere.
//
// # Limits
//
// A client is disconnected when it reads nothing for WriteTimeout or when more
// than MaxBacklog bytes are queued for it. When more than MaxTotalBacklog bytes
// are queued in all, the clients furthest behind are disconnected first.
// Clients that send too much, too often, or nothing at all are disconnected
// too. Every limit is a field of [Hub] and has a [Reason], which appears in the
// log and in [Metrics]. The client receives it in a "disconnect" or
// "reject_subscription" message; if it sent too much or invalid UTF-8, only in
// the close frame. A rejection by the application carries no reason on the
// wire, as in Rails. The rejection of an identifier that is too long does not
// repeat it. A request beyond a connection limit receives status 503 with the
// reason as its body, before any upgrade.
//
// # Concurrency
//
// Methods of [Hub] may be called at any time, including from the functions that
// the application gives it, except [Hub.Shutdown], which waits for those
// functions. The application's functions are called one at a time for each
// connection, concurrently for different connections, and never while a lock is
// held that others need: a slow one delays its own client's commands, but no
// broadcasts, not even to that client. A panic in one is logged with its stack
// and treated as an error; whatever it had begun is undone.
//
// # Costs
//
// An idle connection is one goroutine with a 2 KB stack and about 3 KB of heap,
// and more when this process terminates TLS, because crypto/tls keeps buffers.
// An event stream takes several times as much, because it keeps the two
// goroutines and buffers of net/http. A broadcast is encoded once for all
// subscriptions with the same identifier. With Compression, a message of 3.3 KB
// of HTML takes 0.6 KB on the wire and costs 0.1 to 0.2 ms of one core per
// broadcast, not per client; the memory that it needs is shared, so idle
// connections cost nothing more.
package cable
