package redis_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/broker/redis/redistest"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// aHub is the hub of a process of its own, and where it serves.
func aHub(t *testing.T, server *redistest.Server) (*cable.Hub, string) {
	t.Helper()
	h := &cable.Hub{
		Verifier: &streamname.Verifier{Keys: [][]byte{[]byte("a key of both hubs")}},
		Broker:   open(t, server, nil),
		Authenticate: func(r *http.Request) (cable.User, error) {
			return cable.User{ID: r.URL.Query().Get("user")}, nil
		},
		PingInterval: time.Hour,
		Logger:       slog.New(slog.DiscardHandler),
	}
	web := httptest.NewServer(h)
	t.Cleanup(func() {
		h.Shutdown(t.Context())
		web.Close()
	})
	return h, "ws" + strings.TrimPrefix(web.URL, "http")
}

// page is a client with the frames that it has heard.
type page struct {
	t  *testing.T
	ws *websocket.Conn
}

// visit connects a user and subscribes to streams.
func visit(t *testing.T, h *cable.Hub, url, user string, streams ...string) *page {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial(url+"?user="+user, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	p := &page{t, ws}
	p.hear("welcome")
	for _, stream := range streams {
		name, err := h.Verifier.Sign(stream, nil)
		if err != nil {
			t.Fatal(err)
		}
		identifier, _ := json.Marshal(map[string]string{"channel": cable.StreamsChannel, "signed_stream_name": name})
		if err := ws.WriteJSON(map[string]string{"command": "subscribe", "identifier": string(identifier)}); err != nil {
			t.Fatal(err)
		}
		p.hear("confirm_subscription")
	}
	return p
}

// hear takes the next frame, which has a text in it.
func (p *page) hear(text string) {
	p.t.Helper()
	p.ws.SetReadDeadline(time.Now().Add(patience))
	_, frame, err := p.ws.ReadMessage()
	if err != nil || !strings.Contains(string(frame), text) {
		p.t.Fatalf("heard %s, %v; want %s", frame, err, text)
	}
}

func TestAnOrderReachesEveryHub(t *testing.T) {
	server := redistest.Start(t)
	here, _ := aHub(t, server)
	there, url := aHub(t, server)
	ann, bob := visit(t, there, url, "ann", "room", "lobby"), visit(t, there, url, "bob", "room")
	broadcast := func(stream, message string) {
		t.Helper()
		if err := here.Broadcast(t.Context(), stream, message); err != nil {
			t.Fatal(err)
		}
	}
	broadcast("room", "before")
	ann.hear("before")
	bob.hear("before")
	if err := here.Unsubscribe(t.Context(), "ann", "room"); err != nil {
		t.Fatal(err)
	}
	ann.hear(`"reason":"revoked"`)
	broadcast("room", "secret")
	broadcast("lobby", "after")
	ann.hear("after")
	bob.hear("secret")

	// An order that comes while a process is cut off from Redis is obeyed when it is back.
	server.Do("CLIENT", "KILL", "TYPE", "pubsub")
	if err := here.Unsubscribe(t.Context(), "ann", "lobby"); err != nil {
		t.Fatal(err)
	}
	ann.hear(`"reason":"revoked"`)
	if err := here.Disconnect(t.Context(), "bob", false); err != nil {
		t.Fatal(err)
	}
	bob.hear(`{"type":"disconnect","reason":"remote","reconnect":false}`)
}
