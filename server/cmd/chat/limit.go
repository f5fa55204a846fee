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

// allowance is how often somebody may do something: Burst times at once, then
// once every Every. The zero allowance is without end.
type allowance struct {
	Burst int
	Every time.Duration
}

// deed is what is limited, for each user and for each address: a user without
// a browser's manners, and somebody who makes up users.
type deed struct {
	name          string
	user, address allowance
}

// What everybody may do. An address may be an office.
var (
	joining  = deed{name: "join", address: allowance{30, 10 * time.Second}}
	posting  = deed{"post", allowance{30, time.Second}, allowance{150, 200 * time.Millisecond}}
	boosting = deed{"boost", allowance{30, time.Second}, allowance{150, 200 * time.Millisecond}}
	opening  = deed{"open", allowance{10, 20 * time.Second}, allowance{50, 4 * time.Second}}
)

// limiter remembers who did what. Its zero value is ready to use, and safe for
// concurrent use.
type limiter struct {
	clock func() time.Time // nil is time.Now

	mu    sync.Mutex           // guards what follows
	whole map[string]time.Time // when an allowance is whole again, by deed and who
	sweep int                  // how many entries are too many
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

// tooFast is the error of who has to wait.
type tooFast struct{ wait time.Duration }

func (e tooFast) Error() string { return fmt.Sprintf("too fast: wait %v", e.wait) }

// seconds are never too few.
func (e tooFast) seconds() int { return int(math.Ceil(e.wait.Seconds())) }

func (e tooFast) sentence() string {
	if e.seconds() == 1 {
		return "That was a little fast. Please wait a second, then try again."
	}
	return fmt.Sprintf("That was a little fast. Please wait %d seconds, then try again.", e.seconds())
}

// status tells clients in the header when to come back, and returns the status
// of the answer.
func (e tooFast) status(w http.ResponseWriter) int {
	w.Header().Set("Retry-After", fmt.Sprint(e.seconds()))
	return http.StatusTooManyRequests
}

// allow takes from the allowances of the user and of the address for a deed;
// the error is a [tooFast]. The zero user has none.
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

// refused says why something typed is not taken: it cannot be, or it comes too
// fast. Status is what to answer with.
func refused(w http.ResponseWriter, what string, err error) (sentence string, status int) {
	if fast := (tooFast{}); errors.As(err, &fast) {
		return fast.sentence(), fast.status(w)
	}
	return what + " " + err.Error() + ".", http.StatusUnprocessableEntity
}

// address is the network address that a request comes from: the last that the
// proxies in front of the chat have seen. Of IPv6 it is the network, of which
// a visitor has all addresses.
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
		network, _ := addr.Prefix(64) // of an address it always exists
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
