package redis_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/broker/brokertest"
	"github.com/turbowasm/turbowasm/server/broker/redis"
	"github.com/turbowasm/turbowasm/server/broker/redis/redistest"
	"github.com/turbowasm/turbowasm/server/cable"
)

var _ cable.OnceBroker = (*redis.Broker)(nil)

// patience is how long a test waits for what is certain to come.
const patience = time.Minute

func TestItConforms(t *testing.T) {
	server := redistest.Start(t)
	brokertest.Run(t, func(t *testing.T, size, bytes int) (publisher, subscriber cable.Broker) {
		o := &redis.Options{HistorySize: size, HistoryBytes: bytes, Prefix: t.Name()}
		return open(t, server, o), open(t, server, o)
	})
}

func open(t *testing.T, server *redistest.Server, o *redis.Options) *redis.Broker {
	t.Helper()
	if o == nil {
		o = &redis.Options{}
	}
	o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	b, err := redis.Open(server.Address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// ear hears a stream.
type ear struct {
	mu   sync.Mutex
	got  []broker.Publication
	more chan struct{}
}

func listen(t *testing.T, b *redis.Broker, stream string) *ear {
	t.Helper()
	e := &ear{more: make(chan struct{}, 1)}
	cancel, err := b.Subscribe(t.Context(), stream, func(p broker.Publication) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.got = append(e.got, p)
		select {
		case e.more <- struct{}{}:
		default:
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cancel)
	return e
}

// until waits for a publication of data, and returns all until then.
func (e *ear) until(t *testing.T, data string) []broker.Publication {
	t.Helper()
	late := time.After(patience)
	for {
		e.mu.Lock()
		got := slices.Clone(e.got)
		e.mu.Unlock()
		if i := slices.IndexFunc(got, func(p broker.Publication) bool { return string(p.Data) == data }); i >= 0 {
			return got[:i+1]
		}
		select {
		case <-e.more:
		case <-late:
			t.Fatalf("waiting for %s, got %q", data, texts(got))
		}
	}
}

func texts(pubs []broker.Publication) (all []string) {
	for _, p := range pubs {
		all = append(all, string(p.Data))
	}
	return all
}

func publish(t *testing.T, b *redis.Broker, stream, data string) broker.Position {
	t.Helper()
	at, err := b.Publish(t.Context(), stream, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// eventually publishes as soon as Redis takes it.
func eventually(t *testing.T, b *redis.Broker, stream, data string) broker.Position {
	t.Helper()
	for late := time.Now().Add(patience); ; {
		at, err := b.Publish(t.Context(), stream, []byte(data))
		if err == nil {
			return at
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
	}
}

func TestPublisherDiesAndAnotherGoesOn(t *testing.T) {
	server := redistest.Start(t)
	one, two, hearer := open(t, server, nil), open(t, server, nil), open(t, server, nil)
	e := listen(t, hearer, "rooms")
	first := publish(t, one, "rooms", `1`)
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Publish(t.Context(), "rooms", []byte(`2`)); err == nil {
		t.Error("a closed broker publishes")
	}
	if _, err := one.Subscribe(t.Context(), "rooms", func(broker.Publication) {}); err == nil {
		t.Error("a closed broker subscribes")
	}
	second := publish(t, two, "rooms", `2`)
	if second != (broker.Position{Epoch: first.Epoch, Offset: 2}) {
		t.Errorf("after %+v it goes on at %+v", first, second)
	}
	if got := texts(e.until(t, `2`)); !slices.Equal(got, []string{`1`, `2`}) {
		t.Errorf("got %q", got)
	}
}

// What a process misses while its connection is gone it fetches before anything
// later, or when it is back if there is nothing later.
func TestWhatAProcessMissesItFetches(t *testing.T) {
	server := redistest.Start(t)
	p, s := open(t, server, nil), open(t, server, nil)
	quiet, busy := listen(t, s, "quiet"), listen(t, s, "busy")
	publish(t, p, "quiet", `1`)
	publish(t, p, "busy", `1`)
	quiet.until(t, `1`)
	busy.until(t, `1`)
	// All connections for publications are cut, and come back after 250 ms.
	server.Do("CLIENT", "KILL", "TYPE", "pubsub")
	eventually(t, p, "quiet", `2`)
	eventually(t, p, "busy", `2`)
	eventually(t, p, "busy", `3`)
	if got := texts(quiet.until(t, `2`)); !slices.Equal(got, []string{`1`, `2`}) {
		t.Errorf("got %q", got)
	}
	for i := 4; i < 20; i++ {
		publish(t, p, "busy", fmt.Sprint(i))
	}
	for i, pub := range busy.until(t, `19`) {
		if pub.Position.Offset != uint64(i+1) {
			t.Errorf("publication %d is at %+v", i, pub.Position)
		}
	}
}

func TestWhatIsGoneIsLeftForClientsToNotice(t *testing.T) {
	server := redistest.Start(t)
	o := &redis.Options{HistorySize: 5}
	p, s := open(t, server, o), open(t, server, o)
	e := listen(t, s, "rooms")
	publish(t, p, "rooms", `0`)
	e.until(t, `0`)
	server.Do("CLIENT", "KILL", "TYPE", "pubsub")
	for i := 1; i < 10; i++ {
		eventually(t, p, "rooms", fmt.Sprint(i))
	}
	got := e.until(t, `9`)
	if want := []string{`0`, `5`, `6`, `7`, `8`, `9`}; !slices.Equal(texts(got), want) {
		t.Errorf("got %q, want %q", texts(got), want)
	}
	if got[1].Position.Offset != 6 {
		t.Errorf("after the gap it goes on at %+v", got[1].Position)
	}
}

func TestRedisIsKilledAndComesBackEmpty(t *testing.T) {
	server := redistest.Start(t)
	p, s := open(t, server, nil), open(t, server, nil)
	e, quiet := listen(t, s, "rooms"), listen(t, s, "quiet")
	first := publish(t, p, "rooms", `1`)
	before := publish(t, p, "quiet", `1`)
	e.until(t, `1`)
	quiet.until(t, `1`)
	server.Kill()
	_, err := p.Publish(t.Context(), "rooms", []byte(`"lost"`))
	if err == nil || !strings.Contains(err.Error(), server.Address) || !strings.Contains(err.Error(), "may or may not have been published") {
		t.Errorf("publishing without Redis: %v", err)
	}
	if _, err := s.Position(t.Context(), "rooms"); err == nil {
		t.Error("a position without Redis")
	}
	server.Restart()
	after := eventually(t, p, "rooms", `2`)
	if after.Epoch == first.Epoch || after.Offset != 1 {
		t.Errorf("after %+v it goes on at %+v", first, after)
	}
	got := e.until(t, `2`)
	if last := got[len(got)-1]; last.Position != after {
		t.Errorf("it was heard at %+v, want %+v", last.Position, after)
	}
	if pubs, err := s.History(t.Context(), "rooms", first); !errors.Is(err, broker.ErrGap) {
		t.Errorf("since the old epoch: %q, %v", texts(pubs), err)
	}
	// Who listens to a stream that does not go on learns of the gap too, once.
	got = quiet.until(t, `""`)
	if at := got[len(got)-1].Position; len(got) != 2 || at.Epoch == before.Epoch || at.Offset != 1 {
		t.Errorf("got %q, the last at %+v", texts(got), at)
	}
	publish(t, p, "quiet", `2`)
	if got := texts(quiet.until(t, `2`)); !slices.Equal(got, []string{`1`, `""`, `2`}) {
		t.Errorf("got %q", got)
	}
}

func TestRedisIsEmptied(t *testing.T) {
	server := redistest.Start(t)
	p, s := open(t, server, nil), open(t, server, nil)
	e := listen(t, s, "rooms")
	first := publish(t, p, "rooms", `1`)
	publish(t, p, "rooms", `2`)
	e.until(t, `2`)
	server.Do("FLUSHALL")
	for i := 3; i < 6; i++ {
		publish(t, p, "rooms", fmt.Sprint(i))
	}
	got := e.until(t, `5`)
	if !slices.Equal(texts(got), []string{`1`, `2`, `3`, `4`, `5`}) {
		t.Errorf("got %q", texts(got))
	}
	for i, pub := range got[2:] {
		if pub.Position.Epoch == first.Epoch || pub.Position.Offset != uint64(i+1) {
			t.Errorf("publication %d of the new epoch is at %+v", i+1, pub.Position)
		}
	}
	if _, err := s.History(t.Context(), "rooms", first); !errors.Is(err, broker.ErrGap) {
		t.Errorf("since the old epoch: %v", err)
	}
}

// Subscribing while Redis is away waits for it.
func TestSubscribingWaitsForRedis(t *testing.T) {
	server := redistest.Start(t)
	b := open(t, server, nil)
	server.Kill()
	heard := make(chan string, 1)
	done := make(chan error, 1)
	go func() {
		_, err := b.Subscribe(t.Context(), "rooms", func(p broker.Publication) { heard <- string(p.Data) })
		done <- err
	}()
	server.Restart()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	eventually(t, b, "rooms", `1`)
	select {
	case got := <-heard:
		if got != `1` {
			t.Errorf("got %s", got)
		}
	case <-time.After(patience):
		t.Fatal("nothing was heard")
	}
}

func TestHistoryEndsByAge(t *testing.T) {
	server := redistest.Start(t)
	b := open(t, server, &redis.Options{HistoryTTL: time.Second})
	at := publish(t, b, "rooms", `1`)
	since := broker.Position{Epoch: at.Epoch}
	for late := time.Now().Add(patience); ; {
		pubs, err := b.History(t.Context(), "rooms", since)
		if errors.Is(err, broker.ErrGap) {
			break
		}
		if err != nil || len(pubs) != 1 || time.Now().After(late) {
			t.Fatalf("got %q, %v", texts(pubs), err)
		}
	}
	if pubs, err := b.History(t.Context(), "rooms", at); err != nil || len(pubs) > 0 {
		t.Errorf("who missed nothing got %q, %v", texts(pubs), err)
	}
	if next := publish(t, b, "rooms", `2`); next != (broker.Position{Epoch: at.Epoch, Offset: 2}) {
		t.Errorf("it goes on at %+v", next)
	}
}

// A message that is larger than all that may be kept is kept, without others.
func TestAMessageThatIsTooLargeIsKeptAlone(t *testing.T) {
	b := open(t, redistest.Start(t), &redis.Options{HistoryBytes: 1000})
	publish(t, b, "rooms", `1`)
	if err := b.PublishOnce(t.Context(), "rooms", []byte(strings.Repeat("2", 2000)), "e", 1); err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{`3`, strings.Repeat("4", 600)} {
		last := publish(t, b, "rooms", data)
		pubs, err := b.History(t.Context(), "rooms", broker.Position{})
		if err != nil || pubs[len(pubs)-1].Position != last || len(pubs) != map[uint64]int{3: 2, 4: 1}[last.Offset] {
			t.Errorf("after publication %d it has %d, %v", last.Offset, len(pubs), err)
		}
	}
}

func TestOnceHoldsForEveryProcessAndEveryEpoch(t *testing.T) {
	server := redistest.Start(t)
	one, two := open(t, server, nil), open(t, server, nil)
	e := listen(t, two, "rooms")
	for i, c := range []struct {
		b        *redis.Broker
		epoch    string
		sequence uint64
	}{
		{one, "a", 0}, {two, "a", 0}, {one, "", 0}, {two, "", 0}, {two, "a", 0}, {two, "a", 1<<53 - 3}, {one, "a", 1<<53 - 3}, {one, "a", 1<<53 - 2},
	} {
		if err := c.b.PublishOnce(t.Context(), "rooms", fmt.Append(nil, i), c.epoch, c.sequence); err != nil {
			t.Fatal(err)
		}
	}
	if err := one.PublishOnce(t.Context(), "rooms", []byte(`1`), "a", 1<<53); err == nil {
		t.Error("a sequence number is taken that Redis cannot compare")
	}
	publish(t, one, "rooms", `"end"`)
	if got := texts(e.until(t, `"end"`)); !slices.Equal(got, []string{`0`, `2`, `4`, `5`, `7`, `"end"`}) {
		t.Errorf("got %q", got)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	for address, want := range map[string]string{
		"unix:///nowhere/redis.sock":                     "check that Redis is running",
		"redis://user:secret@127.0.0.1:1/0?io_timeout=x": "invalid io timeout",
		"redis+sentinel://127.0.0.1:1":                   "sentinel master name",
		"localhost":                                      "malformed",
		"redis://user:sec%ret@localhost":                 "percent-encode",
	} {
		b, err := redis.Open(address, nil)
		if err == nil {
			b.Close()
			t.Errorf("%s: it was opened", address)
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "sec%ret") {
			t.Errorf("%s: got %v", address, err)
		}
	}
	if _, err := redis.Open("localhost:1", &redis.Options{HistoryTTL: time.Millisecond}); err == nil || !strings.Contains(err.Error(), "history") {
		t.Errorf("got %v", err)
	}
}
