package cable

import (
	"slices"
	"time"
)

// startTicker starts pinging connections slot by slot, so that pings are spread
// evenly over the interval. core.mu is held.
func (k *core) startTicker() {
	if k.ticker == nil {
		k.ticker = time.AfterFunc(k.tick(), k.ping)
	}
}

// round is the time in which every connection is checked once.
func (l *limits) round() time.Duration { return min(l.pingEvery, l.idleTimeout/2) }

func (k *core) tick() time.Duration { return k.limits.round() / time.Duration(len(k.pingSlots)) }

// ping handles the next slot: it pings its connections, sharing one frame per
// protocol, and ends those that have been silent for too long.
func (k *core) ping() {
	began := time.Now()
	k.mu.Lock()
	k.pingSlot = (k.pingSlot + 1) % len(k.pingSlots)
	due := slices.Clone(k.pingSlots[k.pingSlot])
	k.mu.Unlock()
	defer k.pingAgain(began)

	frames := make(map[protocol]*frame, 1)
	var ready []*conn
	for _, c := range due {
		silent := began.Sub(time.Unix(0, c.seen.Load()))
		if c.busy.Load() {
			silent = 0
		}
		if silent >= k.limits.idleTimeout {
			c.end(ReasonIdle, true)
			continue
		}
		var pinged, probed bool
		if c.backlog.Load() > 0 {
			// It has data to read already, and queued data does not show that
			// anyone reads it.
		} else if began.Sub(c.pinged) >= k.limits.pingEvery-k.limits.round()/2 {
			c.pinged = began
			ping := frames[c.protocol]
			if ping == nil {
				ping = c.protocol.ping(began)
				frames[c.protocol] = ping
			}
			_, pinged = c.push(ping)
		}
		if silent >= k.limits.idleTimeout/2 {
			_, probed = c.push(&frame{probe: true}) // answered by every client's WebSocket implementation
		}
		if pinged || probed {
			ready = append(ready, c)
		}
	}
	k.writers.add(ready...)
}

// pingAgain sets the timer for the next slot, or stops it if there are no
// connections.
func (k *core) pingAgain(began time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !slices.ContainsFunc(k.pingSlots, func(b []*conn) bool { return len(b) > 0 }) {
		k.ticker = nil
		return
	}
	k.ticker.Reset(max(k.tick()-time.Since(began), 0))
}
