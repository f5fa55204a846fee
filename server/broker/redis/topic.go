package redis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"

	"github.com/turbowasm/turbowasm/server/broker"
)

// topic is a stream with subscriptions in this process. They share one
// subscription in Redis.
type topic struct {
	b     *Broker
	name  string
	users int // subscriptions, including those being added or removed; guarded by Broker.mu

	asking     chan struct{} // holds a value during a subscribe or unsubscribe request; guards:
	subscribed bool

	mu       sync.Mutex // held during a delivery, so that deliveries stay in order; guards:
	subs     []*subscription
	last     broker.Position // position of the last delivery
	catching bool            // what follows last is being fetched; pending collects new messages meanwhile
	pending  []broker.Publication
	heard    bool // something was delivered since the last check
}

type subscription struct{ deliver func(broker.Publication) }

// mostPending is how many publications are buffered while a topic catches up.
// Later ones are read from the history.
const mostPending = 4096

// Subscribe delivers every later publication of the stream, in order and one at
// a time, until cancel is called. deliver must not block and must not call the
// broker. A stream may have several subscriptions. While the connection to
// Redis is being re-established, Subscribe waits for up to five seconds.
func (b *Broker) Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (cancel func(), err error) {
	sub := &subscription{deliver}
	t := b.use(stream)
	if err := t.subscribe(ctx, sub); err != nil {
		b.unuse(t)
		return nil, fmt.Errorf("redis: subscribe to %q at %s: %w", stream, b.address, err)
	}
	return sync.OnceFunc(func() {
		t.mu.Lock()
		t.subs = slices.DeleteFunc(t.subs, func(s *subscription) bool { return s == sub })
		t.mu.Unlock()
		// Redis can be told later, and need not be after Close.
		b.start(func() {
			t.unsubscribe()
			b.unuse(t)
		})
	}), nil
}

func (b *Broker) use(stream string) *topic {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.topics[stream]
	if t == nil {
		t = &topic{b: b, name: stream, asking: make(chan struct{}, 1)}
		b.topics[stream] = t
	}
	t.users++
	return t
}

func (b *Broker) unuse(t *topic) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t.users--; t.users == 0 {
		delete(b.topics, t.name)
	}
}

// subscribe adds a subscription once Redis has confirmed the topic's first one.
func (t *topic) subscribe(ctx context.Context, sub *subscription) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case t.asking <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	answered := make(chan error, 1)
	if !t.b.start(func() { // continues when ctx ends, so that nothing is left half done
		defer func() { <-t.asking }()
		err := t.begin(ctx)
		if err == nil {
			t.mu.Lock()
			t.subs = append(t.subs, sub)
			t.mu.Unlock()
		}
		answered <- err
	}) {
		<-t.asking
		return errClosed
	}
	return <-answered
}

// begin subscribes to the stream in Redis. t.asking is held.
func (t *topic) begin(ctx context.Context) error {
	if t.subscribed {
		return nil
	}
	t.mu.Lock()
	t.catching = true
	t.mu.Unlock()
	err := t.b.redis.Subscribe(t.name)
	for err != nil && !errors.Is(err, centrifuge.ErrorBadRequest) {
		select { // the connection may be about to be established
		case <-time.After(100 * time.Millisecond):
			err = t.b.redis.Subscribe(t.name)
			continue
		case <-t.b.done:
			return errClosed
		case <-ctx.Done():
		}
		return err
	}
	if err != nil {
		return err
	}
	at, err := t.b.position(t.name)
	if err != nil {
		t.b.redis.Unsubscribe(t.name)
		return err
	}
	t.subscribed = true
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = at
	t.deliverPending(false)
	return nil
}

// unsubscribe ends the subscription in Redis if the topic has no subscriptions
// left. Redis ends it by itself when a connection is lost.
func (t *topic) unsubscribe() {
	t.asking <- struct{}{}
	defer func() { <-t.asking }()
	t.mu.Lock()
	wanted := len(t.subs) > 0
	t.mu.Unlock()
	if !wanted && t.subscribed {
		t.subscribed = false
		t.b.redis.Unsubscribe(t.name) // fails only if the connection is lost
	}
}

// handler receives publications from centrifuge, in order within a stream.
type handler Broker

func (h *handler) HandlePublication(stream string, pub *centrifuge.Publication, at centrifuge.StreamPosition, _ bool, _ *centrifuge.Publication) error {
	b := (*Broker)(h)
	b.mu.RLock()
	t := b.topics[stream]
	b.mu.RUnlock()
	if t == nil {
		return nil
	}
	p := publication(stream, pub, at)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.catching {
		if len(t.pending) < mostPending {
			t.pending = append(t.pending, p)
		}
		return nil
	}
	t.pending = append(t.pending, p)
	t.deliverPending(false)
	return nil
}

func (*handler) HandleJoin(string, *centrifuge.ClientInfo) error  { return nil }
func (*handler) HandleLeave(string, *centrifuge.ClientInfo) error { return nil }

// deliver passes a publication to all subscriptions. t.mu is held.
func (t *topic) deliver(p broker.Publication) {
	t.last, t.heard = p.Position, true
	for _, s := range t.subs {
		s.deliver(p)
	}
}

// deliverPending delivers pending publications up to the first gap, and then starts to
// fetch what is missing. With all it ignores gaps. t.mu is held.
func (t *topic) deliverPending(all bool) {
	for i, p := range t.pending {
		same := p.Position.Epoch == t.last.Epoch
		switch {
		case same && p.Position.Offset <= t.last.Offset: // already delivered
		case all || same && p.Position.Offset == t.last.Offset+1:
			t.deliver(p)
		default:
			t.pending = t.pending[i:]
			t.catching = t.b.start(func() { t.catchUp(fetchTries) })
			return
		}
	}
	clear(t.pending)
	t.pending, t.catching = t.pending[:0], false
	if cap(t.pending) > 64 {
		t.pending = nil
	}
}
