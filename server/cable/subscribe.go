package cable

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unique"

	"github.com/turbowasm/turbowasm/server/streamname"
)

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

// forget removes a subscription from the list and reports whether it was there.
func (c *conn) forget(s *Subscription) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.subs, s)
	if i >= 0 {
		c.subs = slices.Delete(c.subs, i, i+1)
	}
	return i >= 0
}

func (c *conn) subscribe(identifier string, wanted *historyRequest) error {
	class, err := parseChannel(identifier)
	if err != nil {
		return fmt.Errorf("subscribe %.200q: %w", identifier, err)
	}
	channel, ok := c.core.channel(class)
	if !ok {
		return fmt.Errorf("subscribe %.200q: unknown channel", identifier)
	}
	if class == StreamsChannel {
		class = StreamsChannel // shares one string instead of keeping a copy per subscription
	}
	handle := unique.Make(identifier)
	s := &Subscription{identifier: handle.Value(), handle: handle, class: class, channel: channel, conn: c}
	asks := wanted != nil && c.protocol.sendsPositions()
	if asks {
		s.hold = &hold{}
	}
	if err := c.confirm(s); err != nil {
		s.leave()
		s.sendHeld(nil)
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

// confirm completes and confirms a subscription, or returns the reason not to.
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
			return context.Canceled // even if c.ctx has not been cancelled yet
		}
		if c.orders.Load() == orders {
			break
		}
		c.mu.Unlock()
		s.leave() // an order may have revoked a stream that was already being listened to
		c.mu.Lock()
		s.listeners = nil
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

// expire ends a subscription whose signed name has expired.
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

// unsubscribed finishes a confirmed subscription that was removed from the
// list, and tells the application. conn.hooks is held.
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
