package cable_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/broker"
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

func TestABadSignatureIsRejected(t *testing.T) {
	url, log := serve(t, &cable.Hub{Channels: echoes()})
	c := join(t, url)
	good := signed(t, "rooms")
	for _, id := range []string{
		strings.Replace(good, `"signed_stream_name":"I`, `"signed_stream_name":"J`, 1),
		`{"channel":"Turbo::StreamsChannel","signed_stream_name":"rooms"}`,
		`{"channel":"Turbo::StreamsChannel","signed_stream_name":null}`,
		`{"channel":"Turbo::StreamsChannel","signed_stream_name":["rooms"]}`,
		`{"channel":"Turbo::StreamsChannel"}`,
	} {
		for range 2 { // evaluated afresh each time
			c.command("subscribe", id)
			c.want(rejection(id))
		}
	}
	c.subscribe(good)
	if !strings.Contains(log.String(), "bad signature") {
		t.Errorf("the log does not tell why:\n%s", log)
	}
}

func TestWhatCannotBeObeyedIsLoggedWithoutReply(t *testing.T) {
	h := &cable.Hub{Channels: echoes()}
	url, log := serve(t, h)
	c := join(t, url)
	rooms := signed(t, "rooms")
	c.subscribe(rooms)
	for _, frame := range []string{
		``, `nonsense`, `[]`, `"x"`, `{}`, `{"command":5}`, "{\"command\":\"\xff\"}",
		`{"command":"dance","identifier":"{}"}`,
		`{"command":"subscribe"}`,
		`{"command":"subscribe","identifier":"rooms"}`,
		`{"command":"subscribe","identifier":"{}"}`,
		`{"command":"subscribe","identifier":"null"}`,
		`{"command":"subscribe","identifier":"{\"channel\":\"NoSuchChannel\"}"}`,
		`{"command":"unsubscribe","identifier":"{}"}`,
		`{"command":"message","identifier":"{\"channel\":\"EchoChannel\"}","data":"{}"}`,
		`{"command":"message","identifier":` + quoted(rooms) + `,"data":"{}"}`,
		strings.Repeat("[", 20000),
	} {
		before := strings.Count(log.String(), "command refused")
		c.send(frame)
		c.settle()
		if after := strings.Count(log.String(), "command refused"); after != before+1 {
			t.Errorf("%.60q: %d lines in the log", frame, after-before)
		}
	}
	c.ws.WriteMessage(websocket.BinaryMessage, []byte(`{"command":"subscribe","identifier":"{\"channel\":\"EchoChannel\"}"}`))
	c.settle()
	if err := h.Broadcast(t.Context(), "rooms", "still here"); err != nil {
		t.Fatal(err)
	}
	c.want(data(rooms, `"still here"`))
}

func TestADuplicateSubscribeIsSilentAndDeliversOnce(t *testing.T) {
	h := &cable.Hub{Channels: echoes()}
	url, _ := serve(t, h)
	c := join(t, url)
	rooms := signed(t, "rooms")
	c.subscribe(rooms)
	c.command("subscribe", rooms)
	c.settle()
	for _, m := range []int{1, 2} {
		if err := h.Broadcast(t.Context(), "rooms", m); err != nil {
			t.Fatal(err)
		}
	}
	c.want(data(rooms, `1`))
	c.want(data(rooms, `2`))
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
	c.want(rejection(d))
	c.command("unsubscribe", a)
	c.subscribe(d)
}

func TestASlowReaderIsDisconnectedWithAReason(t *testing.T) {
	h := &cable.Hub{MaxQueue: 4, WriteTimeout: time.Minute}
	url, log := serve(t, h)
	slow, quick := join(t, url), join(t, url)
	rooms := signed(t, "rooms")
	slow.subscribe(rooms)
	quick.subscribe(rooms)
	big := strings.Repeat("x", 16<<10)
	sent := 0
	for !strings.Contains(log.String(), "client too slow") { // the socket's own buffers come first
		if err := h.Broadcast(t.Context(), "rooms", big); err != nil {
			t.Fatal(err)
		}
		quick.want(data(rooms, quoted(big)))
		if sent++; sent > 1000 {
			t.Fatal("16 MB fit into the buffers")
		}
	}
	// What it gets is a beginning without holes, then the reason, then the end.
	for range sent {
		got := slow.next()
		if got == `{"type":"disconnect","reason":"too_slow","reconnect":true}` {
			slow.wantClose(websocket.CloseNormalClosure)
			return
		}
		if got != data(rooms, quoted(big)) {
			t.Fatalf("got %.80s", got)
		}
	}
	t.Fatal("the slow reader got everything")
}

func TestADeadReaderDoesNotHoldUpTheOthers(t *testing.T) {
	h := &cable.Hub{MaxQueue: 1000, WriteTimeout: 50 * time.Millisecond}
	ended := make(chan struct{})
	h.Channels = map[string]cable.Channel{"DeadChannel": {
		Unsubscribe: func(context.Context, *cable.Subscription) { close(ended) },
	}}
	url, _ := serve(t, h)
	dead, rooms := join(t, url), signed(t, "rooms")
	dead.subscribe(rooms)
	dead.subscribe(`{"channel":"DeadChannel"}`)
	big := strings.Repeat("x", 1<<20)
	for range 10 {
		if err := h.Broadcast(t.Context(), "rooms", big); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ended:
			return
		default:
		}
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the dead reader is still connected")
	}
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
	if err := h.Broadcast(t.Context(), "rooms", 1); !errors.Is(err, broker.ErrClosed) {
		t.Errorf("broadcast after the end: %v", err)
	}
}

func TestShutdownCutsClientsThatDoNotListen(t *testing.T) {
	h := &cable.Hub{}
	url, _ := serve(t, h)
	join(t, url) // and never reads the close
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := h.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestForeignOriginsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name    string
		origin  string
		allowed []string
		ok      bool
	}{
		{"the same host", "http://HOST", nil, true},
		{"the same host by TLS in front", "https://HOST", nil, true},
		{"no page at all", "", nil, true},
		{"another host", "https://evil.example", nil, false},
		{"another port", "http://127.0.0.1:1", nil, false},
		{"a host that only begins alike", "http://HOST.evil.example", nil, false},
		{"a sandboxed page", "null", nil, false},
		{"no URL", "http://%zz", nil, false},
		{"a listed one", "https://app.example", []string{"https://app.example"}, true},
		{"a listed one by another scheme", "http://app.example", []string{"https://app.example"}, false},
		{"any", "https://evil.example", []string{"*"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, _ := serve(t, &cable.Hub{AllowedOrigins: c.allowed})
			header := http.Header{}
			if c.origin != "" {
				header.Set("Origin", strings.Replace(c.origin, "HOST", strings.Split(url, "/")[2], 1))
			}
			ws, resp, err := websocket.DefaultDialer.Dial(url, header)
			if (err == nil) != c.ok {
				t.Fatalf("got %v, want ok %t", err, c.ok)
			}
			if err == nil {
				ws.Close()
			} else if resp.StatusCode != 404 {
				t.Errorf("status is %s", resp.Status)
			}
		})
	}
}

func TestAnOrdinaryRequestIsNotFound(t *testing.T) {
	w := httptest.NewRecorder()
	new(cable.Hub).ServeHTTP(w, httptest.NewRequest("GET", "/cable", nil))
	if w.Code != 404 || w.Body.String() != "Page not found\n" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
}

// byCookie authenticates the way the tests do.
func byCookie(r *http.Request) (cable.User, error) {
	id := r.URL.Query().Get("user")
	if id == "" {
		return cable.User{}, errors.New("no session")
	}
	return cable.User{ID: id, Data: len(id)}, nil
}

func TestAStrangerIsDisconnectedForGood(t *testing.T) {
	url, _ := serve(t, &cable.Hub{Authenticate: byCookie})
	c := dial(t, url)
	c.want(`{"type":"disconnect","reason":"unauthorized","reconnect":false}`)
	c.wantClose(websocket.CloseNormalClosure)
}

func TestAuthorizeDecidesByUserAndStream(t *testing.T) {
	h := &cable.Hub{
		Authenticate: byCookie,
		Authorize: func(_ context.Context, s *cable.Subscription, stream string) error {
			switch {
			case stream == "broken":
				return errors.New("database is away")
			case stream != "rooms:"+s.User().ID:
				return cable.ErrRejected
			}
			return nil
		},
		Channels: map[string]cable.Channel{
			"EchoChannel": echo,
			"BypassChannel": {Subscribe: func(ctx context.Context, s *cable.Subscription) error {
				return errors.Join(s.StreamFrom(ctx, "rooms:ann"), s.StreamFrom(ctx, "rooms:bob"))
			}},
		},
	}
	url, log := serve(t, h)
	ann := join(t, url+"?user=ann")
	ann.subscribe(signed(t, "rooms:ann"))
	bobs := signed(t, "rooms:bob")
	ann.command("subscribe", bobs)
	ann.want(rejection(bobs))
	bypass := `{"channel":"BypassChannel"}`
	ann.command("subscribe", bypass)
	ann.want(rejection(bypass))
	ann.command("subscribe", signed(t, "broken")) // no reply: the client tries again
	ann.settle()
	if !strings.Contains(log.String(), "database is away") {
		t.Errorf("the log does not tell why:\n%s", log)
	}
	// Nothing of what was refused listens.
	for _, stream := range []string{"rooms:bob", "broken", "rooms:ann"} {
		if err := h.Broadcast(t.Context(), stream, stream); err != nil {
			t.Fatal(err)
		}
	}
	ann.want(data(signed(t, "rooms:ann"), `"rooms:ann"`))
}

func TestAUsersConnectionsCanBeClosedFromAfar(t *testing.T) {
	shared := &broker.Memory{}
	defer shared.Close()
	here := &cable.Hub{Authenticate: byCookie, Broker: shared}
	there := &cable.Hub{Authenticate: byCookie, Broker: shared, Channels: echoes()}
	url, _ := serve(t, here)
	away, _ := serve(t, there)
	one, two, bob := join(t, url+"?user=ann"), join(t, away+"?user=ann"), join(t, away+"?user=bob")
	if err := here.Disconnect(t.Context(), "ann", false); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{one, two} {
		c.want(`{"type":"disconnect","reason":"remote","reconnect":false}`)
		c.wantClose(websocket.CloseNormalClosure)
	}
	bob.settle()
	if err := here.Disconnect(t.Context(), "bob", true); err != nil {
		t.Fatal(err)
	}
	bob.want(`{"type":"disconnect","reason":"remote","reconnect":true}`)
	if err := here.Disconnect(t.Context(), "", true); err == nil {
		t.Error("nobody was disconnected without an error")
	}
}

func TestChannelsOfTheApplication(t *testing.T) {
	var mu sync.Mutex
	var log []string
	note := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		log = append(log, s)
	}
	left := make(chan struct{}, 1)
	h := &cable.Hub{Authenticate: byCookie, Channels: map[string]cable.Channel{
		"EchoChannel": echo,
		"UnreadRoomsChannel": {
			Subscribe: func(ctx context.Context, s *cable.Subscription) error {
				return s.StreamFrom(ctx, "unread_rooms")
			},
		},
		"PresenceChannel": {
			Subscribe: func(ctx context.Context, s *cable.Subscription) error {
				var params struct {
					RoomID int `json:"room_id"`
				}
				if err := s.Params(&params); err != nil {
					return err
				}
				if params.RoomID != 5 {
					return cable.ErrRejected
				}
				note("join " + s.User().ID + " " + s.Channel() + " " + s.Request().URL.Path)
				return s.StreamFrom(ctx, "presence:5")
			},
			Perform: func(ctx context.Context, s *cable.Subscription, action string, data json.RawMessage) error {
				note(action + " " + string(data))
				if action == "follow" {
					return s.StreamFrom(ctx, "more")
				}
				return h5(ctx, s)
			},
			Unsubscribe: func(ctx context.Context, s *cable.Subscription) {
				note("leave " + s.User().ID + " " + strings.Join(s.Streams(), " "))
				left <- struct{}{}
			},
		},
	}}
	url, _ := serve(t, h)
	ann := join(t, url+"?user=ann")
	unread := `{"channel":"UnreadRoomsChannel"}`
	ann.subscribe(unread)
	if err := h.Broadcast(t.Context(), "unread_rooms", map[string]int{"roomId": 5}); err != nil {
		t.Fatal(err)
	}
	ann.want(data(unread, `{"roomId":5}`))

	wrong, right := `{"channel":"PresenceChannel","room_id":6}`, `{"channel":"PresenceChannel","room_id":5}`
	ann.command("subscribe", wrong)
	ann.want(rejection(wrong))
	ann.subscribe(right)
	ann.perform(right, `{"action":"present","x":1}`)
	ann.want(data(right, `"present at last"`))
	ann.perform(right, `{"x":2}`)
	ann.want(data(right, `"present at last"`))
	for _, bad := range []string{``, `5`, `null`, `{"action":5}`} {
		ann.perform(right, bad)
	}
	ann.perform(right, `{"action":"follow"}`)
	ann.settle()
	if err := h.Broadcast(t.Context(), "more", 1); err != nil {
		t.Fatal(err)
	}
	ann.want(data(right, `1`))
	ann.ws.Close()
	<-left
	mu.Lock()
	defer mu.Unlock()
	got, want := strings.Join(log, "\n"), `join ann PresenceChannel /cable
present {"action":"present","x":1}
receive {"x":2}
follow {"action":"follow"}
leave ann presence:5 more`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func h5(_ context.Context, s *cable.Subscription) error { return s.Transmit("present at last") }

// faulty fails as often as told.
type faulty struct {
	*broker.Memory
	mu   sync.Mutex
	fail int
}

func (f *faulty) Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (func(), error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail > 0 {
		f.fail--
		return nil, errors.New("broker is away")
	}
	return f.Memory.Subscribe(ctx, stream, deliver)
}

func TestAFailingBrokerLeavesTheClientToTryAgain(t *testing.T) {
	f := &faulty{Memory: &broker.Memory{}, fail: 2}
	defer f.Close()
	h := &cable.Hub{Broker: f, Channels: echoes()}
	url, _ := serve(t, h)
	c := join(t, url)
	rooms := signed(t, "rooms")
	for range 2 {
		c.command("subscribe", rooms)
		c.settle()
	}
	c.subscribe(rooms)
	if _, err := f.Publish(t.Context(), "rooms", []byte(`not JSON`)); err != nil {
		t.Fatal(err)
	}
	if err := h.Broadcast(t.Context(), "rooms", 1); err != nil {
		t.Fatal(err)
	}
	c.want(data(rooms, `1`))
}

// gated listens to the stream "b" once it is open.
type gated struct {
	*broker.Memory
	asked, open chan struct{}
}

func (g *gated) Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (func(), error) {
	if stream == "b" {
		close(g.asked)
		<-g.open
	}
	return g.Memory.Subscribe(ctx, stream, deliver)
}

func TestAConfirmationWaitsForTheBroker(t *testing.T) {
	g := &gated{Memory: &broker.Memory{}, asked: make(chan struct{}), open: make(chan struct{})}
	defer g.Close()
	h := &cable.Hub{Broker: g}
	url, _ := serve(t, h)
	c := join(t, url)
	a, b := signed(t, "a"), signed(t, "b")
	c.subscribe(a)
	c.command("subscribe", b)
	<-g.asked
	if err := h.Broadcast(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	c.want(data(a, `1`)) // what was sent before would come before it
	close(g.open)
	c.want(confirmation(b))
}

func TestUnsubscribingEndsTheStreamsOfASubscription(t *testing.T) {
	left := make(chan struct{}, 1)
	h := &cable.Hub{Channels: map[string]cable.Channel{
		"EchoChannel": echo,
		"RoomChannel": {
			Subscribe:   func(ctx context.Context, s *cable.Subscription) error { return s.StreamFrom(ctx, "room") },
			Unsubscribe: func(context.Context, *cable.Subscription) { left <- struct{}{} },
		},
	}}
	url, _ := serve(t, h)
	c := join(t, url)
	room := `{"channel":"RoomChannel"}`
	c.subscribe(room)
	c.command("unsubscribe", room)
	c.settle() // without a reply
	select {
	case <-left:
	default:
		t.Error("the channel was not told")
	}
	if err := h.Broadcast(t.Context(), "room", 1); err != nil {
		t.Fatal(err)
	}
	c.settle()
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
