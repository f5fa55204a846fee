package cable_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/turbowasm/turbowasm/server/cable"
)

func TestASlowReaderIsDisconnectedWithAReason(t *testing.T) {
	h := &cable.Hub{MaxBacklog: 64 << 10, WriteTimeout: time.Minute}
	url, log := serve(t, h)
	slow, quick := join(t, url), join(t, url)
	rooms := signed(t, "rooms")
	slow.subscribe(rooms)
	quick.subscribe(rooms)
	big := strings.Repeat("x", 16<<10)
	sent := 0
	for !strings.Contains(log.String(), "reason=too_slow") { // the socket's own buffers come first
		if err := h.Broadcast(t.Context(), "rooms", big); err != nil {
			t.Fatal(err)
		}
		quick.want(data(rooms, quoted(big)))
		if sent++; sent > 1000 {
			t.Fatal("16 MB fit into the buffers")
		}
	}
	// What it gets is a beginning without holes, then the reason, then the end.
	for range sent {
		got := slow.next()
		if got == `{"type":"disconnect","reason":"too_slow","reconnect":true}` {
			slow.wantClose(websocket.CloseNormalClosure)
			return
		}
		if got != data(rooms, quoted(big)) {
			t.Fatalf("got %.80s", got)
		}
	}
	t.Fatal("the slow reader got everything")
}

func TestADeadReaderDoesNotHoldUpTheOthers(t *testing.T) {
	h := &cable.Hub{MaxBacklog: 100 << 20, WriteTimeout: 50 * time.Millisecond}
	ended := make(chan struct{})
	h.Channels = map[string]cable.Channel{"DeadChannel": {
		Unsubscribe: func(context.Context, *cable.Subscription) { close(ended) },
	}}
	url, _ := serve(t, h)
	dead, rooms := join(t, url), signed(t, "rooms")
	dead.subscribe(rooms)
	dead.subscribe(`{"channel":"DeadChannel"}`)
	big := strings.Repeat("x", 1<<20)
	for range 10 {
		if err := h.Broadcast(t.Context(), "rooms", big); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ended:
			return
		default:
		}
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the dead reader is still connected")
	}
}
