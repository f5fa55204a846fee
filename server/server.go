// Package server puts Turbo into a net/http application: stream names signed
// into pages, the cable endpoint that serves them, and broadcasts.
//
//	turbo := &server.Server{SecretKeyBase: secret}
//	turbo.Cable.Authenticate = userOf      // from the session cookie
//	turbo.Cable.Authorize = mayListen      // membership of a room
//	turbo.Mount(mux)                       // /cable
//	defer turbo.Shutdown(ctx)
//
// A page says what it listens to, with {{streamFrom .Room "messages"}} from
// [Server.Funcs]; a handler answers a form with a [stream.Response] and tells
// everyone else with
//
//	turbo.To(name).Broadcast(ctx, stream.Append.To("messages", message))
package server

import (
	"context"
	"html/template"
	"net/http"

	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// Server joins the packages below it. Fields must not change after the first
// call of a method; methods may be called concurrently.
type Server struct {
	// SecretKeyBase is the application's secret, from which the key of stream
	// names is derived as Rails derives it. If it and StreamKey are empty, a
	// random key is made, with a warning: pages then do not survive a restart
	// and processes do not accept each other's.
	SecretKeyBase string
	// StreamKey is the key itself, Rails' signed_stream_verifier_key; it goes
	// before SecretKeyBase.
	StreamKey []byte
	// Cable is the endpoint: users, channels, limits. Its Verifier, if nil, is
	// set to the server's.
	Cable cable.Hub
	// QueueSize is how many broadcasts may wait in [Streams.BroadcastLater];
	// 0 is 1024.
	QueueSize int
}

// Mount serves the cable at /cable.
func (s *Server) Mount(mux *http.ServeMux) {}

// Verifier signs and verifies stream names with the server's key.
func (s *Server) Verifier() *streamname.Verifier { return nil }

// Funcs are the template functions: streamFrom and domID.
func (s *Server) Funcs() template.FuncMap { return nil }

// StreamFrom is the tag that makes a page listen to the stream named after
// streamables (see [streamname.Join]). A [stream.Attr] among them becomes an
// attribute: channel names another channel, data-room-id the parameter room_id.
//
//	<turbo-cable-stream-source channel="Turbo::StreamsChannel" signed-stream-name="…"></turbo-cable-stream-source>
func (s *Server) StreamFrom(streamables ...any) (template.HTML, error) { return "", nil }

// Shutdown sends what waits, closes the connections so that their clients
// reconnect elsewhere, and stops the server's goroutines. http.Server.Shutdown
// does not wait for WebSockets: call this first.
func (s *Server) Shutdown(ctx context.Context) error { return nil }

// Streams are the streams that a broadcast goes to.
type Streams struct{}

// To names the streams to broadcast to, by names as of [streamname.Join].
func (s *Server) To(names ...string) Streams { return Streams{} }

// Broadcast renders the parts once and sends them to each stream.
func (t Streams) Broadcast(ctx context.Context, parts ...stream.Component) error { return nil }

// BroadcastLater does as Broadcast in the background, in the order of the
// calls; rendering happens then too, with ctx's values but without its end.
// It fails with [ErrQueueFull] rather than wait. A failure later is logged.
func (t Streams) BroadcastLater(ctx context.Context, parts ...stream.Component) error { return nil }

// BroadcastRefresh makes every page on the streams refresh, except the one that
// made the request with the id requestID (see [RequestID]). Calls for the same
// stream and request within half a second become one, sent half a second
// after the last. A failure is logged.
func (t Streams) BroadcastRefresh(requestID string, attrs ...stream.Attr) {}

// BroadcastJSON sends any JSON message, for channels other than Turbo's.
func (t Streams) BroadcastJSON(ctx context.Context, message any) error { return nil }
