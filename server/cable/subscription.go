package cable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unique"

	"github.com/turbowasm/turbowasm/server/streamname"
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

// Params decodes the subscription's parameters, the identifier's JSON object,
// into v. Unlike encoding/json, it does not take a parameter for a field whose
// name is in another case.
func (s *Subscription) Params(v any) error {
	text := []byte(s.identifier)
	if names := fieldNames(v); names != nil {
		object, err := parseObject(text)
		if err != nil {
			return fmt.Errorf("cable: parameters of %.200q: %w", s.identifier, err)
		}
		for key := range object {
			folded := func(name string) bool { return strings.EqualFold(name, key) }
			if !slices.Contains(names, key) && slices.ContainsFunc(names, folded) {
				delete(object, key)
			}
		}
		text, _ = json.Marshal(object) // of what was JSON
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("cable: parameters of %.200q: %w", s.identifier, err)
	}
	return nil
}

// fieldNames are the JSON names of the struct that v points to, if it does.
func fieldNames(v any) []string {
	t := reflect.TypeOf(v)
	if t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return nil
	}
	names := []string{}
	for _, f := range reflect.VisibleFields(t.Elem()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		names = append(names, name)
	}
	return names
}

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

// obey does what a command says. What it cannot do it returns, for the log: the
// protocol has no reply to it. conn.hooks is held.
func (c *conn) obey(text []byte) error {
	cmd, err := parseCommand(text)
	if err != nil {
		return err
	}
	if len(cmd.Identifier) > c.core.limits.identifier {
		if cmd.Command == "subscribe" {
			c.core.observe(Event{Kind: EventRejected, Reason: ReasonIdentifier})
			c.send(c.protocol.reject("", ReasonIdentifier))
		}
		return fmt.Errorf("%s: identifier of %d bytes", ReasonIdentifier, len(cmd.Identifier))
	}
	s := c.subscription(cmd.Identifier)
	switch cmd.Command {
	case "subscribe":
		if s != nil {
			return nil // confirmed already; released Rails is silent too
		}
		return c.subscribe(cmd.Identifier, cmd.History)
	case "history":
		if s == nil || cmd.History == nil || !c.protocol.places() {
			return fmt.Errorf("history of %.200q: no such subscription, or nothing asked for", cmd.Identifier)
		}
		return s.sendHistory(cmd.History)
	case "unsubscribe":
		if s == nil || !c.forget(s) {
			return fmt.Errorf("unsubscribe %.200q: no such subscription", cmd.Identifier)
		}
		c.unsubscribed(s, ReasonUnsubscribed)
		return nil
	case "ping":
		c.send(&frame{prefix: pong, single: true})
		return nil
	case "pong": // a sign of life
		return nil
	case "message":
		if s == nil {
			return fmt.Errorf("perform on %.200q: no such subscription", cmd.Identifier)
		}
		return c.perform(s, cmd.Data)
	}
	return fmt.Errorf("unknown command %.50q", cmd.Command)
}

func (c *conn) subscription(identifier string) *Subscription {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.subs {
		if s.identifier == identifier {
			return s
		}
	}
	return nil
}

// forget takes a subscription off the list, if it is still on it.
func (c *conn) forget(s *Subscription) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.subs, s)
	if i >= 0 {
		c.subs = slices.Delete(c.subs, i, i+1)
	}
	return i >= 0
}

func (c *conn) subscribe(identifier string, wanted *past) error {
	class, err := parseChannel(identifier)
	if err != nil {
		return fmt.Errorf("subscribe %.200q: %w", identifier, err)
	}
	channel, ok := c.core.channel(class)
	if !ok {
		return fmt.Errorf("subscribe %.200q: unknown channel", identifier)
	}
	if class == StreamsChannel {
		class = StreamsChannel // without a string for each
	}
	handle := unique.Make(identifier)
	s := &Subscription{identifier: handle.Value(), handle: handle, class: class, channel: channel, conn: c}
	asks := wanted != nil && c.protocol.places()
	if asks {
		s.hold = &hold{}
	}
	if err := c.confirm(s); err != nil {
		s.leave()
		s.letGo(nil)
		if errors.Is(err, ErrRejected) {
			reason, said := ReasonRejected, Reason("")
			if limit := (*limitError)(nil); errors.As(err, &limit) {
				reason, said = limit.reason, limit.reason
			} else if errors.Is(err, streamname.ErrExpired) {
				reason, said = ReasonExpired, ReasonExpired
			}
			c.core.observe(Event{Kind: EventRejected, Reason: reason})
			c.send(c.protocol.reject(identifier, said))
		}
		return fmt.Errorf("subscribe %.200q: %w", identifier, err)
	}
	if asks {
		err = s.sendHistory(wanted)
	}
	if hook := c.core.hub.OnSubscribe; hook != nil {
		c.core.protect("OnSubscribe", c, func() error { hook(c.ctx, s); return nil })
	}
	return err
}

// confirm makes a subscription, or says why not.
func (c *conn) confirm(s *Subscription) error {
	k := c.core
	c.mu.Lock()
	n := len(c.subs)
	c.mu.Unlock()
	if n >= k.limits.subscriptions {
		return &limitError{ReasonSubscriptions, k.limits.subscriptions}
	}
	if s.channel.Subscribe != nil {
		if err := k.protect("Subscribe", c, func() error { return s.channel.Subscribe(c.ctx, s) }); err != nil {
			return err
		}
	}
	wanted := s.wanted
	for {
		orders := c.orders.Load()
		for _, stream := range wanted {
			if err := s.listen(c.ctx, stream); err != nil {
				return err
			}
		}
		c.mu.Lock()
		if c.state != stateOpen {
			c.mu.Unlock()
			return context.Canceled // c.ctx may be about to end
		}
		if c.orders.Load() == orders {
			break
		}
		c.mu.Unlock()
		s.leave() // an order may have meant a stream that was listened to already
		c.mu.Lock()
		s.ears = nil
		c.mu.Unlock()
	}
	s.confirmed, s.wanted = true, nil
	c.subs = append(c.subs, s)
	c.mu.Unlock()
	k.subscriptions.Add(1)
	k.observe(Event{Kind: EventSubscribed})
	if !s.expires.IsZero() {
		s.timer = time.AfterFunc(time.Until(s.expires), s.expire)
	}
	c.send(c.protocol.confirm(s.identifier))
	return nil
}

// expire ends a subscription whose time is over.
func (s *Subscription) expire() {
	c := s.conn
	if !c.forget(s) {
		return
	}
	s.silence()
	c.send(c.protocol.reject(s.identifier, ReasonExpired))
	c.hooks.Lock()
	defer c.hooks.Unlock()
	c.unsubscribed(s, ReasonExpired)
}

// unsubscribed ends a confirmed subscription that is off the list, and tells
// the application. conn.hooks is held.
func (c *conn) unsubscribed(s *Subscription, reason Reason) {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.leave()
	k, ctx := c.core, context.WithoutCancel(c.ctx)
	k.subscriptions.Add(-1)
	if s.channel.Unsubscribe != nil {
		k.protect("Unsubscribe", c, func() error { s.channel.Unsubscribe(ctx, s); return nil })
	}
	if hook := k.hub.OnUnsubscribe; hook != nil {
		k.protect("OnUnsubscribe", c, func() error { hook(ctx, s, reason); return nil })
	}
	k.observe(Event{Kind: EventUnsubscribed, Reason: reason})
}

func (c *conn) perform(s *Subscription, data string) error {
	action, object, err := parseAction(data)
	if err == nil && s.channel.Perform == nil {
		err = errors.New("the channel performs nothing")
	}
	if err == nil {
		err = c.core.protect("Perform", c, func() error { return s.channel.Perform(c.ctx, s, action, object) })
	}
	if err != nil {
		return fmt.Errorf("perform %.50q on %.200q: %w", action, s.identifier, err)
	}
	return nil
}
