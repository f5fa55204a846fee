package cable

import (
	"runtime"
	"sync"
	"time"
)

// writers send queued frames: a few goroutines that end when nothing is queued.
// A connection whose client is slow continues on a goroutine of its own, so
// that no other has to wait for it.
type writers struct {
	limit int

	mu      sync.Mutex // guards what follows
	queue   []*conn
	next    int // index into queue
	running int
}

func (w *writers) start() { w.limit = 2 * runtime.GOMAXPROCS(0) }

// add queues connections, each already marked as writing.
func (w *writers) add(conns ...*conn) {
	if len(conns) == 0 {
		return
	}
	w.mu.Lock()
	w.queue = append(w.queue, conns...)
	more := min(w.limit-w.running, len(conns))
	if more > 0 {
		w.running += more
	}
	w.mu.Unlock()
	for range more {
		go w.run()
	}
}

func (w *writers) run() {
	for {
		w.mu.Lock()
		if w.next == len(w.queue) {
			w.queue, w.next = nil, 0
			w.running--
			w.mu.Unlock()
			return
		}
		c := w.queue[w.next]
		w.queue[w.next] = nil
		w.next++
		if w.next > 1024 && 2*w.next > len(w.queue) { // a loop of broadcasts would make it grow without bound
			n := copy(w.queue, w.queue[w.next:])
			clear(w.queue[n:])
			w.queue, w.next = w.queue[:n], 0
		}
		w.mu.Unlock()
		c.write()
	}
}

// batch is how many bytes of frames are written at once, unless a single frame
// is larger.
const batch = 64 << 10

// take removes the next frames from the queue; last means that the transport has to
// be closed after them.
func (c *conn) take() (frames []*frame, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, bytes := 0, int64(0)
	for n < len(c.queue) && (n == 0 || bytes+c.queue[n].size() <= batch) {
		bytes += c.queue[n].size()
		n++
	}
	frames, c.queue = c.queue[:n:n], c.queue[n:]
	if len(c.queue) > 0 {
		return frames, false
	}
	c.queue = nil
	if last = c.state == stateClosing; last {
		c.state = stateClosed
	}
	return frames, last
}

// rest releases the connection's writer, unless there is more to write.
func (c *conn) rest() {
	c.mu.Lock()
	again := (len(c.queue) > 0 || c.state == stateClosing || c.woken) && c.state != stateGone
	c.writing, c.woken = again, false
	over := !again && c.readEnded && c.state != stateGone
	if over {
		c.state = stateGone
	}
	c.mu.Unlock()
	if again { // behind the connections already queued
		c.core.writers.add(c)
	}
	if over {
		go c.gone()
	}
}

// write sends the next frames once.
func (c *conn) write() {
	frames, last := c.take()
	left, err := c.transport.write(frames)
	if err == nil && last {
		c.transport.close(c.why())
		var more bool
		more, err = c.transport.write(nil)
		left = left || more
	}
	if err == nil && left {
		go c.writeOn(frames)
		return
	}
	c.wrote(frames, err)
}

// writeOn continues a write that has to wait for the client.
func (c *conn) writeOn(frames []*frame) {
	taken := time.Now()
	for {
		left, moved, err := c.transport.flush(min(c.core.limits.writeTimeout/4, linger/4))
		if moved {
			taken = time.Now()
			c.live() // on a slow connection the answer to a ping may be delayed for long
		}
		if err != nil || !left {
			c.wrote(frames, err)
			return
		}
		if time.Since(taken) >= c.patience() {
			c.cut(ReasonTooSlow)
			c.wrote(frames, nil)
			return
		}
	}
}

// patience is how long the client may read nothing.
func (c *conn) patience() time.Duration {
	if c.core.closing() {
		return min(c.core.limits.writeTimeout, linger)
	}
	return c.core.limits.writeTimeout
}

func (c *conn) why() Reason {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason
}

// wrote finishes a write.
func (c *conn) wrote(frames []*frame, err error) {
	if len(frames) > 0 {
		var bytes int64
		for _, f := range frames {
			bytes += f.size() - frameCost
		}
		c.release(frames)
		c.core.observe(Event{Kind: EventWritten, Count: len(frames), Bytes: int(bytes)})
	}
	if err != nil {
		c.cut(ReasonClient) // which makes the reader end
	}
	c.rest()
}
