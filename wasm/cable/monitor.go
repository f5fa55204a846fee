package cable

const (
	staleAfter      = 6000 // milliseconds: two pings missed
	backoff         = 0.15
	maxBackoff      = 10 // attempts after which the delay stays
	visibilityDelay = 200
)

// Monitor watches over a connection: it reopens one that has been silent for
// 6 seconds. Times are in milliseconds since 1970, zero when there is none.
type Monitor struct {
	consumer *Consumer
	attempts int

	startedAt, stoppedAt, pingedAt, disconnectedAt float64

	polling timer
	seen    timer // until a page that became visible is looked after
}

// Attempts is the number of times that the connection was found stale since
// the last welcome.
func (m *Monitor) Attempts() int { return m.attempts }

// StartedAt and StoppedAt are when the monitor was last started and stopped;
// while it runs the latter is zero.
func (m *Monitor) StartedAt() float64 { return m.startedAt }
func (m *Monitor) StoppedAt() float64 { return m.stoppedAt }

// PingedAt is when the last message came, of any type.
func (m *Monitor) PingedAt() float64 { return m.pingedAt }

// DisconnectedAt is when the connection was lost; zero while welcome.
func (m *Monitor) DisconnectedAt() float64 { return m.disconnectedAt }

// Running reports whether the connection is watched.
func (m *Monitor) Running() bool { return m.startedAt > 0 && m.stoppedAt == 0 }

// Start watches over the connection.
func (m *Monitor) Start() {
	if !m.Running() {
		m.startedAt, m.stoppedAt = m.consumer.page.Now(), 0
		m.poll()
	}
}

// Stop leaves the connection alone.
func (m *Monitor) Stop() {
	m.seen.stop()
	if m.Running() {
		m.stoppedAt = m.consumer.page.Now()
		m.polling.stop()
	}
}

// Stale reports whether nothing has been heard for too long.
func (m *Monitor) Stale() bool {
	heard, now := &m.pingedAt, m.consumer.page.Now()
	if *heard == 0 {
		heard = &m.startedAt
	}
	*heard = min(*heard, now) // the clock was set back
	return *heard > 0 && now-*heard > staleAfter
}

// DisconnectedRecently reports whether the connection was lost so shortly ago
// that the server had better be left in peace.
func (m *Monitor) DisconnectedRecently() bool {
	ago := m.consumer.page.Now() - m.disconnectedAt
	return m.disconnectedAt > 0 && ago >= 0 && ago < staleAfter
}

// VisibilityChanged takes a change of the page's visibility: what became
// visible wants a living connection soon.
func (m *Monitor) VisibilityChanged() {
	page := m.consumer.page
	if !page.Visible() || m.seen.waiting() {
		return
	}
	m.seen.start(page, visibilityDelay, func() {
		if m.Stale() || page.State() != Open {
			m.reopen()
		}
	})
}

func (m *Monitor) poll() {
	m.polling.start(m.consumer.page, m.delay(), func() {
		if m.Stale() {
			m.attempts++
			if !m.DisconnectedRecently() {
				m.reopen()
			}
		}
		if m.Running() {
			m.poll()
		}
	})
}

func (m *Monitor) delay() int {
	delay, jitter := float64(staleAfter), backoff
	if m.attempts == 0 {
		jitter = 1
	}
	for range min(m.attempts, maxBackoff) {
		delay *= 1 + backoff
	}
	return int(delay * (1 + jitter*m.consumer.page.Random()))
}

func (m *Monitor) reopen() {
	if err := m.consumer.Reopen(); err != nil {
		m.consumer.page.Report("cable: reopen the connection", err)
	}
}
