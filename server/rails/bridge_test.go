package rails_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/broker/redis/redistest"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/rails"
)

const patience = time.Minute

// What Rails publishes: the channel with its prefix, and the message as
// ActiveSupport encodes it.
const (
	prefix   = "campfire_production"
	room     = "Z2lkOi8vY2FtcGZpcmUvUm9vbXM6Ok9wZW4vNQ:messages"
	appended = `"\u003cturbo-stream action=\"append\" target=\"messages\"\u003e\u003ctemplate\u003e\u003cp\u003eR\u0026D \u2028 é\u003c/p\u003e\u003c/template\u003e\u003c/turbo-stream\u003e"`
	unread   = `{"roomId":5}`
)

// start runs a bridge until the test ends, and returns when it is connected.
// What it is connected again for comes by the channel.
func start(t *testing.T, b *rails.Bridge) <-chan struct{} {
	t.Helper()
	connected := make(chan struct{}, 10)
	b.Prefix = prefix
	b.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	b.Connected = func() { connected <- struct{}{} }
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	wait(t, connected)
	return connected
}

func wait[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("waited in vain")
		panic("unreachable")
	}
}

// failing is a publisher that fails, having published or not, as its calls go.
type failing struct {
	*cable.Hub
	calls atomic.Int64
}

func (f *failing) PublishOnce(ctx context.Context, stream string, message []byte, epoch string, sequence uint64) error {
	n := f.calls.Add(1)
	if n%3 == 1 {
		return errors.New("not published")
	}
	err := f.Hub.PublishOnce(ctx, stream, message, epoch, sequence)
	if n%3 == 2 {
		return errors.New("published, and failed after")
	}
	return err
}

func TestBroadcastsGetPlacesByteForByteOnceAndInOrder(t *testing.T) {
	server := redistest.Start(t)
	m := &memory.Broker{}
	start(t, &rails.Bridge{Address: server.Address, Publisher: &failing{Hub: &cable.Hub{Broker: m}}})
	heard := make(chan broker.Publication, 10)
	cancel, err := m.Subscribe(t.Context(), "unread_rooms", func(p broker.Publication) { heard <- p })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()

	server.Do("PUBLISH", prefix+":"+room, appended)
	server.Do("PUBLISH", "_action_cable_internal", `{}`)
	server.Do("PUBLISH", "another:"+room, `"foreign"`)
	server.Do("PUBLISH", prefix+":"+room, `not JSON`)
	server.Do("PUBLISH", prefix+":", `"without a name"`)
	server.Do("PUBLISH", prefix+":"+room, `"second"`)
	server.Do("PUBLISH", prefix+":unread_rooms", unread)
	if p := wait(t, heard); string(p.Data) != unread || p.Position.Offset != 1 {
		t.Errorf("got %s at %+v", p.Data, p.Position)
	}
	// Nobody listens to the room; who comes later gets it all.
	pubs, err := m.History(t.Context(), room, broker.Position{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, p := range pubs {
		got = append(got, string(p.Data))
		if p.Position.Offset != uint64(i+1) {
			t.Errorf("publication %d is at %+v", i+1, p.Position)
		}
	}
	if !slices.Equal(got, []string{appended, `"second"`}) {
		t.Errorf("got %q", got)
	}
}

func TestAPrefixIsNoPattern(t *testing.T) {
	server := redistest.Start(t)
	m := &memory.Broker{}
	b := &rails.Bridge{Address: server.Address, Publisher: &cable.Hub{Broker: m}}
	connected := make(chan struct{}, 1)
	b.Prefix, b.Connected = `a[b]*?\`, func() { connected <- struct{}{} }
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	defer func() {
		stop()
		<-ended
	}()
	wait(t, connected)
	heard := make(chan string, 10)
	cancel, err := m.Subscribe(t.Context(), "x", func(p broker.Publication) { heard <- string(p.Data) })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	server.Do("PUBLISH", `abcd\:x`, `1`)
	server.Do("PUBLISH", b.Prefix+":x", `2`)
	if got := wait(t, heard); got != `2` {
		t.Errorf("got %s", got)
	}
}

func TestRemoteDisconnectsAreHeard(t *testing.T) {
	server := redistest.Start(t)
	heard := make(chan string, 10)
	start(t, &rails.Bridge{Address: server.Address, Publisher: &cable.Hub{}, Disconnect: func(_ context.Context, identifier string, reconnect bool) error {
		heard <- fmt.Sprint(identifier, " ", reconnect)
		return nil
	}})
	const ada = "Z2lkOi8vY2FtcGZpcmUvVXNlci80Mg"
	server.Do("PUBLISH", prefix+":action_cable/"+ada, `{"type":"unknown"}`)
	server.Do("PUBLISH", prefix+":action_cable/"+ada, `{"type":"disconnect","reconnect":false}`)
	server.Do("PUBLISH", prefix+":action_cable/"+ada, `{"type":"disconnect","reconnect":true}`)
	for _, want := range []string{ada + " false", ada + " true"} {
		if got := wait(t, heard); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestItComesBackToRedis(t *testing.T) {
	server := redistest.Start(t)
	m := &memory.Broker{}
	connected := start(t, &rails.Bridge{Address: server.Address, Publisher: &cable.Hub{Broker: m}})
	heard := make(chan string, 10)
	cancel, err := m.Subscribe(t.Context(), room, func(p broker.Publication) { heard <- string(p.Data) })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	server.Do("PUBLISH", prefix+":"+room, `1`)
	wait(t, heard)
	server.Kill()
	server.Restart()
	wait(t, connected)
	server.Do("PUBLISH", prefix+":"+room, `2`)
	if got := wait(t, heard); got != `2` {
		t.Errorf("got %s", got)
	}
}

func TestRunSaysWhatIsMissing(t *testing.T) {
	for want, b := range map[string]*rails.Bridge{
		"Publisher":       {Address: "redis://localhost", Prefix: prefix},
		"channel_prefix":  {Address: "redis://localhost", Publisher: &cable.Hub{}},
		"not a valid URL": {Address: "redis://user:secret@host:x%", Publisher: &cable.Hub{}, Prefix: prefix},
	} {
		if err := b.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
