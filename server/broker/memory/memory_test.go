package memory_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/broker/brokertest"
	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/cable"
)

var _ cable.Broker = (*memory.Broker)(nil)

func TestItConforms(t *testing.T) {
	brokertest.Run(t, func(t *testing.T, size, bytes int) (publisher, subscriber cable.Broker) {
		m := &memory.Broker{HistorySize: size, HistoryBytes: bytes}
		return m, m
	})
}

func publish(t *testing.T, m *memory.Broker, stream, data string) broker.Position {
	t.Helper()
	at, err := m.Publish(t.Context(), stream, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// kept is how many publications there are after a position; -1 is a gap.
func kept(t *testing.T, m *memory.Broker, stream string, since broker.Position) int {
	t.Helper()
	pubs, err := m.History(t.Context(), stream, since)
	if errors.Is(err, broker.ErrGap) {
		return -1
	}
	if err != nil {
		t.Fatal(err)
	}
	return len(pubs)
}

func TestItForgetsByAgeAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory.Broker{HistoryTTL: 2 * time.Second}
		first := publish(t, m, "rooms", `1`)
		time.Sleep(time.Second)
		second := publish(t, m, "rooms", `2`)
		time.Sleep(time.Second - 1)
		if got := kept(t, m, "rooms", broker.Position{Epoch: first.Epoch}); got != 2 {
			t.Errorf("just before, %d are kept", got)
		}
		time.Sleep(1)
		if got := kept(t, m, "rooms", broker.Position{Epoch: first.Epoch}); got != -1 {
			t.Errorf("what aged is not reported: %d are kept", got)
		}
		if got := kept(t, m, "rooms", first); got != 1 {
			t.Errorf("of what did not age, %d are kept", got)
		}
		time.Sleep(time.Hour)
		if got := kept(t, m, "rooms", second); got != 0 {
			t.Errorf("who missed nothing got %d", got)
		}
	})
}

func TestItForgetsByBytes(t *testing.T) {
	m := &memory.Broker{HistoryBytes: 100, TotalBytes: 150}
	ten := strings.Repeat("x", 10)
	var start broker.Position
	for range 20 {
		start = publish(t, m, "a", ten)
	}
	start.Offset = 10
	if got := kept(t, m, "a", start); got != 10 {
		t.Errorf("of one stream, %d are kept", got)
	}
	for range 10 {
		publish(t, m, "b", ten)
	}
	if got := kept(t, m, "a", start); got != -1 {
		t.Errorf("the total is not kept: of a, %d", got)
	}
	start.Offset = 15
	if got := kept(t, m, "a", start); got != 5 {
		t.Errorf("not the oldest went: of a, %d are kept", got)
	}
	if got := kept(t, m, "b", broker.Position{Epoch: start.Epoch}); got != 10 {
		t.Errorf("not the oldest went: of b, %d are kept", got)
	}
	big := publish(t, m, "b", strings.Repeat("x", 1000)) // more than there is room for
	if got := kept(t, m, "b", broker.Position{Epoch: big.Epoch, Offset: big.Offset - 1}); got != -1 {
		t.Errorf("what has no room is kept: %d", got)
	}
	if got := kept(t, m, "b", big); got != 0 {
		t.Errorf("after it: %d", got)
	}
}

// A stream that is forgotten and comes back must not give an offset twice.
func TestOffsetsAreNeverGivenTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory.Broker{}
		var last broker.Position
		for range 5 {
			last = publish(t, m, "quiet", `1`)
		}
		time.Sleep(25 * time.Hour)
		for i := range 100 {
			publish(t, m, fmt.Sprint("other ", i), `1`) // forgets
		}
		if got := kept(t, m, "quiet", broker.Position{Epoch: last.Epoch, Offset: 4}); got != -1 {
			t.Errorf("of a forgotten stream, %d are kept", got)
		}
		if at := publish(t, m, "quiet", `6`); at.Epoch != last.Epoch || at.Offset <= last.Offset {
			t.Errorf("after %+v it goes on at %+v", last, at)
		}
	})
}
