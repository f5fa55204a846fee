// Package memory is the broker for a single process: ordered streams with a
// history bounded by count, age and bytes. It imports only the standard library
// and starts no goroutines.
package memory

import (
	"cmp"
	"container/list"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
)

// Broker is a broker within one process. Its zero value is ready to use; it is
// safe for concurrent use and must not be copied. Fields must not change after
// the first call.
//
// Publications beyond a limit, or older than HistoryTTL, are dropped at the
// next publication to any stream. All streams share one epoch, that of the
// Broker: a position from another process, or from before a restart, gives
// [broker.ErrGap].
type Broker struct {
	// HistorySize is how many publications are kept per stream; 0 means 100.
	HistorySize int
	// HistoryBytes is how many bytes of data are kept per stream; 0 means 1
	// MiB.
	HistoryBytes int
	// HistoryTTL is how long a publication is kept; 0 means five minutes.
	HistoryTTL time.Duration
	// TotalBytes is how many bytes of data are kept for all streams together; 0
	// means 64 MiB. The oldest publications are dropped first, whatever their
	// stream.
	TotalBytes int

	once  sync.Once
	epoch string

	mu      sync.Mutex // guards what follows, and every stream's refs and used; locked within a stream's mu
	streams map[string]*stream
	log     list.List // of *entry: the history of all streams, oldest first
	bytes   int       // of data in log
	quiet   list.List // of *stream: those with publications, the longest unused first
	floor   uint64    // the offset at which unknown streams start
}

// A stream without subscriptions and history is forgotten after a day, or
// earlier if there are very many. Only its offset is worth keeping.
const (
	forgetAfter = 24 * time.Hour
	maxQuiet    = 1 << 16
)

type stream struct {
	name string

	mu   sync.Mutex // held during a publication, so that deliveries stay in order; guards:
	subs []*subscription
	// The last publication by PublishOnce.
	onceEpoch string
	once      uint64

	// Guarded by Broker.mu:
	refs    int // running publications, and subscriptions
	offset  uint64
	entries []*list.Element // in Broker.log, oldest first
	bytes   int
	used    time.Time
	place   *list.Element // in Broker.quiet; nil before the first publication
}

type entry struct {
	stream *stream
	pub    broker.Publication
	at     time.Time
}

type subscription struct{ deliver func(broker.Publication) }

func (b *Broker) init() { b.once.Do(func() { b.epoch = rand.Text()[:16] }) }

// use finds or creates a stream, which is not forgotten until unuse.
func (b *Broker) use(name string) *stream {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.streams[name]
	if s == nil {
		if b.streams == nil {
			b.streams = make(map[string]*stream)
		}
		s = &stream{name: name, offset: b.floor}
		b.streams[name] = s
	}
	s.refs++
	return s
}

func (b *Broker) unuse(s *stream) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.refs--
	if s.refs == 0 && s.place == nil { // never published to: nothing to remember
		delete(b.streams, s.name)
	}
}

// Publish appends data to the stream and delivers it to the subscribers before
// it returns. The broker keeps data; the caller must not change it afterwards.
func (b *Broker) Publish(ctx context.Context, name string, data []byte) (broker.Position, error) {
	return b.publish(ctx, name, data, func(*stream) bool { return true })
}

// PublishOnce is like Publish, unless the stream's last publication by
// PublishOnce had the same epoch and the same or a higher sequence number: then
// it does nothing.
func (b *Broker) PublishOnce(ctx context.Context, name string, data []byte, epoch string, sequence uint64) error {
	_, err := b.publish(ctx, name, data, func(s *stream) bool {
		if s.onceEpoch == epoch && sequence <= s.once {
			return false
		}
		s.onceEpoch, s.once = epoch, sequence
		return true
	})
	return err
}

// publish appends and delivers data if the stream accepts it.
func (b *Broker) publish(ctx context.Context, name string, data []byte, takes func(*stream) bool) (broker.Position, error) {
	if err := ctx.Err(); err != nil {
		return broker.Position{}, fmt.Errorf("broker: publish to %q: %w", name, err)
	}
	b.init()
	s := b.use(name)
	defer b.unuse(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !takes(s) {
		return broker.Position{}, nil
	}
	pub := b.append(s, data, time.Now())
	for _, sub := range s.subs {
		sub.deliver(pub)
	}
	return pub.Position, nil
}

// append records a publication and drops what exceeds a limit.
func (b *Broker) append(s *stream, data []byte, now time.Time) broker.Publication {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.offset++
	pub := broker.Publication{Stream: s.name, Position: broker.Position{Epoch: b.epoch, Offset: s.offset}, Data: data, Time: now}
	s.entries = append(s.entries, b.log.PushBack(&entry{s, pub, now}))
	s.bytes += len(data)
	b.bytes += len(data)
	for len(s.entries) > cmp.Or(b.HistorySize, 100) || s.bytes > cmp.Or(b.HistoryBytes, 1<<20) {
		b.drop(s)
	}
	for e := b.log.Front(); e != nil; e = b.log.Front() {
		oldest := e.Value.(*entry)
		if b.bytes <= cmp.Or(b.TotalBytes, 64<<20) && now.Sub(oldest.at) < b.ttl() {
			break
		}
		b.drop(oldest.stream)
	}
	s.used = now
	if s.place == nil {
		s.place = b.quiet.PushBack(s)
	} else {
		b.quiet.MoveToBack(s.place)
	}
	b.forget(now)
	return pub
}

func (b *Broker) ttl() time.Duration { return cmp.Or(b.HistoryTTL, 5*time.Minute) }

// drop removes the oldest publication of a stream's history.
func (b *Broker) drop(s *stream) {
	e := b.log.Remove(s.entries[0]).(*entry)
	s.entries = s.entries[1:]
	if len(s.entries) == 0 {
		s.entries = nil
	}
	s.bytes -= len(e.pub.Data)
	b.bytes -= len(e.pub.Data)
}

// forget removes streams that have been unused for long. Unknown streams start
// at the highest offset that was ever forgotten, so that no offset is used
// twice within an epoch.
func (b *Broker) forget(now time.Time) {
	for tries := 0; tries < 8; tries++ { // a few at a time, so that publications are not delayed
		e := b.quiet.Front()
		if e == nil {
			return
		}
		s := e.Value.(*stream)
		if b.quiet.Len() <= maxQuiet && now.Sub(s.used) < forgetAfter {
			return
		}
		if s.refs > 0 || len(s.entries) > 0 {
			s.used = now // in use: look again later
			b.quiet.MoveToBack(e)
			continue
		}
		b.quiet.Remove(e)
		delete(b.streams, s.name)
		b.floor = max(b.floor, s.offset)
	}
}

// Subscribe delivers every later publication of the stream, in order and one at
// a time, until cancel is called. deliver must not block and must not call the
// broker. A stream may have several subscriptions.
func (b *Broker) Subscribe(ctx context.Context, name string, deliver func(broker.Publication)) (cancel func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("broker: subscribe to %q: %w", name, err)
	}
	b.init()
	s := b.use(name)
	sub := &subscription{deliver}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subs = append(s.subs, sub)
	return sync.OnceFunc(func() {
		s.mu.Lock()
		s.subs = slices.DeleteFunc(s.subs, func(x *subscription) bool { return x == sub })
		s.mu.Unlock()
		b.unuse(s)
	}), nil
}

// Position returns the position of the stream's last publication.
func (b *Broker) Position(ctx context.Context, name string) (broker.Position, error) {
	if err := ctx.Err(); err != nil {
		return broker.Position{}, fmt.Errorf("broker: position of %q: %w", name, err)
	}
	b.init()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.position(name), nil
}

func (b *Broker) position(name string) broker.Position {
	at := broker.Position{Epoch: b.epoch, Offset: b.floor}
	if s := b.streams[name]; s != nil {
		at.Offset = s.offset
	}
	return at
}

// History returns what was published after since, oldest first; for the zero
// Position, everything that is kept. It returns [broker.ErrGap] if the history
// does not reach back to since.
func (b *Broker) History(ctx context.Context, name string, since broker.Position) ([]broker.Publication, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("broker: history of %q: %w", name, err)
	}
	b.init()
	b.mu.Lock()
	defer b.mu.Unlock()
	top := b.position(name)
	if since == (broker.Position{}) {
		since = top
		if s := b.streams[name]; s != nil {
			since.Offset -= uint64(b.fresh(s))
		}
	}
	if since.Epoch != top.Epoch || since.Offset > top.Offset {
		return nil, fmt.Errorf("broker: history of %q: %w", name, broker.ErrGap)
	}
	missed := int(top.Offset - since.Offset)
	if missed == 0 {
		return nil, nil
	}
	s := b.streams[name]
	if s == nil || missed > len(s.entries) {
		return nil, fmt.Errorf("broker: history of %q: %w", name, broker.ErrGap)
	}
	pubs := make([]broker.Publication, 0, missed)
	now := time.Now()
	for _, e := range s.entries[len(s.entries)-missed:] {
		if kept := e.Value.(*entry); now.Sub(kept.at) < b.ttl() {
			pubs = append(pubs, kept.pub)
		}
	}
	if len(pubs) < missed {
		return nil, fmt.Errorf("broker: history of %q: %w", name, broker.ErrGap)
	}
	return pubs, nil
}

// fresh counts the stream's publications that are not too old. b.mu is held.
func (b *Broker) fresh(s *stream) int {
	now := time.Now()
	i := slices.IndexFunc(s.entries, func(e *list.Element) bool { return now.Sub(e.Value.(*entry).at) < b.ttl() })
	if i < 0 {
		return 0
	}
	return len(s.entries) - i
}
