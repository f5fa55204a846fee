package cable_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/turbowasm/turbowasm/server/cable"
)

func TestASlowReaderIsDisconnectedWithAReason(t *testing.T) {
	h := &cable.Hub{MaxBacklog: 64 << 10, WriteTimeout: time.Minute}
	url, log := serve(t, h)
	slow, quick := join(t, url), join(t, url)
	rooms := signed(t, "rooms")
	slow.subscribe(rooms)
	quick.subscribe(rooms)
	big := strings.Repeat("x", 16<<10)
	sent := 0
	for !strings.Contains(log.String(), "reason=too_slow") { // the socket's own buffers come first
		if err := h.Broadcast(t.Context(), "rooms", big); err != nil {
			t.Fatal(err)
		}
		quick.want(data(rooms, quoted(big)))
		if sent++; sent > 1000 {
			t.Fatal("16 MB fit into the buffers")
		}
	}
	// What it gets is a beginning without holes, then the reason, then the end.
	for range sent {
		got := slow.next()
		if got == `{"type":"disconnect","reason":"too_slow","reconnect":true}` {
			slow.wantClose(websocket.CloseNormalClosure)
			return
		}
		if got != data(rooms, quoted(big)) {
			t.Fatalf("got %.80s", got)
		}
	}
	t.Fatal("the slow reader got everything")
}

func TestADeadReaderDoesNotHoldUpTheOthers(t *testing.T) {
	h := &cable.Hub{MaxBacklog: 100 << 20, WriteTimeout: 50 * time.Millisecond}
	ended := make(chan struct{})
	h.Channels = map[string]cable.Channel{"DeadChannel": {
		Unsubscribe: func(context.Context, *cable.Subscription) { close(ended) },
	}}
	url, _ := serve(t, h)
	dead, rooms := join(t, url), signed(t, "rooms")
	dead.subscribe(rooms)
	dead.subscribe(`{"channel":"DeadChannel"}`)
	big := strings.Repeat("x", 1<<20)
	for range 10 {
		if err := h.Broadcast(t.Context(), "rooms", big); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ended:
			return
		default:
		}
	}
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("the dead reader is still connected")
	}
}

// A program that broadcasts in a loop is quicker than any client. Those who
// read all the time must get all of it, in order.
func TestALoopOfBroadcastsLosesNobodyWhoReads(t *testing.T) {
	for _, c := range []struct {
		clients, broadcasts, bytes int
		outbox                     bool // they come as from a relay
	}{{100, 300, 100, false}, {30, 1000, 100, false}, {3, 10_000, 300, false}, {5, 20, 100_000, false}, {3, 10_000, 300, true}, {5, 100, 100_000, true}} {
		t.Run(fmt.Sprintf("%d to %d, outbox %t", c.broadcasts, c.clients, c.outbox), func(t *testing.T) {
			// A slow machine takes its time, and answers pings in its turn.
			h := &cable.Hub{IdleTimeout: 10 * time.Minute, WriteTimeout: time.Minute}
			url, _ := serve(t, h)
			rooms := signed(t, "rooms")
			var readers sync.WaitGroup
			for range c.clients {
				reader := join(t, url)
				reader.subscribe(rooms)
				readers.Go(func() {
					for i := range c.broadcasts {
						reader.ws.SetReadDeadline(time.Now().Add(time.Minute))
						_, text, err := reader.ws.ReadMessage()
						var got struct{ Message string }
						if err == nil {
							err = json.Unmarshal(text, &got)
						}
						if n, _, _ := strings.Cut(got.Message, " "); err != nil || n != strconv.Itoa(i) {
							t.Errorf("message %d: got %.100s, %v", i, text, err)
							return
						}
					}
				})
			}
			padding := strings.Repeat("x", c.bytes)
			for i := range c.broadcasts {
				text := fmt.Sprint(i, " ", padding)
				err := error(nil)
				if c.outbox {
					err = h.PublishOnce(t.Context(), "rooms", []byte(quoted(text)), "epoch", uint64(i+1))
				} else {
					err = h.Broadcast(t.Context(), "rooms", text)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			readers.Wait()
		})
	}
}

func TestWhoIsFurthestBehindGoesFirst(t *testing.T) {
	h := &cable.Hub{MaxTotalBacklog: 2 << 20, MaxBacklog: 100 << 20, WriteTimeout: time.Minute}
	url, log := serve(t, h)
	worst, worse, reader := join(t, url), join(t, url), join(t, url)
	a, b := signed(t, "a"), signed(t, "b")
	worst.subscribe(a)
	worse.subscribe(b)
	reader.subscribe(b)
	big := strings.Repeat("x", 64<<10)
	broadcast := func(stream string) {
		t.Helper()
		if err := h.Broadcast(t.Context(), stream, big); err != nil {
			t.Fatal(err)
		}
	}
	broadcast("b")
	reader.want(data(b, quoted(big)))
	for range 1000 {
		broadcast("a")
		if h.Stats().Backlog > 8<<20 { // whoever sees to it may be late on a busy machine
			eventually(t, "the end of the worst", func() bool { return h.Stats().Backlog <= 2<<20 })
		}
		if strings.Contains(log.String(), "reason=backlog") {
			break
		}
	}
	if got := strings.Count(log.String(), "reason=backlog"); got != 1 {
		t.Fatalf("%d were disconnected:\n%s", got, log)
	}
	broadcast("b") // the others are still there
	reader.want(data(b, quoted(big)))
	worse.want(data(b, quoted(big)))
	worse.want(data(b, quoted(big)))
	for { // who went is told why
		if got := worst.next(); got != data(a, quoted(big)) {
			if got != `{"type":"disconnect","reason":"backlog","reconnect":true}` {
				t.Fatalf("got %.100s", got)
			}
			return
		}
	}
}

// slowLog is a log that takes its time.
type slowLog struct {
	gate   chan struct{}
	writes *atomic.Int32
}

func (l slowLog) Enabled(context.Context, slog.Level) bool { return true }
func (l slowLog) Handle(context.Context, slog.Record) error {
	l.writes.Add(1)
	<-l.gate
	return nil
}
func (l slowLog) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l slowLog) WithGroup(string) slog.Handler      { return l }

func TestALogThatHangsHoldsUpNoBroadcast(t *testing.T) {
	h := &cable.Hub{MaxBacklog: 32 << 10, WriteTimeout: time.Minute}
	url, _ := serve(t, h)
	log := slowLog{make(chan struct{}), new(atomic.Int32)}
	h.Logger = slog.New(log)
	defer close(log.gate)
	rooms := signed(t, "rooms")
	for range 20 {
		join(t, url).subscribe(rooms) // and never reads
	}
	big := strings.Repeat("x", 16<<10)
	for range 2000 {
		if err := h.Broadcast(t.Context(), "rooms", big); err != nil {
			t.Fatal(err)
		}
		if log.writes.Load() == 20 {
			return // all of them were cut off, while the first line is still being written
		}
	}
	t.Fatalf("%d of 20 were too slow", log.writes.Load())
}

func TestFatIdentifiersAreRefusedWithoutAnEcho(t *testing.T) {
	h := &cable.Hub{}
	url, log := serve(t, h)
	c := join(t, url)
	fat := `{"channel":"Turbo::StreamsChannel","x":"` + strings.Repeat("<", 10_000) + `"}`
	for range 50 { // and does not read
		c.command("subscribe", fat)
	}
	c.command("message", fat)
	for range 50 {
		c.want(`{"type":"reject_subscription","reason":"identifier_size"}`)
	}
	c.subscribe(signed(t, "rooms"))
	if !strings.Contains(log.String(), "identifier_size") {
		t.Errorf("the log does not tell why:\n%.1000s", log)
	}
	if got := len(log.String()); got > 50_000 {
		t.Errorf("the log echoes it: %d bytes", got)
	}
}

func TestAConnectionHasFewIdentifiersForOneStream(t *testing.T) {
	h := &cable.Hub{MaxIdentifiersPerStream: 3}
	url, _ := serve(t, h)
	one, two := join(t, url), join(t, url)
	rooms := signed(t, "rooms")
	named := func(i int) string { return fmt.Sprintf(`%s,"i":%d}`, strings.TrimSuffix(rooms, "}"), i) }
	for i := range 3 {
		one.subscribe(named(i))
	}
	one.command("subscribe", named(3))
	one.want(refusal(named(3), "too_many_identifiers"))
	two.subscribe(named(3))
	one.command("unsubscribe", named(0))
	one.subscribe(named(3))
	one.subscribe(signed(t, "other"))
}
