package cable

import (
	"context"
	"encoding/json"
	"fmt"
)

// StreamsChannel is the channel that <turbo-cable-stream-source> subscribes to.
const StreamsChannel = "Turbo::StreamsChannel"

// Channel is what happens to the subscriptions of one channel class. Calls for
// one connection follow one another; different connections call concurrently.
// Any function may be nil, and may panic: that is logged and taken for an
// error. The context ends with the connection, except Unsubscribe's.
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
func (k *core) channel(name string) (Channel, bool) {
	c, ok := k.hub.Channels[name]
	if !ok && name == StreamsChannel {
		c, ok = Channel{Subscribe: SubscribeSigned}, true
	}
	return c, ok
}

// SubscribeSigned is the Subscribe of Turbo::StreamsChannel: it listens to the
// stream whose name is in the parameter signed_stream_name, until that expires.
// It rejects a name that the hub's Verifier does not accept, or that was signed
// for a purpose other than the channel's class name. Channels of the
// application's own that take signed names call it and add what they know.
func SubscribeSigned(ctx context.Context, s *Subscription) error {
	params, err := parseObject([]byte(s.identifier))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRejected, err)
	}
	var signed string
	if err := json.Unmarshal(params["signed_stream_name"], &signed); err != nil {
		return fmt.Errorf("%w: signed_stream_name: %w", ErrRejected, err)
	}
	v := s.conn.core.verifier.Load()
	if v == nil {
		return fmt.Errorf("cable: the hub has no verifier for signed stream names")
	}
	name, err := v.Open(signed)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRejected, err)
	}
	if name.Purpose != "" && name.Purpose != s.class {
		return fmt.Errorf("%w: name was signed for %q", ErrRejected, name.Purpose)
	}
	if !name.Expires.IsZero() {
		s.ExpireAt(name.Expires)
	}
	return s.StreamFrom(ctx, name.Stream)
}
