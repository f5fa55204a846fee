package cable

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"reflect"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// Broker carries broadcasts between hubs and preserves the order within a
// stream. All methods may be called concurrently.
type Broker interface {
	// Publish sends data to every subscription of the stream, in every process,
	// and returns its position in the stream. The caller must not change data
	// afterwards.
	Publish(ctx context.Context, stream string, data []byte) (broker.Position, error)
	// Subscribe returns once it is certain that later publications will be
	// delivered, one at a time and in order, until cancel is called. cancel may
	// be called more than once. deliver neither blocks nor calls the broker.
	Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (cancel func(), err error)
	// Position returns the position of the stream's last publication. It has an
	// epoch even if nothing was published.
	Position(ctx context.Context, stream string) (broker.Position, error)
	// History returns what was published after since, oldest first; for the
	// zero Position, everything that is kept. If the history does not reach
	// back that far, or since belongs to another epoch, the error wraps
	// broker.ErrGap.
	History(ctx context.Context, stream string, since broker.Position) ([]broker.Publication, error)
}

// OnceBroker is a broker that recognises repeated publications, as
// [Hub.PublishOnce] requires.
type OnceBroker interface {
	Broker
	// PublishOnce is like Publish, unless the stream's last publication by
	// PublishOnce had the same epoch and the same or a higher sequence number:
	// then it does nothing and returns nil.
	PublishOnce(ctx context.Context, stream string, data []byte, epoch string, sequence uint64) error
}

// User is the owner of a connection. The zero User is anonymous.
type User struct {
	// ID identifies the user for [Hub.Disconnect] and [Hub.Unsubscribe]; leave
	// it empty if you need neither.
	ID string
	// Data is for the application: whatever its channels need to know. The
	// request that opened the connection is not kept.
	Data any
}

// Connection describes a connection to hooks.
type Connection struct {
	ID      string // unique in the hub's process
	User    User
	Address string // of the client, as reported by TrustedProxies
}

// Hub is the cable endpoint. Its zero value accepts only pages of its own
// origin, has the one channel Turbo::StreamsChannel, and broadcasts within the
// process; only Verifier must be set. The fields are read on the first request,
// broadcast or [Hub.Start], never written to, and must not change afterwards. A
// Hub that has not been used yet may be copied. All methods may be called
// concurrently.
type Hub struct {
	// Verifier checks the signed names of Turbo::StreamsChannel. While it is
	// nil and [Hub.UseVerifier] has not been called, subscriptions with signed
	// names are not answered.
	Verifier *streamname.Verifier
	// Broker carries broadcasts; if nil, the hub uses a memory.Broker of its
	// own.
	Broker Broker
	// Channels holds the application's channels by class name, for example
	// "UnreadRoomsChannel". An entry named Turbo::StreamsChannel replaces the
	// built-in one.
	Channels map[string]Channel

	// Authenticate identifies the user from the request that opens a connection
	// (cookies, headers), before the upgrade. [ErrUnauthorized] refuses the
	// client for good; after any other error, or a panic, the client retries by
	// itself. The request's context ends after AuthenticateTimeout; its values
	// remain in the context of every later call for the connection. If nil,
	// everyone is accepted as anonymous.
	Authenticate func(r *http.Request) (User, error)
	// Authorize decides whether a subscription may listen to a stream, once the
	// channel has asked for it; for Turbo::StreamsChannel the name is already
	// verified. [ErrRejected] rejects the subscription; after any other error,
	// or a panic, the client may try again. It may be called twice if
	// [Hub.Unsubscribe] is called in the meantime. If nil, everything is
	// allowed: a signed name is all that a client needs.
	Authorize func(ctx context.Context, s *Subscription, stream string) error

	// Hooks. Each may be nil and is called once per event, in order for one
	// connection and concurrently for different ones. OnConnect is called
	// before the welcome, OnSubscribe after the confirmation and the history,
	// OnDisconnect last and only after OnConnect, and OnUnsubscribe only after
	// OnSubscribe. Contexts end with the connection, except those of
	// OnDisconnect and OnUnsubscribe. A slow hook delays only its own client.
	OnConnect     func(ctx context.Context, c Connection)
	OnDisconnect  func(ctx context.Context, c Connection, reason Reason)
	OnSubscribe   func(ctx context.Context, s *Subscription)
	OnUnsubscribe func(ctx context.Context, s *Subscription, reason Reason)

	// AllowedOrigins lists origins ("https://example.com") whose pages may
	// connect, in addition to the origin of the request itself. "*" allows any.
	// A request without an Origin header does not come from a page and is
	// accepted.
	AllowedOrigins []string
	// TrustedProxies lists the addresses of reverse proxies whose
	// X-Forwarded-For, -Proto and -Host headers give the client's address and
	// the origin that it sees. The proxies must set or remove these headers.
	// Without this field, every origin is refused behind a proxy that
	// terminates TLS.
	TrustedProxies []netip.Prefix
	// Compression offers permessage-deflate without context takeover. It is
	// worth its cost where bandwidth is scarce: see the package documentation.
	Compression bool

	// Limits. Zero means the default given with each; a negative or absurdly
	// large value makes Start return an error. Each comment names the reason
	// with which the limit is enforced.
	MaxFrame                 int64 // bytes of a received frame; 64 KiB. ReasonFrame.
	MaxIdentifier            int   // bytes of an identifier; 2 KiB. ReasonIdentifier; the identifier is not repeated.
	MaxSubscriptions         int   // per connection; 100. ReasonSubscriptions.
	MaxIdentifiersPerStream  int   // subscriptions of one connection to one stream; 4. ReasonIdentifiers.
	MaxCommands              int   // per connection and second, including pings; 200. ReasonCommands.
	MaxConnections           int   // 100,000. Status 503, ReasonConnections.
	MaxConnectionsPerAddress int   // for IPv6, per /64; a fifth of MaxConnections, at least 1,000. Status 503, ReasonAddress.
	// MaxBacklog is how many bytes may be queued for a client that reads more
	// slowly than messages arrive; 1 MiB. A message of any size is accepted
	// when nothing else is queued. The same amount again may be held back while
	// a history is sent. ReasonTooSlow.
	MaxBacklog int64
	// MaxTotalBacklog is how many bytes may be queued for all clients together,
	// counting each broadcast once; 128 MiB. Beyond it, the clients furthest
	// behind are disconnected first. ReasonBacklog.
	MaxTotalBacklog int64
	// AuthenticateTimeout is how long the context of Authenticate's request
	// lasts; 10 s. ReasonUnavailable if Authenticate then fails.
	AuthenticateTimeout time.Duration
	// WriteTimeout is how long a client may read nothing while data is queued
	// for it; 10 s. ReasonTooSlow.
	WriteTimeout time.Duration
	// IdleTimeout is how long a client may show no sign of life; 60 s. Answers
	// to WebSocket pings count. ReasonIdle.
	IdleTimeout time.Duration
	// PingInterval is the time between two pings of Action Cable; 3 s, which
	// its clients rely on.
	PingInterval time.Duration

	// Metrics is told what happens; may be nil.
	Metrics Metrics
	// Logger receives refusals and failures; nil means slog.Default(). Of
	// repeated warnings only some are written, with the number of those left
	// out.
	Logger *slog.Logger

	running *core // guarded by starting
}

// starting guards every hub's running field. It is not part of Hub, so that a
// Hub contains no lock and can be copied before it is used.
var starting sync.RWMutex

// Start checks the fields, and whether one was set too late. Calling it is
// optional: it reports mistakes at once that would otherwise appear with the
// first request or broadcast.
func (h *Hub) Start() error {
	k, err := h.start()
	if err == nil {
		err = k.unchanged(h)
	}
	return err
}

// unchanged reports a field that was changed after the hub's first use.
func (k *core) unchanged(h *Hub) error {
	was, is := reflect.ValueOf(&k.hub).Elem(), reflect.ValueOf(h).Elem()
	for i := range is.NumField() {
		if f := is.Type().Field(i); f.IsExported() && !same(was.Field(i), is.Field(i)) {
			return fmt.Errorf("cable: %s was set after the hub's first use (a request, a broadcast, a position): set it before", f.Name)
		}
	}
	return nil
}

// same compares comparable values, and functions, slices and maps by the data
// they point to. It treats other values as equal.
func same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Interface:
		if a.IsNil() || b.IsNil() || a.Elem().Type() != b.Elem().Type() {
			return a.IsNil() && b.IsNil()
		}
		return same(a.Elem(), b.Elem())
	case reflect.Func, reflect.Map, reflect.Slice:
		return a.Pointer() == b.Pointer()
	}
	return !a.Comparable() || a.Equal(b)
}

func (h *Hub) start() (*core, error) {
	starting.RLock()
	k := h.running
	starting.RUnlock()
	if k != nil {
		return k, nil
	}
	starting.Lock()
	defer starting.Unlock()
	if h.running == nil {
		k, err := newCore(h)
		if err != nil {
			return nil, err
		}
		h.running = k
	}
	return h.running, nil
}

// UseVerifier sets the verifier of a hub whose Verifier field is nil, also
// while the hub is running.
func (h *Hub) UseVerifier(v *streamname.Verifier) error {
	k, err := h.start()
	if err == nil && h.Verifier == nil {
		k.verifier.Store(v)
	}
	return err
}

// ServeHTTP upgrades the request to a WebSocket and returns while the
// connection continues; or it answers an EventSource and returns when the
// events end. See the package documentation. Other requests, and those from
// pages of foreign origins, receive 404, as from Rails. It works at any path
// and behind any prefix. The ResponseWriter, or one that it unwraps to, must be
// an http.Hijacker, or for events an http.Flusher with a method
// SetWriteDeadline.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k, err := h.start()
	if err == nil {
		k.compare.Do(func() { k.changed = k.unchanged(h) })
		err = k.changed
	}
	if err != nil {
		cmp.Or(h.Logger, slog.Default()).ErrorContext(r.Context(), "cable: not serving", "error", err)
		http.Error(w, "internal server error", http.StatusInternalServerError)
		return
	}
	switch {
	case websocket.IsWebSocketUpgrade(r):
		k.serveWebSocket(w, r)
	case wantsEvents(r):
		k.serveEvents(w, r)
	default:
		http.Error(w, "Page not found", http.StatusNotFound)
	}
}

// publishTimeout bounds broadcasts, which are not cancelled with a request.
const publishTimeout = 10 * time.Second

// Broadcast sends message, encoded as JSON, to every subscription of the
// stream. Turbo renders messages that are strings of turbo-stream markup. With
// the memory broker it returns once the message is queued for every subscriber.
// It uses the values of ctx but is not cancelled with it, so a broadcast is
// complete even if the user who caused it closes the tab. While most of the
// stream's subscribers are far behind, it waits for up to a second, as long as
// they read anything.
func (h *Hub) Broadcast(ctx context.Context, stream string, message any) error {
	k, err := h.start()
	if err != nil {
		return err
	}
	switch stream {
	case "":
		return errors.New("cable: broadcast: the stream name is empty")
	case controlStream:
		return fmt.Errorf("cable: broadcast to %q: the name is reserved", stream)
	}
	data, err := json.Marshal(message) // escapes <, > and & as Rails does
	if err == nil {
		err = k.publish(ctx, stream, data)
	}
	if err != nil {
		return fmt.Errorf("cable: broadcast to %q: %w", stream, err)
	}
	k.holdBack(stream)
	return nil
}

// PublishOnce broadcasts a message that is already JSON, unless the stream's
// last message sent by PublishOnce had the same epoch and the same or a higher
// sequence number; that is not an error. Package outbox publishes with it. The
// broker has to be a [OnceBroker], as those of packages broker/memory and
// broker/redis are. It is cancelled with ctx and may be repeated after an
// error. Like Broadcast, it waits for subscribers that are far behind.
func (h *Hub) PublishOnce(ctx context.Context, stream string, message []byte, epoch string, sequence uint64) error {
	k, err := h.start()
	if err != nil {
		return err
	}
	once, ok := k.broker.(OnceBroker)
	switch {
	case !ok:
		err = errors.New("the broker has no method PublishOnce: use broker/memory or broker/redis")
	case stream == "" || stream == controlStream:
		err = errors.New("the stream name is empty or reserved")
	case !json.Valid(message):
		err = errors.New("the message is not JSON")
	default:
		err = once.PublishOnce(ctx, stream, message, epoch, sequence)
	}
	if err != nil {
		return fmt.Errorf("cable: publish once to %q: %w", stream, err)
	}
	k.holdBack(stream)
	return nil
}

// Position returns the stream's current position: later broadcasts come after
// it.
func (h *Hub) Position(ctx context.Context, stream string) (broker.Position, error) {
	k, err := h.start()
	if err != nil {
		return broker.Position{}, err
	}
	at, err := k.broker.Position(ctx, stream)
	if err != nil {
		return broker.Position{}, fmt.Errorf("cable: position of %q: %w", stream, err)
	}
	return at, nil
}

// Listeners returns how many subscriptions in this process listen to the
// stream.
func (h *Hub) Listeners(stream string) int {
	k, err := h.start()
	if err != nil {
		return 0
	}
	t := k.topics.find(stream)
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.listeners) - t.left
}

// Stats returns the hub's current figures.
func (h *Hub) Stats() Stats {
	k, err := h.start()
	if err != nil {
		return Stats{}
	}
	return k.stats()
}

// Shutdown refuses new connections and tells connected clients to reconnect
// elsewhere, after sending what is queued for them. Clients that accept or
// answer nothing for a second are cut off, and all remaining ones when ctx
// ends; neither is an error. An error means that functions of the application
// had not returned by then. Broadcasts are still passed to the broker. Call it
// after http.Server.Shutdown, which waits for requests that may still broadcast
// but not for WebSockets; server.Server.Shutdown does both.
func (h *Hub) Shutdown(ctx context.Context) error {
	k, err := h.start()
	if err != nil {
		return nil // it never served anything
	}
	return k.shutdown(ctx)
}

// Closing reports whether Shutdown has been called.
func (h *Hub) Closing() bool {
	k, err := h.start()
	return err == nil && k.closing()
}
