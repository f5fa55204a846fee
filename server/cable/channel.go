package cable

import (
	"context"
	"encoding/json"
	"fmt"
)

// StreamsChannel is the channel that <turbo-cable-stream-source> subscribes to.
const StreamsChannel = "Turbo::StreamsChannel"

// Channel handles the subscriptions of one channel class. Its functions are
// called one at a time for each connection and concurrently for different
// connections. Any of them may be nil. A panic is logged and treated as an
// error. The context ends with the connection, except that of Unsubscribe.
type Channel struct {
	// Subscribe decides whether a subscription is accepted and calls
	// [Subscription.StreamFrom] for the streams it listens to. [ErrRejected]
	// rejects it; any other error is logged, and the client may try again. Nil
	// accepts every subscription.
	Subscribe func(ctx context.Context, s *Subscription) error
	// Perform handles an action of the client. data is the JSON object that the
	// client sent, including the action; action is "receive" if it named none.
	// An error is logged.
	Perform func(ctx context.Context, s *Subscription, action string, data json.RawMessage) error
	// Unsubscribe is called when a confirmed subscription ends, for whatever
	// reason; the connection may already be gone.
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

// SubscribeSigned is the Subscribe function of Turbo::StreamsChannel. It
// listens to the stream whose name is in the parameter signed_stream_name,
// until that name expires. It rejects a name that the hub's Verifier does not
// accept, or that was signed for a purpose other than the channel's class name.
// Channels of the application that take signed names can call it from their own
// Subscribe.
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
		return fmt.Errorf("cable: the hub cannot verify signed stream names: set Hub.Verifier or call UseVerifier")
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
