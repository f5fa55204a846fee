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

// topic is a stream that somebody in this process listens to: one subscription
// in Redis, whoever listens.
type topic struct {
	b     *Broker
	name  string
	users int // subscriptions, and those being made or ended; guarded by Broker.mu

	asking     chan struct{} // holds a value while Redis is asked to begin or to end; guards:
	subscribed bool

	mu       sync.Mutex // held through a delivery, so that they keep the order; guards:
	subs     []*subscription
	last     broker.Position // of the last delivery
	catching bool            // somebody is finding out what comes after last; until then
	pending  []broker.Publication
	heard    bool // something was delivered since the last look
}

type subscription struct{ deliver func(broker.Publication) }

// mostPending is how many publications wait while a topic catches up. Those
// beyond are in the history.
const mostPending = 4096

// Subscribe has every later publication of the stream delivered, in order and
// one at a time, until cancel is called. deliver must not block and must not
// call the broker. A stream may have several subscriptions. If the connection
// to Redis is being made anew, it waits for it, for a few seconds at most.
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
		// Redis can be told later, and need not after Close.
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

// subscribe adds a subscription, after Redis has agreed to the first.
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
	if !t.b.start(func() { // goes on when ctx ends, so that it leaves nothing half done
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

// begin has Redis tell this process of the stream. t.asking is held.
func (t *topic) begin(ctx context.Context) error {
	if t.subscribed {
		return nil
	}
	t.mu.Lock()
	t.catching = true
	t.mu.Unlock()
	err := t.b.redis.Subscribe(t.name)
	for err != nil && !errors.Is(err, centrifuge.ErrorBadRequest) {
		select { // the connection may be about to come
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
	t.settle(false)
	return nil
}

// unsubscribe has Redis tell this process of the stream no more, if nobody
// listens. What is lost with a connection need not be ended.
func (t *topic) unsubscribe() {
	t.asking <- struct{}{}
	defer func() { <-t.asking }()
	t.mu.Lock()
	wanted := len(t.subs) > 0
	t.mu.Unlock()
	if !wanted && t.subscribed {
		t.subscribed = false
		t.b.redis.Unsubscribe(t.name) // an error is that of a lost connection
	}
}

// handler is what centrifuge tells of publications, in order for a stream.
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
	t.settle(false)
	return nil
}

func (*handler) HandleJoin(string, *centrifuge.ClientInfo) error  { return nil }
func (*handler) HandleLeave(string, *centrifuge.ClientInfo) error { return nil }

// deliver tells everybody who listens. t.mu is held.
func (t *topic) deliver(p broker.Publication) {
	t.last, t.heard = p.Position, true
	for _, s := range t.subs {
		s.deliver(p)
	}
}

// settle delivers what is pending, up to where something is missing, and then
// has that fetched; or all, jumps or not. t.mu is held.
func (t *topic) settle(all bool) {
	for i, p := range t.pending {
		same := p.Position.Epoch == t.last.Epoch
		switch {
		case same && p.Position.Offset <= t.last.Offset: // had it
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
