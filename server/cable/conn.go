package cable

import (
	"context"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// door is a connection's transport. It carries frames that are encoded
// already, and knows nothing of what they say. All but cut are called by one
// goroutine at a time, the connection's writer of the moment; cut by any.
type door interface {
	// write takes frames, in order, and passes on what goes without waiting;
	// left says that flush has to go on.
	write(frames []*frame) (left bool, err error)
	// flush goes on with what is left, for a while; moved says that the peer
	// took something in that time.
	flush(wait time.Duration) (left, moved bool, err error)
	// close says, as the transport does, that nothing follows; the words go
	// out with the next write. The peer may take linger to answer: then, or
	// before, the door tells its connection that it is gone.
	close(reason Reason)
	// cut ends the transport at once.
	cut()
}

// conn is one connection: what its user is subscribed to, and the frames that
// wait for it. It has no goroutine of its own: its door's reads and calls
// receive and hungUp, and one of the hub's writers writes while there is
// something to write.
type conn struct {
	core     *core
	door     door
	protocol protocol
	id       uint64
	user     User
	admitted netip.Addr // counted under
	address  string     // for logs
	ctx      context.Context
	cancel   context.CancelFunc
	opened   time.Time

	beat, place int          // guarded by core.mu
	pinged      time.Time    // its beat's
	seen        atomic.Int64 // when the client last gave a sign of life, in Unix nanoseconds
	busy        atomic.Bool  // commands are at work, so silence says nothing
	backlog     atomic.Int64 // bytes that wait
	orders      atomic.Uint32

	hooks    sync.Mutex // held while the application is called, so that calls follow one another
	welcomed bool       // guarded by hooks

	tokens float64 // commands that may come now; the reader's
	filled time.Time
	work   sync.WaitGroup

	mu      sync.Mutex // guards what follows; nothing is called, encoded or logged under it
	state   state
	reason  Reason // why it ends
	queue   []*frame
	writing bool // it is with a writer, or waits for one
	woken   bool // meanwhile the door got something to write
	deaf    bool // nobody reads any more
	subs    []*Subscription
}

type state uint8

const (
	stateOpen    state = iota
	stateClosing       // the queue is to be written, then the door closed
	stateClosed        // the door was closed
	stateGone          // the transport has ended, and nobody writes
)

func (k *core) newConn(d door, p protocol, user User, admitted netip.Addr, address string, values context.Context) *conn {
	c := &conn{core: k, door: d, protocol: p, id: k.ids.Add(1), user: user, admitted: admitted, address: address}
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

// send queues a frame and returns how much waits now. Who falls behind by more
// than the limit is disconnected, because a frame left out would leave its page
// wrong without anybody knowing. It neither blocks nor calls anybody.
func (c *conn) send(f *frame) (backlog int64) {
	backlog, start := c.push(f)
	if start {
		c.core.writers.add(c)
	}
	return backlog
}

// push is send, but leaves it to the caller to find a writer if start is true.
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

// wake has a writer come although no frame waits: the door has something.
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

// end has the connection end with a reason, which the first call decides. What
// is queued is dropped, except for a restart. It does not wait, and reports
// whether it was the first.
func (c *conn) end(reason Reason, reconnect bool) bool {
	return c.finish(reason, c.protocol.disconnect(reason, reconnect), reason == ReasonRestart)
}

// finish is end with a farewell of the caller's; nil is none but the door's.
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

// tell logs an end that is news, without waiting for the log.
func (c *conn) tell(reason Reason) {
	switch reason {
	case ReasonTooSlow, ReasonBacklog, ReasonIdle, ReasonCommands, ReasonFrame, ReasonInvalid:
		go c.warn("disconnected", "reason", reason)
	}
}

// cut ends the transport at once.
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
	c.door.cut()
}

// release forgets frames that are written or dropped.
func (c *conn) release(frames []*frame) {
	var n int64
	for _, f := range frames {
		n += f.size()
	}
	c.backlog.Add(-n)
	c.core.ledger.release(frames)
}

// hungUp is called once by the door, when it reads no more. What is being
// written, the answer to a close for one thing, may go out before the end.
func (c *conn) hungUp() {
	c.finish(ReasonClient, nil, false)
	c.mu.Lock()
	c.deaf = true
	over := !c.writing
	if over {
		c.state = stateGone
	}
	c.mu.Unlock()
	if over {
		c.gone()
	}
}

// gone ends the connection, once: nobody reads or writes any more. It calls the
// application's hooks.
func (c *conn) gone() {
	c.mu.Lock()
	reason, dropped, subs := c.reason, c.queue, c.subs
	c.queue, c.subs = nil, nil
	c.mu.Unlock()
	c.cancel()
	c.release(dropped)
	c.door.cut()
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

// live puts off the end of an idle connection.
func (c *conn) live() { c.seen.Store(time.Now().UnixNano()) }

// receive obeys a frame of the client's and returns when that is done.
func (c *conn) receive(text []byte) {
	if c.ctx.Err() != nil || !c.allow() { // while it ends, all that counts is the client's answer
		return
	}
	c.busy.Store(true)
	c.hooks.Lock()
	defer func() { // even if the application ends the goroutine
		c.hooks.Unlock()
		c.live()
		c.busy.Store(false)
	}()
	if c.ctx.Err() != nil {
		return
	}
	if err := c.obey(text); err != nil {
		c.warn("command refused", "error", err)
	}
}

// allow takes one command off the client's account.
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
