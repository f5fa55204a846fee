package cable

import (
	"context"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// transport carries the encoded frames of a connection, without interpreting
// them. Its methods are called by one goroutine at a time, the connection's
// current writer, except cut, which any goroutine may call.
type transport interface {
	// write accepts frames, in order, and sends as much as possible without
	// blocking; left reports that flush has to send the rest.
	write(frames []*frame) (left bool, err error)
	// flush continues to send what is left, for the given time; moved reports
	// whether the peer accepted anything meanwhile.
	flush(wait time.Duration) (left, moved bool, err error)
	// close queues the transport's own close message; it is sent with the next
	// write. The peer has linger to answer. After that, or as soon as the peer
	// is gone, the transport calls the connection's hungUp.
	close(reason Reason)
	// cut closes the transport immediately.
	cut()
}

// conn is one connection: its user's subscriptions and the frames queued for
// it. It has no goroutine of its own: the transport's reader calls receive and
// hungUp, and one of the hub's writers sends frames while any are queued.
type conn struct {
	core      *core
	transport transport
	protocol  protocol
	id        uint64
	user      User
	admitted  netip.Addr // address under which it was counted
	address   string     // for logs
	ctx       context.Context
	cancel    context.CancelFunc
	opened    time.Time

	pingSlot, slotIndex int          // guarded by core.mu
	pinged              time.Time    // used by its ping slot
	seen                atomic.Int64 // when the client last showed that it is alive, in Unix nanoseconds
	busy                atomic.Bool  // a command is running, so silence does not mean that the client is gone
	backlog             atomic.Int64 // queued bytes
	orders              atomic.Uint32

	hooks    sync.Mutex // held while the application is called, so that calls do not overlap
	welcomed bool       // guarded by hooks

	tokens float64 // commands that may be received now; used by the reader
	filled time.Time
	work   sync.WaitGroup

	mu        sync.Mutex // guards what follows; never held while calling, encoding or logging
	state     state
	reason    Reason // why it ended
	queue     []*frame
	writing   bool // a writer has it, or it is queued for one
	woken     bool // the transport got something to send in the meantime
	readEnded bool // reading has ended
	subs      []*Subscription
}

type state uint8

const (
	stateOpen    state = iota
	stateClosing       // send the queue, then close the transport
	stateClosed        // the transport was closed
	stateGone          // the transport has ended and nothing writes to it
)

func (k *core) newConn(d transport, p protocol, user User, admitted netip.Addr, address string, values context.Context) *conn {
	c := &conn{core: k, transport: d, protocol: p, id: k.ids.Add(1), user: user, admitted: admitted, address: address}
	c.opened = time.Now()
	c.pinged = c.opened
	c.filled, c.tokens = c.opened, float64(k.limits.commands)
	c.seen.Store(c.opened.UnixNano())
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(values))
	return c
}

func (c *conn) info() Connection {
	return Connection{ID: strconv.FormatUint(c.id, 10), User: c.user, Address: c.address}
}

// send queues a frame and returns the bytes now queued. A client that falls
// behind by more than the limit is disconnected, because a dropped frame would
// silently leave its page wrong. It neither blocks nor calls the application.
func (c *conn) send(f *frame) (backlog int64) {
	backlog, start := c.push(f)
	if start {
		c.core.writers.add(c)
	}
	return backlog
}

// push is like send, but if start is true the caller has to hand the connection
// to a writer.
func (c *conn) push(f *frame) (backlog int64, start bool) {
	n := f.size()
	c.mu.Lock()
	if c.state != stateOpen {
		c.mu.Unlock()
		return 0, false
	}
	waiting := c.backlog.Load()
	if waiting > 0 && waiting+n > c.core.limits.backlog {
		c.mu.Unlock()
		c.end(ReasonTooSlow, true)
		return 0, false
	}
	c.core.ledger.hold(f)
	c.queue = append(c.queue, f)
	backlog = c.backlog.Add(n)
	start = !c.writing
	c.writing = true
	c.mu.Unlock()
	return backlog, start
}

// wake hands the connection to a writer although no frame is queued, because
// the transport has something to send.
func (c *conn) wake() {
	c.mu.Lock()
	start := !c.writing && c.state != stateGone
	c.woken = c.writing
	c.writing = c.writing || start
	c.mu.Unlock()
	if start {
		c.core.writers.add(c)
	}
}

// end starts closing the connection; the reason of the first call counts.
// Queued frames are dropped, except at a restart. It does not wait, and reports
// whether this call was the first.
func (c *conn) end(reason Reason, reconnect bool) bool {
	return c.finish(reason, c.protocol.disconnect(reason, reconnect), reason == ReasonRestart)
}

// finish is like end, with the caller's farewell; if nil, only the transport's
// own close message is sent.
func (c *conn) finish(reason Reason, farewell *frame, flush bool) bool {
	c.mu.Lock()
	if c.state != stateOpen {
		c.mu.Unlock()
		return false
	}
	c.state, c.reason = stateClosing, reason
	var dropped []*frame
	if !flush {
		dropped, c.queue = c.queue, nil
	}
	if farewell != nil {
		c.core.ledger.hold(farewell)
		c.backlog.Add(farewell.size())
		c.queue = append(c.queue, farewell)
	}
	start := !c.writing
	c.writing = true
	c.mu.Unlock()
	c.cancel()
	c.release(dropped)
	if start {
		c.core.writers.add(c)
	}
	c.tell(reason)
	return true
}

// tell logs the reasons worth a log line, without waiting for the log.
func (c *conn) tell(reason Reason) {
	switch reason {
	case ReasonTooSlow, ReasonBacklog, ReasonIdle, ReasonCommands, ReasonFrame, ReasonInvalid:
		go c.warn("disconnected", "reason", reason)
	}
}

// cut closes the transport immediately.
func (c *conn) cut(reason Reason) {
	c.mu.Lock()
	first := c.state == stateOpen
	if first {
		c.state, c.reason = stateClosed, reason
	}
	dropped := c.queue
	c.queue = nil
	c.mu.Unlock()
	if first {
		c.tell(reason)
	}
	c.cancel()
	c.release(dropped)
	c.transport.cut()
}

// release accounts for frames that were written or dropped.
func (c *conn) release(frames []*frame) {
	var n int64
	for _, f := range frames {
		n += f.size()
	}
	c.backlog.Add(-n)
	c.core.ledger.release(frames)
}

// hungUp is called once, by the transport, when reading has ended. A write in
// progress, such as the answer to a close frame, may still finish.
func (c *conn) hungUp() {
	c.finish(ReasonClient, nil, false)
	c.mu.Lock()
	c.readEnded = true
	over := !c.writing
	if over {
		c.state = stateGone
	}
	c.mu.Unlock()
	if over {
		c.gone()
	}
}

// gone ends the connection once nothing reads from it or writes to it, and
// calls the application's hooks. It runs once.
func (c *conn) gone() {
	c.mu.Lock()
	reason, dropped, subs := c.reason, c.queue, c.subs
	c.queue, c.subs = nil, nil
	c.mu.Unlock()
	c.cancel()
	c.release(dropped)
	c.transport.cut()
	c.hooks.Lock()
	for _, s := range subs {
		c.unsubscribed(s, reason)
	}
	if c.welcomed {
		if hook := c.core.hub.OnDisconnect; hook != nil {
			c.core.protect("OnDisconnect", c, func() error { hook(context.WithoutCancel(c.ctx), c.info(), reason); return nil })
		}
		c.core.observe(Event{Kind: EventClosed, Reason: reason, Took: time.Since(c.opened)})
	}
	c.hooks.Unlock()
	c.core.leave(c)
}

// live records that the client is alive.
func (c *conn) live() { c.seen.Store(time.Now().UnixNano()) }

// receive carries out one frame from the client and returns when that is done.
func (c *conn) receive(text []byte) {
	if c.ctx.Err() != nil || !c.allow() { // while closing, only the client's answer to the close matters
		return
	}
	c.busy.Store(true)
	c.hooks.Lock()
	defer func() { // also when the application calls runtime.Goexit
		c.hooks.Unlock()
		c.live()
		c.busy.Store(false)
	}()
	if c.ctx.Err() != nil {
		return
	}
	if err := c.execute(text); err != nil {
		c.warn("command refused", "error", err)
	}
}

// allow spends one of the client's command tokens, or ends the connection if
// none is left.
func (c *conn) allow() bool {
	now, most := time.Now(), float64(c.core.limits.commands)
	c.tokens = min(most, c.tokens+now.Sub(c.filled).Seconds()*most)
	c.filled = now
	if c.tokens < 1 {
		c.end(ReasonCommands, true)
		return false
	}
	c.tokens--
	return true
}

func (c *conn) warn(message string, args ...any) {
	c.core.journal.warn(message, append(args, "user", c.user.ID, "remote", c.address)...)
}
