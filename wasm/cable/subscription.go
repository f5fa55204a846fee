package cable

// subscription is one of the page's. Those with the same identifier have the
// same status.
type subscription struct {
	id         int32
	identifier string
	status     status
	connected  bool // it was told so
	removed    bool
}

// status is what the server said on this connection.
type status int

const (
	idle    status = iota // it was not asked
	pending               // no answer yet
	confirmed
)

// Subscribe adds a subscription under an id that the page has not used before
// and connects if necessary. Identifiers are compared byte by byte. The error
// is that of connecting; the subscription is there nevertheless.
func (c *Consumer) Subscribe(id int32, identifier string) error {
	s := &subscription{id: id, identifier: identifier}
	if first := c.first(identifier); first != nil {
		s.status = first.status
	}
	c.subscriptions = append(c.subscriptions, s)
	c.makeFeed(identifier)
	if _, err := c.Connect(); err != nil {
		return err
	}
	c.page.Notify(id, Initialized)
	switch {
	case s.removed: // it has thought better of it
	case s.status == idle:
		c.request(s)
	case s.status == confirmed:
		c.start(Join, 0)
	}
	return nil
}

// Unsubscribe removes a subscription, and the server's when it was the last
// with its identifier. One that is not there is left out.
func (c *Consumer) Unsubscribe(id int32) {
	for _, s := range c.subscriptions {
		if s.id == id {
			c.remove(s)
			if c.first(s.identifier) != nil {
				continue
			}
			c.dropFeed(s.identifier)
			switch {
			case c.listening && c.active():
				c.renew()
			case s.status != idle && c.page.State() == Open:
				c.page.Send(Unsubscribe, s.identifier, "")
			}
		}
	}
}

// Reload asks for all subscriptions anew.
func (c *Consumer) Reload() { c.ask(true) }

// ask asks for the subscriptions that are pending, or all.
func (c *Consumer) ask(all bool) {
	for _, s := range c.subscriptions {
		if (all || s.status == pending) && c.first(s.identifier) == s {
			c.request(s)
		}
	}
}

// request sends a subscribe command, again and again until it is answered.
// Before the welcome it does nothing, for that asks for all.
func (c *Consumer) request(s *subscription) {
	if c.listening {
		c.renew()
		return
	}
	if c.welcomed && c.page.State() == Open {
		c.mark(s.identifier, pending)
		f := c.makeFeed(s.identifier)
		since := c.since(f)
		c.page.Send(Subscribe, s.identifier, since)
		if since != "" { // sent again, it is answered once all the same
			f.asking = max(f.asking, 1)
			c.start(Answer, answerWithin)
		}
		c.start(Ask, askDelay)
	}
}

// confirm takes the server's consent. One that comes too late, for there is no
// subscription left, is none: the server has been told already.
func (c *Consumer) confirm(identifier string) {
	if c.first(identifier) == nil {
		return
	}
	c.mark(identifier, confirmed)
	c.makeFeed(identifier).confirmed = true
	event := Connected
	if c.reconnecting {
		c.reconnecting = false
		event = Reconnected
	}
	for _, s := range c.subscriptions {
		if s.identifier == identifier && s.status == confirmed && !(c.listening && s.connected) {
			c.tell(s, event)
		}
	}
}

// tellJoined tells those who joined an identifier that was confirmed.
func (c *Consumer) tellJoined() {
	for _, s := range c.subscriptions {
		if s.status == confirmed && !s.connected && c.page.State() == Open {
			c.tell(s, Connected)
		}
	}
}

// reject takes the server's refusal. Who subscribes from here on asks anew.
func (c *Consumer) reject(identifier string) {
	all := c.subscriptions
	for _, s := range all {
		if s.identifier == identifier {
			c.remove(s)
		}
	}
	c.dropFeed(identifier)
	for _, s := range all {
		if s.identifier == identifier {
			c.page.Notify(s.id, Rejected)
		}
	}
}

// tell tells a subscription of an event unless it has been removed meanwhile.
func (c *Consumer) tell(s *subscription, event Event) {
	if !s.removed {
		s.connected = event == Connected || event == Reconnected
		c.page.Notify(s.id, event)
	}
}

func (c *Consumer) mark(identifier string, status status) {
	for _, s := range c.subscriptions {
		if s.identifier == identifier {
			s.status = status
		}
	}
}

// remove makes a new list, so that whoever goes through the old one may go on.
func (c *Consumer) remove(s *subscription) {
	s.removed = true
	kept := make([]*subscription, 0, len(c.subscriptions))
	for _, other := range c.subscriptions {
		if other != s {
			kept = append(kept, other)
		}
	}
	c.subscriptions = kept
}

// first returns the first subscription with an identifier, nil if there is none.
func (c *Consumer) first(identifier string) *subscription {
	for _, s := range c.subscriptions {
		if s.identifier == identifier {
			return s
		}
	}
	return nil
}
