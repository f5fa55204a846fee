package cable

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unique"
)

// Subscription is one client's subscription to one channel. Except for
// Transmit and what only reads its names, its methods are for the functions of
// its [Channel], for [Hub.Authorize] and for hooks, not for other goroutines.
type Subscription struct {
	identifier string // that of handle: one copy for all who have it
	handle     unique.Handle[string]
	class      string
	channel    Channel
	conn       *conn
	confirmed  bool
	wanted     []string // streams that are to be listened to once it is confirmed
	expires    time.Time
	timer      *time.Timer
	hold       *hold       // what comes before the history has been sent; nil afterwards
	ears       []*listener // guarded by conn.mu
}

// Identifier is the JSON text that names the subscription on the wire.
func (s *Subscription) Identifier() string { return s.identifier }

// Channel is the channel's class name.
func (s *Subscription) Channel() string { return s.class }

// User is whom [Hub.Authenticate] found.
func (s *Subscription) User() User { return s.conn.user }

// Connection is the connection that it belongs to.
func (s *Subscription) Connection() Connection { return s.conn.info() }

// Streams are the names of the streams that the subscription listens to, or
// will when it is confirmed.
func (s *Subscription) Streams() []string {
	names := slices.Clone(s.wanted)
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	for _, ear := range s.ears {
		if !slices.Contains(names, ear.topic.stream) {
			names = append(names, ear.topic.stream)
		}
	}
	return names
}

// StreamFrom makes the subscription listen to the stream. In a channel's
// Subscribe it takes effect when that returns nil, later at once; then it
// returns [Hub.Authorize]'s refusal or the broker's failure. Listening twice is
// listening once.
func (s *Subscription) StreamFrom(ctx context.Context, stream string) error {
	switch {
	case stream == "":
		return fmt.Errorf("cable: stream from %.200q: stream without name", s.identifier)
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

// ExpireAt has the subscription end at a time, with the reason expired. The
// earliest of several times counts. It is for a channel's Subscribe.
func (s *Subscription) ExpireAt(t time.Time) {
	if s.expires.IsZero() || t.Before(s.expires) {
		s.expires = t
	}
}

// listen asks for permission and listens, and asks again if an order of
// [Hub.Unsubscribe] came in between.
func (s *Subscription) listen(ctx context.Context, stream string) error {
	c := s.conn
	k := c.core
	var same int
	c.mu.Lock()
	for _, other := range c.subs {
		if other != s && other.ear(stream) != nil {
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
		ear, err := k.listen(ctx, stream, s.handle, c, s.hold)
		if err != nil {
			return err
		}
		c.mu.Lock()
		asked := orders == c.orders.Load()
		if asked {
			s.ears = append(s.ears, ear)
		}
		c.mu.Unlock()
		if asked {
			return nil
		}
		ear.leave()
	}
	return fmt.Errorf("stream %q: orders keep coming", stream)
}

// ear is the one at the stream, if there is one. conn.mu is held.
func (s *Subscription) ear(stream string) *listener {
	for _, ear := range s.ears {
		if ear.topic.stream == stream {
			return ear
		}
	}
	return nil
}

func (s *Subscription) listensTo(stream string) bool { return s.ear(stream) != nil }

// silence has nothing more delivered, without asking the broker for anything.
func (s *Subscription) silence() {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	for _, ear := range s.ears {
		ear.gone.Store(true)
	}
}

// leave ends listening.
func (s *Subscription) leave() {
	s.conn.mu.Lock()
	ears := s.ears
	s.conn.mu.Unlock()
	for _, ear := range ears {
		ear.leave()
	}
}

// Transmit sends message, encoded as JSON, to this subscription alone, in order
// with what is broadcast to it. It may be called concurrently, and does nothing
// once the connection has ended.
func (s *Subscription) Transmit(message any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("cable: transmit to %.200q: %w", s.identifier, err)
	}
	s.conn.send(&frame{prefix: s.conn.protocol.prefix(s.identifier), body: &body{data: data}, single: true})
	return nil
}
