package cable

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// core is the running state of a hub.
type core struct {
	hub      Hub // a copy of its fields, taken at the start
	limits   limits
	verifier atomic.Pointer[streamname.Verifier]
	broker   Broker
	origins  map[string]bool
	journal  journal
	ledger   ledger
	writers  writers
	control  control
	topics   topics

	compare sync.Once // on the first request
	changed error

	ids           atomic.Uint64
	subscriptions atomic.Int64
	shedding      atomic.Bool

	mu        sync.Mutex // guards what follows; locked before a conn's mu
	closed    bool
	pingSlots [][]*conn // the connections, by the slot in which they are pinged
	pingSlot  int
	count     int                // connections, and requests that may become one
	addresses map[netip.Addr]int // the same, by client address
	empty     chan struct{}      // closed once closed is set and count is 0
	ticker    *time.Timer        // runs while there are connections
	servers   map[*http.Server]*server
}

func newCore(h *Hub) (*core, error) {
	l, err := h.resolve()
	if err != nil {
		return nil, err
	}
	if h.Verifier != nil {
		if err := h.Verifier.Check(); err != nil {
			return nil, fmt.Errorf("cable: verifier: %w", err)
		}
	}
	k := &core{hub: *h, limits: l, broker: h.Broker, addresses: make(map[netip.Addr]int), empty: make(chan struct{})}
	k.journal.logger = cmp.Or(h.Logger, slog.Default())
	k.verifier.Store(h.Verifier)
	if k.broker == nil {
		k.broker = &memory.Broker{}
	}
	k.origins = make(map[string]bool)
	for _, o := range h.AllowedOrigins {
		origin := o
		if o != "*" {
			u, err := url.Parse(o)
			if err != nil || !isOrigin(u) {
				return nil, fmt.Errorf("cable: AllowedOrigins: %q is not an origin: write \"https://example.com\" or \"*\"", o)
			}
			origin = originOf(u.Scheme, u.Host)
		}
		k.origins[origin] = true
	}
	// Short intervals need few slots: ticks shorter than a millisecond are
	// useless.
	k.pingSlots = make([][]*conn, min(64, max(1, int(l.round()/(20*time.Millisecond)))))
	k.writers.start()
	return k, nil
}

func (k *core) observe(e Event) {
	if k.hub.Metrics != nil {
		k.hub.Metrics.Observe(e)
	}
}

// publish is not cancelled with the request that ctx belongs to.
func (k *core) publish(ctx context.Context, stream string, data []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
	defer cancel()
	_, err := k.broker.Publish(ctx, stream, data)
	return err
}

// errPanic stands for a panic in the application that was already logged.
var errPanic = errors.New("panic")

// protect calls the application and turns a panic into an error. No lock that a
// broadcast needs may be held.
func (k *core) protect(what string, c *conn, call func() error) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		err = errPanic
		k.observe(Event{Kind: EventPanic})
		var user, remote string
		if c != nil {
			user, remote = c.user.ID, c.address
		}
		k.journal.logger.Error("cable: panic in "+what, "panic", p, "user", user, "remote", remote, "stack", string(debug.Stack()))
	}()
	return call()
}

// admit counts a request that may become a connection. Every admitted request
// has to be dismissed later.
func (k *core) admit(address netip.Addr) Reason {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.count >= k.limits.connections {
		return ReasonConnections
	}
	if address.IsValid() && k.addresses[address] >= k.limits.perAddress {
		return ReasonAddress
	}
	k.count++
	k.addresses[address]++
	return ""
}

func (k *core) dismiss(address netip.Addr) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.uncount(address)
}

// uncount undoes admit. core.mu is held.
func (k *core) uncount(address netip.Addr) {
	k.count--
	if k.addresses[address]--; k.addresses[address] == 0 {
		delete(k.addresses, address)
	}
	k.checkEmpty()
}

func (k *core) checkEmpty() {
	if k.closed && k.count == 0 {
		select {
		case <-k.empty:
		default:
			close(k.empty)
		}
	}
}

// join registers an admitted connection, so that it is pinged, receives orders
// and is closed at shutdown. It reports false if the hub is closing.
func (k *core) join(c *conn) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	c.pingSlot = k.pingSlot // so that its first ping comes after a whole interval
	k.pingSlot = (k.pingSlot + 1) % len(k.pingSlots)
	c.slotIndex = len(k.pingSlots[c.pingSlot])
	k.pingSlots[c.pingSlot] = append(k.pingSlots[c.pingSlot], c)
	k.startTicker()
	return !k.closed
}

func (k *core) leave(c *conn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := k.pingSlots[c.pingSlot]
	last := all[len(all)-1]
	all[c.slotIndex], last.slotIndex = last, c.slotIndex
	all[len(all)-1] = nil
	k.pingSlots[c.pingSlot] = all[:len(all)-1]
	k.uncount(c.admitted)
}

// conns returns the current connections.
func (k *core) conns() []*conn {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Concat(k.pingSlots...)
}

func (k *core) closing() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.closed
}

func (k *core) stats() Stats {
	k.mu.Lock()
	n := 0
	for _, b := range k.pingSlots {
		n += len(b)
	}
	k.mu.Unlock()
	return Stats{
		Connections:   n,
		Subscriptions: int(k.subscriptions.Load()),
		Streams:       k.topics.count(),
		Backlog:       k.ledger.bytes.Load(),
	}
}

func (k *core) shutdown(ctx context.Context) error {
	k.mu.Lock()
	k.closed = true
	k.checkEmpty()
	k.mu.Unlock()
	for _, c := range k.conns() {
		c.end(ReasonRestart, true)
		if d, ok := c.transport.(*events); ok {
			d.limitWrite()
		}
	}
	select {
	case <-k.empty:
	case <-ctx.Done():
		for _, c := range k.conns() {
			c.cut(ReasonRestart)
		}
		// Connections that were cut end at once, unless a function of the
		// application is still running for them.
		grace := time.NewTimer(linger)
		defer grace.Stop()
		select {
		case <-k.empty:
		case <-grace.C:
			return fmt.Errorf("cable: shutdown: hooks or requests were still running at the deadline: %w", ctx.Err())
		}
	}
	k.control.stop()
	return nil
}

// relieve starts disconnecting the slowest clients if too much is queued in
// all. It does not wait for that.
func (k *core) relieve() {
	if k.ledger.bytes.Load() > k.limits.totalBacklog && k.shedding.CompareAndSwap(false, true) {
		go k.shed()
	}
}

// shed disconnects the clients that are furthest behind until the hub's backlog
// is acceptable. Only one runs at a time.
func (k *core) shed() {
	defer k.shedding.Store(false)
	enough := k.limits.totalBacklog / 10 * 9
	for {
		behind, ended, going := map[*conn]int64{}, 0, int64(0)
		for _, c := range k.conns() {
			switch n := c.backlog.Load(); {
			case n > 0 && c.ctx.Err() == nil:
				behind[c] = n
			case n > 0:
				going += n // still being written to clients that were cut: nothing to do but wait
			}
		}
		if k.ledger.bytes.Load()-going <= enough {
			return
		}
		worst := slices.SortedFunc(maps.Keys(behind), func(a, b *conn) int { return cmp.Compare(behind[b], behind[a]) })
		for _, c := range worst[:min(len(worst), 1+len(worst)/50)] {
			if c.end(ReasonBacklog, true) {
				ended++
			}
		}
		if ended == 0 { // the rest is being written
			return
		}
	}
}
