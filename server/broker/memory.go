package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
)

// Memory is a broker within one process. Its zero value is ready to use; it
// is safe for concurrent use and must not be copied. The engine is
// centrifuge's MemoryBroker.
type Memory struct {
	// HistorySize is how many publications a stream keeps; 0 is 100.
	HistorySize int
	// HistoryTTL is how long a stream keeps them after the last one, in whole
	// seconds; 0 is five minutes.
	HistoryTTL time.Duration

	once   sync.Once // starts the engine
	engine *centrifuge.MemoryBroker
	err    error

	mu     sync.RWMutex // guards what follows
	closed bool
	subs   map[string][]*subscription
}

type subscription struct{ deliver func(Publication) }

// ErrClosed reports a call after Close.
var ErrClosed = errors.New("broker is closed")

func (m *Memory) start() error {
	m.once.Do(func() {
		m.subs = make(map[string][]*subscription)
		// The node only holds the configuration: it is never run.
		node, err := centrifuge.New(centrifuge.Config{HistoryMetaTTL: 24 * time.Hour})
		if err == nil {
			m.engine, err = centrifuge.NewMemoryBroker(node, centrifuge.MemoryBrokerConfig{})
		}
		if err == nil {
			err = m.engine.RegisterBrokerEventHandler(memoryEvents{m})
		}
		m.err = err
	})
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return ErrClosed
	}
	return m.err
}

// Publish appends data to the stream and delivers it to its subscribers before
// it returns. The broker keeps data.
func (m *Memory) Publish(ctx context.Context, stream string, data []byte) (Position, error) {
	err := cmp.Or(ctx.Err(), m.start())
	var result centrifuge.PublishResult
	if err == nil {
		result, err = m.engine.Publish(stream, data, centrifuge.PublishOptions{
			HistorySize: cmp.Or(m.HistorySize, 100),
			HistoryTTL:  max(time.Second, cmp.Or(m.HistoryTTL, 5*time.Minute)),
		})
	}
	if err != nil {
		return Position{}, fmt.Errorf("broker: publish to %q: %w", stream, err)
	}
	return Position{Epoch: result.Epoch, Offset: result.Offset}, nil
}

// Subscribe has every later publication of the stream delivered, in order and
// one at a time, until cancel is called. deliver must not block and must not
// call the broker. A stream may have several subscriptions.
func (m *Memory) Subscribe(ctx context.Context, stream string, deliver func(Publication)) (cancel func(), err error) {
	if err := cmp.Or(ctx.Err(), m.start()); err != nil {
		return nil, fmt.Errorf("broker: subscribe to %q: %w", stream, err)
	}
	s := &subscription{deliver}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs[stream] = append(slices.Clone(m.subs[stream]), s)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		rest := slices.DeleteFunc(slices.Clone(m.subs[stream]), func(x *subscription) bool { return x == s })
		if len(rest) == 0 {
			delete(m.subs, stream)
		} else {
			m.subs[stream] = rest
		}
	}, nil
}

// History returns what was published after since, oldest first, and the
// position of the last publication. From the zero Position it returns no
// publications. [ErrGap] says that the history does not reach back to since.
func (m *Memory) History(ctx context.Context, stream string, since Position) ([]Publication, Position, error) {
	err := cmp.Or(ctx.Err(), m.start())
	var kept []*centrifuge.Publication
	var top centrifuge.StreamPosition
	if err == nil {
		filter := centrifuge.HistoryFilter{}
		if since != (Position{}) {
			filter = centrifuge.HistoryFilter{Limit: -1, Since: &centrifuge.StreamPosition{Epoch: since.Epoch, Offset: since.Offset}}
		}
		kept, top, err = m.engine.History(stream, centrifuge.HistoryOptions{Filter: filter})
	}
	if err == nil && since != (Position{}) {
		missing := since.Offset < top.Offset && (len(kept) == 0 || kept[0].Offset != since.Offset+1)
		if since.Epoch != top.Epoch || since.Offset > top.Offset || missing {
			err = ErrGap
		}
	}
	if err != nil {
		return nil, Position{}, fmt.Errorf("broker: history of %q: %w", stream, err)
	}
	pubs := make([]Publication, len(kept))
	for i, p := range kept {
		pubs[i] = Publication{stream, Position{top.Epoch, p.Offset}, p.Data}
	}
	return pubs, Position{top.Epoch, top.Offset}, nil
}

// Close stops the broker's goroutines; later calls fail with [ErrClosed].
func (m *Memory) Close() error {
	m.start()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	if m.err != nil {
		return nil
	}
	return m.engine.Close(context.Background())
}

// memoryEvents hears what the engine publishes, in order within a stream: the
// engine holds that stream's lock meanwhile.
type memoryEvents struct{ m *Memory }

var _ centrifuge.BrokerEventHandler = memoryEvents{}

func (e memoryEvents) HandlePublication(stream string, p *centrifuge.Publication, at centrifuge.StreamPosition, _ bool, _ *centrifuge.Publication) error {
	e.m.mu.RLock()
	subs := e.m.subs[stream]
	e.m.mu.RUnlock()
	for _, s := range subs {
		s.deliver(Publication{stream, Position{at.Epoch, at.Offset}, p.Data})
	}
	return nil
}

func (memoryEvents) HandleJoin(string, *centrifuge.ClientInfo) error  { return nil }
func (memoryEvents) HandleLeave(string, *centrifuge.ClientInfo) error { return nil }
