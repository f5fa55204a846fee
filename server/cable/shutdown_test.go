package cable_test

import (
	"context"
	"errors"
	"strings"
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

// A client that takes nothing must not use up what time there is.
func TestAFrozenClientDoesNotHoldUpShutdown(t *testing.T) {
	h := &cable.Hub{WriteTimeout: time.Minute}
	url, _ := serve(t, h)
	frozen, rooms := join(t, url), signed(t, "rooms")
	frozen.subscribe(rooms)
	big := strings.Repeat("x", 300<<10)
	for range 3 {
		if err := h.Broadcast(t.Context(), "rooms", big); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := h.Shutdown(ctx); err != nil {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	if got := h.Stats(); got != (cable.Stats{}) {
		t.Errorf("%+v is left", got)
	}
}

func TestShutdownReportsHooksThatHang(t *testing.T) {
	hang := make(chan struct{})
	h := &cable.Hub{OnDisconnect: func(context.Context, cable.Connection, cable.Reason) { <-hang }}
	url, _ := serve(t, h)
	join(t, url)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := h.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "hooks") {
		t.Errorf("got %v", err)
	}
	close(hang)
}
