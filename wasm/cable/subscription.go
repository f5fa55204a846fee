package cable

// subscription is one of the page's. Those with the same identifier have the
// same status.
type subscription struct {
	id         int32
	identifier string
	status     status
	connected  bool // it was told that it is connected
	removed    bool
}

// status is what the server said on this connection.
type status int

const (
	idle    status = iota // the server was not asked
	pending               // it has not answered yet
	confirmed
)

// Subscribe adds a subscription under an id that the page has not used before
// and connects if necessary. Identifiers are compared byte by byte. An error
// comes from connecting; the subscription is added all the same.
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
	case s.removed: // in answer to Initialized
	case s.status == idle:
		c.request(s)
	case s.status == confirmed:
		c.start(Join, 0)
	}
	return nil
}

// Unsubscribe removes a subscription, and unsubscribes from the server when it
// was the last one with its identifier. An unknown id is ignored.
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

// Reload asks the server for all subscriptions again.
func (c *Consumer) Reload() { c.ask(true) }

// ask asks for all subscriptions, or for those that are pending.
func (c *Consumer) ask(all bool) {
	for _, s := range c.subscriptions {
		if (all || s.status == pending) && c.first(s.identifier) == s {
			c.request(s)
		}
	}
}

// request sends a subscribe command, which is repeated until it is answered.
// Before the welcome it does nothing, since the welcome asks for all.
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
		if since != "" { // even if it is repeated, there is one answer
			f.asking = max(f.asking, 1)
			c.start(Answer, answerWithin)
		}
		c.start(Ask, askDelay)
	}
}

// confirm takes a confirmation. One that comes too late, when no subscription is
// left, is ignored: the server has already been told.
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

// tellJoined tells the subscriptions that joined a confirmed identifier.
func (c *Consumer) tellJoined() {
	for _, s := range c.subscriptions {
		if s.status == confirmed && !s.connected && c.page.State() == Open {
			c.tell(s, Connected)
		}
	}
}

// reject takes a rejection. Later subscriptions with the identifier ask again.
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

// remove makes a new list, so that a loop over the old one can go on.
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
