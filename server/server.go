// Package server adds Turbo to a net/http application: signed stream names in
// pages, the cable endpoint that delivers streams, and broadcasts.
//
//	turbo := &server.Server{SecretKeyBase: secret}
//	turbo.Cable.Authenticate = userOf      // from the session cookie
//	turbo.Cable.Authorize = mayListen      // membership of a room
//	err := turbo.Mount(mux)                // /cable
//	…
//	turbo.Shutdown(ctx, httpServer)
//
// A page subscribes with {{streamFrom .Room "messages"}}, from [Server.Funcs].
// A handler answers a form with a stream.Response, and updates all other pages
// with
//
//	turbo.To(name).Broadcast(ctx, stream.Append.To("messages", message))
package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/internal/hint"
	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// Server ties the packages below it together. Its zero value works within a
// single process, until that restarts. Fields must not change after the first
// method call and are never written to; methods may be called concurrently. It
// must not be copied after first use.
type Server struct {
	// SecretKeyBase is the application's secret, of at least 16 bytes, from
	// which the key of stream names is derived as in Rails. If it and
	// StreamKeys are empty, a random key is generated and a warning logged:
	// open pages then cannot subscribe after a restart, nor to another process.
	SecretKeyBase string
	// OldSecretKeyBases are secrets that have been replaced: names signed with
	// their keys are still accepted.
	OldSecretKeyBases []string
	// StreamKeys are keys as such, like Rails's signed_stream_verifier_key: the
	// first one signs, all verify, and they take precedence over the keys of
	// the secrets. A key has at least 16 bytes.
	StreamKeys [][]byte
	// AcceptSHA1 also accepts names signed with keys that Rails derived from
	// the same secrets with the defaults of version 6.1 and older.
	AcceptSHA1 bool
	// Cable is the endpoint: users, channels, limits, broker, logger. If its
	// Verifier is set, it replaces the keys above.
	Cable cable.Hub
	// Drain, if set, is called by [Server.Shutdown] when the last request has
	// been answered, while the cable still delivers. Set it to an outbox's
	// Publish.
	Drain func(ctx context.Context) error
	// QueueSize is how many broadcasts may be waiting in
	// [Streams.BroadcastLater], and how many refreshes in
	// [Streams.BroadcastRefresh]; 0 means 1024.
	QueueSize int
	// RefreshRate is how many pages may reload per second after a refresh is
	// broadcast. If more pages listen to a stream, they are told to spread
	// their reloads over as much time as needed, up to a minute. Only pages
	// connected to this process are counted: if several processes share them,
	// give each its share of the rate. 0 means 500; a negative number means no
	// limit.
	RefreshRate int

	once     sync.Once // initialises what follows
	started  []any     // the secrets at that time
	verifier *streamname.Verifier
	err      error
	later    later
	stopping atomic.Bool
	checking atomic.Bool // set by Check
}

// Start checks secrets, keys and limits, and whether any of them was set too
// late. Mount calls it too; without either, the first use reports mistakes.
func (s *Server) Start() error {
	s.start()
	if s.err != nil {
		return s.err
	}
	if secrets := s.secrets(); !reflect.DeepEqual(secrets, s.started) {
		return errors.New("server: a secret or key was set after the first use, when names may already be signed: set it before")
	}
	return s.Cable.Start()
}

// secrets returns the fields that determine the verifier.
func (s *Server) secrets() []any {
	return []any{s.SecretKeyBase, s.OldSecretKeyBases, s.StreamKeys, s.AcceptSHA1}
}

// start initialises the server with the fields at the time of the first call.
func (s *Server) start() error {
	s.once.Do(func() {
		s.started = s.secrets()
		s.verifier, s.err = s.keys()
		if s.err != nil {
			s.verifier = &streamname.Verifier{} // rejects everything
		}
		switch {
		case s.err != nil:
		case s.QueueSize < 0 || s.QueueSize > 1<<24:
			s.err = fmt.Errorf("server: QueueSize is %d: set it between 0 (the default) and %d", s.QueueSize, 1<<24)
		default:
			s.err = s.Cable.UseVerifier(s.verifier)
		}
		if s.err != nil {
			s.logger().Error("server: not started", "error", s.err)
		}
	})
	return s.err
}

// keys creates the verifier.
func (s *Server) keys() (*streamname.Verifier, error) {
	if v := s.Cable.Verifier; v != nil {
		return v, nil
	}
	keys := s.StreamKeys
	var secrets []string
	if s.SecretKeyBase != "" {
		secrets = append(secrets, s.SecretKeyBase)
	}
	secrets = append(secrets, s.OldSecretKeyBases...)
	derive := []func(string) ([]byte, error){streamname.DeriveKey}
	if s.AcceptSHA1 {
		derive = append(derive, streamname.DeriveKeySHA1)
	}
	if len(keys) == 0 && s.SecretKeyBase == "" {
		s.logger().Warn("server: SecretKeyBase is not set: open pages cannot subscribe after a restart")
		key := make([]byte, 64)
		rand.Read(key)
		keys = [][]byte{key}
	}
	for _, d := range derive {
		for _, secret := range secrets {
			key, err := d(secret)
			if err != nil {
				return nil, fmt.Errorf("server: SecretKeyBase: %w", err)
			}
			keys = append(keys[:len(keys):len(keys)], key)
		}
	}
	v := &streamname.Verifier{Keys: keys}
	if err := v.Check(); err != nil {
		return nil, fmt.Errorf("server: StreamKeys: %w", err)
	}
	return v, nil
}

func (s *Server) logger() *slog.Logger { return cmp.Or(s.Cable.Logger, slog.Default()) }

// Mount serves the cable at /cable, where the client looks for it. To serve it
// elsewhere, mount &s.Cable, an http.Handler that works at any path.
func (s *Server) Mount(mux *http.ServeMux) error {
	if err := s.Start(); err != nil {
		return err
	}
	mux.Handle("GET /cable", &s.Cable)
	return nil
}

// Verifier returns the verifier that signs and verifies stream names with the
// server's keys.
func (s *Server) Verifier() *streamname.Verifier {
	s.start()
	return s.verifier
}

// Funcs returns functions for templates. It may be called before the fields are
// set, because templates are often parsed first:
//
//	{{streamFrom .Room "messages"}}                [Server.StreamFrom]
//	{{streamFrom .Room "messages" (expires "8h")}} a name that is good for eight hours
//	{{streamFrom .Room "messages" (events "/cable")}} as [Events]
//	{{domID .Message "edit"}}                      [stream.DOMID]
//	{{frame "sidebar" "src" "/side"}}              [frame.Tag]
func (s *Server) Funcs() template.FuncMap {
	return template.FuncMap{"streamFrom": s.StreamFrom, "expires": expires, "events": func(at string) Events { return Events(at) }, "domID": stream.DOMID, "frame": frame.Tag}
}

func expires(after string) (streamname.SignOptions, error) {
	d, err := time.ParseDuration(after)
	if err != nil {
		return streamname.SignOptions{}, fmt.Errorf("server: expires: %w", err)
	}
	return streamname.SignOptions{Expires: time.Now().Add(d)}, nil
}

// Position returns the current position of the stream named after streamables.
// Call it before reading the page's data and pass the result to
// [Server.StreamFrom]: the page then receives everything that is broadcast in
// the meantime.
//
//	at, err := turbo.Position(ctx, room)
//	messages, err := store.Messages(ctx, room)
//	… {{streamFrom .At .Room}}
func (s *Server) Position(ctx context.Context, streamables ...any) (broker.Position, error) {
	name, err := streamname.Join(streamables...)
	if err != nil {
		return broker.Position{}, fmt.Errorf("server: position: %w", err)
	}
	s.start()
	return s.Cable.Position(ctx, name)
}

// StreamFrom returns the tag that subscribes a page to the stream named after
// streamables (see [streamname.Join]). A [stream.Attr] among them becomes an
// attribute: channel selects another channel, data-room-id sets the parameter
// room_id. A [broker.Position] from [Server.Position] is the position up to
// which the page's data is known to be current; without one it is the position
// now, although the page's data may be older. A [streamname.SignOptions] sets
// when the name, and with it the subscription, expires, and its purpose, which
// has to be the channel's class name.
//
//	<turbo-cable-stream-source channel="Turbo::StreamsChannel" signed-stream-name="…" position="{…}" events=""></turbo-cable-stream-source>
//
// The client starts at the position, given as the stream's epoch and offset, so
// nothing is lost that is broadcast before it subscribes. The attribute events
// allows Server-Sent Events as a fallback where WebSockets are blocked; as
// stream.Attr{Name: "events", Value: "only"} it allows nothing else. With an
// [Events] the result is another tag, which every Turbo supports.
func (s *Server) StreamFrom(streamables ...any) (template.HTML, error) {
	var attrs []stream.Attr
	var rest []any
	var options streamname.SignOptions
	var at broker.Position
	var source Events
	channel, events := true, true
	for _, part := range streamables {
		switch part := part.(type) {
		case stream.Attr:
			channel = channel && part.Name != "channel"
			events = events && part.Name != "events"
			attrs = append(attrs, part)
		case broker.Position:
			at = part
		case Events:
			source = part
		case streamname.SignOptions:
			options.Purpose = cmp.Or(part.Purpose, options.Purpose)
			if !part.Expires.IsZero() {
				options.Expires = part.Expires
			}
		default:
			rest = append(rest, part)
		}
	}
	name, err := streamname.Join(rest...)
	if err != nil {
		err = fmt.Errorf("server: stream from: %w", err)
		s.logger().Error(err.Error())
		if s.checking.Load() {
			return template.HTML(hint.HTML("Cannot subscribe to a stream", err.Error())), nil
		}
		return "", err
	}
	signed, err := s.Verifier().Sign(name, &options)
	if err != nil {
		return "", fmt.Errorf("server: stream from %q: %w", name, err)
	}
	if at == (broker.Position{}) {
		at, err = s.Cable.Position(context.Background(), name)
	}
	if err != nil { // without a position, the page starts when it subscribes
		s.logger().Error("server: stream from", "stream", name, "error", err)
	}
	if source != "" {
		return source.tag(signed, at, attrs)
	}
	if channel {
		attrs = append(attrs, stream.Attr{Name: "channel", Value: cable.StreamsChannel})
	}
	attrs = append(attrs, stream.Attr{Name: "signed-stream-name", Value: signed})
	if at.Epoch != "" {
		position, _ := json.Marshal(map[string]any{name: map[string]any{"epoch": at.Epoch, "offset": at.Offset}}) // cannot fail
		attrs = append(attrs, stream.Attr{Name: "position", Value: string(position)})
	}
	if events {
		attrs = append(attrs, stream.Attr{Name: "events"})
	}
	tag, err := stream.Tag("turbo-cable-stream-source", attrs...)
	if err != nil {
		return "", fmt.Errorf("server: stream from %q: %w", name, err)
	}
	return template.HTML(tag), nil
}

// Shutdown stops everything in an order that loses nothing. Ready starts to
// answer 503. The HTTP servers finish their requests, for up to three quarters
// of the time left in ctx. Queued broadcasts, and those that Drain publishes,
// are sent. The cable's clients receive what is queued for them and are told to
// reconnect elsewhere; those that do not respond are cut off, which is not an
// error.
func (s *Server) Shutdown(ctx context.Context, servers ...*http.Server) error {
	s.start()
	s.stopping.Store(true)
	httpCtx := ctx
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		httpCtx, cancel = context.WithTimeout(ctx, time.Until(deadline)/4*3)
		defer cancel()
	}
	var wg sync.WaitGroup
	errs := make([]error, len(servers))
	for i, server := range servers {
		wg.Go(func() {
			if err := server.Shutdown(httpCtx); err != nil {
				errs[i] = fmt.Errorf("server: requests were still running at the deadline: %w", err)
			}
		})
	}
	wg.Wait()
	if err := s.later.drain(ctx); err != nil {
		errs = append(errs, fmt.Errorf("server: drain broadcasts: %w", err))
	}
	if s.Drain != nil {
		if err := s.Drain(ctx); err != nil {
			errs = append(errs, fmt.Errorf("server: drain: %w", err))
		}
	}
	return errors.Join(append(errs, s.Cable.Shutdown(ctx))...)
}
