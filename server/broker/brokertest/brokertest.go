// Package brokertest checks that a broker does what package cable relies on.
package brokertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/cable"
)

// Run checks a broker. make returns an empty broker that keeps the last size
// publications of each stream, and at most the given number of bytes of their
// data (at least half of them if there are more). The two brokers it returns
// may share a log, or be the same one. make cleans up with t.Cleanup.
func Run(t *testing.T, make func(t *testing.T, size, bytes int) (publisher, subscriber cable.Broker)) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, p, s cable.Broker)
	}{
		{"delivers to every subscription of the stream and to no other", deliver},
		{"stops delivering when cancelled", cancelled},
		{"counts each stream from one, in one epoch", positions},
		{"keeps one order for publishers that compete", order},
		{"returns the history after a position", history},
		{"reports a gap rather than leave something out", gap},
		{"keeps no more bytes of a stream than it may", bounded},
		{"takes once what may come twice", once},
		{"refuses when the context has ended", ended},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, s := make(t, 10, mostBytes)
			c.test(t, p, s)
		})
	}
}

// inbox collects deliveries.
type inbox struct {
	mu   sync.Mutex
	got  []broker.Publication
	more chan struct{}
}

func listen(t *testing.T, b cable.Broker, stream string) (*inbox, func()) {
	in := &inbox{more: make(chan struct{}, 1)}
	cancel, err := b.Subscribe(t.Context(), stream, func(p broker.Publication) {
		in.mu.Lock()
		in.got = append(in.got, p)
		in.mu.Unlock()
		select {
		case in.more <- struct{}{}:
		default:
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cancel)
	return in, cancel
}

// wait waits for n deliveries and returns them.
func (in *inbox) wait(t *testing.T, n int) []broker.Publication {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		in.mu.Lock()
		got := slices.Clone(in.got)
		in.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-in.more:
		case <-late:
			t.Fatalf("got %d publications, want %d", len(got), n)
		}
	}
}

func publish(t *testing.T, b cable.Broker, stream, data string) broker.Position {
	t.Helper()
	at, err := b.Publish(t.Context(), stream, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func texts(pubs []broker.Publication) []string {
	var all []string
	for _, p := range pubs {
		all = append(all, string(p.Data))
	}
	return all
}

func deliver(t *testing.T, p, s cable.Broker) {
	one, _ := listen(t, s, "rooms")
	two, _ := listen(t, s, "rooms")
	other, _ := listen(t, s, "rooms:5")
	publish(t, p, "rooms", `"a"`)
	at := publish(t, p, "rooms", `"b"`)
	publish(t, p, "rooms:5", `"c"`)
	for _, in := range []*inbox{one, two} {
		got := in.wait(t, 2)
		if !slices.Equal(texts(got), []string{`"a"`, `"b"`}) {
			t.Errorf("got %q", texts(got))
		}
		if got[1].Stream != "rooms" || got[1].Position != at {
			t.Errorf("got %+v, want it at %+v", got[1], at)
		}
	}
	if got := texts(other.wait(t, 1)); !slices.Equal(got, []string{`"c"`}) {
		t.Errorf("the other stream got %q", got)
	}
}

func cancelled(t *testing.T, p, s cable.Broker) {
	gone, cancel := listen(t, s, "rooms")
	stays, _ := listen(t, s, "rooms")
	publish(t, p, "rooms", `1`)
	gone.wait(t, 1)
	cancel()
	cancel() // calling it again has no effect
	publish(t, p, "rooms", `2`)
	stays.wait(t, 2)
	if got := texts(gone.wait(t, 1)); len(got) != 1 {
		t.Errorf("after the cancel it got %q", got)
	}
}

func positions(t *testing.T, p, s cable.Broker) {
	first := publish(t, p, "a", `1`)
	if first.Offset != 1 || first.Epoch == "" {
		t.Errorf("first position is %+v", first)
	}
	if second := publish(t, p, "a", `2`); second != (broker.Position{Epoch: first.Epoch, Offset: 2}) {
		t.Errorf("second position is %+v", second)
	}
	if other := publish(t, p, "b", `1`); other.Offset != 1 {
		t.Errorf("the other stream begins at %+v", other)
	}
	if top, err := s.Position(t.Context(), "a"); err != nil || top.Offset != 2 || top.Epoch != first.Epoch {
		t.Errorf("last position is %+v, %v", top, err)
	}
}

func order(t *testing.T, p, s cable.Broker) {
	in, _ := listen(t, s, "rooms")
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 50 {
				if _, err := p.Publish(t.Context(), "rooms", fmt.Appendf(nil, `"%d.%d"`, w, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i, pub := range in.wait(t, 200) {
		if pub.Position.Offset != uint64(i+1) {
			t.Fatalf("delivery %d is at %+v", i+1, pub.Position)
		}
	}
}

func history(t *testing.T, p, s cable.Broker) {
	start := publish(t, p, "rooms", `1`)
	publish(t, p, "rooms", `2`)
	last := publish(t, p, "rooms", `3`)
	for _, c := range []struct {
		since broker.Position
		want  []string
	}{
		{broker.Position{Epoch: start.Epoch}, []string{`1`, `2`, `3`}},
		{start, []string{`2`, `3`}},
		{last, nil},
	} {
		got, err := s.History(t.Context(), "rooms", c.since)
		if err != nil || !slices.Equal(texts(got), c.want) {
			t.Errorf("since %+v: got %q, %v", c.since, texts(got), err)
		}
		if len(got) > 0 && (got[len(got)-1].Position != last || got[0].Stream != "rooms") {
			t.Errorf("since %+v: positions are %+v", c.since, got)
		}
	}
	// A stream without publications has a position too: a page rendered now can
	// ask for what comes after it.
	top, err := s.Position(t.Context(), "empty")
	if err != nil || top.Offset != 0 || top.Epoch == "" {
		t.Fatalf("an empty stream is at %+v, %v", top, err)
	}
	if got, err := s.History(t.Context(), "empty", top); err != nil || len(got) != 0 {
		t.Errorf("since now: got %q, %v", texts(got), err)
	}
	publish(t, p, "empty", `1`)
	if got, err := s.History(t.Context(), "empty", top); err != nil || len(got) != 1 {
		t.Errorf("since the empty stream: got %q, %v", texts(got), err)
	}
}

func gap(t *testing.T, p, s cable.Broker) {
	start := publish(t, p, "rooms", `0`)
	var last broker.Position
	for range 11 { // one more than is kept
		last = publish(t, p, "rooms", `1`)
	}
	second := broker.Position{Epoch: start.Epoch, Offset: 2}
	if got, err := s.History(t.Context(), "rooms", second); err != nil || len(got) != 10 {
		t.Errorf("the ten that are kept: got %d, %v", len(got), err)
	}
	for name, since := range map[string]broker.Position{
		"one too old":      start,
		"another epoch":    {Epoch: "x" + last.Epoch, Offset: last.Offset},
		"after the last":   {Epoch: last.Epoch, Offset: last.Offset + 1},
		"an epoch of none": {Offset: last.Offset},
	} {
		if got, err := s.History(t.Context(), "rooms", since); !errors.Is(err, broker.ErrGap) {
			t.Errorf("%s: got %q, %v", name, texts(got), err)
		}
	}
	if got, err := s.History(t.Context(), "rooms", broker.Position{}); err != nil || len(got) != 10 || got[9].Position != last {
		t.Errorf("all that is kept: got %q, %v", texts(got), err)
	}
	if got, err := s.History(t.Context(), "unknown", broker.Position{}); err != nil || len(got) != 0 {
		t.Errorf("all of an unknown stream: got %q, %v", texts(got), err)
	}
	if _, err := s.History(t.Context(), "unknown", last); !errors.Is(err, broker.ErrGap) {
		t.Errorf("an unknown stream: %v", err)
	}
}

// mostBytes is how many bytes of a stream are kept.
const mostBytes = 10_000

func bounded(t *testing.T, p, s cable.Broker) {
	chance := rand.New(rand.NewPCG(1, 2))
	var all []string
	for i := range 120 {
		size := 1 + chance.IntN(mostBytes/20/10) // small ones, so that the count is the limit
		if i%40 > 10 && chance.IntN(3) > 0 {
			size = 1 + chance.IntN(mostBytes/2)
		}
		all = append(all, strings.Repeat("x", size))
		last := publish(t, p, "rooms", all[i])
		got, err := s.History(t.Context(), "rooms", broker.Position{})
		if err != nil || len(got) == 0 || got[len(got)-1].Position != last {
			t.Fatalf("after %d publications the history is %d long, %v", i+1, len(got), err)
		}
		kept := 0
		for j, pub := range got {
			if kept += len(pub.Data); string(pub.Data) != all[i+1-len(got)+j] {
				t.Fatalf("after %d publications the history has others than the last", i+1)
			}
		}
		if kept > mostBytes || len(got) > 10 {
			t.Fatalf("after %d publications the history has %d bytes in %d", i+1, kept, len(got))
		}
		// Whatever was dropped would have exceeded the limit.
		if first := i - len(got); first >= 0 && len(got) < 10 {
			if kept+len(all[first]) <= mostBytes/2 {
				t.Fatalf("after %d publications the history has %d bytes in %d, and room for %d more", i+1, kept, len(got), len(all[first]))
			}
			before := broker.Position{Epoch: last.Epoch, Offset: uint64(first)}
			if _, err := s.History(t.Context(), "rooms", before); !errors.Is(err, broker.ErrGap) {
				t.Errorf("since what is not kept: %v", err)
			}
		}
	}
}

func ended(t *testing.T, p, s cable.Broker) {
	in, _ := listen(t, s, "rooms")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Publish(ctx, "rooms", []byte(`1`)); !errors.Is(err, context.Canceled) {
		t.Errorf("publish: %v", err)
	}
	if _, err := s.Subscribe(ctx, "rooms", func(broker.Publication) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("subscribe: %v", err)
	}
	if _, err := s.Position(ctx, "rooms"); !errors.Is(err, context.Canceled) {
		t.Errorf("position: %v", err)
	}
	if _, err := s.History(ctx, "rooms", broker.Position{}); !errors.Is(err, context.Canceled) {
		t.Errorf("history: %v", err)
	}
	publish(t, p, "rooms", `2`)
	if got := texts(in.wait(t, 1)); got[0] != `2` {
		t.Errorf("got %q", got)
	}
}

func once(t *testing.T, p, s cable.Broker) {
	in, _ := listen(t, s, "rooms")
	for _, message := range []struct {
		epoch    string
		sequence uint64
		data     string
	}{
		{"a", 3, `"first"`}, {"a", 3, `"again"`}, {"a", 2, `"late"`}, {"a", 7, `"second"`}, {"b", 1, `"another epoch"`}, {"b", 1, `"again"`},
	} {
		if err := p.(cable.OnceBroker).PublishOnce(t.Context(), "rooms", []byte(message.data), message.epoch, message.sequence); err != nil {
			t.Fatal(err)
		}
	}
	publish(t, p, "rooms", `"last"`)
	got := in.wait(t, 4)
	if want := []string{`"first"`, `"second"`, `"another epoch"`, `"last"`}; !slices.Equal(texts(got), want) {
		t.Errorf("got %q, want %q", texts(got), want)
	}
	for i, pub := range got {
		if pub.Position.Offset != uint64(i+1) {
			t.Errorf("publication %d has the offset %d", i, pub.Position.Offset)
		}
	}
}
