package metrics_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/metrics"
)

func TestWhatACableDoesIsCounted(t *testing.T) {
	m := metrics.New()
	h := &cable.Hub{
		Metrics:      m,
		MaxFrame:     1000,
		Logger:       slog.New(slog.NewTextHandler(io.Discard, nil)),
		Authenticate: func(r *http.Request) (cable.User, error) { return cable.User{}, r.Context().Err() },
		Channels: map[string]cable.Channel{"RoomChannel": {
			Subscribe: func(ctx context.Context, s *cable.Subscription) error { return s.StreamFrom(ctx, "room") },
		}, "NoChannel": {
			Subscribe: func(context.Context, *cable.Subscription) error { return cable.ErrRejected },
		}, "PanicChannel": {
			Subscribe: func(context.Context, *cable.Subscription) error { panic("boom") },
		}},
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.Collector(h))
	web := httptest.NewServer(h)
	defer web.Close()
	scrape := func() string {
		w := httptest.NewRecorder()
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		return w.Body.String()
	}
	wants := func(lines ...string) {
		t.Helper()
		got := scrape()
		for _, line := range lines {
			if !strings.Contains(got, line+"\n") {
				t.Errorf("%q is not in\n%s", line, got)
			}
		}
	}

	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(web.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	read := func() {
		t.Helper()
		if _, _, err := ws.ReadMessage(); err != nil {
			t.Fatal(err)
		}
	}
	read()
	for _, channel := range []string{"PanicChannel", "NoChannel", "RoomChannel"} {
		ws.WriteJSON(map[string]string{"command": "subscribe", "identifier": `{"channel":"` + channel + `"}`})
	}
	read()
	read()
	if err := h.Broadcast(t.Context(), "room", "x"); err != nil {
		t.Fatal(err)
	}
	read()
	wants("cable_connections 1", "cable_subscriptions 1", "cable_streams 1", "cable_panics_total 1",
		"cable_connections_opened_total 1", "cable_subscriptions_confirmed_total 1",
		`cable_subscriptions_rejected_total{reason="rejected"} 1`, "cable_broadcast_listeners_sum 1")

	at, err := h.Position(t.Context(), "room")
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := (&websocket.Dialer{Subprotocols: []string{"actioncable-v1-ext-json"}}).Dial("ws"+strings.TrimPrefix(web.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{"subscribe", at.Epoch}, {"history", "of another time"}} {
		command, epoch := c[0], c[1]
		history := map[string]any{"streams": map[string]any{"room": map[string]any{"epoch": epoch, "offset": 0}}}
		again.WriteJSON(map[string]any{"command": command, "identifier": `{"channel":"RoomChannel"}`, "history": history})
		for ended := false; !ended; {
			var m struct{ Type string }
			if err := again.ReadJSON(&m); err != nil {
				t.Fatal(err)
			}
			ended = strings.HasSuffix(m.Type, "_history")
		}
	}
	again.Close()
	wants(`cable_histories_total{result="sent"} 1`, `cable_histories_total{result="gap"} 1`, "cable_history_messages_total 1")

	if _, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(web.URL, "http"), http.Header{"Origin": {"http://evil.example"}}); err == nil {
		t.Errorf("a foreign page got %s", resp.Status)
	}
	ws.WriteMessage(websocket.TextMessage, make([]byte, 2000))
	if _, _, err := ws.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseMessageTooBig) {
		t.Errorf("got %v", err)
	}
	if err := h.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	wants("cable_connections 0", "cable_subscriptions 0", "cable_streams 0", "cable_backlog_bytes 0",
		`cable_connections_refused_total{reason="origin"} 1`, `cable_connections_closed_total{reason="frame_size"} 1`,
		`cable_subscriptions_ended_total{reason="frame_size"} 1`, "cable_connection_seconds_count 2")
}
