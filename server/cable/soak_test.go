package cable_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/cable"
)

// Twelve clients of two hubs come and go, are cut off, told to go, and
// unsubscribed from afar, while four writers broadcast and hooks panic. Whatever
// happens, a live subscription gets everything from one message on, in order.
func TestNothingIsLostOrOutOfOrderWhateverHappens(t *testing.T) {
	const clients, writers, broadcasts = 12, 4, 400
	shared := &memory.Broker{}
	var panics atomic.Int32
	boom := func() {
		if rand.IntN(20) == 0 {
			panics.Add(1)
			panic("a hook of the application")
		}
	}
	hub := func() *cable.Hub {
		return &cable.Hub{
			Broker:        shared,
			PingInterval:  5 * time.Millisecond,
			MaxBacklog:    64 << 20, // nobody is slow here but by the machine
			Authenticate:  func(r *http.Request) (cable.User, error) { return cable.User{ID: r.URL.Query().Get("user")}, nil },
			Authorize:     func(context.Context, *cable.Subscription, string) error { boom(); return nil },
			OnConnect:     func(context.Context, cable.Connection) { boom() },
			OnDisconnect:  func(context.Context, cable.Connection, cable.Reason) { boom() },
			OnSubscribe:   func(context.Context, *cable.Subscription) { boom() },
			OnUnsubscribe: func(context.Context, *cable.Subscription, cable.Reason) { boom() },
			Channels: map[string]cable.Channel{"EchoChannel": {
				Perform:     func(context.Context, *cable.Subscription, string, json.RawMessage) error { boom(); return nil },
				Unsubscribe: func(context.Context, *cable.Subscription) { boom() },
			}},
		}
	}
	hubs := []*cable.Hub{hub(), hub()}
	var urls []string
	for _, h := range hubs {
		url, _ := serve(t, h)
		urls = append(urls, url)
	}
	identifiers := map[string]int{}
	for w := range writers {
		identifiers[signed(t, fmt.Sprint("stream ", w))] = w
	}

	done := make(chan struct{})
	var visitors, writing sync.WaitGroup
	var sessions, received atomic.Int32
	// A quick writer must not be done before anybody is there.
	enough := func() bool { return sessions.Load() >= 2*clients && received.Load() > 0 && panics.Load() > 0 }
	for i := range clients {
		visitors.Go(func() {
			for running := true; running; {
				select {
				case <-done:
					running = false // once more, to the end
				default:
				}
				received.Add(int32(visit(t, urls[i%2], fmt.Sprint("user ", i), identifiers, done)))
				sessions.Add(1)
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			for n := 0; n < broadcasts || !enough(); n++ {
				h := hubs[rand.IntN(2)]
				if err := h.Broadcast(context.Background(), fmt.Sprint("stream ", w), fmt.Sprint(n+1, " ", strings.Repeat("x", rand.IntN(2000)))); err != nil {
					t.Error(err)
				}
				user := fmt.Sprint("user ", rand.IntN(clients))
				var err error
				switch rand.IntN(40) {
				case 0:
					err = h.Disconnect(context.Background(), user, true)
				case 1:
					err = h.Unsubscribe(context.Background(), user, fmt.Sprint("stream ", rand.IntN(writers)))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	close(done)
	visitors.Wait()
	for _, h := range hubs {
		eventually(t, "the end of all connections", func() bool { return h.Stats().Connections == 0 })
		if got := h.Stats(); got != (cable.Stats{}) {
			t.Errorf("%+v is left", got)
		}
	}
}

// visit is one session of a client: it subscribes to everything, checks what it
// gets, and leaves at some time, is cut off, or told to go.
func visit(t *testing.T, url, user string, identifiers map[string]int, done chan struct{}) (received int) {
	ws, _, err := websocket.DefaultDialer.Dial(url+"?user="+strings.ReplaceAll(user, " ", "+"), nil)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer ws.Close()
	send := func(command, identifier string) {
		text, _ := json.Marshal(map[string]string{"command": command, "identifier": identifier, "data": "{}"})
		ws.WriteMessage(websocket.TextMessage, text)
	}
	for id := range identifiers {
		send("subscribe", id)
	}
	send("subscribe", `{"channel":"EchoChannel"}`)
	send("message", `{"channel":"EchoChannel"}`)
	last := map[string]int{}
	for frames, stay := 0, 20+rand.IntN(300); frames < stay; frames++ {
		select {
		case <-done:
			return received
		default:
		}
		ws.SetReadDeadline(time.Now().Add(time.Minute))
		_, text, err := ws.ReadMessage()
		if err != nil {
			if !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				t.Errorf("%s: %v", user, err)
			}
			return received
		}
		var f struct {
			Type, Identifier, Reason string
			Message                  json.RawMessage
		}
		if err := json.Unmarshal(text, &f); err != nil {
			t.Errorf("%s: got %s", user, text)
			return received
		}
		switch f.Type {
		case "confirm_subscription":
			if rand.IntN(10) == 0 {
				delete(last, f.Identifier)
				send("unsubscribe", f.Identifier)
				send("subscribe", f.Identifier)
				continue
			}
			last[f.Identifier] = 0 // from the next on
		case "reject_subscription":
			if f.Reason != "revoked" {
				t.Errorf("%s: got %s", user, text)
			}
			delete(last, f.Identifier)
			send("subscribe", f.Identifier)
		case "disconnect":
			if f.Reason != "remote" {
				t.Errorf("%s: got %s", user, text)
			}
		case "":
			var message string
			var n int
			json.Unmarshal(f.Message, &message)
			fmt.Sscan(message, &n)
			before, confirmed := last[f.Identifier]
			if !confirmed { // on its way when the subscription ended, or before the confirmation
				continue
			}
			if n == 0 || before > 0 && n != before+1 {
				t.Errorf("%s: after %d of %d came %d", user, before, identifiers[f.Identifier], n)
			}
			last[f.Identifier] = n
			received++
		}
	}
	return received
}
