package cable

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"time"

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
			err := c.obey([]byte(text))
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

// sink is a door that keeps what it gets.
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
