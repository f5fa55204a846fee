// Package cable is the server end of Action Cable: it holds connections,
// decides their subscriptions, and fans broadcasts out to them. It speaks
// actioncable-v1-json, the protocol of Rails and of @rails/actioncable 8.1,
// over WebSockets.
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
// they were sent. Between streams there is no order. A subscription gets what
// is broadcast from some moment before its confirmation until it ends, all of
// it: where something would have to be left out, the connection ends with a
// reason, never silently. What was broadcast before that moment, or while
// nobody was connected, is in the broker's history, not on the wire.
//
// [Hub.Broadcast] returns when the message has its place in the stream, and
// with the memory broker is queued for everybody. It outlives the request whose
// context it is given. It never waits for a client; only where a loop of
// broadcasts has left most listeners far behind, it waits for them a little.
//
// # Limits
//
// A client is cut off when it takes nothing for WriteTimeout or when more than
// MaxBacklog bytes wait for it; when MaxTotalBacklog bytes wait in all, those
// furthest behind go first. Who sends too much, too often, or nothing at all
// goes too. Every limit is a field of [Hub] and has a [Reason], which the client
// is told in the message "disconnect" or "reject_subscription", the log writes,
// and [Metrics] count. A rejection by the application has no reason on the wire,
// as in Rails. An identifier that is too long is rejected without being repeated.
// Before it is upgraded, a request that is one too many gets status 503 with the
// reason as its text.
//
// # Who calls what when
//
// Methods of [Hub] may be called by anybody at any time, also by the functions
// of the application that the hub calls. Those are called one at a time for one
// connection, concurrently for different ones, and never under a lock that
// others wait for: one that takes long keeps its own client waiting. Their
// panics are logged with a stack and taken for errors; what they had begun is
// undone.
//
// # Costs
//
// An idle connection is one goroutine with a stack of 2 KB and about 3 KB of
// heap; over TLS that this process ends itself, more, because crypto/tls keeps
// buffers. A broadcast is encoded once for all subscriptions with the same
// identifier. With Compression, a message of 3.3 KB of HTML is 0.6 KB on the
// wire, for 0.1 to 0.2 ms of one core per broadcast, not per client; what it
// takes memory for is shared, so an idle connection costs nothing more.
package cable
