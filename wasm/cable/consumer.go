package cable

import "slices"

const (
	protocol    = "actioncable-v1-json"
	unsupported = "actioncable-unsupported" // a server picks it to say that it speaks none of the others

	reopenDelay = 500 // milliseconds
)

// Consumer is a connection with its subscriptions.
type Consumer struct {
	page          Page
	monitor       Monitor
	channels      []*channel
	subscriptions []*subscription // in the order of their creation

	welcomed     bool // subscriptions can be asked for
	supported    bool // the socket speaks our protocol
	live         bool // the socket was open and its close has not been told
	unwanted     bool // the socket is to be closed when it opens
	reconnecting bool // this connection took attempts, and nobody was told yet

	reopening timer // until a closed socket is replaced
	guarantor timer // until unanswered subscriptions are asked for again
	joining   timer // until those who joined a confirmed identifier are told
}

// New returns a consumer that is not connected yet.
func New(page Page) *Consumer {
	c := &Consumer{page: page}
	c.monitor.consumer = c
	return c
}

// Monitor returns the monitor of the connection.
func (c *Consumer) Monitor() *Monitor { return &c.monitor }

// Connect opens the connection unless it is open or opening, and reports
// whether it did. The error is the page's.
func (c *Consumer) Connect() (opened bool, err error) {
	unwanted := c.unwanted
	c.unwanted = false
	if c.page.State().Active() {
		if unwanted {
			c.monitor.Start()
		}
		return false, nil
	}
	if err := c.page.Open(protocol, unsupported); err != nil {
		return false, err
	}
	c.reset()
	c.monitor.Start()
	return true, nil
}

// Close closes the socket if it is open. Unless reconnect is set the consumer
// then stays disconnected until Connect, Reopen or Subscribe.
func (c *Consumer) Close(reconnect bool) {
	state := c.page.State()
	if !reconnect {
		c.monitor.Stop()
		c.reopening.stop()
		c.unwanted = state == Connecting
	}
	// Closing a socket that is still connecting makes Safari 15 fail.
	if state == Open {
		c.page.Close()
	}
}

// Reopen replaces the connection by a new one.
func (c *Consumer) Reopen() error {
	if !c.page.State().Active() {
		_, err := c.Connect()
		return err
	}
	c.Close(true)
	if c.reopening.waiting() {
		return nil
	}
	c.reopening.start(c.page, reopenDelay, func() {
		if _, err := c.Connect(); err != nil {
			c.page.Report("cable: reopen the connection", err)
		}
	})
	return nil
}

// Opened takes the opening of the socket and the subprotocol it speaks.
func (c *Consumer) Opened(spoken string) {
	c.live = true
	c.supported = spoken == protocol
	if !c.supported || c.unwanted {
		c.Close(false)
	}
}

// Closed takes the closing of the socket, or the failure to open it.
func (c *Consumer) Closed() {
	c.reset()
	if !c.live {
		return
	}
	c.live = false
	c.monitor.disconnectedAt = c.page.Now()
	event := Lost
	if c.monitor.Running() {
		event = Interrupted
	}
	c.tell(event, slices.Clone(c.subscriptions))
}

// reset forgets what the server said on the former socket.
func (c *Consumer) reset() {
	c.welcomed, c.supported = false, false
	for _, ch := range c.channels {
		ch.status = idle
	}
	for _, s := range c.subscriptions {
		s.connected = false
	}
}

// Receive takes a message from the server and reports whether it is to be
// delivered: to the subscriptions with its identifier, if it has one.
func (c *Consumer) Receive(m Message) (deliver bool) {
	if !c.supported {
		return false
	}
	c.monitor.pingedAt = c.page.Now()
	switch m.Type {
	case Data:
		return true
	case Welcome:
		c.welcomed = true
		c.reconnecting = c.reconnecting || c.monitor.attempts > 0
		c.monitor.attempts, c.monitor.disconnectedAt = 0, 0
		c.Reload()
	case Confirm:
		c.confirm(m.Identifier)
	case Reject:
		c.reject(m.Identifier)
	case Disconnect:
		c.Close(m.Reconnect)
	}
	return false
}

// timer is a callback to come; starting it anew puts it off.
type timer struct{ cancel func() }

func (t *timer) start(clock Clock, ms int, callback func()) {
	t.stop()
	t.cancel = clock.Timeout(ms, func() {
		t.cancel = nil
		callback()
	})
}

func (t *timer) waiting() bool { return t.cancel != nil }

func (t *timer) stop() {
	if t.cancel != nil {
		t.cancel()
		t.cancel = nil
	}
}
