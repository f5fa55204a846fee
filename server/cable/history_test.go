package cable_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/cable"
)

// joinExtended dials as a client of the extended protocol does.
func joinExtended(t *testing.T, url string) *client {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{"actioncable-v1-json", "actioncable-v1-ext-json"}}
	ws, _, err := d.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	if got, want := ws.Subprotocol(), "actioncable-v1-ext-json"; got != want {
		t.Fatalf("got the subprotocol %q, want %q", got, want)
	}
	c := &client{t, ws}
	c.want(`{"type":"welcome"}`)
	return c
}

// ask sends a command with a wish for a history.
func (c *client) ask(name, identifier, history string) {
	c.t.Helper()
	id, _ := json.Marshal(identifier)
	c.send(fmt.Sprintf(`{"command":%q,"identifier":%s,"history":%s}`, name, id, history))
}

// A room of two streams, in a process whose broker keeps three messages of each.
func history(t *testing.T) (h *cable.Hub, url string, at func(offset uint64) string, data func(message string, offset uint64) string) {
	t.Helper()
	h = &cable.Hub{Broker: &memory.Broker{HistorySize: 3}, Channels: map[string]cable.Channel{
		"Room": {Subscribe: func(ctx context.Context, s *cable.Subscription) error { return s.StreamFrom(ctx, "room") }},
	}}
	url, _ = serve(t, h)
	start, err := h.Position(t.Context(), "room")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if err := h.Broadcast(t.Context(), "room", i+1); err != nil {
			t.Fatal(err)
		}
	}
	at = func(offset uint64) string {
		return fmt.Sprintf(`{"streams":{"room":{"epoch":%q,"offset":%d}}}`, start.Epoch, offset)
	}
	data = func(message string, offset uint64) string {
		return fmt.Sprintf(`{"identifier":"{\"channel\":\"Room\"}","message":%s,"stream_id":"room","epoch":%q,"offset":%d}`, message, start.Epoch, offset)
	}
	return h, url, at, data
}

const room = `{"channel":"Room"}`

const (
	confirmed        = `{"identifier":"{\"channel\":\"Room\"}","type":"confirm_subscription"}`
	historyConfirmed = `{"type":"confirm_history","identifier":"{\"channel\":\"Room\"}"}`
	historyRejected  = `{"type":"reject_history","identifier":"{\"channel\":\"Room\"}"}`
)

func TestASubscriptionBeginsWhereThePageWasRendered(t *testing.T) {
	h, url, at, data := history(t)
	c := joinExtended(t, url)
	c.ask("subscribe", room, at(3))
	c.want(confirmed)
	c.want(data("4", 4))
	c.want(data("5", 5))
	c.want(historyConfirmed)
	if err := h.Broadcast(t.Context(), "room", "live"); err != nil {
		t.Fatal(err)
	}
	c.want(data(`"live"`, 6))
	c.ask("history", room, at(5))
	c.want(data(`"live"`, 6))
	c.want(historyConfirmed)
	c.ask("history", room, at(6))
	c.want(historyConfirmed)
}

func TestAHistoryThatIsGoneIsRejectedWhole(t *testing.T) {
	_, url, at, data := history(t)
	for name, test := range map[string]struct {
		history string
		want    []string
	}{
		"one more than is kept": {at(1), []string{historyRejected}},
		"all that is kept":      {at(2), []string{data("3", 3), data("4", 4), data("5", 5), historyConfirmed}},
		"what is to come":       {at(6), []string{historyRejected}},
		"another epoch":         {strings.Replace(at(5), `"epoch":"`, `"epoch":"x`, 1), []string{historyRejected}},
		"since a time":          {`{"since":1}`, []string{data("3", 3), data("4", 4), data("5", 5), historyConfirmed}},
		"since tomorrow":        {`{"since":99999999999}`, []string{historyConfirmed}},
		"of another stream":     {`{"streams":{"other":{"epoch":"x","offset":1}}}`, []string{historyConfirmed}},
		"a place and a time":    {strings.Replace(at(4), `{`, `{"since":1,`, 1), []string{data("5", 5), historyConfirmed}},
	} {
		t.Run(name, func(t *testing.T) {
			c := joinExtended(t, url)
			c.ask("subscribe", room, test.history)
			c.want(confirmed)
			for _, want := range test.want {
				c.want(want)
			}
		})
	}
}

// slow is a broker whose histories take a while, in which something happens.
type slow struct {
	*memory.Broker
	before, after func()
}

func (b slow) History(ctx context.Context, stream string, since broker.Position) ([]broker.Publication, error) {
	b.before()
	pubs, err := b.Broker.History(ctx, stream, since)
	b.after()
	return pubs, err
}

// Clients of the extended protocol, @anycable/web for one, take what comes as it
// comes: a broadcast must neither overtake a history nor come twice.
func TestABroadcastWaitsForTheHistory(t *testing.T) {
	n := 0
	h := &cable.Hub{Channels: map[string]cable.Channel{
		"Room": {Subscribe: func(ctx context.Context, s *cable.Subscription) error { return s.StreamFrom(ctx, "room") }},
	}}
	publish := func() {
		n++
		if err := h.Broadcast(t.Context(), "room", n); err != nil {
			t.Error(err)
		}
	}
	h.Broker = slow{&memory.Broker{HistorySize: 3}, publish, publish}
	url, _ := serve(t, h)
	start, err := h.Position(t.Context(), "room")
	if err != nil {
		t.Fatal(err)
	}
	at := func(offset int) string {
		return fmt.Sprintf(`{"streams":{"room":{"epoch":%q,"offset":%d}}}`, start.Epoch, offset)
	}
	data := func(n int) string {
		return fmt.Sprintf(`{"identifier":"{\"channel\":\"Room\"}","message":%d,"stream_id":"room","epoch":%q,"offset":%d}`, n, start.Epoch, n)
	}
	publish()
	c := joinExtended(t, url)
	want := func(frames ...string) {
		t.Helper()
		for _, frame := range frames {
			c.want(frame)
		}
	}
	c.ask("subscribe", room, at(0))
	want(confirmed, data(1), data(2), historyConfirmed, data(3))
	c.ask("history", room, at(3))
	want(data(4), historyConfirmed, data(5))
	c.ask("history", room, `{"since":1}`)
	want(data(4), data(5), data(6), historyConfirmed, data(7))
	c.ask("history", room, at(1)) // which is gone
	want(historyRejected, data(8), data(9))
	c.ask("history", room, `{}`) // nothing is asked for
	want(historyConfirmed)
	publish()
	want(data(10))
}

// Who waits for a history may be kept as much for as one who does not read.
func TestWhatWaitsForAHistoryIsLimited(t *testing.T) {
	h := &cable.Hub{MaxBacklog: 4 << 10, Channels: map[string]cable.Channel{
		"Room": {Subscribe: func(ctx context.Context, s *cable.Subscription) error { return s.StreamFrom(ctx, "room") }},
	}}
	h.Broker = slow{&memory.Broker{}, func() {
		for range 5 {
			if err := h.Broadcast(t.Context(), "room", strings.Repeat("x", 1000)); err != nil {
				t.Error(err)
			}
		}
	}, func() {}}
	url, _ := serve(t, h)
	c := joinExtended(t, url)
	c.ask("subscribe", room, `{"since":1}`)
	got := c.next()
	if got == confirmed { // it goes with all that waits, if it has not gone yet
		got = c.next()
	}
	if want := `{"type":"disconnect","reason":"too_slow","reconnect":true}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A history may be longer than what may wait for a client: who reads gets it.
func TestALongHistoryIsSentAsItIsRead(t *testing.T) {
	const messages = 100
	h := &cable.Hub{MaxBacklog: 16 << 10, Broker: &memory.Broker{HistoryBytes: 10 << 20}, Channels: map[string]cable.Channel{
		"Room": {Subscribe: func(ctx context.Context, s *cable.Subscription) error { return s.StreamFrom(ctx, "room") }},
	}}
	url, _ := serve(t, h)
	at, err := h.Position(t.Context(), "room")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("x", 5000)
	for range messages {
		if err := h.Broadcast(t.Context(), "room", text); err != nil {
			t.Fatal(err)
		}
	}
	c := joinExtended(t, url)
	c.ask("subscribe", room, fmt.Sprintf(`{"streams":{"room":{"epoch":%q,"offset":%d}}}`, at.Epoch, at.Offset))
	c.want(confirmed)
	for i := range messages {
		if got, place := c.next(), fmt.Sprintf(`"offset":%d}`, i+1); !strings.HasSuffix(got, place) {
			t.Fatalf("got %.300s, want %s", got, place)
		}
	}
	c.want(historyConfirmed)
}

func TestTheBaseProtocolHasNoPlaces(t *testing.T) {
	h, url, at, _ := history(t)
	c := join(t, url)
	c.ask("subscribe", room, at(3))
	c.want(confirmed)
	c.ask("history", room, at(3))
	if err := h.Broadcast(t.Context(), "room", "live"); err != nil {
		t.Fatal(err)
	}
	c.want(`{"identifier":"{\"channel\":\"Room\"}","message":"live"}`)
}

func TestAHistoryIsAskedForWithPermissionOnly(t *testing.T) {
	_, url, at, _ := history(t)
	c := joinExtended(t, url)
	c.ask("history", room, at(3)) // not subscribed: no answer
	c.send(`{"command":"subscribe","identifier":"{\"channel\":\"Room\"}","history":[1]}`)
	c.send(`{"command":"subscribe","identifier":"{\"channel\":\"Room\"}","history":{"streams":{"room":{"offset":-1}}}}`)
	c.ask("subscribe", room, "null")
	c.want(confirmed)
}

// Whoever comes back is asked for again, and is sent nothing of what they may no
// longer hear.
func TestAuthorizeIsAskedAgainOnResume(t *testing.T) {
	var revoked atomic.Bool
	h := &cable.Hub{Authenticate: byCookie, Authorize: func(context.Context, *cable.Subscription, string) error {
		if revoked.Load() {
			return cable.ErrRejected
		}
		return nil
	}}
	url, _ := serve(t, h)
	rooms := signed(t, "rooms")
	c := joinExtended(t, url+"?user=ann")
	c.subscribe(rooms)
	if err := h.Broadcast(t.Context(), "rooms", 1); err != nil {
		t.Fatal(err)
	}
	if got := c.next(); !strings.Contains(got, `"offset":1`) {
		t.Fatalf("got %s", got)
	}
	at, err := h.Position(t.Context(), "rooms")
	if err != nil {
		t.Fatal(err)
	}
	c.ws.Close()
	revoked.Store(true)
	if err := h.Broadcast(t.Context(), "rooms", "secret"); err != nil {
		t.Fatal(err)
	}
	c = joinExtended(t, url+"?user=ann")
	place := fmt.Sprintf(`{"streams":{"rooms":{"epoch":%q,"offset":1}},"since":1}`, at.Epoch)
	c.ask("subscribe", rooms, place)
	c.want(rejection(rooms))
	c.ask("history", rooms, place) // no answer: there is no subscription
	revoked.Store(false)
	c.ask("subscribe", rooms, place)
	c.want(confirmation(rooms))
	if got := c.next(); !strings.Contains(got, `"secret"`) {
		t.Errorf("allowed again, got %s", got)
	}
}

func TestAnUnknownSubprotocolAloneIsRefused(t *testing.T) {
	_, url, _, _ := history(t)
	for _, offered := range [][]string{{"graphql-ws"}, {"actioncable-unsupported"}} {
		d := websocket.Dialer{Subprotocols: offered}
		_, resp, err := d.Dial(url, nil)
		if err == nil || resp == nil || resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: got %v, %v", offered, resp, err)
		}
	}
	d := websocket.Dialer{}
	ws, _, err := d.Dial(url, nil)
	if err != nil {
		t.Fatalf("no subprotocol at all: %v", err)
	}
	defer ws.Close()
}

func TestPublishOnce(t *testing.T) {
	h, url, _, data := history(t)
	c := joinExtended(t, url)
	c.command("subscribe", room)
	c.want(confirmed)
	for _, sequence := range []uint64{7, 7, 6, 9} {
		if err := h.PublishOnce(t.Context(), "room", []byte(fmt.Sprint(sequence)), "epoch", sequence); err != nil {
			t.Fatal(err)
		}
	}
	c.want(data("7", 6))
	c.want(data("9", 7))
	for message, err := range map[string]error{
		"not JSON":  h.PublishOnce(t.Context(), "room", []byte("<"), "epoch", 10),
		"no stream": h.PublishOnce(t.Context(), "", []byte("1"), "epoch", 10),
	} {
		if err == nil {
			t.Errorf("%s: no error", message)
		}
	}
	plain := &cable.Hub{Broker: struct{ cable.Broker }{&memory.Broker{}}}
	if err := plain.PublishOnce(t.Context(), "room", []byte("1"), "epoch", 1); err == nil {
		t.Error("a broker that cannot tell repetitions: no error")
	}
}
