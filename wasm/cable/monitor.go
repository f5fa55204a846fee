package cable

const (
	staleAfter = 6000 // milliseconds: two pings missed
	backoff    = 0.15
	maxBackoff = 10 // attempts after which the delay grows no more

	firstRetry = 1000 // milliseconds within which a lost connection is reopened
	lastRetry  = 30_000
)

// Monitor is what a consumer knows about the health of its connection. While the
// monitor runs, a connection that has been silent for 6 seconds is reopened.
// Times are in milliseconds since 1970, zero when there is none.
type Monitor struct {
	Attempts       int     // how often the connection was found stale since the last welcome
	StartedAt      float64 // when the monitor was last started
	StoppedAt      float64 // when it was stopped, zero while it runs
	PingedAt       float64 // when the last message came, of any type
	DisconnectedAt float64 // when the connection was lost, zero after a welcome
}

// Running reports whether the connection is watched.
func (m *Monitor) Running() bool { return m.StartedAt > 0 && m.StoppedAt == 0 }

func (m *Monitor) stale(now float64) bool {
	heard := &m.PingedAt
	if *heard == 0 {
		heard = &m.StartedAt
	}
	if *heard > now { // the clock was set back
		*heard = now
	}
	return *heard > 0 && now-*heard > staleAfter
}

// lostRecently reports whether it is too early to reconnect.
func (m *Monitor) lostRecently(now float64) bool {
	return m.DisconnectedAt > 0 && m.DisconnectedAt <= now && now-m.DisconnectedAt < staleAfter
}

// delay is how long to wait until the connection is checked again.
func (m *Monitor) delay(random float64) int {
	delay, jitter := float64(staleAfter), backoff
	if m.Attempts == 0 {
		jitter = 1
	}
	for i := 0; i < m.Attempts && i < maxBackoff; i++ {
		delay *= 1 + backoff
	}
	return int(delay * (1 + jitter*random))
}

// retryDelay is how long to wait until a lost connection is reopened. Each delay
// is spread over its own length, so that clients which lost the same server do
// not all come back at once.
func (m *Monitor) retryDelay(random float64) int {
	if m.Attempts == 0 {
		return int(firstRetry * random)
	}
	delay := firstRetry << min(m.Attempts, maxBackoff)
	delay = min(delay, lastRetry)
	return delay/2 + int(float64(delay)*random)
}
