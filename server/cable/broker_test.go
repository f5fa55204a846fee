package cable_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/cable"
)

type faulty struct {
	*memory.Broker
	mu   sync.Mutex
	fail int
}

func (f *faulty) Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (func(), error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if stream == "rooms" && f.fail > 0 {
		f.fail--
		return nil, errors.New("broker is away")
	}
	return f.Broker.Subscribe(ctx, stream, deliver)
}

func (g *gated) Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (func(), error) {
	if stream == "b" {
		close(g.asked)
		<-g.open
	}
	return g.Broker.Subscribe(ctx, stream, deliver)
}

func TestAFailingBrokerLeavesTheClientToTryAgain(t *testing.T) {
	f := &faulty{Broker: &memory.Broker{}, fail: 2}
	h := &cable.Hub{Broker: f, Channels: echoes()}
	url, _ := serve(t, h)
	c := join(t, url)
	rooms := signed(t, "rooms")
	for range 2 {
		c.command("subscribe", rooms)
		c.settle()
	}
	c.subscribe(rooms)
	if _, err := f.Publish(t.Context(), "rooms", []byte(`not JSON`)); err != nil {
		t.Fatal(err)
	}
	if err := h.Broadcast(t.Context(), "rooms", 1); err != nil {
		t.Fatal(err)
	}
	c.want(data(rooms, `1`))
}

type gated struct {
	*memory.Broker
	asked, open chan struct{}
}

func TestAConfirmationWaitsForTheBroker(t *testing.T) {
	g := &gated{Broker: &memory.Broker{}, asked: make(chan struct{}), open: make(chan struct{})}
	h := &cable.Hub{Broker: g}
	url, _ := serve(t, h)
	c := join(t, url)
	a, b := signed(t, "a"), signed(t, "b")
	c.subscribe(a)
	c.command("subscribe", b)
	<-g.asked
	if err := h.Broadcast(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	c.want(data(a, `1`)) // what was sent before would come before it
	close(g.open)
	c.want(confirmation(b))
}
