package broker_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/broker/brokertest"
	"github.com/turbowasm/turbowasm/server/cable"
)

var _ cable.Broker = (*broker.Memory)(nil)

func TestMemoryConforms(t *testing.T) {
	brokertest.Run(t, func(t *testing.T, size int) (publisher, subscriber brokertest.Broker) {
		m := &broker.Memory{HistorySize: size}
		t.Cleanup(func() { m.Close() })
		return m, m
	})
}

func TestMemoryForgetsByAgeAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &broker.Memory{HistoryTTL: 2 * time.Second}
		defer m.Close()
		first, err := m.Publish(t.Context(), "rooms", []byte(`1`))
		if err != nil {
			t.Fatal(err)
		}
		last, err := m.Publish(t.Context(), "rooms", []byte(`2`))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		if _, _, err := m.History(t.Context(), "rooms", first); !errors.Is(err, broker.ErrGap) {
			t.Errorf("what aged is not reported: %v", err)
		}
		if got, top, err := m.History(t.Context(), "rooms", last); err != nil || len(got) != 0 || top != last {
			t.Errorf("who missed nothing got %v, %+v, %v", got, top, err)
		}
	})
}

func TestAClosedMemoryRefuses(t *testing.T) {
	for _, used := range []bool{false, true} {
		m := &broker.Memory{}
		if used {
			if _, err := m.Publish(t.Context(), "rooms", []byte(`1`)); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := m.Publish(t.Context(), "rooms", []byte(`1`)); !errors.Is(err, broker.ErrClosed) {
			t.Errorf("publish: %v", err)
		}
		if _, err := m.Subscribe(t.Context(), "rooms", func(broker.Publication) {}); !errors.Is(err, broker.ErrClosed) {
			t.Errorf("subscribe: %v", err)
		}
		if _, _, err := m.History(t.Context(), "rooms", broker.Position{}); !errors.Is(err, broker.ErrClosed) {
			t.Errorf("history: %v", err)
		}
	}
}
