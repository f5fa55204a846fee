package cable_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/turbowasm/turbowasm/server/cable"
)

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
		``, `nonsense`, `[]`, `"x"`, `{}`, `{"command":5}`,
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
				note("join " + s.User().ID + " " + s.Channel() + " " + s.Connection().Address)
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
	got, want := strings.Join(log, "\n"), `join ann PresenceChannel 127.0.0.1
present {"action":"present","x":1}
receive {"x":2}
follow {"action":"follow"}
leave ann presence:5 more`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func h5(_ context.Context, s *cable.Subscription) error { return s.Transmit("present at last") }

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
