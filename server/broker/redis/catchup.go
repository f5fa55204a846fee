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
	// fetchTries is how often the history is asked for before what came after
	// it is delivered all the same,
	fetchTries = 10
	// and fetchPause what lies between.
	fetchPause = 250 * time.Millisecond
	// lookEvery is how often a quiet stream is asked whether it is: the
	// processor of a connection that cannot keep up drops what it is told.
	lookEvery = 30 * time.Second
	// lookAgain is when, after trouble, is looked a second time: a connection
	// may be given up only after the trouble was told.
	lookAgain = 3 * time.Second
)

// catchUp fetches and delivers what comes after the topic's last delivery, in
// the given number of tries. After several it does without: clients then notice
// the jump, and ask for themselves. The caller has set t.catching.
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
		t.settle(!insist)
		return err
	}
	for _, p := range pubs {
		t.deliver(p)
	}
	if top != t.last { // what came after the last delivery is gone
		t.last = top
		if len(t.pending) == 0 && len(t.subs) > 0 {
			t.b.start(func() { t.announce(top) })
		}
	}
	t.settle(false)
	return nil
}

// fetch returns what is kept after last, or all if that is of another epoch,
// and the stream's position.
func (t *topic) fetch(last broker.Position) ([]broker.Publication, broker.Position, error) {
	pubs, top, err := t.b.history(t.name, last)
	if err == nil && top.Epoch == last.Epoch && top.Offset < last.Offset {
		t.b.journal.warn(t.b.logger, "redis: came back with less than it had: let it keep every write, or none", "stream", t.name)
		// A time to live that is over has Redis forget the position, and with
		// it the epoch.
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

// announce publishes an empty message, once for all processes, to a stream whose
// listeners have lost something and would not notice before it goes on.
func (t *topic) announce(top broker.Position) {
	_, err := t.b.redis.Publish(t.name, []byte(`""`), centrifuge.PublishOptions{
		HistorySize: t.b.options.HistorySize, HistoryTTL: t.b.options.HistoryTTL,
		IdempotencyKey: fmt.Sprintf("gap.%s.%d", top.Epoch, top.Offset),
	})
	if err != nil {
		t.b.journal.warn(t.b.logger, "redis: a gap could not be announced", "stream", t.name, "error", err)
	}
}

// watch has topics look for what they have missed: all of them after trouble,
// and now and then those that were quiet.
func (b *Broker) watch() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-b.done:
			return
		case <-tick.C:
			b.look(func(t *topic) bool { return !t.heard })
			continue
		case <-b.trouble:
		}
		for range 2 {
			for !b.connected() || b.look(func(*topic) bool { return true }) != nil {
				if !b.pause(fetchPause) {
					return
				}
			}
			if !b.pause(lookAgain) {
				return
			}
		}
		b.journal.settle(b.logger, b.address)
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

// connected reports whether this process is told of publications. A connection
// is used by Subscribe only once it has all streams of the one before.
func (b *Broker) connected() bool { return b.redis.Subscribe("action_cable/watch") == nil }

// look has those topics catch up that are of interest.
func (b *Broker) look(interesting func(*topic) bool) error {
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

// log takes what centrifuge complains about: whatever it is, something may have
// been missed.
func (b *Broker) log(e centrifuge.LogEntry) {
	select {
	case <-b.done:
		return
	case b.trouble <- struct{}{}:
	default:
	}
	b.journal.warn(b.logger, "redis: "+e.Message, "address", b.address, "error", e.Error)
}

// journal writes what repeats once, until it has settled. Its zero value is
// ready.
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

func (j *journal) settle(logger *slog.Logger, address string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.written) > 0 {
		logger.Info("redis: connected", "address", address)
	}
	clear(j.written)
}
