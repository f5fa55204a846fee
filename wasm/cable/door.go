package cable

// Door says which transports a server has.
type Door int32

// The transports of servers.
//
//turbo:numbers
const (
	Sockets  Door = iota // WebSockets alone
	Fallback             // Server-Sent Events as well, for networks that let no WebSocket through
	Events               // Server-Sent Events alone
)

const (
	socketTries = 2      // sockets in a row without a welcome before events are tried
	askSeldom   = 10_000 // milliseconds until events ask again for what was not answered
)

// Serve says which transports the server has. It counts from the next connection on.
func (c *Consumer) Serve(d Door) {
	if c.door != Events {
		c.door = d
	}
}

// choose picks the transport of the next connection: events once sockets have
// failed and none was ever welcomed. After a connection of events is lost, a
// socket gets one more try, in case it can come through now.
func (c *Consumer) choose() {
	c.listening = c.door == Events || c.door == Fallback && !c.proven && c.failed >= socketTries
}

// failing counts a connection that ended.
func (c *Consumer) failing() {
	if c.listening {
		c.failed = socketTries - 1
	} else if !c.welcomed {
		c.failed++
	}
}

// falls reports whether a silent socket is given up for events, though it may
// still be connecting.
func (c *Consumer) falls() bool {
	return c.door == Fallback && !c.proven && !c.listening && !c.welcomed && c.active()
}

func (c *Consumer) fall() {
	c.listening, c.live = true, false
	c.reset()
	c.renew()
}

// renew makes a new request for events soon, for all that is wanted by then: once
// events have begun, nothing more can be said to the server.
func (c *Consumer) renew() {
	c.wanted = true
	c.start(Ask, 0)
}

// listen opens a connection of events in place of the current one. Subscriptions
// that were told that they are connected still are.
func (c *Consumer) listen() error {
	c.wanted, c.welcomed = false, false
	c.lost()
	for _, s := range c.subscriptions {
		if c.first(s.identifier) != s {
			continue
		}
		c.mark(s.identifier, pending)
		f := c.makeFeed(s.identifier)
		since := c.since(f)
		c.page.Send(Subscribe, s.identifier, since)
		f.asking = 0
		if since != "" { // what is held waits for the answer
			f.asking = 1
		} else {
			c.release(f, false)
		}
	}
	c.stop(Answer)
	if err := c.page.Open(""); err != nil {
		c.retry()
		return err
	}
	c.start(Ask, askSeldom)
	return nil
}

// listened says that the events have begun.
func (c *Consumer) listened() {
	for _, f := range c.feeds {
		if f.asking > 0 {
			c.start(Answer, answerWithin)
		}
	}
}

// relisten asks for what was wanted meanwhile, or was not answered.
func (c *Consumer) relisten() error {
	again := c.wanted
	for _, s := range c.subscriptions {
		again = again || s.status == pending && c.welcomed
	}
	if again {
		return c.listen()
	}
	return nil
}
