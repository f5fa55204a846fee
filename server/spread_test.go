package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/stream"
)

// subscribe connects a page that listens to a stream.
func subscribe(t *testing.T, s *server.Server, url, name string) *websocket.Conn {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	signed, err := s.Verifier().Sign(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	identifier := fmt.Sprintf(`{"channel":"Turbo::StreamsChannel","signed_stream_name":%q}`, signed)
	if err := ws.WriteJSON(map[string]string{"command": "subscribe", "identifier": identifier}); err != nil {
		t.Fatal(err)
	}
	hear(t, ws, "confirm_subscription")
	return ws
}

// hear waits for a frame that has a text in it.
func hear(t *testing.T, ws *websocket.Conn, text string) string {
	t.Helper()
	ws.SetReadDeadline(time.Now().Add(time.Minute))
	for {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(frame), text) {
			return string(frame)
		}
	}
}

func TestARefreshIsSpreadOverManyPages(t *testing.T) {
	s := &server.Server{SecretKeyBase: "0123456789abcdef", RefreshRate: 2}
	mux := http.NewServeMux()
	if err := s.Mount(mux); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(mux)
	defer web.Close()
	defer s.Shutdown(context.Background())
	url := "ws" + strings.TrimPrefix(web.URL, "http") + "/cable"
	broadcast := func(parts ...stream.Component) {
		t.Helper()
		if err := s.To("room").Broadcast(t.Context(), parts...); err != nil {
			t.Fatal(err)
		}
	}
	refresh := stream.RefreshPage("")
	ws := subscribe(t, s, url, "room")
	subscribe(t, s, url, "room")
	subscribe(t, s, url, "other")
	broadcast(refresh)
	if got := hear(t, ws, "refresh"); strings.Contains(got, "spread") {
		t.Errorf("to two pages, of two in a second: %s", got)
	}
	third := subscribe(t, s, url, "room")
	broadcast(stream.Remove.To("x", nil), refresh)
	if got := hear(t, ws, "refresh"); strings.Count(got, "spread") != 1 || !strings.Contains(got, `spread=\"1500\"`) {
		t.Errorf("to three pages, of two in a second: %s", got)
	}
	broadcast(stream.RefreshPage("", stream.Spread(time.Second)))
	if got := hear(t, ws, "refresh"); strings.Count(got, "spread") != 1 || !strings.Contains(got, `spread=\"1000\"`) {
		t.Errorf("spread by the caller: %s", got)
	}
	if err := s.To("room").BroadcastRefresh("", stream.Morph); err != nil {
		t.Fatal(err)
	}
	if got := hear(t, ws, "refresh"); !strings.Contains(got, `spread=\"1500\"`) {
		t.Errorf("debounced: %s", got)
	}
	third.Close()
	for s.Cable.Listeners("room") != 2 { // until it has been noticed
		time.Sleep(time.Millisecond)
	}
	broadcast(refresh)
	if got := hear(t, ws, "refresh"); strings.Contains(got, "spread") {
		t.Errorf("to two pages again: %s", got)
	}
	if len(refresh.Attrs) > 0 {
		t.Errorf("the caller's element was changed: %v", refresh.Attrs)
	}
}
