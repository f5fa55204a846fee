package cable

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// events is the transport for Server-Sent Events: one long response, whose handler
// goroutine waits until it ends.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
	core    *core
	server  *server
	conn    *conn // set before anything is subscribed

	// Used by the writer:
	out   bytes.Buffer
	marks marks // nil if the messages carry their own positions
	last  bool  // out holds the end of the response

	writing  sync.Mutex // held while writing to w; guards slow
	slow     bool
	finished sync.Once // closes done
	done     chan struct{}

	mu    sync.Mutex // guards what follows, and w's write deadline
	busy  bool       // a write to w is in progress
	isCut bool
	over  bool // w belongs to net/http again
}

var _ transport = (*events)(nil)

// server records whether an http.Server that serves events is shutting down.
// Shutdown waits for running requests, so event responses have to end when it
// begins.
type server struct{ ending atomic.Bool }

// piece is how many bytes are written at once; a client has WriteTimeout to
// accept them.
const piece = 16 << 10

// wantsEvents reports whether an EventSource made the request.
func wantsEvents(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

// serveEvents answers with events until the connection ends.
func (k *core) serveEvents(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Origin")
	h.Set("Cache-Control", "no-store, no-transform")
	if origin := r.Header.Get("Origin"); origin != "" && k.allowedOrigin(r) {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	query := r.URL.Query()
	signed, last := distinct(query["stream"]), r.Header.Get("Last-Event-ID")
	if last == "" {
		last = query.Get("last-event-id")
	}
	if isFinal(last) { // 204 is the only status after which an EventSource does not reconnect
		w.WriteHeader(http.StatusNoContent)
		return
	}
	d := &events{w: w, control: http.NewResponseController(w), core: k, done: make(chan struct{})}
	v := k.receive(w, r, func(reason Reason) {
		// With any other status an EventSource would not reconnect at all.
		d.head()
		fmt.Fprintf(w, "retry: %d\n\n%s", 5000+rand.IntN(10_000), plainEvents{}.disconnect(reason, true).prefix)
	})
	if v == nil {
		return
	}
	if err := d.able(); err != nil {
		v.sendAway()
		k.journal.logger.Error("cable: cannot serve events", "error", err)
		http.Error(w, "cable: "+err.Error(), http.StatusInternalServerError)
		return
	}
	d.head()
	// A random delay, so that clients that lost one server do not all reconnect
	// to another at the same moment.
	fmt.Fprintf(&d.out, "retry: %d\n\n", 500+rand.IntN(1500))
	var p protocol = cableEvents{}
	if len(signed) > 0 {
		p = plainEvents{}
		d.marks = newMarks(signed, last)
	}
	k.hold(d, v, p, func(c *conn) {
		if d.marks != nil {
			c.listenTo(d.marks)
			return
		}
		for _, text := range query["command"] {
			c.receiveSubscribe(text)
		}
	})
}

// hold turns the visitor into a connection, subscribes it, and returns when the
// connection has ended.
func (k *core) hold(d *events, v *visitor, p protocol, subscribe func(*conn)) {
	d.server = k.follow(v.request)
	c := v.connect(d, p)
	d.conn = c
	defer d.leave()
	defer c.hungUp()
	if d.server.ending.Load() {
		c.end(ReasonRestart, true)
	}
	defer context.AfterFunc(v.request.Context(), func() { c.cut(d.fault()) })()
	func() {
		c.hooks.Lock()
		defer c.hooks.Unlock()
		v.welcome(c)
	}()
	subscribe(c)
	<-d.done
}

// follow ends the events of an http.Server when that shuts down.
func (k *core) follow(r *http.Request) *server {
	of, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	if of == nil {
		return &server{}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.servers[of]
	if s == nil {
		s = &server{}
		if k.servers == nil {
			k.servers = make(map[*http.Server]*server)
		}
		k.servers[of] = s
		of.RegisterOnShutdown(func() {
			s.ending.Store(true)
			for _, c := range k.conns() {
				if d, ok := c.transport.(*events); ok && d.server == s {
					c.end(ReasonRestart, true)
					d.limitWrite()
				}
			}
		})
	}
	return s
}

func (d *events) head() {
	h := d.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	d.w.WriteHeader(http.StatusOK)
}

// able returns an error if the ResponseWriter lacks a method that events need.
func (d *events) able() error {
	lacks := func(what string) error {
		return fmt.Errorf("cannot serve events: %T has no method %s: give the middleware that wraps the ResponseWriter this method, or Unwrap", d.w, what)
	}
	for w := d.w; ; {
		switch t := w.(type) {
		case http.Flusher, interface{ FlushError() error }:
		case interface{ Unwrap() http.ResponseWriter }:
			w = t.Unwrap()
			continue
		default:
			return lacks("Flush")
		}
		break
	}
	if err := d.control.SetWriteDeadline(time.Time{}); err != nil {
		return lacks("SetWriteDeadline")
	}
	d.control.SetReadDeadline(time.Time{}) // or the server's ReadTimeout would end the response; an error means that there is none
	return nil
}

func (d *events) write(frames []*frame) (left bool, err error) {
	for _, f := range frames {
		d.put(f)
	}
	return d.rest(), nil
}

// rest reports whether anything is left to write.
func (d *events) rest() bool {
	if d.out.Len() > 0 {
		return true
	}
	d.out = bytes.Buffer{} // an idle connection keeps no buffer
	if d.last {
		d.finished.Do(func() { close(d.done) })
	}
	return false
}

// put encodes a frame into out.
func (d *events) put(f *frame) {
	switch {
	case f.probe:
		d.out.WriteString(comment)
	case f.body != nil:
		if d.marks == nil || d.marks.pass(d.conn, f) {
			d.out.Write(encodedEvent(f, d.marks != nil))
			d.mark()
		}
	default:
		d.out.Write(f.prefix)
		if f.change != nil && d.marks != nil {
			d.marks.hear(d.conn, f.change)
			d.mark()
		}
	}
}

// mark ends an event with its id, if it has one.
func (d *events) mark() {
	if d.marks != nil {
		d.out.WriteString("id: ")
		d.out.WriteString(d.marks.String())
		d.out.WriteByte('\n')
	}
	d.out.WriteByte('\n')
}

var errOver = errors.New("the response has ended")

func (d *events) flush(time.Duration) (left, moved bool, err error) {
	d.writing.Lock()
	defer d.writing.Unlock()
	limit := d.core.limits.writeTimeout
	if d.core.closing() {
		limit = min(limit, linger)
	}
	began := time.Now()
	if !d.begin(began.Add(limit)) {
		return false, false, errOver
	}
	_, err = d.w.Write(d.out.Next(piece))
	if err == nil {
		err = d.control.Flush()
	}
	if !d.end() {
		return false, false, errOver
	}
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) >= limit {
			d.slow = true
			return true, false, nil // the writer notices that nothing moves
		}
		return false, false, err
	}
	return d.rest(), true, nil
}

func (d *events) begin(deadline time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isCut || d.over {
		return false
	}
	d.busy = true
	d.control.SetWriteDeadline(deadline)
	return true
}

func (d *events) end() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.busy = false
	if !d.isCut {
		d.control.SetWriteDeadline(time.Time{})
	}
	return !d.isCut
}

// fault is the reason for a request context that ended before the events did.
func (d *events) fault() Reason {
	d.writing.Lock()
	defer d.writing.Unlock()
	if d.slow {
		return ReasonTooSlow
	}
	return ReasonClient
}

// limitWrite gives a write in progress one more second.
func (d *events) limitWrite() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy && !d.isCut {
		d.control.SetWriteDeadline(time.Now().Add(linger))
	}
}

func (d *events) close(Reason) { d.last = true }

func (d *events) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isCut {
		return
	}
	d.isCut = true
	d.finished.Do(func() { close(d.done) })
	if !d.over {
		d.control.SetWriteDeadline(time.Unix(1, 0))
	}
}

// leave returns the ResponseWriter to net/http, which ends the response.
func (d *events) leave() {
	d.writing.Lock()
	defer d.writing.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	if !d.isCut {
		d.control.SetWriteDeadline(time.Now().Add(linger))
	}
}
