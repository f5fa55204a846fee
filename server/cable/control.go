package cable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/turbowasm/turbowasm/server/broker"
)

// controlStream is where orders travel from hub to hub. No subscription may
// listen to it.
const controlStream = "action_cable/turbowasm"

// order tells every hub to do something about a user's connections.
type order struct {
	Type      string `json:"type"` // disconnect or unsubscribe
	User      string `json:"user"`
	Stream    string `json:"stream,omitempty"`
	Reconnect bool   `json:"reconnect,omitempty"`
}

// control hears orders, and keeps those that come while connections open.
type control struct {
	mu      sync.Mutex // guards what follows; held while the broker is asked
	cancel  func()
	stopped bool

	openings struct {
		sync.Mutex
		all map[*opening]struct{}
	}
}

// opening is a connection that is being authenticated.
type opening struct{ orders []order }

// Disconnect closes every connection of the user, in every process of the
// broker, those included that are being opened; reconnect says whether clients
// may come back by themselves. It returns when the broker has the order, which
// each process obeys as soon as it hears of it. It outlives ctx.
func (h *Hub) Disconnect(ctx context.Context, userID string, reconnect bool) error {
	if userID == "" {
		return errors.New("cable: disconnect: user without id")
	}
	return h.order(ctx, order{Type: "disconnect", User: userID, Reconnect: reconnect})
}

// Unsubscribe ends every subscription of the user's that listens to the stream,
// in every process of the broker: as soon as it hears of the order, nothing more
// is queued for them, and the client is told with a rejection. Have Authorize
// refuse before you call it: a client that subscribes again is asked again, and
// so is a subscription whose Authorize was running meanwhile. It outlives ctx.
func (h *Hub) Unsubscribe(ctx context.Context, userID, stream string) error {
	if userID == "" || stream == "" {
		return errors.New("cable: unsubscribe: user without id or stream without name")
	}
	return h.order(ctx, order{Type: "unsubscribe", User: userID, Stream: stream})
}

func (h *Hub) order(ctx context.Context, o order) error {
	k, err := h.start()
	if err != nil {
		return err
	}
	data, err := json.Marshal(o)
	if err == nil {
		err = k.publish(ctx, controlStream, data)
	}
	if err != nil {
		return fmt.Errorf("cable: %s %q: %w", o.Type, o.User, err)
	}
	return nil
}

// listenToOrders returns once orders are certain to be heard.
func (k *core) listenToOrders(ctx context.Context) error {
	t := &k.control
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cancel != nil || t.stopped {
		return nil
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
	defer stop()
	cancel, err := k.broker.Subscribe(ctx, controlStream, k.hear)
	if err != nil {
		return fmt.Errorf("cable: listen to orders: %w", err)
	}
	t.cancel = cancel
	return nil
}

func (t *control) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	if t.cancel != nil {
		t.cancel()
		t.cancel = nil
	}
}

// begin has the orders that come from now on kept, until done.
func (t *control) begin() *opening {
	o := &opening{}
	t.openings.Lock()
	defer t.openings.Unlock()
	if t.openings.all == nil {
		t.openings.all = make(map[*opening]struct{})
	}
	t.openings.all[o] = struct{}{}
	return o
}

func (t *control) done(o *opening) []order {
	t.openings.Lock()
	defer t.openings.Unlock()
	delete(t.openings.all, o)
	return o.orders
}

// hear obeys an order. It does not block.
func (k *core) hear(p broker.Publication) {
	if string(p.Data) == `""` { // says the broker where it has lost some
		go k.journal.warn("the broker has lost data: orders may be lost")
		return
	}
	var o order
	if err := json.Unmarshal(p.Data, &o); err != nil || o.User == "" {
		go k.journal.warn("order ignored", "error", err)
		return
	}
	t := &k.control
	t.openings.Lock()
	for opening := range t.openings.all {
		opening.orders = append(opening.orders, o)
	}
	t.openings.Unlock()
	for _, c := range k.conns() {
		if c.user.ID == o.User {
			c.order(o)
		}
	}
}

// order obeys an order for the connection's user. It does not block.
func (c *conn) order(o order) {
	switch o.Type {
	case "disconnect":
		c.end(ReasonRemote, o.Reconnect)
	case "unsubscribe":
		c.orders.Add(1) // before looking: a subscription that is being made asks again
		c.mu.Lock()
		var ended []*Subscription
		c.subs = slices.DeleteFunc(c.subs, func(s *Subscription) bool {
			hit := s.listensTo(o.Stream)
			if hit {
				ended = append(ended, s)
			}
			return hit
		})
		c.mu.Unlock()
		for _, s := range ended {
			s.silence()
			c.send(c.protocol.reject(s.identifier, ReasonRevoked))
		}
		if len(ended) > 0 {
			go func() {
				c.hooks.Lock()
				defer c.hooks.Unlock()
				for _, s := range ended {
					c.unsubscribed(s, ReasonRevoked)
				}
			}()
		}
	}
}
