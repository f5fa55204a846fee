package cable_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/streamname"
)

var verifier = &streamname.Verifier{Keys: [][]byte{[]byte("0123456789abcdef")}}

// logs is a place for a hub's log that tests read.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serve starts a hub, which logs to the result, and ends it with the test.
func serve(t *testing.T, h *cable.Hub) (url string, log *logs) {
	t.Helper()
	log = &logs{}
	h.Logger = slog.New(slog.NewTextHandler(log, nil))
	if h.Verifier == nil {
		h.Verifier = verifier
	}
	if h.PingInterval == 0 {
		h.PingInterval = time.Hour
	}
	server := httptest.NewUnstartedServer(h)
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		c.(*net.TCPConn).SetWriteBuffer(4 << 10) // so that slow readers soon show
		return ctx
	}
	server.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		server.Close()
	})
	return "ws" + strings.TrimPrefix(server.URL, "http") + "/cable", log
}

// client is a browser's end of a connection.
type client struct {
	t  *testing.T
	ws *websocket.Conn
}

func dial(t *testing.T, url string) *client {
	t.Helper()
	d := websocket.Dialer{
		Subprotocols: []string{"actioncable-v1-json", "actioncable-unsupported"},
		NetDial: func(network, addr string) (net.Conn, error) {
			c, err := net.Dial(network, addr)
			if err == nil {
				err = c.(*net.TCPConn).SetReadBuffer(16 << 10)
			}
			return c, err
		},
	}
	ws, resp, err := d.Dial(url, http.Header{"Origin": {"http://" + strings.Split(url, "/")[2]}})
	if err != nil {
		t.Fatalf("dial: %v, %v", err, resp)
	}
	t.Cleanup(func() { ws.Close() })
	if ws.Subprotocol() != "actioncable-v1-json" {
		t.Fatalf("subprotocol is %q", ws.Subprotocol())
	}
	return &client{t, ws}
}

// join dials and takes the welcome.
func join(t *testing.T, url string) *client {
	t.Helper()
	c := dial(t, url)
	c.want(`{"type":"welcome"}`)
	return c
}

func (c *client) send(frame string) {
	c.t.Helper()
	if err := c.ws.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// command sends a command about an identifier.
func (c *client) command(name, identifier string) {
	c.t.Helper()
	frame, _ := json.Marshal(map[string]string{"command": name, "identifier": identifier})
	c.send(string(frame))
}

func (c *client) perform(identifier, data string) {
	c.t.Helper()
	frame, _ := json.Marshal(map[string]string{"command": "message", "identifier": identifier, "data": data})
	c.send(string(frame))
}

func (c *client) next() string {
	c.t.Helper()
	c.ws.SetReadDeadline(time.Now().Add(time.Minute))
	_, frame, err := c.ws.ReadMessage()
	if err != nil {
		c.t.Fatalf("read: %v", err)
	}
	return string(frame)
}

// want takes the next frame.
func (c *client) want(want string) {
	c.t.Helper()
	if got := c.next(); got != want {
		c.t.Fatalf("got %s, want %s", got, want)
	}
}

// wantClose takes the close, with its code.
func (c *client) wantClose(code int) {
	c.t.Helper()
	c.ws.SetReadDeadline(time.Now().Add(time.Minute))
	_, frame, err := c.ws.ReadMessage()
	if !websocket.IsCloseError(err, code) {
		c.t.Fatalf("got %s, %v, want close %d", frame, err, code)
	}
}

func (c *client) subscribe(identifier string) {
	c.t.Helper()
	c.command("subscribe", identifier)
	c.want(confirmation(identifier))
}

// settle returns when the hub has handled all that was sent before, and has
// answered nothing to it.
func (c *client) settle() {
	c.t.Helper()
	id := `{"channel":"EchoChannel"}`
	c.command("subscribe", id)
	c.want(confirmation(id))
	c.command("unsubscribe", id)
}

func confirmation(identifier string) string {
	return `{"identifier":` + quoted(identifier) + `,"type":"confirm_subscription"}`
}

func rejection(identifier string) string {
	return `{"identifier":` + quoted(identifier) + `,"type":"reject_subscription"}`
}

// refusal is a rejection for a reason of the hub's own.
func refusal(identifier, reason string) string {
	return `{"identifier":` + quoted(identifier) + `,"type":"reject_subscription","reason":"` + reason + `"}`
}

func data(identifier, message string) string {
	return `{"identifier":` + quoted(identifier) + `,"message":` + message + `}`
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// signed is the identifier of a page's subscription to the stream.
func signed(t *testing.T, stream string) string {
	t.Helper()
	name, err := verifier.Sign(stream, nil)
	if err != nil {
		t.Fatal(err)
	}
	return `{"channel":"Turbo::StreamsChannel","signed_stream_name":` + quoted(name) + `}`
}

// echo is a channel that answers with what it performs.
var echo = cable.Channel{
	Perform: func(_ context.Context, s *cable.Subscription, action string, data json.RawMessage) error {
		return s.Transmit(map[string]any{"action": action, "data": data})
	},
}

func echoes() map[string]cable.Channel { return map[string]cable.Channel{"EchoChannel": echo} }

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for late := time.Now().Add(time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%s did not come:\n%s", what, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
