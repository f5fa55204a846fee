package cable

const (
	protocol    = "actioncable-v1-json"
	extended    = "actioncable-v1-ext-json" // the same, with places
	unsupported = "actioncable-unsupported" // a server picks it to say that it speaks none of the others
)

// Delays in milliseconds.
const (
	lookDelay   = 200
	reopenDelay = 500
	askDelay    = 500
)

// Consumer is a connection with its subscriptions.
type Consumer struct {
	// Monitor is for reading; Attempts may be set.
	Monitor Monitor

	page          Page
	waiting       [timers]bool
	subscriptions []*subscription // in the order of their creation
	feeds         []*feed

	welcomed     bool // subscriptions can be asked for
	supported    bool // the socket speaks one of our protocols
	extended     bool // and it is the extended one
	live         bool // the socket was open, and subscriptions have not been told of its end
	unwanted     bool // the socket is to be closed when it opens
	reconnecting bool // this connection took several attempts, and no subscription has been told yet

	door      Door
	listening bool // the connection is one of Server-Sent Events
	wanted    bool // events are to be requested again
	failed    int  // how many sockets in a row were not welcomed
	proven    bool // whether one ever was
}

// New returns a consumer that is not connected yet.
func New(page Page) *Consumer { return &Consumer{page: page} }

// Connect opens the connection unless it is open or opening, and reports
// whether it did. The error is the page's.
func (c *Consumer) Connect() (opened bool, err error) {
	unwanted := c.unwanted
	c.unwanted = false
	if c.active() {
		if unwanted {
			c.Watch()
		}
		return false, nil
	}
	c.choose()
	if c.listening {
		c.renew()
	} else if err := c.page.Open(extended + " " + protocol + " " + unsupported); err != nil {
		return false, err
	}
	c.stop(Retry)
	c.reset()
	c.Watch()
	return true, nil
}

func (c *Consumer) active() bool { return c.page.State() <= Open }

// Close closes the socket if it is open. Unless reconnect is set, the consumer
// then stays disconnected until Connect, Reopen or Subscribe.
func (c *Consumer) Close(reconnect bool) {
	state := c.page.State()
	if !reconnect {
		c.Unwatch()
		c.stop(Look)
		c.stop(Reopen)
		c.stop(Retry)
		c.unwanted = state == Connecting && !c.listening
	}
	if c.listening {
		c.wanted = false
		c.stop(Ask)
	}
	// Closing a socket that is still connecting makes Safari 15 fail.
	if state == Open || state == Connecting && c.listening {
		c.page.Close()
	}
}

// Reopen replaces the connection with a new one. The error is the page's.
func (c *Consumer) Reopen() error {
	if !c.active() {
		_, err := c.Connect()
		return err
	}
	c.Close(true)
	c.start(Reopen, reopenDelay)
	return nil
}

// Shown says that the page became visible, so that the connection is checked soon.
func (c *Consumer) Shown() { c.start(Look, lookDelay) }

// Resume says that the page or the network is back after a while: if the monitor
// is running, a connection that is lost or stale is reopened at once. The error
// is the page's.
func (c *Consumer) Resume() error {
	if c.Monitor.Running() && (c.Stale() || c.page.State() > Open) {
		return c.Reopen()
	}
	return nil
}

// Watch starts the monitor.
func (c *Consumer) Watch() {
	if !c.Monitor.Running() {
		c.Monitor.StartedAt, c.Monitor.StoppedAt = c.page.Now(), 0
		c.poll()
	}
}

// Unwatch stops the monitor.
func (c *Consumer) Unwatch() {
	if c.Monitor.Running() {
		c.Monitor.StoppedAt = c.page.Now()
		c.stop(Poll)
	}
}

func (c *Consumer) poll() { c.start(Poll, c.Monitor.delay(c.page.Random())) }

// Stale reports whether nothing has been heard for more than 6 seconds.
func (c *Consumer) Stale() bool { return c.Monitor.stale(c.page.Now()) }

// Fire says that a timer is due. The error is the page's.
func (c *Consumer) Fire(t Timer) error {
	c.waiting[t] = false
	switch t {
	case Poll:
		stale := c.Stale() && !c.waiting[Retry]
		if stale {
			c.Monitor.Attempts++
		}
		c.poll()
		if stale && c.falls() {
			c.fall()
			return nil
		}
		if stale && !c.Monitor.lostRecently(c.page.Now()) {
			return c.Reopen()
		}
	case Look:
		if c.Stale() || c.page.State() != Open {
			return c.Reopen()
		}
	case Reopen:
		_, err := c.Connect()
		return err
	case Ask:
		if c.listening {
			return c.relisten()
		}
		c.ask(false)
	case Join:
		c.tellJoined()
	case Answer:
		c.unanswered()
	case Retry:
		if c.Monitor.Running() {
			c.Monitor.Attempts++
			_, err := c.Connect()
			if err != nil {
				c.retry()
			}
			return err
		}
	}
	return nil
}

// retry reopens a lost connection soon.
func (c *Consumer) retry() {
	if c.Monitor.Running() {
		c.start(Retry, c.Monitor.retryDelay(c.page.Random()))
	}
}

// start sets a timer. A Look or a Reopen that is already waiting is not postponed.
func (c *Consumer) start(t Timer, ms int) {
	if c.waiting[t] && (t == Look || t == Reopen) {
		return
	}
	c.waiting[t] = true
	c.page.SetTimer(t, ms)
}

func (c *Consumer) stop(t Timer) {
	c.waiting[t] = false
	c.page.SetTimer(t, -1)
}

// Opened says that the socket is open, and which subprotocol it speaks.
func (c *Consumer) Opened(spoken string) {
	c.live = true
	c.extended = spoken == extended
	if c.listening {
		c.extended = true
	}
	c.supported = c.extended || spoken == protocol
	if !c.supported || c.unwanted {
		c.Close(false)
	}
}

// Closed says that the socket was closed, or could not be opened.
func (c *Consumer) Closed() {
	c.failing()
	if c.listening {
		c.wanted = false
		c.stop(Ask)
	}
	c.reset()
	if !c.waiting[Reopen] {
		c.retry()
	}
	if !c.live {
		return
	}
	c.live = false
	c.Monitor.DisconnectedAt = c.page.Now()
	c.lost()
	event := Lost
	if c.Monitor.Running() {
		event = Interrupted
	}
	for _, s := range c.subscriptions {
		c.tell(s, event)
	}
}

// reset forgets what the server said on the previous socket.
func (c *Consumer) reset() {
	c.welcomed, c.supported, c.extended = false, false, false
	for _, f := range c.feeds {
		f.asking = 0
		c.release(f, false)
	}
	for _, s := range c.subscriptions {
		s.status, s.connected = idle, false
	}
}

// Receive takes a message from the server and decides what the page does with it.
func (c *Consumer) Receive(m Message) Verdict {
	if !c.supported {
		return Drop
	}
	c.Monitor.PingedAt = c.page.Now()
	switch m.Type {
	case Data:
		if f := c.feed(m.Identifier); f != nil && m.Place.Epoch != "" {
			return c.place(f, m.Place)
		}
		return Deliver
	case Welcome:
		c.welcomed = true
		c.reconnecting = c.reconnecting || c.Monitor.Attempts > 0
		c.Monitor.Attempts, c.Monitor.DisconnectedAt = 0, 0
		if c.listening {
			c.listened()
		} else {
			c.failed, c.proven = 0, true
			c.Reload()
		}
	case Confirm:
		c.confirm(m.Identifier)
	case Reject:
		c.reject(m.Identifier)
	case Disconnect:
		c.Close(m.Reconnect)
	case ConfirmHistory, RejectHistory:
		if f := c.feed(m.Identifier); f == nil || f.asking == 0 {
		} else if m.Type == ConfirmHistory {
			c.answered(f)
		} else {
			c.gap(f)
		}
	}
	return Drop
}
