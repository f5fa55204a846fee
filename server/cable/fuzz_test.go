package cable

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// FuzzHandle gives two frames of a client to a connection that has no socket.
// Whatever they are, the answers name the identifier byte for byte, limits
// hold, and nothing is left behind.
func FuzzHandle(f *testing.F) {
	v := &streamname.Verifier{Keys: [][]byte{[]byte("0123456789abcdef")}}
	signed, err := v.Sign("rooms", nil)
	if err != nil {
		f.Fatal(err)
	}
	identifier := quote(`{"channel":"Turbo::StreamsChannel","signed_stream_name":"` + signed + `"}`)
	echo := quote(`{"channel":"Echo","x":"<é\u2028>"}`)
	f.Add(`{"command":"subscribe","identifier":`+identifier+`}`, `{"command":"unsubscribe","identifier":`+identifier+`}`)
	f.Add(`{"command":"subscribe","identifier":`+echo+`}`, `{"command":"message","identifier":`+echo+`,"data":"{\"action\":\"x\"}"}`)
	f.Add(`{"command":"subscribe","identifier":"null"}`, `{"command":"message","identifier":"","data":"null"}`)
	f.Add(`[`, "\xff")
	f.Fuzz(func(t *testing.T, first, second string) {
		h := &Hub{
			Verifier: v,
			Logger:   slog.New(slog.NewTextHandler(io.Discard, nil)),
			Channels: map[string]Channel{"Echo": {
				Perform: func(_ context.Context, s *Subscription, _ string, data json.RawMessage) error {
					return s.Transmit(data)
				},
			}},
		}
		k, err := newCore(h)
		if err != nil {
			t.Fatal(err)
		}
		d := &sink{}
		c := k.newConn(d, base{}, User{}, netip.Addr{}, "", t.Context())
		k.admit(netip.Addr{})
		k.join(c)
		for _, text := range []string{first, second} {
			err := c.execute([]byte(text))
			cmd, parseErr := parseCommand([]byte(text))
			if parseErr != nil && err == nil {
				t.Errorf("obeyed %q", text)
			}
			if s := c.subscription(cmd.Identifier); s != nil && s.identifier != cmd.Identifier {
				t.Errorf("subscribed %q as %q", cmd.Identifier, s.identifier)
			}
		}
		c.hungUp()
		if err := k.shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := k.stats(); n != (Stats{}) {
			t.Errorf("%+v is left", n)
		}
		if len(d.got) > 2 {
			t.Errorf("%q and %q have %d answers", first, second, len(d.got))
		}
	})
}

// sink is a transport that keeps what it gets.
type sink struct {
	mu   sync.Mutex
	got  []string
	cuts int
	hold bool // pretend that the peer takes nothing
}

func (d *sink) write(frames []*frame) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range frames {
		d.got = append(d.got, string(f.text()))
	}
	return d.hold && len(frames) > 0, nil
}

func (d *sink) flush(time.Duration) (left, moved bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.hold, !d.hold, nil
}

func (d *sink) close(Reason) {}

func (d *sink) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cuts++
}

// FuzzIdentifier writes answers about any identifier, which must read back as
// they were.
func FuzzIdentifier(f *testing.F) {
	f.Add(`{"channel":"Turbo::StreamsChannel"}`)
	f.Add("\"\\\u2028<>&\x00")
	f.Fuzz(func(t *testing.T, identifier string) {
		text, err := json.Marshal(map[string]string{"command": "subscribe", "identifier": identifier})
		if err != nil {
			t.Fatal(err)
		}
		cmd, err := parseCommand(text)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Identifier string
			Message    string
		}
		if err := json.Unmarshal((&frame{prefix: base{}.prefix(cmd.Identifier), body: &body{data: []byte(`"x"`)}}).text(), &answer); err != nil {
			t.Fatal(err)
		}
		if answer.Identifier != cmd.Identifier || answer.Message != "x" {
			t.Errorf("%q came back as %+v", cmd.Identifier, answer)
		}
	})
}

// FuzzHistory asks for a history in any words. What comes is all that follows a
// place, once and in order, and then its confirmation; or a refusal alone.
func FuzzHistory(f *testing.F) {
	const identifier = `{"channel":"Room"}`
	const kept = 5
	f.Add(`{"streams":{"room":{"epoch":"EPOCH","offset":3}}}`, true)
	f.Add(`{"streams":{"room":{"epoch":"EPOCH","offset":18446744073709551615}},"since":-1}`, false)
	f.Add(`{"since":1}`, true)
	f.Add(`{"streams":{"":{},"room":{"epoch":"x","offset":0}}}`, true)
	f.Add(`null`, false)
	f.Add(`{"since":9223372036854775807,"streams":null}`, true)
	f.Fuzz(func(t *testing.T, history string, inSubscribe bool) {
		h := &Hub{
			Broker: &memory.Broker{HistorySize: kept},
			Logger: slog.New(slog.DiscardHandler),
			Channels: map[string]Channel{"Room": {Subscribe: func(ctx context.Context, s *Subscription) error {
				return s.StreamFrom(ctx, "room")
			}}},
		}
		k, err := newCore(h)
		if err != nil {
			t.Fatal(err)
		}
		at, err := k.broker.Position(t.Context(), "room")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 * kept {
			if err := k.publish(t.Context(), "room", []byte(`"x"`)); err != nil {
				t.Fatal(err)
			}
		}
		d := &sink{}
		c := k.newConn(d, extended{}, User{}, netip.Addr{}, "", t.Context())
		k.admit(netip.Addr{})
		k.join(c)
		wanted := `,"history":` + strings.ReplaceAll(history, "EPOCH", at.Epoch)
		if inSubscribe {
			c.execute([]byte(`{"command":"subscribe","identifier":` + quote(identifier) + wanted + `}`))
		} else {
			c.execute([]byte(`{"command":"subscribe","identifier":` + quote(identifier) + `}`))
			c.execute([]byte(`{"command":"history","identifier":` + quote(identifier) + wanted + `}`))
		}
		for c.backlog.Load() > 0 { // until all is written
			runtime.Gosched()
		}
		c.hungUp()
		if err := k.shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		next, ended := uint64(0), ""
		for _, text := range d.texts() {
			var m struct {
				Type   string
				Offset uint64
			}
			if err := json.Unmarshal([]byte(text), &m); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			switch {
			case m.Offset == 0:
				if strings.HasSuffix(m.Type, "_history") {
					ended += m.Type
				}
			case ended != "" || next != 0 && m.Offset != next:
				t.Errorf("got offset %d after %d and %q", m.Offset, next-1, ended)
			default:
				next = m.Offset + 1
			}
		}
		switch {
		case ended != "" && ended != "confirm_history" && ended != "reject_history":
			t.Errorf("got %q", ended)
		case ended != "confirm_history" && next != 0:
			t.Errorf("messages came, and then %q", ended)
		case next != 0 && next != 2*kept+1:
			t.Errorf("the last offset is %d, want %d", next-1, 2*kept)
		}
	})
}

func (d *sink) texts() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.got)
}
