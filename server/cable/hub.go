// Package cable is the server end of Action Cable: it holds WebSocket
// connections, decides their subscriptions, and fans broadcasts out to them. It
// speaks actioncable-v1-json, the protocol of Rails and of @rails/actioncable
// 8.1.
//
// A [Hub] is an http.Handler. Pages subscribe to channels; a channel attaches
// the subscription to named streams; a broadcast to a stream reaches every
// subscription attached to it, in order. Turbo::StreamsChannel, whose streams
// are signed into the page, is built in.
package cable

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// Broker carries broadcasts between hubs. It keeps the order within a stream.
type Broker interface {
	// Publish sends data to every subscription of the stream, in every process.
	Publish(ctx context.Context, stream string, data []byte) (broker.Position, error)
	// Subscribe returns once later publications are certain to be delivered,
	// one at a time and in order, until cancel is called. deliver neither
	// blocks nor calls the broker.
	Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (cancel func(), err error)
}

// User is whom a connection belongs to. The zero User is anonymous.
type User struct {
	// ID names the user in [Hub.Disconnect]; empty if that is not needed.
	ID string
	// Data is the application's own: whatever channels want to know.
	Data any
}

// ErrRejected is what a channel or [Hub.Authorize] returns to refuse a
// subscription: the client is told and does not try again.
var ErrRejected = errors.New("subscription rejected")

// Hub is the cable endpoint. Its zero value refuses other hosts' pages, knows
// the one channel Turbo::StreamsChannel, and broadcasts within the process;
// only Verifier must be set. The fields must not change after the first
// request or broadcast. All methods may be called concurrently.
type Hub struct {
	// Verifier checks the signed names of Turbo::StreamsChannel; nil rejects all.
	Verifier *streamname.Verifier
	// Broker carries broadcasts; nil is a [broker.Memory] of the hub's own.
	Broker Broker
	// Channels are the application's channels by class name, for example
	// "UnreadRoomsChannel". An entry named Turbo::StreamsChannel replaces the
	// built-in one.
	Channels map[string]Channel

	// Authenticate finds the user from the request that opens a connection
	// (its cookies, its headers). An error disconnects with the reason
	// unauthorized, for good. Nil lets everyone in, anonymous.
	Authenticate func(r *http.Request) (User, error)
	// Authorize decides whether a subscription may listen to a stream, after
	// the channel asked for it; the name was verified if the channel is
	// Turbo::StreamsChannel. [ErrRejected] rejects. Nil allows: then a signed
	// name is all that it takes.
	Authorize func(ctx context.Context, s *Subscription, stream string) error
	// AllowedOrigins are further origins ("https://example.com") whose pages
	// may connect, beside those of the request's own host; "*" is any. A
	// request without Origin does not come from a page and is let in.
	AllowedOrigins []string

	// Limits of one connection. Zero means the default.
	MaxFrame         int64         // bytes of a received frame; 64 KiB
	MaxSubscriptions int           // 100; more are rejected
	MaxQueue         int           // frames waiting to be written; 256. A client that falls behind further is disconnected.
	WriteTimeout     time.Duration // for one frame; 10 s
	IdleTimeout      time.Duration // without any sign of life, pongs included; 60 s

	// PingInterval is the pause between two pings; 0 is 3 s, which clients of
	// Action Cable count on.
	PingInterval time.Duration
	// Logger receives refusals and failures; nil is slog.Default().
	Logger *slog.Logger

	once  sync.Once // resolves what the zero value leaves open
	owned *broker.Memory

	mu     sync.Mutex // guards what follows
	closed bool
	conns  map[*conn]struct{}
	topics map[string]*topic
}

func (h *Hub) init() {
	h.once.Do(func() {
		h.conns = make(map[*conn]struct{})
		h.topics = make(map[string]*topic)
		if h.Broker == nil {
			h.owned = &broker.Memory{}
			h.Broker = h.owned
		}
	})
}

func (h *Hub) logger() *slog.Logger { return cmp.Or(h.Logger, slog.Default()) }

// ServeHTTP upgrades the request to a WebSocket and serves it until it ends. A
// request that is no upgrade, or comes from a page of a foreign origin, gets
// 404, as from Rails.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.init()
	if !websocket.IsWebSocketUpgrade(r) {
		http.Error(w, "Page not found", http.StatusNotFound)
		return
	}
	if !h.allowedOrigin(r) {
		h.logger().WarnContext(r.Context(), "cable: origin refused", "origin", r.Header.Get("Origin"), "host", r.Host)
		http.Error(w, "Page not found", http.StatusNotFound)
		return
	}
	upgrader := websocket.Upgrader{
		Subprotocols:    []string{subprotocol},
		CheckOrigin:     func(*http.Request) bool { return true }, // checked above
		WriteBufferPool: &writeBuffers,
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil { // and answered
		h.logger().WarnContext(r.Context(), "cable: upgrade refused", "error", err)
		return
	}
	c := newConn(h, ws, r)
	h.mu.Lock()
	closed := h.closed
	h.conns[c] = struct{}{}
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.conns, c)
		h.mu.Unlock()
		close(c.done)
	}()
	if closed {
		c.disconnect(reasonRestart, true)
	}
	c.serve()
}

var writeBuffers sync.Pool

func (h *Hub) allowedOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if slices.Contains(h.AllowedOrigins, "*") || slices.Contains(h.AllowedOrigins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// Broadcast sends message, encoded as JSON, to every subscription of the
// stream. Turbo renders messages that are strings of turbo-stream markup. With
// the memory broker it returns when the message is queued for each.
func (h *Hub) Broadcast(ctx context.Context, stream string, message any) error {
	h.init()
	if stream == "" {
		return errors.New("cable: broadcast: stream without name")
	}
	data, err := json.Marshal(message) // escapes <, > and & as Rails does
	if err == nil {
		_, err = h.Broker.Publish(ctx, stream, data)
	}
	if err != nil {
		return fmt.Errorf("cable: broadcast to %q: %w", stream, err)
	}
	return nil
}

// Disconnect closes every connection of the user, in every process of the
// broker; reconnect says whether clients may come back by themselves.
func (h *Hub) Disconnect(ctx context.Context, userID string, reconnect bool) error {
	if userID == "" {
		return errors.New("cable: disconnect: user without id")
	}
	return h.Broadcast(ctx, controlStream(userID), disconnectMessage{Type: "disconnect", Reconnect: reconnect})
}

// Shutdown refuses new connections and tells the present ones to reconnect
// elsewhere, after they got what is queued. It waits for them to end until ctx
// is done, then cuts them and returns ctx's error.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.init()
	h.mu.Lock()
	h.closed = true
	conns := slices.Collect(maps.Keys(h.conns))
	h.mu.Unlock()
	for _, c := range conns {
		c.disconnect(reasonRestart, true)
	}
	var err error
	for _, c := range conns {
		select {
		case <-c.done:
		case <-ctx.Done():
			err = ctx.Err()
			c.ws.Close()
		}
	}
	if h.owned != nil {
		h.owned.Close()
	}
	if err != nil {
		return fmt.Errorf("cable: shutdown: %w", err)
	}
	return nil
}
