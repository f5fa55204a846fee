package cable

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unique"
)

// Subscription is one client's subscription to one channel. Transmit and the
// methods that return its names may be called from any goroutine; the others
// only from the functions of its [Channel], [Hub.Authorize] and hooks.
type Subscription struct {
	identifier string // handle's string, shared by all subscriptions with this identifier
	handle     unique.Handle[string]
	class      string
	channel    Channel
	conn       *conn
	confirmed  bool
	wanted     []string // streams to listen to once it is confirmed
	expires    time.Time
	timer      *time.Timer
	hold       *hold       // keeps broadcasts back until the history has been sent; otherwise nil
	listeners  []*listener // guarded by conn.mu
}

// Identifier returns the JSON text that names the subscription on the wire.
func (s *Subscription) Identifier() string { return s.identifier }

// Channel returns the channel's class name.
func (s *Subscription) Channel() string { return s.class }

// User returns the user that [Hub.Authenticate] identified.
func (s *Subscription) User() User { return s.conn.user }

// Connection returns the connection that the subscription belongs to.
func (s *Subscription) Connection() Connection { return s.conn.info() }

// Streams returns the names of the streams that the subscription listens to, or
// will listen to once it is confirmed.
func (s *Subscription) Streams() []string {
	names := slices.Clone(s.wanted)
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	for _, listener := range s.listeners {
		if !slices.Contains(names, listener.topic.stream) {
			names = append(names, listener.topic.stream)
		}
	}
	return names
}

// StreamFrom makes the subscription listen to the stream. In a channel's
// Subscribe it takes effect when that function returns nil; later it takes
// effect at once and returns the error of [Hub.Authorize] or of the broker.
// Repeating it for a stream has no effect.
func (s *Subscription) StreamFrom(ctx context.Context, stream string) error {
	switch {
	case stream == "":
		return fmt.Errorf("cable: stream from %.200q: the stream name is empty", s.identifier)
	case stream == controlStream:
		return fmt.Errorf("cable: stream from %.200q: %w: %q is reserved", s.identifier, ErrRejected, stream)
	case slices.Contains(s.Streams(), stream):
		return nil
	case !s.confirmed:
		s.wanted = append(s.wanted, stream)
		return nil
	}
	return s.listen(ctx, stream)
}

// ExpireAt ends the subscription at the given time, with the reason expired. Of
// several times the earliest counts. Call it in a channel's Subscribe.
func (s *Subscription) ExpireAt(t time.Time) {
	if s.expires.IsZero() || t.Before(s.expires) {
		s.expires = t
	}
}

// listen asks Authorize and then listens. It asks again if [Hub.Unsubscribe]
// was called for the user in the meantime.
func (s *Subscription) listen(ctx context.Context, stream string) error {
	c := s.conn
	k := c.core
	var same int
	c.mu.Lock()
	for _, other := range c.subs {
		if other != s && other.listenerOf(stream) != nil {
			same++
		}
	}
	c.mu.Unlock()
	if same >= k.limits.identifiers {
		return &limitError{ReasonIdentifiers, k.limits.identifiers}
	}
	for range 3 {
		orders := c.orders.Load()
		if authorize := k.hub.Authorize; authorize != nil {
			err := k.protect("Authorize", c, func() error { return authorize(ctx, s, stream) })
			if err != nil {
				return fmt.Errorf("stream %q: %w", stream, err)
			}
		}
		listener, err := k.listen(ctx, stream, s.handle, c, s.hold)
		if err != nil {
			return err
		}
		c.mu.Lock()
		asked := orders == c.orders.Load()
		if asked {
			s.listeners = append(s.listeners, listener)
		}
		c.mu.Unlock()
		if asked {
			return nil
		}
		listener.leave()
	}
	return fmt.Errorf("stream %q: Unsubscribe was called again and again while subscribing", stream)
}

// listenerOf returns the subscription's listener for the stream, or nil. conn.mu is
// held.
func (s *Subscription) listenerOf(stream string) *listener {
	for _, listener := range s.listeners {
		if listener.topic.stream == stream {
			return listener
		}
	}
	return nil
}

func (s *Subscription) listensTo(stream string) bool { return s.listenerOf(stream) != nil }

// silence stops deliveries without calling the broker.
func (s *Subscription) silence() {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	for _, listener := range s.listeners {
		listener.gone.Store(true)
	}
}

// leave removes all listeners; it may call the broker.
func (s *Subscription) leave() {
	s.conn.mu.Lock()
	listeners := s.listeners
	s.conn.mu.Unlock()
	for _, listener := range listeners {
		listener.leave()
	}
}

// Transmit sends message, encoded as JSON, to this subscription only, in order
// with the broadcasts to it. It may be called concurrently, and does nothing
// once the connection has ended.
func (s *Subscription) Transmit(message any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("cable: transmit to %.200q: %w", s.identifier, err)
	}
	s.conn.send(&frame{prefix: s.conn.protocol.prefix(s.identifier), body: &body{data: data}, single: true})
	return nil
}
