package cable_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/turbowasm/turbowasm/server/cable"
)

func TestAnOversizedFrameEndsTheConnection(t *testing.T) {
	url, _ := serve(t, &cable.Hub{MaxFrame: 100})
	c := join(t, url)
	c.send(strings.Repeat("x", 101))
	c.wantClose(websocket.CloseMessageTooBig)
}

func TestTooManySubscriptionsAreRejected(t *testing.T) {
	url, _ := serve(t, &cable.Hub{MaxSubscriptions: 2})
	c := join(t, url)
	a, b, d := signed(t, "a"), signed(t, "b"), signed(t, "d")
	c.subscribe(a)
	c.subscribe(b)
	c.command("subscribe", d)
	c.want(refusal(d, "too_many_subscriptions"))
	c.command("unsubscribe", a)
	c.subscribe(d)
}

func TestASilentConnectionEnds(t *testing.T) {
	gone := make(chan struct{}, 2)
	h := &cable.Hub{IdleTimeout: 60 * time.Millisecond, Channels: map[string]cable.Channel{"WatchChannel": {
		Unsubscribe: func(context.Context, *cable.Subscription) { gone <- struct{}{} },
	}}}
	url, _ := serve(t, h)
	c := join(t, url)
	c.subscribe(`{"channel":"WatchChannel"}`)
	// Not reading means not answering the WebSocket's pings.
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Fatal("still connected")
	}
}
