package cable_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// A page subscribes to a signed stream and gets what is broadcast to it.
func ExampleHub() {
	hub := &cable.Hub{Verifier: &streamname.Verifier{Keys: [][]byte{[]byte("0123456789abcdef")}}}
	mux := http.NewServeMux()
	mux.Handle("/cable", hub)
	server := httptest.NewServer(mux)
	defer server.Close()
	defer hub.Shutdown(context.Background())

	page, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/cable", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer page.Close()
	read := func() {
		_, frame, err := page.ReadMessage()
		fmt.Println(string(frame), err)
	}
	read()
	signed, _ := hub.Verifier.Sign("rooms", nil)
	page.WriteJSON(map[string]string{
		"command":    "subscribe",
		"identifier": `{"channel":"Turbo::StreamsChannel","signed_stream_name":"` + signed + `"}`,
	})
	read()
	hub.Broadcast(context.Background(), "rooms", "hello")
	read()
	// Output:
	// {"type":"welcome"} <nil>
	// {"identifier":"{\"channel\":\"Turbo::StreamsChannel\",\"signed_stream_name\":\"InJvb21zIg==--eb81ec0322ff4dba219b863c709a8b62455e31680ee05e9d032cc4562d48a3db\"}","type":"confirm_subscription"} <nil>
	// {"identifier":"{\"channel\":\"Turbo::StreamsChannel\",\"signed_stream_name\":\"InJvb21zIg==--eb81ec0322ff4dba219b863c709a8b62455e31680ee05e9d032cc4562d48a3db\"}","message":"hello"} <nil>
}
