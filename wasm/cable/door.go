package cable

// Door says which transports a server has.
type Door int32

// The transports of servers.
//
//turbo:numbers
const (
	Sockets  Door = iota // WebSockets alone
	Fallback             // Server-Sent Events, too, for where WebSockets do not come through
	Events               // Server-Sent Events alone
)

const (
	socketTries = 2      // sockets in a row without a welcome before events are tried
	askSeldom   = 10_000 // milliseconds until events ask again for what got no answer
)

// Serve takes that the server has these transports, from the next connection on.
func (c *Consumer) Serve(d Door) {
	if c.door != Events {
		c.door = d
	}
}

// choose picks the transport of the next connection: events once sockets have
// failed and never been welcomed. A lost connection of events is tried as a
// socket once, for what was in the way may be gone.
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

// falls reports that a socket which was not heard of is to be given up for
// events, though it may still be connecting.
func (c *Consumer) falls() bool {
	return c.door == Fallback && !c.proven && !c.listening && !c.welcomed && c.active()
}

func (c *Consumer) fall() {
	c.listening, c.live = true, false
	c.reset()
	c.renew()
}

// renew has the events asked for anew, with all that is wanted of them by then:
// once they have begun, nothing can be said to the server.
func (c *Consumer) renew() {
	c.wanted = true
	c.start(Ask, 0)
}

// listen opens a connection of events in place of the one there is. What the
// server said of the subscriptions still counts for those who were told.
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

// listened takes that the events have begun.
func (c *Consumer) listened() {
	for _, f := range c.feeds {
		if f.asking > 0 {
			c.start(Answer, answerWithin)
		}
	}
}

// relisten asks for what was wanted meanwhile, or got no answer.
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
