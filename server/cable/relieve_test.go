package cable

import (
	"context"
	"log/slog"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/broker/memory"
)

// Those who come back and do not read are bounded together, even if nobody
// broadcasts meanwhile.
func TestHistoriesCountInWhatWaitsInAll(t *testing.T) {
	const message, clients = 10 << 10, 10
	k, err := newCore(&Hub{
		Broker:          &memory.Broker{},
		MaxTotalBacklog: 3 * batch,
		WriteTimeout:    time.Minute,
		Logger:          slog.New(slog.DiscardHandler),
		Channels: map[string]Channel{"Room": {Subscribe: func(ctx context.Context, s *Subscription) error {
			return s.StreamFrom(ctx, "room")
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if err := k.publish(t.Context(), "room", []byte(`"`+strings.Repeat("x", message)+`"`)); err != nil {
			t.Fatal(err)
		}
	}
	conns := make([]*conn, clients)
	var subscribing sync.WaitGroup
	for i := range conns {
		k.admit(netip.Addr{})
		c := k.newConn(&sink{hold: true}, extended{}, User{}, netip.Addr{}, "", t.Context())
		k.join(c)
		conns[i] = c
		subscribing.Go(func() {
			c.receive([]byte(`{"command":"subscribe","identifier":"{\"channel\":\"Room\"}","history":{"since":1}}`))
		})
	}
	cut := func() (n int) {
		for _, c := range conns {
			if c.why() == ReasonBacklog {
				n++
			}
		}
		return n
	}
	// Each may have one batch waiting, and three of them fit.
	for end := time.Now().Add(time.Minute); cut() < clients-3; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%d of %d were cut; %d bytes wait", cut(), clients, k.ledger.bytes.Load())
		}
	}
	if cut() == clients {
		t.Error("all were cut")
	}
	for _, c := range conns {
		c.cut(ReasonClient)
	}
	subscribing.Wait()
	for _, c := range conns {
		c.hungUp()
	}
	if err := k.shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
}
