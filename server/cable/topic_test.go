package cable

import (
	"net/http/httptest"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/broker"
)

func TestABroadcastIsEncodedOncePerIdentifier(t *testing.T) {
	memory := &broker.Memory{}
	defer memory.Close()
	h := &Hub{Broker: memory}
	h.init()
	frames := map[string]map[*websocket.PreparedMessage]int{}
	var conns []*conn
	for i := range 100 {
		c := newConn(h, nil, httptest.NewRequest("GET", "/cable", nil))
		identifier := []string{`{"a":1}`, `{"a": 1}`}[i%2]
		if err := h.attach(t.Context(), "rooms", identifier, c); err != nil {
			t.Fatal(err)
		}
		frames[identifier] = map[*websocket.PreparedMessage]int{}
		conns = append(conns, c)
	}
	if err := h.Broadcast(t.Context(), "rooms", "x"); err != nil {
		t.Fatal(err)
	}
	for i, c := range conns {
		frames[[]string{`{"a":1}`, `{"a": 1}`}[i%2]][<-c.queue]++
	}
	for identifier, f := range frames {
		if len(f) != 1 {
			t.Errorf("%s was encoded %d times", identifier, len(f))
		}
	}
	for i, c := range conns {
		h.detach("rooms", []string{`{"a":1}`, `{"a": 1}`}[i%2], c)
		h.detach("rooms", `{"a":1}`, c) // again changes nothing
	}
	if len(h.topics) > 0 {
		t.Errorf("%d topics are left", len(h.topics))
	}
}
