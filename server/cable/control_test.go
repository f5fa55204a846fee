package cable_test

import (
	"testing"

	"github.com/gorilla/websocket"
	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/cable"
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
