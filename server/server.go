// Package server puts Turbo into a net/http application: stream names signed
// into pages, the cable endpoint that serves them, and broadcasts.
//
//	turbo := &server.Server{SecretKeyBase: secret}
//	turbo.Cable.Authenticate = userOf      // from the session cookie
//	turbo.Cable.Authorize = mayListen      // membership of a room
//	err := turbo.Mount(mux)                // /cable
//	…
//	turbo.Shutdown(ctx, httpServer)
//
// A page says what it listens to with {{streamFrom .Room "messages"}}, from
// [Server.Funcs]. A handler answers a form with a stream.Response, and tells
// everyone who listens with
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

// Server joins the packages below it. Its zero value works, within one process
// and until that restarts. Fields must not change after the first call of a
// method, and are not written to; methods may be called concurrently. It must
// not be copied once it is used.
type Server struct {
	// SecretKeyBase is the application's secret, from which the key of stream
	// names is derived as Rails derives it; it has at least 16 bytes. If it
	// and StreamKeys are empty, a random key is made, with a warning in the
	// log: pages then cannot subscribe after a restart, nor to another process.
	SecretKeyBase string
	// OldSecretKeyBases are secrets that were replaced: names signed with
	// their keys still verify.
	OldSecretKeyBases []string
	// StreamKeys are the keys themselves, Rails' signed_stream_verifier_key:
	// the first signs, all verify, before those of the secrets. A key has at
	// least 16 bytes.
	StreamKeys [][]byte
	// AcceptSHA1 has names verify too that were signed with keys which Rails
	// derived from the same secrets with the defaults of 6.1 and older.
	AcceptSHA1 bool
	// Cable is the endpoint: users, channels, limits, broker, logger. Its
	// Verifier, if not nil, is used in place of the keys above.
	Cable cable.Hub
	// Drain, if not nil, is called by [Server.Shutdown] when the last request
	// has been answered, while the cable still delivers: an outbox's Publish.
	Drain func(ctx context.Context) error
	// QueueSize is how many broadcasts may wait in [Streams.BroadcastLater],
	// and how many refreshes in [Streams.BroadcastRefresh]; 0 is 1024.
	QueueSize int
	// RefreshRate is how many pages may load in a second because a refresh was
	// broadcast. Where more listen to a stream they are told to spread over as
	// long as it takes, over a minute at most. Those are counted that are
	// connected to this process: where several share the pages, give each its
	// share. 0 is 500, a negative number any.
	RefreshRate int

	once     sync.Once // makes what follows
	started  []any     // with these secrets
	verifier *streamname.Verifier
	err      error
	later    later
	stopping atomic.Bool
	checking atomic.Bool // by Check
}

// Start checks secrets, keys and limits, and reports what is wrong with them,
// and which of them were set too late. Mount does it too; without either, the
// first use tells.
func (s *Server) Start() error {
	s.start()
	if s.err != nil {
		return s.err
	}
	if secrets := s.secrets(); !reflect.DeepEqual(secrets, s.started) {
		return errors.New("server: a secret or a key was set after the first use: stream names are signed already")
	}
	return s.Cable.Start()
}

// secrets are what the verifier is made of.
func (s *Server) secrets() []any {
	return []any{s.SecretKeyBase, s.OldSecretKeyBases, s.StreamKeys, s.AcceptSHA1}
}

// start starts with the fields as they are at the first call.
func (s *Server) start() error {
	s.once.Do(func() {
		s.started = s.secrets()
		s.verifier, s.err = s.keys()
		if s.err != nil {
			s.verifier = &streamname.Verifier{} // refuses
		}
		switch {
		case s.err != nil:
		case s.QueueSize < 0 || s.QueueSize > 1<<24:
			s.err = fmt.Errorf("server: QueueSize is %d, not 0 to %d", s.QueueSize, 1<<24)
		default:
			s.err = s.Cable.UseVerifier(s.verifier)
		}
		if s.err != nil {
			s.logger().Error("server: not started", "error", s.err)
		}
	})
	return s.err
}

// keys makes the verifier.
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
		s.logger().Warn("server: no SecretKeyBase: signed stream names end with this process")
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

// Mount serves the cable at /cable, where the client looks for it. To have it
// elsewhere, mount &s.Cable, an http.Handler that minds no path.
func (s *Server) Mount(mux *http.ServeMux) error {
	if err := s.Start(); err != nil {
		return err
	}
	mux.Handle("GET /cable", &s.Cable)
	return nil
}

// Verifier signs and verifies stream names with the server's keys.
func (s *Server) Verifier() *streamname.Verifier {
	s.start()
	return s.verifier
}

// Funcs are functions for templates. It may be called before the fields are set,
// as templates are often parsed first:
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

// Position is the position of the stream named after streamables. Take it before
// the page's data is read and give it to [Server.StreamFrom]: what is broadcast
// meanwhile then reaches the page.
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

// StreamFrom is the tag that makes a page listen to the stream named after
// streamables (see [streamname.Join]). A [stream.Attr] among them becomes an
// attribute: channel names another channel, data-room-id the parameter room_id.
// A [broker.Position] from [Server.Position] says up to where the page knows the
// stream; without one it is the position now, at which the page's data may be
// older. A [streamname.SignOptions] sets when the name expires, which ends the
// subscription too, and its purpose, which has to be the channel's class name.
//
//	<turbo-cable-stream-source channel="Turbo::StreamsChannel" signed-stream-name="…" position="{…}" events=""></turbo-cable-stream-source>
//
// The client begins at the position, which holds each stream's epoch and offset,
// so that nothing is lost that is broadcast before it subscribes. The attribute
// events lets it use Server-Sent Events where WebSockets do not come through;
// as stream.Attr{Name: "events", Value: "only"} it uses nothing else. With an
// [Events] it is another tag, which any Turbo knows.
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
			return template.HTML(hint.HTML("No stream to listen to", err.Error())), nil
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
	if err != nil { // the page begins when it subscribes
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
		position, _ := json.Marshal(map[string]any{name: map[string]any{"epoch": at.Epoch, "offset": at.Offset}}) // always encodes
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

// Shutdown stops in the order that loses nothing: Ready says no; the HTTP
// servers finish the requests that they have, for at most three quarters of the
// time that ctx leaves; what waits in queues, or for Drain, is sent; the
// cable's clients get what is queued for them and are told to reconnect
// elsewhere, and those that do not listen are cut, which is no error.
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
				errs[i] = fmt.Errorf("server: requests are still running: %w", err)
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
