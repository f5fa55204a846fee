package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/turbowasm/turbowasm/server/cable"
)

// An application's Go in the page subscribes to channels of a real server.
func TestRawChannels(t *testing.T) {
	heard, left := make(chan string, 10), make(chan string, 10)
	hub := &cable.Hub{
		Authenticate: func(*http.Request) (cable.User, error) { return cable.User{ID: "ann"}, nil },
		Channels: map[string]cable.Channel{
			"RoomChannel": {
				Subscribe: func(ctx context.Context, s *cable.Subscription) error {
					heard <- s.Identifier()
					return s.StreamFrom(ctx, "room")
				},
				Perform: func(_ context.Context, s *cable.Subscription, action string, data json.RawMessage) error {
					heard <- action + " " + string(data)
					return s.Transmit(map[string]string{"text": "you said something"})
				},
				Unsubscribe: func(_ context.Context, s *cable.Subscription) { left <- s.Identifier() },
			},
			"PrivateChannel": {Subscribe: func(context.Context, *cable.Subscription) error { return cable.ErrRejected }},
		},
	}
	defer hub.Shutdown(context.Background())
	files, err := makeFiles(t.Context(), "./testdata/channel", false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	pages := bootServer(t, files, moduleTag, "", "")
	mux := http.NewServeMux()
	mux.Handle("/cable", hub)
	mux.Handle("/", pages.Config.Handler)
	server := httptest.NewServer(mux)
	defer server.Close()

	tab := newBootBrowser(t).open(t, server.URL+"/one")
	const lines = `[...document.querySelectorAll("#list li")].map((li) => li.textContent).join()`
	until := func(want string) {
		t.Helper()
		tab.run(poll(fmt.Sprintf("%s == %q", lines, want)))
	}
	tab.run(poll(lines + `.includes("you said something") && ` + lines + `.includes("rejected")`))
	if got := tab.text(lines + `.split(",").sort().join()`); got != "connected,rejected,turbo: the channel is not connected,you said something" {
		t.Fatalf("got %s", got)
	}
	for _, want := range []string{`{"channel":"RoomChannel","name":"<den>","room":7}`, `speak {"loud":true,"text":"hello","action":"speak"}`} {
		if got := <-heard; got != want {
			t.Errorf("the server heard %s, want %s", got, want)
		}
	}
	clear := chromedp.Evaluate(`document.querySelector("#list").replaceChildren()`, nil)

	tab.run(clear)
	for _, text := range []string{"panic", "next"} {
		if err := hub.Broadcast(t.Context(), "room", map[string]string{"text": text}); err != nil {
			t.Fatal(err)
		}
	}
	until("panic,next")
	if got := tab.text(`lines.join("\n")`); got != "error turbo: channel RoomChannel: received: panic: too much" {
		t.Errorf("the console says %q", got)
	}

	tab.run(clear)
	if err := hub.Disconnect(t.Context(), "ann", true); err != nil {
		t.Fatal(err)
	}
	until("disconnected,turbo: the channel is not connected,reconnected,you said something")
	<-left

	// A visit keeps the subscription.
	tab.run(click("#link"), poll(`document.querySelector("h1").textContent === "two" && window.sameDocument`))
	if err := hub.Broadcast(t.Context(), "room", map[string]string{"text": "still"}); err != nil {
		t.Fatal(err)
	}
	until("still")
	tab.run(clear, chromedp.Evaluate(`document.dispatchEvent(new Event("leave")); 0`, nil))
	if got := <-left; got != `{"channel":"RoomChannel","name":"<den>","room":7}` {
		t.Errorf("unsubscribed from %s", got)
	}
	until("turbo: the channel is not connected")
}
