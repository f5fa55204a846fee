package cable_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

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
