package cable

import (
	"log/slog"
	"sync"
	"time"
)

// Metrics is told what a hub does. Observe is called often, concurrently and
// never under a lock; it must not block. Package server/metrics implements it
// with Prometheus.
type Metrics interface {
	Observe(Event)
}

// Event is something that happened. Fields that its Kind does not mention are
// zero.
type Event struct {
	Kind   EventKind
	Reason Reason
	Count  int
	Bytes  int
	Took   time.Duration
}

// EventKind is the kind of an [Event].
type EventKind uint8

const (
	EventOpened       EventKind = iota // a connection was welcomed
	EventClosed                        // a welcomed connection ended: Reason; Took is its duration
	EventRefused                       // a connection was refused: Reason
	EventSubscribed                    // a subscription was confirmed
	EventUnsubscribed                  // a confirmed subscription ended: Reason
	EventRejected                      // a subscription was rejected: Reason
	EventBroadcast                     // a broadcast was queued: Count subscriptions, Bytes of the message, Took
	EventWritten                       // frames were sent to a client: Count, Bytes
	EventHistory                       // a client asked for missed messages: Count of them, or Reason
	EventHeldBack                      // a broadcaster waited for slow clients: Took
	EventPanic                         // a function of the application panicked
)

// Stats are a hub's current figures.
type Stats struct {
	Connections   int
	Subscriptions int
	Streams       int   // with at least one subscription
	Backlog       int64 // queued bytes, counting shared ones once
}

// journal writes warnings but limits repetitions: of each message it writes at
// most journalBurst per journalPeriod and counts the rest.
type journal struct {
	logger *slog.Logger

	mu   sync.Mutex // guards what follows; never held while writing
	seen map[string]*repeats
}

type repeats struct {
	since   time.Time // start of the current period
	written int       // in the current period
	left    int       // left out since the last one written
}

const (
	journalPeriod = 10 * time.Second
	journalBurst  = 50 // warnings with the same message per period
)

// warn writes a warning that may be frequent. It blocks if the logger does.
func (j *journal) warn(message string, args ...any) {
	now := time.Now()
	j.mu.Lock()
	if j.seen == nil {
		j.seen = make(map[string]*repeats)
	}
	r := j.seen[message]
	if r == nil {
		r = &repeats{}
		j.seen[message] = r
	}
	if now.Sub(r.since) > journalPeriod {
		r.since, r.written = now, 0
	}
	if r.written++; r.written > journalBurst {
		r.left++
		j.mu.Unlock()
		return
	}
	left := r.left
	r.left = 0
	j.mu.Unlock()
	if left > 0 {
		args = append(args, "more", left)
	}
	j.logger.Warn("cable: "+message, args...)
}
