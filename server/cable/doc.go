// Package cable is the server end of Action Cable: it holds connections,
// decides their subscriptions, and fans broadcasts out to them. Over WebSockets
// it speaks actioncable-v1-json, the protocol of Rails and of @rails/actioncable
// 8.1, and actioncable-v1-ext-json, AnyCable's, which adds the place of each
// message and histories: that one is chosen where a client offers both. Over
// Server-Sent Events it tells the same.
//
// A [Hub] is an http.Handler. Pages subscribe to channels; a channel attaches
// the subscription to named streams; a broadcast to a stream reaches every
// subscription attached to it. Turbo::StreamsChannel, whose streams are signed
// into the page, is built in.
//
// # Order and delivery
//
// Broadcasts to one stream arrive in the order in which the broker took them,
// at every subscription, with those of [Subscription.Transmit] in between where
// they were sent; what Subscribe transmits comes before the confirmation.
// Between streams there is no order. A subscription gets what the broker
// delivers from some moment before its confirmation until it ends, all of it:
// where something would have to be left out, the connection ends with a reason,
// never silently. When a connection ends, what waits for it is dropped, but for
// a restart, where it is sent first.
//
// What was broadcast before that, or while nobody was connected, a client of
// the extended protocol asks for: from the places that it knows on, each message
// comes once, in order, before everything that is broadcast meanwhile, and then
// confirm_history; or none of them, and reject_history, where the broker's
// history does not reach back. A history is sent as fast as the client reads it,
// however long it is. Clients of the base protocol do not get it.
//
// [Hub.Broadcast] returns when the message has its place in the stream, and
// with the memory broker is queued for everybody. It outlives the request whose
// context it is given, for ten seconds at most if the broker does not answer; an
// error says that it is not known to have been taken. It never waits for a
// client; only where a loop of broadcasts has left most listeners far behind, it
// waits for them, a second at most. [Hub.PublishOnce] ends with its context, and
// may be repeated.
//
// # Server-Sent Events
//
// Where WebSockets do not come through, the same address answers an EventSource,
// over HTTP/1.1 and HTTP/2, with the same streams, names, permissions, limits,
// reasons and histories. It comes in two ways.
//
// With a parameter stream for each signed name of Turbo::StreamsChannel, the
// messages are the events, for <turbo-stream-source> and any other client. The
// id of an event is the place that it has come to in all its streams; a client
// that comes back with the header Last-Event-ID, or for the first time with the
// parameter last-event-id, goes on behind it: nothing is lost and nothing comes
// twice. Without, it begins now. What is gone for good it is told by a
// stream "refresh". A message that is no string is an event of type json; a
// CR becomes a LF, as in HTML.
//
// With a parameter command for each subscribe command, history included, events
// are the messages of actioncable-v1-ext-json: what <turbo-cable-stream-source>
// falls back to. There are no other commands, so a client that wants other
// subscriptions asks anew, with its places. A URL holds some twenty of them where
// proxies take 8 KB.
//
// An EventSource comes back whatever it was told, but not after status 204:
// which is what it gets when the id says "-", as it does after an end for good.
// Who is one too many, or cannot be let in now, gets a disconnect and is asked
// to come back later. Pings are comments, and a client that takes what is
// written counts as alive: one that has vanished is found out when TCP does.
// Pages of other origins need AllowedOrigins, and may then send their cookies.
// When an http.Server shuts down, events that go through it end first, since it
// waits for requests; their clients go on elsewhere.
//
// # Limits
//
// A client is cut off when it takes nothing for WriteTimeout or when more than
// MaxBacklog bytes wait for it; when MaxTotalBacklog bytes wait in all, those
// furthest behind go first. Who sends too much, too often, or nothing at all
// goes too. Every limit is a field of [Hub] and has a [Reason], which the log
// writes and [Metrics] count. The client is told it in the message "disconnect"
// or "reject_subscription"; where it sent too much or no UTF-8, in the close
// frame alone. A rejection by the application has no reason on the wire, as in
// Rails. An identifier that is too long is rejected without being repeated.
// Before it is upgraded, a request that is one too many gets status 503 with the
// reason as its text.
//
// # Who calls what when
//
// Methods of [Hub] may be called by anybody at any time, also by the functions
// of the application that the hub calls, save [Hub.Shutdown], which waits for
// these. Those functions are called one at a time for one connection,
// concurrently for different ones, and never under a lock that others wait for:
// one that takes long keeps its own client waiting, but not broadcasts to it.
// Their panics are logged with a stack and taken for errors; what they had begun
// is undone.
//
// # Costs
//
// An idle connection is one goroutine with a stack of 2 KB and about 3 KB of
// heap; over TLS that this process ends itself, more, because crypto/tls keeps
// buffers. One of events keeps net/http's two goroutines and buffers, several times
// as much. A broadcast is encoded once for all subscriptions with the same
// identifier. With Compression, a message of 3.3 KB of HTML is 0.6 KB on the
// wire, for 0.1 to 0.2 ms of one core per broadcast, not per client; what it
// takes memory for is shared, so an idle connection costs nothing more.
package cable
