package cable

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Whatever a client has sent, a frame or a half, waiting for more takes one
// goroutine with a small stack.
func TestWaitingTakesOneGoroutine(t *testing.T) {
	h := &Hub{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	server := httptest.NewServer(h)
	defer server.Close()
	defer h.Shutdown(t.Context())
	until := func(what string, holds func() bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); !holds(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("never: %s", what)
			}
		}
	}
	for name, sent := range map[string][]byte{
		"a pong":               frameOf(final|websocket.PongMessage, "x"),
		"a ping":               frameOf(final|websocket.PingMessage, "x"),
		"a message":            frameOf(final|websocket.TextMessage, "x"),
		"a fragment":           frameOf(websocket.TextMessage, "x"),
		"a message and a half": append(frameOf(final|websocket.TextMessage, "x"), frameOf(final|websocket.TextMessage, "long")[:7]...),
	} {
		ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
		if err != nil {
			t.Fatal(err)
		}
		var c *conn
		until("the connection", func() bool {
			if all := h.running.conns(); len(all) == 1 {
				c = all[0]
			}
			return c != nil
		})
		before := c.seen.Load()
		if _, err := ws.NetConn().Write(sent); err != nil {
			t.Fatal(err)
		}
		if name != "a fragment" { // which says nothing by itself
			until(name+" arrives", func() bool { return c.seen.Load() != before })
		}
		until(name+" leaves nobody behind", func() bool {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			return !strings.Contains(string(stacks), "cable.(*socket).take(")
		})
		ws.Close()
		until("the end", func() bool { return len(h.running.conns()) == 0 })
	}
}
