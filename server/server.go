// Package server puts Turbo into a net/http application: stream names signed
// into pages, the cable endpoint that serves them, and broadcasts.
//
//	turbo := &server.Server{SecretKeyBase: secret}
//	turbo.Cable.Authenticate = userOf      // from the session cookie
//	turbo.Cable.Authorize = mayListen      // membership of a room
//	turbo.Mount(mux)                       // /cable
//	defer turbo.Shutdown(ctx)
//
// A page says what it listens to with {{streamFrom .Room "messages"}}, from
// [Server.Funcs]. A handler answers a form with a stream.Response, and tells
// everyone else with
//
//	turbo.To(name).Broadcast(ctx, stream.Append.To("messages", message))
package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"sync"

	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// Server joins the packages below it. Its zero value works, within one process
// and until that restarts. Fields must not change after the first call of a
// method; methods may be called concurrently. It must not be copied.
type Server struct {
	// SecretKeyBase is the application's secret, from which the key of stream
	// names is derived as Rails derives it. If it and StreamKey are empty, a
	// random key is made, with a warning in the log: pages then cannot
	// subscribe after a restart, nor to another process.
	SecretKeyBase string
	// StreamKey is the key itself, Rails' signed_stream_verifier_key; it goes
	// before SecretKeyBase.
	StreamKey []byte
	// Cable is the endpoint: users, channels, limits, broker, logger. Its
	// Verifier, if nil, becomes the server's.
	Cable cable.Hub
	// QueueSize is how many broadcasts may wait in [Streams.BroadcastLater],
	// and how many refreshes in [Streams.BroadcastRefresh]; 0 is 1024.
	QueueSize int

	once     sync.Once // makes the verifier
	verifier *streamname.Verifier
	later    later
}

func (s *Server) init() {
	s.once.Do(func() {
		key := s.StreamKey
		switch {
		case len(key) > 0:
		case s.SecretKeyBase != "":
			key = streamname.DeriveKey(s.SecretKeyBase)
		default:
			s.logger().Warn("server: no SecretKeyBase: signed stream names end with this process")
			key = make([]byte, 64)
			rand.Read(key)
		}
		if s.Cable.Verifier == nil {
			s.Cable.Verifier = &streamname.Verifier{Key: key}
		}
		s.verifier = s.Cable.Verifier
	})
}

func (s *Server) logger() *slog.Logger { return cmp.Or(s.Cable.Logger, slog.Default()) }

// Mount serves the cable at /cable, where the client looks for it.
func (s *Server) Mount(mux *http.ServeMux) {
	s.init()
	mux.Handle("GET /cable", &s.Cable)
}

// Verifier signs and verifies stream names with the server's key.
func (s *Server) Verifier() *streamname.Verifier {
	s.init()
	return s.verifier
}

// Funcs are functions for templates:
//
//	{{streamFrom .Room "messages"}}   [Server.StreamFrom]
//	{{domID .Message "edit"}}         [stream.DOMID]
//	{{frame "sidebar" "src" "/side"}} [frame.Tag]
func (s *Server) Funcs() template.FuncMap {
	return template.FuncMap{"streamFrom": s.StreamFrom, "domID": stream.DOMID, "frame": frame.Tag}
}

// StreamFrom is the tag that makes a page listen to the stream named after
// streamables (see [streamname.Join]). A [stream.Attr] among them becomes an
// attribute: channel names another channel, data-room-id the parameter room_id.
//
//	<turbo-cable-stream-source channel="Turbo::StreamsChannel" signed-stream-name="…"></turbo-cable-stream-source>
func (s *Server) StreamFrom(streamables ...any) (template.HTML, error) {
	var attrs []stream.Attr
	var rest []any
	channel := true
	for _, part := range streamables {
		a, ok := part.(stream.Attr)
		if !ok {
			rest = append(rest, part)
			continue
		}
		channel = channel && a.Name != "channel"
		attrs = append(attrs, a)
	}
	name, err := streamname.Join(rest...)
	if err != nil {
		return "", fmt.Errorf("server: stream from: %w", err)
	}
	signed, err := s.Verifier().Sign(name, nil)
	if err != nil {
		return "", fmt.Errorf("server: stream from %q: %w", name, err)
	}
	if channel {
		attrs = append(attrs, stream.Attr{Name: "channel", Value: cable.StreamsChannel})
	}
	tag, err := stream.Tag("turbo-cable-stream-source", append(attrs, stream.Attr{Name: "signed-stream-name", Value: signed})...)
	if err != nil {
		return "", fmt.Errorf("server: stream from %q: %w", name, err)
	}
	return template.HTML(tag), nil
}

// Shutdown sends what waits, closes the connections so that their clients
// reconnect elsewhere, and stops the server's goroutines, or as much of that as
// ctx allows. http.Server.Shutdown does not wait for WebSockets: call this
// too, first.
func (s *Server) Shutdown(ctx context.Context) error {
	s.init()
	err := s.later.drain(ctx)
	if err != nil {
		err = fmt.Errorf("server: drain broadcasts: %w", err)
	}
	return errors.Join(err, s.Cable.Shutdown(ctx))
}
