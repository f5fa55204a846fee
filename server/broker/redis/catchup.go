package redis

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/centrifugal/centrifuge"

	"github.com/turbowasm/turbowasm/server/broker"
)

const (
	// fetchTries is how often the history is requested before later messages
	// are delivered without it,
	fetchTries = 10
	// and fetchPause is the time between two requests.
	fetchPause = 250 * time.Millisecond
	// lookEvery is how often a stream without deliveries is checked: centrifuge
	// drops notifications when a connection cannot keep up.
	lookEvery = 30 * time.Second
	// lookAgain is the delay before a second check after a problem: centrifuge
	// may give up a connection only after it has logged the problem.
	lookAgain = 3 * time.Second
)

// catchUp fetches and delivers what follows the topic's last delivery, in at
// most the given number of tries. If several tries fail it gives up: clients
// then notice the jump of the offset and ask for themselves. The caller has set
// t.catching.
func (t *topic) catchUp(tries int) (err error) {
	insist := tries == 1
	t.mu.Lock()
	last := t.last
	t.mu.Unlock()
	var pubs []broker.Publication
	var top broker.Position
	for {
		pubs, top, err = t.fetch(last)
		if tries--; err == nil || tries <= 0 {
			break
		}
		select {
		case <-time.After(fetchPause):
		case <-t.b.done:
			return errClosed
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.deliverPending(!insist)
		return err
	}
	for _, p := range pubs {
		t.deliver(p)
	}
	if top != t.last { // messages after the last delivery are lost
		t.last = top
		if len(t.pending) == 0 && len(t.subs) > 0 {
			t.b.start(func() { t.announce(top) })
		}
	}
	t.deliverPending(false)
	return nil
}

// fetch returns what is kept after last, or everything if the epoch is another
// one, and the stream's position.
func (t *topic) fetch(last broker.Position) ([]broker.Publication, broker.Position, error) {
	pubs, top, err := t.b.history(t.name, last)
	if err == nil && top.Epoch == last.Epoch && top.Offset < last.Offset {
		t.b.journal.warn(t.b.logger, "redis: lost recent writes: configure it to persist every write, or none", "stream", t.name)
		// An expired time to live makes Redis forget the position and with it
		// the epoch.
		_, _, err = t.b.redis.History(t.name, centrifuge.HistoryOptions{MetaTTL: -time.Second})
		if err == nil {
			pubs, top, err = t.b.history(t.name, last)
		}
	}
	if err == nil && top.Epoch != last.Epoch {
		pubs, top, err = t.b.history(t.name, broker.Position{})
	}
	return pubs, top, err
}

// announce publishes an empty message to a stream whose subscribers have lost
// something and would not notice until the next publication. All processes
// together publish it once.
func (t *topic) announce(top broker.Position) {
	_, err := t.b.redis.Publish(t.name, []byte(`""`), centrifuge.PublishOptions{
		HistorySize: t.b.options.HistorySize, HistoryTTL: t.b.options.HistoryTTL,
		IdempotencyKey: fmt.Sprintf("gap.%s.%d", top.Epoch, top.Offset),
	})
	if err != nil {
		t.b.journal.warn(t.b.logger, "redis: cannot announce lost messages", "stream", t.name, "error", err)
	}
}

// watch makes topics look for missed messages: all of them after a problem, and
// from time to time those without deliveries.
func (b *Broker) watch() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-b.done:
			return
		case <-tick.C:
			b.catchUp(func(t *topic) bool { return !t.heard })
			continue
		case <-b.trouble:
		}
		for range 2 {
			for !b.connected() || b.catchUp(func(*topic) bool { return true }) != nil {
				if !b.pause(fetchPause) {
					return
				}
			}
			if !b.pause(lookAgain) {
				return
			}
		}
		b.journal.recovered(b.logger, b.address)
	}
}

func (b *Broker) pause(d time.Duration) bool {
	select {
	case <-b.done:
		return false
	case <-time.After(d):
		return true
	}
}

// connected reports whether this process receives notifications. centrifuge
// uses a new connection for Subscribe only once it has resubscribed to all
// streams of the previous one.
func (b *Broker) connected() bool { return b.redis.Subscribe("action_cable/watch") == nil }

// catchUp makes the topics selected by interesting catch up.
func (b *Broker) catchUp(interesting func(*topic) bool) error {
	b.mu.RLock()
	all := make(chan *topic, len(b.topics))
	for _, t := range b.topics {
		all <- t
	}
	b.mu.RUnlock()
	close(all)
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	for range min(16, len(all)) {
		wg.Go(func() {
			for t := range all {
				t.mu.Lock()
				wanted := !t.catching && len(t.subs) > 0 && interesting(t)
				t.heard = false
				if wanted {
					t.catching = true
				}
				t.mu.Unlock()
				if !wanted {
					continue
				}
				if err := t.catchUp(1); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// log receives centrifuge's warnings. Any of them may mean that messages were
// missed.
func (b *Broker) log(e centrifuge.LogEntry) {
	select {
	case <-b.done:
		return
	case b.trouble <- struct{}{}:
	default:
	}
	b.journal.warn(b.logger, "redis: "+e.Message, "address", b.address, "error", e.Error)
}

// journal writes each warning once until the problem has passed. Its zero value
// is ready to use.
type journal struct {
	mu      sync.Mutex
	written map[string]bool
}

func (j *journal) warn(logger *slog.Logger, message string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.written[message] {
		return
	}
	if j.written == nil {
		j.written = make(map[string]bool)
	}
	j.written[message] = true
	logger.Warn(message, args...)
}

// recovered says that the broker is connected again, if it said what was wrong.
func (j *journal) recovered(logger *slog.Logger, address string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.written) > 0 {
		logger.Info("redis: connected", "address", address)
	}
	clear(j.written)
}
