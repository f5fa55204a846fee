package cable

import (
	"context"
	"encoding/json"
	"net/http"
)

type hubState struct{}

// ServeHTTP upgrades the request to a WebSocket and serves it until it ends.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

// Broadcast sends message, encoded as JSON, to every subscription of the
// stream. Turbo renders messages that are strings of turbo-stream markup. With
// the memory broker it returns when the message is queued for each.
func (h *Hub) Broadcast(ctx context.Context, stream string, message any) error { return nil }

// Disconnect closes every connection of the user, in every process of the
// broker; reconnect says whether clients may come back by themselves.
func (h *Hub) Disconnect(ctx context.Context, userID string, reconnect bool) error { return nil }

// Shutdown refuses new connections and tells the present ones to reconnect
// elsewhere, after they got what is queued. It waits for them to end until ctx
// is done, then cuts them and returns ctx's error.
func (h *Hub) Shutdown(ctx context.Context) error { return nil }

// Subscription is one client's subscription to one channel.
type Subscription struct{}

// Identifier is the JSON text that names the subscription on the wire.
func (s *Subscription) Identifier() string { return "" }

// Channel is the channel's class name.
func (s *Subscription) Channel() string { return "" }

// Params decodes the subscription's parameters, the identifier's JSON object,
// into v.
func (s *Subscription) Params(v any) error { return nil }

// User is whom [Hub.Authenticate] found.
func (s *Subscription) User() User { return User{} }

// Request is the request that opened the connection; its body is not readable.
func (s *Subscription) Request() *http.Request { return nil }

// StreamFrom makes the subscription listen to the stream. In a channel's
// Subscribe it takes effect when that returns nil, later at once.
func (s *Subscription) StreamFrom(ctx context.Context, stream string) error { return nil }

// Transmit sends message, encoded as JSON, to this subscription alone.
func (s *Subscription) Transmit(message any) error { return nil }

var _ = json.Marshal
