package cable

import (
	"log/slog"
	"sync"
	"time"
)

// Metrics hears what a hub does. Observe is called often, concurrently and
// never under a lock; it must not block. Package server/metrics implements it
// with Prometheus.
type Metrics interface {
	Observe(Event)
}

// Event is something that happened. Fields that its Kind does not name are zero.
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
	EventClosed                        // a welcomed one ended: Reason; Took since it opened
	EventRefused                       // a connection was not welcomed: Reason
	EventSubscribed                    // a subscription was confirmed
	EventUnsubscribed                  // a confirmed one ended: Reason
	EventRejected                      // a subscription was rejected: Reason
	EventBroadcast                     // one was queued: Count listeners, Bytes of the message, Took
	EventWritten                       // frames left for a client: Count, Bytes
	EventHistory                       // a client asked for what it missed: Count messages, or Reason
	EventHeldBack                      // a broadcaster waited for listeners: Took
	EventPanic                         // a function of the application panicked
)

// Stats are a hub's figures at this moment.
type Stats struct {
	Connections   int
	Subscriptions int
	Streams       int   // that are listened to
	Backlog       int64 // bytes that wait to be written, shared ones counted once
}

// journal writes warnings, but not the same one without end: of each message a
// few are written, and then a few a second; the rest are counted.
type journal struct {
	logger *slog.Logger

	mu   sync.Mutex // guards what follows; never held while writing
	seen map[string]*repeats
}

type repeats struct {
	since   time.Time // the beginning of the current period
	written int       // in it
	left    int       // not written since the last that was
}

const (
	journalPeriod = 10 * time.Second
	journalBurst  = 50 // warnings of one message and period
)

// warn writes a warning that may come often. It may block as the logger does.
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
