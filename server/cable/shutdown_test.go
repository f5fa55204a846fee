package cable_test

import (
	"context"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/turbowasm/turbowasm/server/cable"
)

func TestShutdownDeliversAndSendsClientsElsewhere(t *testing.T) {
	h := &cable.Hub{}
	url, _ := serve(t, h)
	c := join(t, url)
	rooms := signed(t, "rooms")
	c.subscribe(rooms)
	for i := range 20 {
		if err := h.Broadcast(t.Context(), "rooms", i); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan error)
	go func() { done <- h.Shutdown(context.Background()) }()
	for i := range 20 {
		got, want := c.next(), data(rooms, string(mustJSON(i)))
		if got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	c.want(`{"type":"disconnect","reason":"server_restart","reconnect":true}`)
	c.wantClose(websocket.CloseNormalClosure)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	late := dial(t, url)
	late.want(`{"type":"disconnect","reason":"server_restart","reconnect":true}`)
	if err := h.Broadcast(t.Context(), "rooms", 1); err != nil { // of a request that was let in before
		t.Errorf("broadcast after the end: %v", err)
	}
}

func TestShutdownCutsClientsThatDoNotListen(t *testing.T) {
	h := &cable.Hub{}
	url, _ := serve(t, h)
	join(t, url) // and never reads the close
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := h.Shutdown(ctx); err != nil {
		t.Errorf("got %v", err)
	}
}
