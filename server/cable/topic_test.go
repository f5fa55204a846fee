package cable

import (
	"net/netip"
	"testing"
	"unique"

	"github.com/turbowasm/turbowasm/server/broker"
)

func TestABroadcastIsEncodedOncePerIdentifier(t *testing.T) {
	h := &Hub{}
	k, err := h.start()
	if err != nil {
		t.Fatal(err)
	}
	identifiers := []string{`{"a":1}`, `{"a": 1}`}
	seen := make([]map[*frame]int, 2)
	var conns []*conn
	var ears []*listener
	for i := range 100 {
		c := k.newConn(&sink{}, base{}, User{}, netip.Addr{}, "", t.Context())
		c.writing = true // nobody writes: the queue stays
		ear, err := k.listen(t.Context(), "rooms", unique.Make(identifiers[i%2]), c, nil)
		if err != nil {
			t.Fatal(err)
		}
		conns, ears = append(conns, c), append(ears, ear)
		seen[i%2] = map[*frame]int{}
	}
	if err := h.Broadcast(t.Context(), "rooms", "x"); err != nil {
		t.Fatal(err)
	}
	for i, c := range conns {
		if len(c.queue) != 1 {
			t.Fatalf("connection %d got %d frames", i, len(c.queue))
		}
		seen[i%2][c.queue[0]]++
	}
	for i, frames := range seen {
		if len(frames) != 1 {
			t.Errorf("%s was encoded %d times", identifiers[i], len(frames))
		}
	}
	// The message waits a hundred times, and counts once.
	at, err := k.broker.Position(t.Context(), "rooms")
	if err != nil {
		t.Fatal(err)
	}
	want := int64(len(`"x"`)+len(encodePosition(broker.Publication{Stream: "rooms", Position: at}))) + 2*frameCost + int64(len(base{}.prefix(identifiers[0]))+len(base{}.prefix(identifiers[1])))
	if got := k.stats().Backlog; got != want {
		t.Errorf("the backlog is %d bytes, want %d", got, want)
	}
	for i, c := range conns {
		c.cut(ReasonClient)
		ears[i].leave()
	}
	if got := k.stats(); got.Backlog != 0 || got.Streams != 0 {
		t.Errorf("%+v is left", got)
	}
}

func TestListenersComeAndGoWhileABroadcastWalks(t *testing.T) {
	k, err := (&Hub{}).start()
	if err != nil {
		t.Fatal(err)
	}
	c := k.newConn(&sink{}, base{}, User{}, netip.Addr{}, "", t.Context())
	identifier := unique.Make(`{"a":1}`)
	listen := func() *listener {
		ear, err := k.listen(t.Context(), "rooms", identifier, c, nil)
		if err != nil {
			t.Fatal(err)
		}
		return ear
	}
	stays := listen()
	topic := stays.topic
	walked := topic.present()
	for range 1000 {
		listen().leave()
	}
	if len(walked) != 1 || walked[0] != stays {
		t.Errorf("what a broadcast walks over has changed: %v", walked)
	}
	if got := topic.present(); len(got) > 3 {
		t.Errorf("one listener takes the room of %d", len(got))
	}
	stays.leave()
	if n := k.topics.count(); n != 0 {
		t.Errorf("%d topics are left", n)
	}
}
