package cable

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"
	"unique"

	"github.com/turbowasm/turbowasm/server/broker"
)

// topics holds the streams with subscriptions in this hub.
type topics struct {
	mu     sync.Mutex // guards what follows, and every topic's refs
	byName map[string]*topic
}

func (t *topics) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.byName)
}

func (t *topics) find(stream string) *topic {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byName[stream]
}

// topic fans one stream out to the connections of this hub.
type topic struct {
	core   *core
	stream string
	refs   int // guarded by topics.mu

	ready  chan struct{} // closed when the broker has answered; then cancel and err are set:
	cancel func()
	err    error

	mu sync.Mutex // guards what follows; held only briefly
	// listeners is only appended to or replaced, so that a broadcast can
	// iterate over a snapshot while others come and go.
	listeners []*listener
	left      int // number of listeners that have left
	groups    map[groupKey]*group

	congested atomic.Bool // the last broadcast found most listeners far behind
}

// listener attaches a subscription to a topic.
type listener struct {
	topic *topic
	conn  *conn
	group *group
	gone  atomic.Bool
	hold  atomic.Pointer[hold] // keeps messages back until a history has been sent; usually nil
	out   bool                 // removed from topic.listeners; guarded by topic.mu
}

// group is the set of listeners that receive identical bytes.
type group struct {
	prefix         []byte
	sendsPositions bool
	identifier     unique.Handle[string]
	refs           int // guarded by topic.mu
}

type groupKey struct {
	identifier unique.Handle[string]
	protocol   protocol
}

// listen makes c listen to the stream under the identifier. If hold is not nil,
// it keeps the messages back. listen returns once the broker is certain to
// deliver.
func (k *core) listen(ctx context.Context, stream string, identifier unique.Handle[string], c *conn, hold *hold) (*listener, error) {
	ts := &k.topics
	ts.mu.Lock()
	t, found := ts.byName[stream]
	if !found {
		t = &topic{core: k, stream: stream, ready: make(chan struct{}), groups: make(map[groupKey]*group)}
		if ts.byName == nil {
			ts.byName = make(map[string]*topic)
		}
		ts.byName[stream] = t
	}
	t.refs++
	ts.mu.Unlock()

	if !found {
		// Others may be waiting for this call, so it must not be cancelled with
		// c.
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
		t.err = k.protect("the broker", c, func() (err error) {
			t.cancel, err = k.broker.Subscribe(ctx, stream, t.deliver)
			return err
		})
		stop()
		close(t.ready)
	}
	err := t.wait(ctx)
	if err != nil {
		t.release()
		return nil, fmt.Errorf("cable: listen to %q: %w", stream, err)
	}
	return t.add(identifier, c, hold), nil
}

// wait waits for the broker's answer.
func (t *topic) wait(ctx context.Context) error {
	select {
	case <-t.ready: // the usual case, in which ctx need not create a channel
		return t.err
	default:
	}
	select {
	case <-t.ready:
		return t.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *topic) add(identifier unique.Handle[string], c *conn, hold *hold) *listener {
	key := groupKey{identifier, c.protocol}
	t.mu.Lock()
	g := t.groups[key]
	t.mu.Unlock()
	if g == nil {
		g = &group{prefix: c.protocol.prefix(identifier.Value()), sendsPositions: c.protocol.sendsPositions(), identifier: identifier}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if other := t.groups[key]; other != nil {
		g = other
	} else {
		t.groups[key] = g
	}
	g.refs++
	l := &listener{topic: t, conn: c, group: g}
	l.hold.Store(hold)
	t.listeners = append(t.listeners, l)
	return l
}

// leave undoes listen. It may call the broker.
func (l *listener) leave() {
	l.gone.Store(true)
	t := l.topic
	t.mu.Lock()
	l.group.refs--
	if l.group.refs == 0 {
		delete(t.groups, groupKey{l.group.identifier, l.conn.protocol})
	}
	if !l.out {
		t.left++
	}
	if 2*t.left > len(t.listeners) {
		stay := make([]*listener, 0, len(t.listeners)-t.left)
		for _, other := range t.listeners {
			if other.out = other.gone.Load(); !other.out {
				stay = append(stay, other)
			}
		}
		t.left = 0
		t.listeners = stay
	}
	t.mu.Unlock()
	t.release()
}

func (t *topic) release() {
	ts := &t.core.topics
	ts.mu.Lock()
	t.refs--
	last := t.refs == 0
	// A topic that the broker refused must not be reused.
	if (last || t.failed()) && ts.byName[t.stream] == t {
		delete(ts.byName, t.stream)
	}
	ts.mu.Unlock()
	if last && t.cancel != nil { // refs reaches 0 only after the broker has answered
		t.cancel()
	}
}

// failed reports whether the broker has answered with an error.
func (t *topic) failed() bool {
	select {
	case <-t.ready:
		return t.err != nil
	default:
		return false
	}
}

// present returns the current listeners, some of which may be gone.
func (t *topic) present() []*listener {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.listeners
}

// deliver queues a publication for every listener. It does not block: a client
// that is too far behind is disconnected. The broker calls it for one
// publication at a time.
func (t *topic) deliver(p broker.Publication) {
	k, began := t.core, time.Now()
	if !json.Valid(p.Data) {
		go k.journal.warn("publication ignored: it is not JSON", "stream", t.stream)
		return
	}
	all := t.present()
	message := newBody(p)
	var (
		last  *group
		f     *frame
		many  map[*group]*frame
		ready []*conn
		sum   int64
	)
	for _, l := range all {
		if l.gone.Load() {
			continue
		}
		if l.group != last {
			if last != nil && many == nil {
				many = map[*group]*frame{last: f}
			}
			last = l.group
			if f = many[last]; f == nil {
				f = &frame{prefix: last.prefix, body: message, withPosition: last.sendsPositions}
				if many != nil {
					many[last] = f
				}
			}
		}
		if h := l.hold.Load(); h != nil && h.keep(l.conn, f, p) {
			continue
		}
		backlog, start := l.conn.push(f)
		sum += backlog
		if start {
			if ready = append(ready, l.conn); len(ready) == 64 {
				k.writers.add(ready...)
				ready = ready[:0]
			}
		}
	}
	k.writers.add(ready...)
	t.congested.Store(len(all) > 0 && sum/int64(len(all)) > k.limits.backlog/4)
	k.relieve()
	if k.hub.Metrics != nil {
		k.observe(Event{Kind: EventBroadcast, Count: len(all), Bytes: len(p.Data), Took: time.Since(began)})
	}
}

const (
	// mostHoldBack is the longest time that a broadcaster waits for listeners,
	mostHoldBack = time.Second
	// and stillHoldBack while they read nothing at all.
	stillHoldBack = 100 * time.Millisecond
)

// holdBack makes a broadcaster wait while the stream's listeners have on
// average used a quarter of MaxBacklog: a loop of broadcasts is faster than any
// client. The average counts, so a few clients that do not read delay nobody.
func (k *core) holdBack(stream string) {
	t := k.topics.find(stream)
	if t == nil || !t.congested.Load() {
		return
	}
	began := time.Now()
	moved, least := began, int64(math.MaxInt64)
	for pause := time.Millisecond; time.Since(began) < mostHoldBack && time.Since(moved) < stillHoldBack; pause = min(2*pause, 8*time.Millisecond) {
		time.Sleep(pause)
		var sum, n int64
		for _, l := range t.present() {
			if !l.gone.Load() {
				sum += l.conn.backlog.Load()
				n++
			}
		}
		if n == 0 || sum/n <= k.limits.backlog/8 {
			t.congested.Store(false)
			break
		}
		if sum < least {
			moved, least = time.Now(), sum
		}
	}
	k.observe(Event{Kind: EventHeldBack, Took: time.Since(began)})
}
