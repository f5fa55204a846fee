package cable

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// StreamsChannel is the channel that <turbo-cable-stream-source> subscribes to.
const StreamsChannel = "Turbo::StreamsChannel"

// Channel is what happens to the subscriptions of one channel class. Calls for
// one connection follow one another; different connections call concurrently.
// Any function may be nil. The context ends with the connection, except
// Unsubscribe's.
type Channel struct {
	// Subscribe decides a subscription and names the streams it listens to,
	// by [Subscription.StreamFrom]. [ErrRejected] rejects; any other error is
	// logged and leaves the client to try again. Nil accepts.
	Subscribe func(ctx context.Context, s *Subscription) error
	// Perform handles an action of the client. Data is the JSON object that it
	// sent, action included; action is "receive" if it named none. An error
	// is logged.
	Perform func(ctx context.Context, s *Subscription, action string, data json.RawMessage) error
	// Unsubscribe is called when a confirmed subscription ends, however it
	// does; the connection may be gone.
	Unsubscribe func(ctx context.Context, s *Subscription)
}

// channel finds a channel by its class name.
func (h *Hub) channel(name string) (Channel, bool) {
	c, ok := h.Channels[name]
	if !ok && name == StreamsChannel {
		c, ok = Channel{Subscribe: SubscribeSigned}, true
	}
	return c, ok
}

// SubscribeSigned is the Subscribe of Turbo::StreamsChannel: it listens to the
// stream whose name is in the parameter signed_stream_name, and rejects a name
// that the hub's Verifier does not accept. Channels of the application's own
// that take signed names call it and add what they know.
func SubscribeSigned(ctx context.Context, s *Subscription) error {
	var params struct {
		SignedStreamName string `json:"signed_stream_name"`
	}
	if err := s.Params(&params); err != nil {
		return fmt.Errorf("%w: %w", ErrRejected, err)
	}
	v := s.conn.hub.Verifier
	if v == nil {
		return fmt.Errorf("%w: the hub has no verifier", ErrRejected)
	}
	name, err := v.Verify(params.SignedStreamName, "")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRejected, err)
	}
	return s.StreamFrom(ctx, name)
}

// Subscription is one client's subscription to one channel. Except for
// Transmit, its methods are for the functions of its [Channel] and for
// [Hub.Authorize], not for other goroutines.
type Subscription struct {
	identifier string
	class      string
	channel    Channel
	conn       *conn
	confirmed  bool
	streams    []string // wanted, attached once confirmed
}

// Identifier is the JSON text that names the subscription on the wire.
func (s *Subscription) Identifier() string { return s.identifier }

// Channel is the channel's class name.
func (s *Subscription) Channel() string { return s.class }

// Params decodes the subscription's parameters, the identifier's JSON object,
// into v.
func (s *Subscription) Params(v any) error {
	if err := json.Unmarshal([]byte(s.identifier), v); err != nil {
		return fmt.Errorf("cable: parameters of %q: %w", s.identifier, err)
	}
	return nil
}

// User is whom [Hub.Authenticate] found.
func (s *Subscription) User() User { return s.conn.user }

// Request is the request that opened the connection; its body is not readable.
func (s *Subscription) Request() *http.Request { return s.conn.request }

// Streams are the names of the streams that the subscription listens to, or
// will when it is confirmed.
func (s *Subscription) Streams() []string { return slices.Clone(s.streams) }

// StreamFrom makes the subscription listen to the stream. In a channel's
// Subscribe it takes effect when that returns nil, later at once; then it
// returns [Hub.Authorize]'s refusal or the broker's failure. Listening twice is
// listening once.
func (s *Subscription) StreamFrom(ctx context.Context, stream string) error {
	if stream == "" {
		return fmt.Errorf("cable: stream from %q: stream without name", s.identifier)
	}
	if slices.Contains(s.streams, stream) {
		return nil
	}
	if s.confirmed {
		if err := s.attach(ctx, stream); err != nil {
			return err
		}
	}
	s.streams = append(s.streams, stream)
	return nil
}

func (s *Subscription) attach(ctx context.Context, stream string) error {
	if authorize := s.conn.hub.Authorize; authorize != nil {
		if err := authorize(ctx, s, stream); err != nil {
			return fmt.Errorf("stream %q: %w", stream, err)
		}
	}
	return s.conn.hub.attach(ctx, stream, s.identifier, s.conn)
}

// Transmit sends message, encoded as JSON, to this subscription alone. It may
// be called concurrently, and does nothing once the connection has ended.
func (s *Subscription) Transmit(message any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("cable: transmit to %q: %w", s.identifier, err)
	}
	s.conn.send(dataFrame(s.identifier, data))
	return nil
}
