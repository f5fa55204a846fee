package cable_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/streamname"
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
	h := &cable.Hub{IdleTimeout: 2 * time.Second, Channels: map[string]cable.Channel{"WatchChannel": {
		Unsubscribe: func(context.Context, *cable.Subscription) { gone <- struct{}{} },
	}}}
	url, _ := serve(t, h)
	c := join(t, url)
	c.subscribe(`{"channel":"WatchChannel"}`)
	// Not reading means not answering the WebSocket's pings.
	select {
	case <-gone:
	case <-time.After(time.Minute):
		t.Fatal("still connected")
	}
}

func TestAConnectionHasARateOfCommands(t *testing.T) {
	var asked atomic.Int32
	h := &cable.Hub{MaxCommands: 20, Authorize: func(context.Context, *cable.Subscription, string) error {
		asked.Add(1)
		return cable.ErrRejected
	}}
	url, log := serve(t, h)
	quick, steady := join(t, url), join(t, url)
	rooms := signed(t, "rooms")
	for range 200 {
		frame, _ := json.Marshal(map[string]string{"command": "subscribe", "identifier": rooms})
		if quick.ws.WriteMessage(websocket.TextMessage, frame) != nil {
			break
		}
	}
	for {
		if got := quick.next(); got != rejection(rooms) {
			if got != `{"type":"disconnect","reason":"too_many_commands","reconnect":true}` {
				t.Fatalf("got %s", got)
			}
			break
		}
	}
	quick.wantClose(websocket.CloseNormalClosure)
	if n := asked.Load(); n > 40 {
		t.Errorf("Authorize was asked %d times", n)
	}
	steady.command("subscribe", rooms)
	steady.want(rejection(rooms))
	eventually(t, "the log's word", func() bool { return strings.Contains(log.String(), "reason=too_many_commands") })
}

func TestPingsOfTheWebSocketCountAsCommands(t *testing.T) {
	url, _ := serve(t, &cable.Hub{MaxCommands: 20})
	c := join(t, url)
	for range 200 {
		if c.ws.WriteControl(websocket.PingMessage, []byte("x"), time.Now().Add(time.Second)) != nil {
			break
		}
	}
	c.want(`{"type":"disconnect","reason":"too_many_commands","reconnect":true}`)
}

func TestConnectionsAreLimited(t *testing.T) {
	for _, c := range []struct {
		name   string
		hub    cable.Hub
		reason string
	}{
		{"in all", cable.Hub{MaxConnections: 2}, "too_many_connections"},
		{"by address", cable.Hub{MaxConnectionsPerAddress: 2}, "too_many_connections_from_address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, log := serve(t, &c.hub)
			first := join(t, url)
			join(t, url)
			_, resp, err := websocket.DefaultDialer.Dial(url, nil)
			if err == nil {
				t.Fatal("a third was let in")
			}
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != http.StatusServiceUnavailable || string(body) != c.reason+"\n" {
				t.Errorf("got %s, %q", resp.Status, body)
			}
			if !strings.Contains(log.String(), "reason="+c.reason) {
				t.Errorf("the log does not tell why:\n%s", log)
			}
			first.ws.Close()
			eventually(t, "the room of who left", func() bool { return c.hub.Stats().Connections == 1 })
			join(t, url)
		})
	}
}

func TestBehindAProxyAddressesAreThoseOfTheClients(t *testing.T) {
	h := &cable.Hub{MaxConnectionsPerAddress: 1, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}}
	url, _ := serve(t, h)
	for _, c := range []struct {
		forwarded string
		ok        bool
	}{
		{"1.2.3.4", true},
		{"1.2.3.4", false},
		{"9.9.9.9, 1.2.3.4", false}, // what the client claims is before
		{"1.2.3.4, 10.1.1.1", false},
		{"1.2.3.5, 10.1.1.1", true},
		{"2001:db8::1", true},
		{"2001:db8::2", false}, // the same /64
		{"2001:db8:0:1::1", true},
		{"nonsense", true}, // the proxy itself
		{"", false},
	} {
		ws, _, err := websocket.DefaultDialer.Dial(url, http.Header{"X-Forwarded-For": {c.forwarded}})
		if (err == nil) != c.ok {
			t.Errorf("%q: got %v, want ok %t", c.forwarded, err, c.ok)
		}
		if err == nil {
			defer ws.Close()
		}
	}
}

func TestSenselessLimitsAreRefusedAtTheStart(t *testing.T) {
	for name, h := range map[string]cable.Hub{
		"MaxFrame":                 {MaxFrame: -1},
		"MaxIdentifier":            {MaxIdentifier: 1 << 30},
		"MaxSubscriptions":         {MaxSubscriptions: -1},
		"MaxIdentifiersPerStream":  {MaxIdentifiersPerStream: -1},
		"MaxCommands":              {MaxCommands: -5},
		"MaxConnections":           {MaxConnections: -1},
		"MaxConnectionsPerAddress": {MaxConnectionsPerAddress: -1},
		"MaxBacklog":               {MaxBacklog: -1},
		"MaxTotalBacklog":          {MaxTotalBacklog: math.MinInt64},
		"AuthenticateTimeout":      {AuthenticateTimeout: -1},
		"WriteTimeout":             {WriteTimeout: 1},
		"IdleTimeout":              {IdleTimeout: 1000 * time.Hour},
		"PingInterval":             {PingInterval: -time.Second},
		"AllowedOrigins":           {AllowedOrigins: []string{"app.example"}},
		"verifier":                 {Verifier: &streamname.Verifier{Keys: [][]byte{[]byte("short")}}},
	} {
		t.Run(name, func(t *testing.T) {
			log := &logs{}
			h.Logger = slog.New(slog.NewTextHandler(log, nil))
			fields := h
			err := h.Start()
			if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "allowed origin", "AllowedOrigins"), name) {
				t.Errorf("got %v", err)
			}
			if err := h.Broadcast(t.Context(), "rooms", 1); err == nil {
				t.Error("it broadcasts")
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("GET", "/cable", nil))
			if w.Code != http.StatusInternalServerError || !strings.Contains(log.String(), "not serving") {
				t.Errorf("got %d, and in the log %s", w.Code, log)
			}
			fields.Logger, h.Logger = nil, nil
			if !reflect.DeepEqual(fields, h) {
				t.Errorf("fields were written to: %+v", h)
			}
		})
	}
}

func TestTheFieldsAreLeftAlone(t *testing.T) {
	var h cable.Hub
	serve(t, &h)
	given := cable.Hub{Verifier: h.Verifier, Logger: h.Logger, PingInterval: h.PingInterval}
	if err := h.Broadcast(t.Context(), "rooms", 1); err != nil {
		t.Fatal(err)
	}
	now := reflect.ValueOf(h)
	for i := range now.NumField() {
		field := now.Type().Field(i)
		if field.IsExported() && !reflect.DeepEqual(now.Field(i).Interface(), reflect.ValueOf(given).Field(i).Interface()) {
			t.Errorf("%s became %v", field.Name, now.Field(i))
		}
	}
}

// opaque hides what a ResponseWriter can do; wrapped tells.
type opaque struct{ http.ResponseWriter }
type wrapped struct{ opaque }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func TestAMiddlewareMayWrapTheResponseWriter(t *testing.T) {
	log := &logs{}
	h := &cable.Hub{Logger: slog.New(slog.NewTextHandler(log, nil))}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/opaque" {
			h.ServeHTTP(opaque{w}, r)
		} else {
			h.ServeHTTP(wrapped{opaque{w}}, r)
		}
	}))
	defer web.Close()
	defer h.Shutdown(context.Background())
	url := "ws" + strings.TrimPrefix(web.URL, "http")
	_, resp, err := websocket.DefaultDialer.Dial(url+"/opaque", nil)
	if err == nil {
		t.Fatal("it was upgraded")
	}
	body, _ := io.ReadAll(resp.Body)
	for _, text := range []string{string(body), log.String()} {
		if resp.StatusCode != http.StatusInternalServerError || !strings.Contains(text, "Unwrap or Hijack") {
			t.Errorf("got %s, %q", resp.Status, text)
		}
	}
	join(t, url+"/wrapped")
	if got := h.Stats().Connections; got != 1 {
		t.Errorf("%d are connected", got)
	}
}
