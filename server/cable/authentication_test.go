package cable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/turbowasm/turbowasm/server/cable"
)

func byCookie(r *http.Request) (cable.User, error) {
	id := r.URL.Query().Get("user")
	if id == "" {
		return cable.User{}, fmt.Errorf("no session: %w", cable.ErrUnauthorized)
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

func TestAFailureToAuthenticateIsNotForGood(t *testing.T) {
	for name, fail := range map[string]func() error{
		"an error":   func() error { return errors.New("database is away") },
		"a panic":    func() error { panic("nil map") },
		"a time-out": nil,
	} {
		t.Run(name, func(t *testing.T) {
			h := &cable.Hub{AuthenticateTimeout: 20 * time.Millisecond, Authenticate: func(r *http.Request) (cable.User, error) {
				if fail == nil {
					<-r.Context().Done()
					return cable.User{}, r.Context().Err()
				}
				return cable.User{}, fail()
			}}
			url, log := serve(t, h)
			c := dial(t, url)
			c.want(`{"type":"disconnect","reason":"unavailable","reconnect":true}`)
			c.wantClose(websocket.CloseNormalClosure)
			if !strings.Contains(log.String(), "reason=unavailable") {
				t.Errorf("the log does not tell why:\n%s", log)
			}
		})
	}
}

func TestAValueOfTheRequestReachesTheChannels(t *testing.T) {
	type key struct{}
	h := &cable.Hub{Channels: map[string]cable.Channel{"TenantChannel": {
		Subscribe: func(ctx context.Context, s *cable.Subscription) error {
			return s.StreamFrom(ctx, fmt.Sprint("tenant:", ctx.Value(key{})))
		},
	}}}
	serve(t, h)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, "acme")))
	}))
	defer web.Close()
	c := join(t, "ws"+strings.TrimPrefix(web.URL, "http"))
	id := `{"channel":"TenantChannel"}`
	c.subscribe(id)
	if err := h.Broadcast(t.Context(), "tenant:acme", 1); err != nil {
		t.Fatal(err)
	}
	c.want(data(id, `1`))
}

func TestPanicsOfTheApplicationLeaveNothingBehind(t *testing.T) {
	on := map[string]bool{}
	boom := func(where string) {
		if on[where] {
			panic(where)
		}
	}
	var h *cable.Hub
	for _, where := range []string{"Authorize", "Subscribe", "Unsubscribe", "Perform", "OnConnect", "OnDisconnect", "OnSubscribe", "OnUnsubscribe"} {
		t.Run(where, func(t *testing.T) {
			on = map[string]bool{where: true}
			left := make(chan struct{}, 1)
			h = &cable.Hub{
				Authorize: func(context.Context, *cable.Subscription, string) error { boom("Authorize"); return nil },
				Channels: map[string]cable.Channel{"RoomChannel": {
					Subscribe: func(ctx context.Context, s *cable.Subscription) error {
						defer boom("Subscribe")
						return s.StreamFrom(ctx, "rooms")
					},
					Perform: func(context.Context, *cable.Subscription, string, json.RawMessage) error {
						boom("Perform")
						return nil
					},
					Unsubscribe: func(context.Context, *cable.Subscription) { boom("Unsubscribe") },
				}, "EchoChannel": echo},
				OnConnect:     func(context.Context, cable.Connection) { boom("OnConnect") },
				OnSubscribe:   func(context.Context, *cable.Subscription) { boom("OnSubscribe") },
				OnUnsubscribe: func(context.Context, *cable.Subscription, cable.Reason) { boom("OnUnsubscribe") },
				OnDisconnect: func(context.Context, cable.Connection, cable.Reason) {
					left <- struct{}{}
					boom("OnDisconnect")
				},
			}
			url, log := serve(t, h)
			c := join(t, url)
			room := `{"channel":"RoomChannel"}`
			c.command("subscribe", room)
			refused := where == "Authorize" || where == "Subscribe"
			if !refused {
				c.want(confirmation(room))
				c.perform(room, `{}`)
				c.settle()
				if err := h.Broadcast(t.Context(), "rooms", 1); err != nil {
					t.Fatal(err)
				}
				c.want(data(room, `1`))
			}
			c.settle()
			if got := h.Stats().Streams; refused && got != 0 {
				t.Errorf("%d streams are listened to", got)
			}
			c.ws.Close()
			<-left
			eventually(t, "the end", func() bool { return h.Stats() == cable.Stats{} })
			if got := log.String(); !strings.Contains(got, "panic in "+where) || !strings.Contains(got, "authentication_test.go") {
				t.Errorf("the panic is not reported with its stack:\n%s", got)
			}
		})
	}
}

func TestHooksKnowTheConnection(t *testing.T) {
	var mu sync.Mutex
	var said []string
	note := func(event string, c cable.Connection, more ...any) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, strings.TrimSpace(fmt.Sprintln(append([]any{c.ID, c.User.ID, c.Address, event}, more...)...)))
	}
	h := &cable.Hub{
		Authenticate: byCookie,
		OnConnect:    func(_ context.Context, c cable.Connection) { note("connect", c) },
		OnDisconnect: func(_ context.Context, c cable.Connection, reason cable.Reason) { note("disconnect", c, reason) },
		OnSubscribe:  func(_ context.Context, s *cable.Subscription) { note("subscribe", s.Connection(), s.Streams()) },
		OnUnsubscribe: func(_ context.Context, s *cable.Subscription, reason cable.Reason) {
			note("unsubscribe", s.Connection(), s.Streams(), reason)
		},
		Channels: echoes(),
	}
	url, _ := serve(t, h)
	stranger := dial(t, url)
	stranger.want(`{"type":"disconnect","reason":"unauthorized","reconnect":false}`)
	stranger.wantClose(websocket.CloseNormalClosure) // it was no connection
	ann := join(t, url+"?user=ann")
	ann.subscribe(signed(t, "a"))
	ann.subscribe(signed(t, "b"))
	ann.command("unsubscribe", signed(t, "a"))
	ann.settle()
	ann.ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
	ann.wantClose(websocket.CloseNormalClosure)
	eventually(t, "the end", func() bool { return h.Stats() == cable.Stats{} })
	mu.Lock()
	defer mu.Unlock()
	id, _, _ := strings.Cut(said[0], " ")
	got, want := strings.Join(said, "\n"), strings.ReplaceAll(`ID connect
ID subscribe [a]
ID subscribe [b]
ID unsubscribe [a] unsubscribed
ID subscribe []
ID unsubscribe [] unsubscribed
ID unsubscribe [b] client
ID disconnect client`, "ID", id+" ann 127.0.0.1")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
