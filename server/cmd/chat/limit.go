package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// allowance limits how often something may be done: Burst times at once, then
// once per Every. The zero allowance is unlimited.
type allowance struct {
	Burst int
	Every time.Duration
}

// deed is an action that is limited per user and per address: against scripts,
// and against users who create many accounts.
type deed struct {
	name          string
	user, address allowance
}

// The limits for everyone. An address may be shared by an office.
var (
	joining  = deed{name: "join", address: allowance{30, 10 * time.Second}}
	posting  = deed{"post", allowance{30, time.Second}, allowance{150, 200 * time.Millisecond}}
	boosting = deed{"boost", allowance{30, time.Second}, allowance{150, 200 * time.Millisecond}}
	opening  = deed{"open", allowance{10, 20 * time.Second}, allowance{50, 4 * time.Second}}
)

// limiter tracks who did what. The zero value is ready to use and safe for
// concurrent use.
type limiter struct {
	clock func() time.Time // nil means time.Now

	mu    sync.Mutex           // guards what follows
	whole map[string]time.Time // when each allowance is full again, by deed and user or address
	sweep int                  // number of entries at which old ones are removed
}

func (l *limiter) now() time.Time {
	if l.clock == nil {
		return time.Now()
	}
	return l.clock()
}

// take uses one of each allowance, or none and returns how long to wait.
func (l *limiter) take(now time.Time, wanted map[string]allowance) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	after := make(map[string]time.Time, len(wanted))
	for who, a := range wanted {
		whole := l.whole[who]
		if whole.Before(now) {
			whole = now
		}
		after[who] = whole.Add(a.Every)
		wait = max(wait, after[who].Sub(now)-time.Duration(a.Burst)*a.Every)
	}
	if wait > 0 {
		return wait
	}
	if l.whole == nil {
		l.whole = make(map[string]time.Time)
	}
	maps.Copy(l.whole, after)
	if len(l.whole) > l.sweep {
		maps.DeleteFunc(l.whole, func(_ string, whole time.Time) bool { return whole.Before(now) })
		l.sweep = 2*len(l.whole) + 1000
	}
	return 0
}

// tooFast is the error for those who have to wait.
type tooFast struct{ wait time.Duration }

func (e tooFast) Error() string { return fmt.Sprintf("too fast: wait %v", e.wait) }

// seconds rounds up.
func (e tooFast) seconds() int { return int(math.Ceil(e.wait.Seconds())) }

func (e tooFast) sentence() string {
	if e.seconds() == 1 {
		return "That was a little fast. Please wait a second, then try again."
	}
	return fmt.Sprintf("That was a little fast. Please wait %d seconds, then try again.", e.seconds())
}

// status sets the Retry-After header and returns the status of the response.
func (e tooFast) status(w http.ResponseWriter) int {
	w.Header().Set("Retry-After", fmt.Sprint(e.seconds()))
	return http.StatusTooManyRequests
}

// allow takes from the allowances of the user and of the address for a deed;
// its error is a [tooFast]. The zero user has no allowance of its own.
func (a *app) allow(r *http.Request, u user, d deed) error {
	wanted := map[string]allowance{d.name + " from " + a.address(r): d.address}
	if u != (user{}) {
		wanted[d.name+" by "+u.key()] = d.user
	}
	if wait := a.limits.take(a.limits.now(), wanted); wait > 0 {
		return fmt.Errorf("chat: %s: %w", d.name, tooFast{wait})
	}
	return nil
}

// refused says why input was refused, because it is invalid or comes too fast,
// and with which status to respond.
func refused(w http.ResponseWriter, what string, err error) (sentence string, status int) {
	if fast := (tooFast{}); errors.As(err, &fast) {
		return fast.sentence(), fast.status(w)
	}
	return what + " " + err.Error() + ".", http.StatusUnprocessableEntity
}

// address returns the client's network address, as seen by the outermost
// trusted proxy. For IPv6 it is the /64 network, because a visitor has all of
// its addresses.
func (a *app) address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	addr := peer.Addr().Unmap()
	seen := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(seen) - 1; i >= 0 && a.isProxy(addr); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(seen[i]))
		if err != nil {
			break
		}
		addr = before.Unmap()
	}
	if addr.Is6() {
		network, _ := addr.Prefix(64) // cannot fail for a valid address
		return network.String()
	}
	return addr.String()
}

func (a *app) isProxy(addr netip.Addr) bool {
	for _, p := range a.config.Proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
