package cable

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
)

// topic fans one stream out to the connections of this hub.
type topic struct {
	hub    *Hub
	stream string
	refs   int // guarded by hub.mu

	ready  chan struct{} // closed when the broker has answered; then:
	cancel func()
	err    error

	mu sync.Mutex // guards members
	// members are the connections by the identifier under which they listen,
	// so that a publication is encoded once for each identifier.
	members map[string]map[*conn]struct{}
}

// controlIdentifier is that of a connection's own control stream: no
// subscription has it, because identifiers are JSON objects.
const controlIdentifier = ""

// controlStream is where the commands for a user's connections travel, under
// the name that Rails gives it.
func controlStream(userID string) string { return "action_cable/" + userID }

// attach makes c listen to the stream under the identifier. It returns when
// the broker is certain to deliver.
func (h *Hub) attach(ctx context.Context, stream, identifier string, c *conn) error {
	h.mu.Lock()
	t, found := h.topics[stream]
	if !found {
		t = &topic{hub: h, stream: stream, ready: make(chan struct{}), members: make(map[string]map[*conn]struct{})}
		h.topics[stream] = t
	}
	t.refs++
	h.mu.Unlock()

	if !found {
		// Others may wait for this one, so it does not end with c.
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		t.cancel, t.err = h.Broker.Subscribe(ctx, stream, t.deliver)
		stop()
		close(t.ready)
	}
	var err error
	select {
	case <-t.ready:
		err = t.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		h.release(t)
		return fmt.Errorf("cable: listen to %q: %w", stream, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.members[identifier] == nil {
		t.members[identifier] = make(map[*conn]struct{})
	}
	t.members[identifier][c] = struct{}{}
	return nil
}

// detach undoes attach; it does nothing if c was not attached.
func (h *Hub) detach(stream, identifier string, c *conn) {
	h.mu.Lock()
	t := h.topics[stream]
	h.mu.Unlock()
	if t == nil {
		return
	}
	t.mu.Lock()
	_, member := t.members[identifier][c]
	delete(t.members[identifier], c)
	if len(t.members[identifier]) == 0 {
		delete(t.members, identifier)
	}
	t.mu.Unlock()
	if member {
		h.release(t)
	}
}

func (h *Hub) release(t *topic) {
	h.mu.Lock()
	t.refs--
	last := t.refs == 0
	// A topic that the broker refused is of no use to newcomers.
	if (last || t.failed()) && h.topics[t.stream] == t {
		delete(h.topics, t.stream)
	}
	h.mu.Unlock()
	if last && t.cancel != nil { // whoever asked the broker has waited for it
		t.cancel()
	}
}

// failed reports whether the broker has answered with an error.
func (t *topic) failed() bool {
	select {
	case <-t.ready:
		return t.err != nil
	default:
		return false
	}
}

// deliver sends a publication to every member. It does not block: a member
// whose queue is full is disconnected.
func (t *topic) deliver(p broker.Publication) {
	if !json.Valid(p.Data) {
		t.hub.logger().Error("cable: publication is not JSON", "stream", t.stream)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for identifier, conns := range t.members {
		if identifier == controlIdentifier {
			for c := range conns {
				c.control(p.Data)
			}
			continue
		}
		frame := dataFrame(identifier, p.Data)
		for c := range conns {
			c.send(frame)
		}
	}
}
