package cable

import "slices"

const retryDelay = 500 // milliseconds

// subscription is one of the page's.
type subscription struct {
	id        int32
	channel   *channel
	connected bool // it was told so
}

// channel is what the server knows of all subscriptions with an identifier.
type channel struct {
	identifier string
	status     status
	locals     int // subscriptions
}

type status int

const (
	idle    status = iota // not asked for on this connection
	pending               // asked for, not answered
	confirmed
)

// Subscribe adds a subscription under an id that the page has not used before
// and connects if necessary. Identifiers are compared byte by byte. The error
// is that of connecting; the subscription is there nevertheless.
func (c *Consumer) Subscribe(id int32, identifier string) error {
	ch := c.channel(identifier)
	if ch == nil {
		ch = &channel{identifier: identifier}
		c.channels = append(c.channels, ch)
	}
	ch.locals++
	s := &subscription{id: id, channel: ch}
	c.subscriptions = append(c.subscriptions, s)
	if _, err := c.Connect(); err != nil {
		return err
	}
	c.page.Notify(id, Initialized)
	switch {
	case !slices.Contains(c.subscriptions, s): // it has thought better of it
	case ch.status == idle:
		c.ask(ch)
	case ch.status == confirmed:
		c.joining.start(c.page, 0, c.tellJoined)
	}
	return nil
}

// Unsubscribe removes a subscription, and the server's when it was the last
// with its identifier. One that is not there is left out.
func (c *Consumer) Unsubscribe(id int32) {
	for _, s := range c.subscriptions {
		if s.id == id {
			c.remove(s)
			if ch := s.channel; ch.locals == 0 && ch.status != idle && c.page.State() == Open {
				c.page.Send(Unsubscribe, ch.identifier)
			}
			return
		}
	}
}

// Reload asks for all subscriptions anew.
func (c *Consumer) Reload() {
	for _, ch := range c.channels {
		c.ask(ch)
	}
}

// ask sends a subscribe command, again and again until it is answered. Before
// the welcome it does nothing, for that asks for all.
func (c *Consumer) ask(ch *channel) {
	if !c.welcomed || c.page.State() != Open {
		return
	}
	ch.status = pending
	c.page.Send(Subscribe, ch.identifier)
	c.guarantor.start(c.page, retryDelay, func() {
		for _, ch := range c.channels {
			if ch.status == pending {
				c.ask(ch)
			}
		}
	})
}

// confirm takes the server's consent. One that comes too late, for there is no
// subscription left, is none: the server has been told already.
func (c *Consumer) confirm(identifier string) {
	ch := c.channel(identifier)
	if ch == nil {
		return
	}
	ch.status = confirmed
	event := Connected
	if c.reconnecting {
		c.reconnecting = false
		event = Reconnected
	}
	c.tell(event, c.of(ch))
}

// tellJoined tells those who joined a channel that is confirmed.
func (c *Consumer) tellJoined() {
	for _, ch := range slices.Clone(c.channels) {
		if ch.status == confirmed && c.page.State() == Open {
			c.tell(Connected, slices.DeleteFunc(c.of(ch), func(s *subscription) bool { return s.connected }))
		}
	}
}

func (c *Consumer) reject(identifier string) {
	ch := c.channel(identifier)
	if ch == nil {
		return
	}
	// Whoever subscribes from here on asks anew.
	c.drop(ch)
	ch.status = idle
	for _, s := range c.of(ch) {
		if slices.Contains(c.subscriptions, s) {
			c.remove(s)
			c.page.Notify(s.id, Rejected)
		}
	}
}

// tell tells subscriptions of an event, unless they have been removed by then.
func (c *Consumer) tell(event Event, to []*subscription) {
	for _, s := range to {
		s.connected = event == Connected || event == Reconnected
	}
	for _, s := range to {
		if slices.Contains(c.subscriptions, s) {
			c.page.Notify(s.id, event)
		}
	}
}

func (c *Consumer) remove(s *subscription) {
	c.subscriptions = slices.DeleteFunc(c.subscriptions, func(other *subscription) bool { return other == s })
	if s.channel.locals--; s.channel.locals == 0 {
		c.drop(s.channel)
	}
}

func (c *Consumer) drop(ch *channel) {
	c.channels = slices.DeleteFunc(c.channels, func(other *channel) bool { return other == ch })
}

func (c *Consumer) channel(identifier string) *channel {
	for _, ch := range c.channels {
		if ch.identifier == identifier {
			return ch
		}
	}
	return nil
}

// of returns the subscriptions of a channel, in a list of their own.
func (c *Consumer) of(ch *channel) (found []*subscription) {
	for _, s := range c.subscriptions {
		if s.channel == ch {
			found = append(found, s)
		}
	}
	return found
}
