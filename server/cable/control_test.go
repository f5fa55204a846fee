package cable_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/streamname"
)

func TestAUsersConnectionsCanBeClosedFromAfar(t *testing.T) {
	shared := &memory.Broker{}
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

// A user who is revoked while a connection of theirs is being authenticated
// must not stay.
func TestWhoIsDisconnectedWhileConnectingDoesNotStay(t *testing.T) {
	asked, go_ := make(chan struct{}), make(chan struct{})
	h := &cable.Hub{Authenticate: func(r *http.Request) (cable.User, error) {
		user, err := byCookie(r) // still good
		if user.ID == "ann" {
			asked <- struct{}{}
			<-go_
		}
		return user, err
	}}
	url, _ := serve(t, h)
	join(t, url+"?user=bob")
	for _, reconnect := range []bool{false, true} {
		got := make(chan string, 1)
		go func() {
			ws, _, err := websocket.DefaultDialer.Dial(url+"?user=ann", nil)
			if err != nil {
				got <- err.Error()
				return
			}
			defer ws.Close()
			_, text, err := ws.ReadMessage()
			got <- fmt.Sprint(string(text), err)
		}()
		<-asked
		if err := h.Disconnect(t.Context(), "ann", reconnect); err != nil {
			t.Fatal(err)
		}
		go_ <- struct{}{}
		if got, want := <-got, fmt.Sprintf(`{"type":"disconnect","reason":"remote","reconnect":%t}<nil>`, reconnect); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAUsersSubscriptionsCanBeEndedFromAfar(t *testing.T) {
	shared := &memory.Broker{}
	ended := make(chan string, 10)
	hub := func() *cable.Hub {
		return &cable.Hub{Authenticate: byCookie, Broker: shared, Channels: echoes(),
			OnUnsubscribe: func(_ context.Context, s *cable.Subscription, reason cable.Reason) {
				ended <- fmt.Sprint(s.User().ID, s.Streams(), reason)
			}}
	}
	here, there := hub(), hub()
	url, _ := serve(t, here)
	away, _ := serve(t, there)
	one, two, bob := join(t, url+"?user=ann"), join(t, away+"?user=ann"), join(t, away+"?user=bob")
	rooms, other := signed(t, "rooms"), signed(t, "other")
	for _, c := range []*client{one, two, bob} {
		c.subscribe(rooms)
		c.subscribe(other)
	}
	if err := here.Unsubscribe(t.Context(), "ann", "rooms"); err != nil {
		t.Fatal(err)
	}
	for _, stream := range []string{"rooms", "other"} { // at once
		if err := here.Broadcast(t.Context(), stream, stream); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []*client{one, two} {
		c.want(refusal(rooms, "revoked"))
		c.want(data(other, `"other"`))
		if got := <-ended; got != "ann[rooms]revoked" {
			t.Errorf("the application heard %s", got)
		}
	}
	bob.want(data(rooms, `"rooms"`))
	bob.want(data(other, `"other"`))
	one.subscribe(rooms) // whom the application lets
	for _, empty := range []error{here.Unsubscribe(t.Context(), "", "rooms"), here.Unsubscribe(t.Context(), "ann", "")} {
		if empty == nil {
			t.Error("nothing was ended without an error")
		}
	}
}

// Authorize may have read what an order has changed since.
func TestAuthorizeIsAskedAgainIfAnOrderCameInBetween(t *testing.T) {
	var revoked atomic.Bool
	var h *cable.Hub
	calls := 0
	h = &cable.Hub{Authenticate: byCookie, Authorize: func(ctx context.Context, s *cable.Subscription, stream string) error {
		calls++
		if revoked.Load() {
			return cable.ErrRejected
		}
		revoked.Store(true) // right after this one had looked
		return h.Unsubscribe(ctx, s.User().ID, stream)
	}}
	url, _ := serve(t, h)
	ann := join(t, url+"?user=ann")
	rooms := signed(t, "rooms")
	ann.command("subscribe", rooms)
	ann.want(rejection(rooms))
	if got := h.Stats(); calls != 2 || got.Streams != 0 || got.Subscriptions != 0 {
		t.Errorf("asked %d times, %+v is left", calls, got)
	}
}

func TestNobodyListensToOrders(t *testing.T) {
	h := &cable.Hub{Verifier: verifier}
	url, _ := serve(t, h)
	c := join(t, url)
	orders := signed(t, "action_cable/turbowasm")
	c.command("subscribe", orders)
	c.want(rejection(orders))
	if err := h.Broadcast(t.Context(), "action_cable/turbowasm", 1); err == nil {
		t.Error("an order was broadcast")
	}
}

// A broker that has lost publications of a stream says so with an empty message.
func TestLostOrdersAreToldOf(t *testing.T) {
	shared := &memory.Broker{}
	h := &cable.Hub{Authenticate: byCookie, Broker: shared}
	url, log := serve(t, h)
	ann := join(t, url+"?user=ann")
	if _, err := shared.Publish(t.Context(), "action_cable/turbowasm", []byte(`""`)); err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(time.Minute); !strings.Contains(log.String(), "may have been lost"); time.Sleep(time.Millisecond) {
		if time.Now().After(late) || strings.Contains(log.String(), "control message ignored") {
			t.Fatalf("the log says\n%s", log)
		}
	}
	if err := h.Disconnect(t.Context(), "ann", false); err != nil {
		t.Fatal(err)
	}
	ann.want(`{"type":"disconnect","reason":"remote","reconnect":false}`)
}

func TestAnExpiredNameEndsItsSubscription(t *testing.T) {
	ended := make(chan cable.Reason, 10)
	h := &cable.Hub{Channels: echoes(), OnUnsubscribe: func(_ context.Context, s *cable.Subscription, reason cable.Reason) {
		if len(s.Streams()) > 0 {
			ended <- reason
		}
	}}
	url, _ := serve(t, h)
	c := join(t, url)
	until := time.Now().Add(200 * time.Millisecond).Truncate(time.Millisecond)
	named := func(o *streamname.SignOptions) string {
		name, err := verifier.Sign("rooms", o)
		if err != nil {
			t.Fatal(err)
		}
		return `{"channel":"Turbo::StreamsChannel","signed_stream_name":` + quoted(name) + `}`
	}
	brief, long := named(&streamname.SignOptions{Expires: until}), named(nil)
	c.subscribe(brief)
	c.subscribe(long)
	if got := <-ended; got != cable.ReasonExpired || time.Now().Before(until) {
		t.Errorf("ended with %q, %v before its time", got, time.Until(until))
	}
	c.want(refusal(brief, "expired"))
	if err := h.Broadcast(t.Context(), "rooms", 1); err != nil {
		t.Fatal(err)
	}
	c.want(data(long, `1`))
	c.command("subscribe", brief)
	c.want(refusal(brief, "expired"))

	c.subscribe(named(&streamname.SignOptions{Purpose: cable.StreamsChannel}))
	foreign := named(&streamname.SignOptions{Purpose: "AdminChannel"})
	c.command("subscribe", foreign)
	c.want(rejection(foreign))
}
