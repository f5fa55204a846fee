package cable_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/cable"
)

func TestEveryoneWhoListensGetsABroadcastInOrder(t *testing.T) {
	h := &cable.Hub{}
	url, _ := serve(t, h)
	rooms, other := signed(t, "rooms"), signed(t, "other")
	spaced := strings.Replace(rooms, ":", ": ", 1) // another identifier for the same stream
	one, two := join(t, url), join(t, url)
	one.subscribe(rooms)
	two.subscribe(spaced)
	two.subscribe(other)
	for _, message := range []string{"<a>&", "b"} {
		if err := h.Broadcast(t.Context(), "rooms", message); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Broadcast(t.Context(), "nobody", "c"); err != nil {
		t.Fatal(err)
	}
	one.want(data(rooms, `"\u003ca\u003e\u0026"`))
	one.want(data(rooms, `"b"`))
	two.want(data(spaced, `"\u003ca\u003e\u0026"`))
	two.want(data(spaced, `"b"`))

	one.command("unsubscribe", rooms)
	one.command("subscribe", other) // handled after the unsubscribe
	one.want(confirmation(other))
	for _, stream := range []string{"rooms", "other"} {
		if err := h.Broadcast(t.Context(), stream, 1); err != nil {
			t.Fatal(err)
		}
	}
	one.want(data(other, `1`))
	two.want(data(spaced, `1`))
	two.want(data(other, `1`))
}

func TestPingsCarryTheTime(t *testing.T) {
	url, _ := serve(t, &cable.Hub{PingInterval: time.Millisecond})
	c := join(t, url)
	for range 3 {
		if got := c.next(); !regexp.MustCompile(`^\{"type":"ping","message":\d{10}\}$`).MatchString(got) {
			t.Fatalf("got %s", got)
		}
	}
}

func TestAnOrdinaryRequestIsNotFound(t *testing.T) {
	w := httptest.NewRecorder()
	new(cable.Hub).ServeHTTP(w, httptest.NewRequest("GET", "/cable", nil))
	if w.Code != 404 || w.Body.String() != "Page not found\n" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
}

func TestBroadcastRefusesWhatIsNoMessage(t *testing.T) {
	h := &cable.Hub{}
	serve(t, h)
	if err := h.Broadcast(t.Context(), "", 1); err == nil {
		t.Error("a stream without name")
	}
	if err := h.Broadcast(t.Context(), "rooms", func() {}); err == nil {
		t.Error("a message that is no JSON")
	}
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func TestAFieldThatIsSetTooLateIsAnError(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	for name, set := range map[string]func(*cable.Hub){
		"Broker":   func(h *cable.Hub) { h.Broker = &memory.Broker{} },
		"Channels": func(h *cable.Hub) { h.Channels = map[string]cable.Channel{} },
		"Authenticate": func(h *cable.Hub) {
			h.Authenticate = func(*http.Request) (cable.User, error) { return cable.User{}, nil }
		},
		"AllowedOrigins": func(h *cable.Hub) { h.AllowedOrigins = []string{"https://example.com"} },
		"MaxBacklog":     func(h *cable.Hub) { h.MaxBacklog = 1 << 10 },
	} {
		h := &cable.Hub{Logger: quiet}
		if err := h.Broadcast(t.Context(), "room", 1); err != nil {
			t.Fatal(err)
		}
		if err := h.Start(); err != nil {
			t.Errorf("%s: before it was set: %v", name, err)
		}
		set(h)
		if err := h.Start(); err == nil || !strings.Contains(err.Error(), "cable: "+name+" was set after") {
			t.Errorf("%s: got %v", name, err)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/cable", nil))
		if w.Code != http.StatusInternalServerError {
			t.Errorf("%s: a request got %d, want 500", name, w.Code)
		}
	}
}
