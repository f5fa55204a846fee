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

// Broker carries broadcasts between hubs. It keeps the order within a stream.
// All methods may be called concurrently.
type Broker interface {
	// Publish sends data to every subscription of the stream, in every process,
	// and returns the place that it has in the stream. Data is not changed after.
	Publish(ctx context.Context, stream string, data []byte) (broker.Position, error)
	// Subscribe returns once later publications are certain to be delivered,
	// one at a time and in order, until cancel is called, which may be done
	// twice. deliver neither blocks nor calls the broker.
	Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (cancel func(), err error)
	// Position is that of the stream's last publication, and has an epoch
	// even if there was none.
	Position(ctx context.Context, stream string) (broker.Position, error)
	// History returns what was published after since, oldest first. Where it
	// does not reach back that far, or since is not of this log, the error
	// wraps broker.ErrGap. Since the zero Position it is all that is kept.
	History(ctx context.Context, stream string, since broker.Position) ([]broker.Publication, error)
}

// OnceBroker is a broker that can tell repetitions: what [Hub.PublishOnce] asks
// of it.
type OnceBroker interface {
	Broker
	// PublishOnce does as Publish, unless the stream's last publication by
	// PublishOnce was of the same epoch and had this sequence number or a
	// higher one: then it does nothing and returns nil.
	PublishOnce(ctx context.Context, stream string, data []byte, epoch string, sequence uint64) error
}

// User is whom a connection belongs to. The zero User is anonymous.
type User struct {
	// ID names the user in [Hub.Disconnect] and [Hub.Unsubscribe]; empty if
	// that is not needed.
	ID string
	// Data is the application's own: whatever channels want to know. The
	// request that opened the connection is not kept.
	Data any
}

// Connection is what hooks learn about a connection.
type Connection struct {
	ID      string // unique in the hub's process
	User    User
	Address string // of the client, by the hub's TrustedProxies
}

// Hub is the cable endpoint. Its zero value refuses other hosts' pages, knows
// the one channel Turbo::StreamsChannel, and broadcasts within the process;
// only Verifier must be set. The fields are read at the first request,
// broadcast or [Hub.Start], are not written to, and must not change after; a
// Hub that was not used yet may be copied. All methods may be called
// concurrently.
type Hub struct {
	// Verifier checks the signed names of Turbo::StreamsChannel. With nil,
	// and until [Hub.UseVerifier], signed names are left unanswered.
	Verifier *streamname.Verifier
	// Broker carries broadcasts; nil is a memory.Broker of the hub's own.
	Broker Broker
	// Channels are the application's channels by class name, for example
	// "UnreadRoomsChannel". An entry named Turbo::StreamsChannel replaces the
	// built-in one.
	Channels map[string]Channel

	// Authenticate finds the user from the request that opens a connection
	// (its cookies, its headers), before that is upgraded. [ErrUnauthorized]
	// refuses for good; after any other error, or a panic, the client comes
	// back by itself. The request's context ends after AuthenticateTimeout;
	// its values stay in the context of all that is called for the connection.
	// Nil lets everyone in, anonymous.
	Authenticate func(r *http.Request) (User, error)
	// Authorize decides whether a subscription may listen to a stream, after
	// the channel asked for it; the name was verified if the channel is
	// Turbo::StreamsChannel. [ErrRejected] rejects; any other error, or a
	// panic, leaves the client to try again. It may be asked twice if
	// [Hub.Unsubscribe] comes in between. Nil allows: then a signed name is
	// all that it takes.
	Authorize func(ctx context.Context, s *Subscription, stream string) error

	// Hooks, each nil or called once for each of its events, in their order
	// for one connection and concurrently for different ones. OnConnect comes
	// before the welcome; OnSubscribe after the confirmation and the history;
	// OnDisconnect last and only after OnConnect; OnUnsubscribe only after
	// OnSubscribe. Contexts end with the connection, save those of the two
	// that tell of ends. A hook that waits keeps its own client waiting, no
	// other.
	OnConnect     func(ctx context.Context, c Connection)
	OnDisconnect  func(ctx context.Context, c Connection, reason Reason)
	OnSubscribe   func(ctx context.Context, s *Subscription)
	OnUnsubscribe func(ctx context.Context, s *Subscription, reason Reason)

	// AllowedOrigins are further origins ("https://example.com") whose pages
	// may connect, beside the request's own: its scheme and host. "*" is any.
	// A request without Origin does not come from a page and is let in.
	AllowedOrigins []string
	// TrustedProxies are the addresses of proxies in front, whose
	// X-Forwarded-For, -Proto and -Host tell the client's address and the
	// origin that it sees. They must set these headers, or take them away.
	// Without it, a proxy that ends TLS makes every origin a foreign one.
	TrustedProxies []netip.Prefix
	// Compression offers permessage-deflate (no context takeover). It is worth
	// its time where bandwidth is scarce: see the package documentation.
	Compression bool

	// Limits. Zero means the default that stands beside; a negative or absurd
	// value is an error of Start. What happens at a limit is named by the
	// reason beside it.
	MaxFrame                 int64 // bytes of a received frame; 64 KiB. ReasonFrame.
	MaxIdentifier            int   // bytes of an identifier; 2 KiB. ReasonIdentifier, without an echo.
	MaxSubscriptions         int   // of a connection; 100. ReasonSubscriptions.
	MaxIdentifiersPerStream  int   // subscriptions of one connection to one stream; 4. ReasonIdentifiers.
	MaxCommands              int   // of a connection in a second, pings included; 200. ReasonCommands.
	MaxConnections           int   // 100,000. Status 503, ReasonConnections.
	MaxConnectionsPerAddress int   // IPv6: per /64; a fifth of MaxConnections, but 1,000 at least. Status 503, ReasonAddress.
	// MaxBacklog is how many bytes may wait for one client that does not take
	// them as fast as they come; 1 MiB. One message is let through to who has
	// no backlog, whatever its size. As much again may be kept back while a
	// history is sent. ReasonTooSlow.
	MaxBacklog int64
	// MaxTotalBacklog is how many bytes may wait in all, a broadcast being
	// counted once; 128 MiB. Beyond it who is furthest behind goes first.
	// ReasonBacklog.
	MaxTotalBacklog int64
	// AuthenticateTimeout is how long Authenticate's request lasts; 10 s.
	// ReasonUnavailable, if Authenticate then fails.
	AuthenticateTimeout time.Duration
	// WriteTimeout is how long a client may take nothing while something
	// waits for it; 10 s. ReasonTooSlow.
	WriteTimeout time.Duration
	// IdleTimeout is how long a client may give no sign of life, answers to
	// the WebSocket's own pings included; 60 s. ReasonIdle.
	IdleTimeout time.Duration
	// PingInterval is the pause between two pings of Action Cable; 3 s, which
	// its clients count on.
	PingInterval time.Duration

	// Metrics hears what happens; nil is nobody.
	Metrics Metrics
	// Logger receives refusals and failures; nil is slog.Default(). Warnings
	// that repeat are counted instead of written.
	Logger *slog.Logger

	running *core // guarded by starting
}

// starting guards every hub's running, so that a Hub holds no lock and may be
// copied while it is not used.
var starting sync.RWMutex

// Start checks the fields. It need not be called, but who does learns at once
// what is wrong with them, and which were set too late; without it, the first
// request or broadcast tells.
func (h *Hub) Start() error {
	k, err := h.start()
	if err == nil {
		err = k.unchanged(h)
	}
	return err
}

// unchanged reports a field that was set when the hub was at work already.
func (k *core) unchanged(h *Hub) error {
	was, is := reflect.ValueOf(&k.hub).Elem(), reflect.ValueOf(h).Elem()
	for i := range is.NumField() {
		if f := is.Type().Field(i); f.IsExported() && !same(was.Field(i), is.Field(i)) {
			return fmt.Errorf("cable: %s was set after the hub's first use (a request, a broadcast, a position): set it before", f.Name)
		}
	}
	return nil
}

// same compares what can be compared, and functions, slices and maps by what
// they point to.
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

// UseVerifier gives a hub whose Verifier is nil one, before or while it runs.
func (h *Hub) UseVerifier(v *streamname.Verifier) error {
	k, err := h.start()
	if err == nil && h.Verifier == nil {
		k.verifier.Store(v)
	}
	return err
}

// ServeHTTP upgrades the request to a WebSocket and returns; the connection
// goes on. It answers an EventSource with events, and returns when these end:
// see the package documentation. Any other request, and one from a page of a
// foreign origin, gets 404, as from Rails. It works on any path, behind any
// prefix. The ResponseWriter must be an http.Hijacker, or for events an
// http.Flusher that has a method SetWriteDeadline, or unwrap to one.
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

// publishTimeout bounds how long a broadcast may take that no request bounds.
const publishTimeout = 10 * time.Second

// Broadcast sends message, encoded as JSON, to every subscription of the
// stream. Turbo renders messages that are strings of turbo-stream markup. With
// the memory broker it returns when the message is queued for each. It
// outlives ctx, of which only the values count: what was to be told is told,
// whoever closed the tab. While most listeners of the stream are far behind, it
// waits for them as long as they take something, for a second at most.
func (h *Hub) Broadcast(ctx context.Context, stream string, message any) error {
	k, err := h.start()
	if err != nil {
		return err
	}
	switch stream {
	case "":
		return errors.New("cable: broadcast: stream without name")
	case controlStream:
		return fmt.Errorf("cable: broadcast to %q: reserved", stream)
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

// PublishOnce broadcasts a message that is JSON already, unless the stream's last
// one by PublishOnce was of the same epoch and had this sequence number or a
// higher one; that is no error. It is what an outbox publishes by, package
// outbox; the broker has to be a [OnceBroker], as those of packages broker/memory
// and broker/redis are. It ends with ctx, and after an error may be repeated. It
// waits for listeners as Broadcast does.
func (h *Hub) PublishOnce(ctx context.Context, stream string, message []byte, epoch string, sequence uint64) error {
	k, err := h.start()
	if err != nil {
		return err
	}
	once, ok := k.broker.(OnceBroker)
	switch {
	case !ok:
		err = errors.New("the broker cannot tell repetitions")
	case stream == "" || stream == controlStream:
		err = errors.New("no such stream")
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

// Position is the stream's position now: what is broadcast later comes after it.
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

// Listeners is how many subscriptions of this process listen to the stream.
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

// Stats counts.
func (h *Hub) Stats() Stats {
	k, err := h.start()
	if err != nil {
		return Stats{}
	}
	return k.stats()
}

// Shutdown refuses new connections and tells the present ones to reconnect
// elsewhere, after they got what is queued. Who takes or answers nothing for a
// second is cut, and everybody when ctx ends; that is no error. An error says
// that functions of the application had not returned by then. Broadcasts still
// go to the broker. Call it after http.Server.Shutdown, which waits for the
// requests that still broadcast but not for WebSockets; server.Server.Shutdown
// does both.
func (h *Hub) Shutdown(ctx context.Context) error {
	k, err := h.start()
	if err != nil {
		return nil // it never served
	}
	return k.shutdown(ctx)
}

// Closing reports whether Shutdown was called.
func (h *Hub) Closing() bool {
	k, err := h.start()
	return err == nil && k.closing()
}
