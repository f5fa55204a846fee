package cable

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// conn is one connection. The goroutine of ServeHTTP reads and runs the
// channels' functions; one other, started and awaited by it, writes.
type conn struct {
	hub     *Hub
	ws      *websocket.Conn
	request *http.Request // its context ends when the connection is to end
	cancel  context.CancelFunc
	user    User                     // set before the first subscription
	subs    map[string]*Subscription // by identifier; the reader's alone

	queue chan *websocket.PreparedMessage
	stop  chan struct{} // closed when the connection is to end
	done  chan struct{} // closed by the hub when it has ended

	mu       sync.Mutex // guards what follows, and the read deadline
	stopped  bool
	farewell *websocket.PreparedMessage // nil if there is none to send
	flush    bool                       // whether the queue goes before the farewell
	reason   string
}

func newConn(h *Hub, ws *websocket.Conn, r *http.Request) *conn {
	ctx, cancel := context.WithCancel(r.Context())
	return &conn{
		hub:     h,
		ws:      ws,
		request: r.WithContext(ctx),
		cancel:  cancel,
		subs:    make(map[string]*Subscription),
		queue:   make(chan *websocket.PreparedMessage, cmp.Or(h.MaxQueue, 256)),
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
	}
}

// serve runs the connection until it has ended.
func (c *conn) serve() {
	defer c.ws.Close()
	defer c.cancel()
	ctx := c.request.Context()
	if err := c.open(ctx); err != nil {
		c.warn("connection refused", "error", err)
		c.write() // the farewell
		c.drain()
		return
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write()
	}()
	defer func() { <-written }()
	defer c.end(nil, "", false)
	defer c.close()
	c.read(ctx)
}

// close ends what the connection listened to.
func (c *conn) close() {
	for _, s := range c.subs {
		c.drop(s)
	}
	if c.user.ID != "" {
		c.hub.detach(controlStream(c.user.ID), controlIdentifier, c)
	}
}

// open authenticates and welcomes.
func (c *conn) open(ctx context.Context) error {
	c.ws.SetReadLimit(cmp.Or(c.hub.MaxFrame, 64<<10))
	if c.hub.Authenticate != nil {
		user, err := c.hub.Authenticate(c.request)
		if err != nil {
			c.disconnect(reasonUnauthorized, false)
			return fmt.Errorf("authenticate: %w", err)
		}
		c.user = user
	}
	if c.user.ID != "" {
		if err := c.hub.attach(ctx, controlStream(c.user.ID), controlIdentifier, c); err != nil {
			c.disconnect(reasonRestart, true)
			return err
		}
	}
	c.send(welcomeFrame())
	return nil
}

// read takes the client's frames until the connection ends.
func (c *conn) read(ctx context.Context) {
	c.ws.SetPongHandler(func(string) error { c.alive(); return nil })
	c.alive()
	for {
		kind, frame, err := c.ws.ReadMessage()
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) {
				c.warn("frame over the limit", "limit", cmp.Or(c.hub.MaxFrame, 64<<10))
			}
			return
		}
		if c.alive(); ctx.Err() != nil {
			continue // saying farewell: wait for the client's close
		}
		if kind != websocket.TextMessage {
			c.warn("binary frame ignored")
			continue
		}
		if err := c.handle(ctx, frame); err != nil {
			c.warn("command ignored", "error", err)
		}
	}
}

// drain waits for the client's close.
func (c *conn) drain() {
	for {
		if _, _, err := c.ws.NextReader(); err != nil {
			return
		}
	}
}

// alive puts off the end of an idle connection.
func (c *conn) alive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped {
		c.ws.SetReadDeadline(time.Now().Add(c.idleTimeout()))
	}
}

func (c *conn) idleTimeout() time.Duration { return cmp.Or(c.hub.IdleTimeout, time.Minute) }

// handle obeys one frame. What it cannot obey it returns, for the log: the
// protocol has no reply to it.
func (c *conn) handle(ctx context.Context, frame []byte) error {
	cmd, err := parseCommand(frame)
	if err != nil {
		return err
	}
	s := c.subs[cmd.Identifier]
	switch cmd.Command {
	case "subscribe":
		if s != nil {
			return nil // confirmed already; released Rails is silent too
		}
		return c.subscribe(ctx, cmd.Identifier)
	case "unsubscribe":
		if s == nil {
			return fmt.Errorf("unsubscribe %q: no such subscription", cmd.Identifier)
		}
		c.drop(s)
		return nil
	case "message":
		if s == nil {
			return fmt.Errorf("perform on %q: no such subscription", cmd.Identifier)
		}
		return perform(ctx, s, cmd.Data)
	}
	return fmt.Errorf("unknown command %q", cmd.Command)
}

func (c *conn) subscribe(ctx context.Context, identifier string) error {
	class, err := parseChannel(identifier)
	if err != nil {
		return fmt.Errorf("subscribe %q: %w", identifier, err)
	}
	channel, ok := c.hub.channel(class)
	if !ok {
		return fmt.Errorf("subscribe %q: unknown channel", identifier)
	}
	if limit := cmp.Or(c.hub.MaxSubscriptions, 100); len(c.subs) >= limit {
		c.send(rejectFrame(identifier))
		return fmt.Errorf("subscribe %q: more than %d subscriptions", identifier, limit)
	}
	s := &Subscription{identifier: identifier, class: class, channel: channel, conn: c}
	if channel.Subscribe != nil {
		err = channel.Subscribe(ctx, s)
	}
	for _, stream := range s.streams {
		if err == nil {
			err = s.attach(ctx, stream)
		}
	}
	if err != nil {
		for _, stream := range s.streams {
			c.hub.detach(stream, identifier, c)
		}
		if errors.Is(err, ErrRejected) {
			c.send(rejectFrame(identifier))
		}
		return fmt.Errorf("subscribe %q: %w", identifier, err)
	}
	s.confirmed = true
	c.subs[identifier] = s
	c.send(confirmFrame(identifier))
	return nil
}

// drop ends a confirmed subscription.
func (c *conn) drop(s *Subscription) {
	delete(c.subs, s.identifier)
	for _, stream := range s.streams {
		c.hub.detach(stream, s.identifier, c)
	}
	if s.channel.Unsubscribe != nil {
		s.channel.Unsubscribe(context.WithoutCancel(c.request.Context()), s)
	}
}

func perform(ctx context.Context, s *Subscription, data string) error {
	action, object, err := parseAction(data)
	if err == nil && s.channel.Perform == nil {
		err = errors.New("the channel performs nothing")
	}
	if err == nil {
		err = s.channel.Perform(ctx, s, action, object)
	}
	if err != nil {
		return fmt.Errorf("perform %q on %q: %w", action, s.identifier, err)
	}
	return nil
}

// send queues a frame. A client whose queue is full is disconnected, because a
// frame left out would leave its page wrong without anybody knowing.
func (c *conn) send(frame *websocket.PreparedMessage) {
	select {
	case <-c.stop:
		return
	default:
	}
	select {
	case c.queue <- frame:
	default:
		c.warn("client too slow", "queue", cap(c.queue))
		c.disconnect(reasonTooSlow, true)
	}
}

// control obeys an order from the connection's control stream.
func (c *conn) control(data []byte) {
	var m disconnectMessage
	if err := json.Unmarshal(data, &m); err != nil || m.Type != "disconnect" {
		c.warn("control message ignored", "error", err)
		return
	}
	c.disconnect(reasonRemote, m.Reconnect)
}

// disconnect has the connection end with a reason. It does not wait.
func (c *conn) disconnect(reason string, reconnect bool) {
	c.end(disconnectFrame(reason, reconnect), reason, reason == reasonRestart)
}

// end has the connection end; the first call decides how.
func (c *conn) end(farewell *websocket.PreparedMessage, reason string, flush bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return
	}
	c.stopped, c.farewell, c.reason, c.flush = true, farewell, reason, flush
	close(c.stop)
	c.cancel()
}

// write sends what is queued, and pings, until the connection is to end.
func (c *conn) write() {
	ping := time.NewTicker(cmp.Or(c.hub.PingInterval, 3*time.Second))
	defer ping.Stop()
	// A ping of the WebSocket itself, which every client answers, tells
	// whether there is still anybody.
	probe := time.NewTicker(c.idleTimeout() / 3)
	defer probe.Stop()
	var err error
	for err == nil {
		select {
		case <-c.stop:
			c.sayFarewell()
			return
		default:
		}
		select {
		case <-c.stop:
		case frame := <-c.queue:
			err = c.writeFrame(frame)
		case now := <-ping.C:
			err = c.writeFrame(pingFrame(now))
		case <-probe.C:
			err = c.ws.WriteControl(websocket.PingMessage, nil, c.writeDeadline())
		}
	}
	c.ws.Close() // wakes the reader
}

func (c *conn) writeDeadline() time.Time {
	return time.Now().Add(cmp.Or(c.hub.WriteTimeout, 10*time.Second))
}

func (c *conn) writeFrame(frame *websocket.PreparedMessage) error {
	c.ws.SetWriteDeadline(c.writeDeadline())
	return c.ws.WritePreparedMessage(frame)
}

// sayFarewell writes the reason and the close, and gives the client until the
// write time-out to answer: closing at once could cost it what is in flight.
func (c *conn) sayFarewell() {
	c.mu.Lock()
	farewell, flush, reason := c.farewell, c.flush, c.reason
	c.mu.Unlock()
	if farewell == nil {
		return
	}
	for flush && len(c.queue) > 0 {
		if c.writeFrame(<-c.queue) != nil {
			c.ws.Close()
			return
		}
	}
	err := c.writeFrame(farewell)
	if err == nil {
		message := websocket.FormatCloseMessage(websocket.CloseNormalClosure, reason)
		err = c.ws.WriteControl(websocket.CloseMessage, message, c.writeDeadline())
	}
	if err != nil {
		c.ws.Close()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ws.SetReadDeadline(c.writeDeadline())
}

func (c *conn) warn(message string, args ...any) {
	c.hub.logger().Warn("cable: "+message, append(args, "user", c.user.ID, "remote", c.request.RemoteAddr)...)
}
