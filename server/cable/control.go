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

// controlStream carries orders between hubs. Subscriptions may not listen to
// it.
const controlStream = "action_cable/turbowasm"

// order tells every hub to disconnect a user, or to end some of their
// subscriptions.
type order struct {
	Type      string `json:"type"` // disconnect or unsubscribe
	User      string `json:"user"`
	Stream    string `json:"stream,omitempty"`
	Reconnect bool   `json:"reconnect,omitempty"`
}

// control receives orders, and keeps those that arrive while connections are
// opening.
type control struct {
	mu      sync.Mutex // guards what follows; held during calls to the broker
	cancel  func()
	stopped bool

	openings struct {
		sync.Mutex
		all map[*opening]struct{}
	}
}

// opening is a connection that is being authenticated.
type opening struct{ orders []order }

// Disconnect closes every connection of the user, including those being opened,
// in every process that shares the broker; reconnect says whether clients may
// come back by themselves. It returns when the broker has accepted the order,
// which each process carries out on receipt. It is not cancelled with ctx.
func (h *Hub) Disconnect(ctx context.Context, userID string, reconnect bool) error {
	if userID == "" {
		return errors.New("cable: disconnect: the user id is empty")
	}
	return h.order(ctx, order{Type: "disconnect", User: userID, Reconnect: reconnect})
}

// Unsubscribe ends every subscription of the user to the stream, in every
// process that shares the broker. On receipt of the order nothing more is
// queued for these subscriptions, and the client receives a rejection. Make
// Authorize refuse the user before calling it: a client that subscribes again
// is checked again, and so is a subscription whose Authorize call was in
// progress. It is not cancelled with ctx.
func (h *Hub) Unsubscribe(ctx context.Context, userID, stream string) error {
	if userID == "" || stream == "" {
		return errors.New("cable: unsubscribe: the user id or the stream name is empty")
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

// listenToOrders returns once orders are certain to be delivered.
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

// begin collects the orders that arrive from now on, until done.
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

// hear carries out an order. It does not block.
func (k *core) hear(p broker.Publication) {
	if string(p.Data) == `""` { // how the broker reports that it lost messages
		go k.journal.warn("the broker has lost data: a Disconnect or Unsubscribe may have been lost")
		return
	}
	var o order
	if err := json.Unmarshal(p.Data, &o); err != nil || o.User == "" {
		go k.journal.warn("invalid control message ignored", "error", err)
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

// order carries out an order for the connection's user. It does not block.
func (c *conn) order(o order) {
	switch o.Type {
	case "disconnect":
		c.end(ReasonRemote, o.Reconnect)
	case "unsubscribe":
		c.orders.Add(1) // before looking: a subscription being made then checks permission again
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
