package cable

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// FuzzHandle gives two frames of a client to a connection that has no socket.
// Whatever they are, the answers name the identifier byte for byte, limits
// hold, and nothing is left behind.
func FuzzHandle(f *testing.F) {
	v := &streamname.Verifier{Key: []byte("s3cr3t")}
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
	memory := &broker.Memory{}
	f.Cleanup(func() { memory.Close() })
	f.Fuzz(func(t *testing.T, first, second string) {
		h := &Hub{
			Verifier: v,
			Broker:   memory,
			Logger:   slog.New(slog.NewTextHandler(io.Discard, nil)),
			Channels: map[string]Channel{"Echo": {
				Perform: func(_ context.Context, s *Subscription, _ string, data json.RawMessage) error {
					return s.Transmit(data)
				},
			}},
		}
		h.init()
		c := newConn(h, nil, httptest.NewRequest("GET", "/cable", nil))
		for _, frame := range []string{first, second} {
			err := c.handle(t.Context(), []byte(frame))
			cmd, parseErr := parseCommand([]byte(frame))
			if parseErr != nil && err == nil {
				t.Errorf("obeyed %q", frame)
			}
			if s := c.subs[cmd.Identifier]; s != nil && s.identifier != cmd.Identifier {
				t.Errorf("subscribed %q as %q", cmd.Identifier, s.identifier)
			}
			if len(c.queue) > 1 {
				t.Errorf("%q has %d answers", frame, len(c.queue))
			}
			for len(c.queue) > 0 {
				<-c.queue
			}
		}
		c.end(nil, "", false)
		c.close()
		if len(c.subs) > 0 || len(h.topics) > 0 {
			t.Errorf("%d subscriptions and %d topics are left", len(c.subs), len(h.topics))
		}
	})
}

// FuzzIdentifier writes answers about any identifier, which must read back as
// they were.
func FuzzIdentifier(f *testing.F) {
	f.Add(`{"channel":"Turbo::StreamsChannel"}`)
	f.Add("\"\\\u2028<>&\x00")
	f.Fuzz(func(t *testing.T, identifier string) {
		frame, err := json.Marshal(map[string]string{"command": "subscribe", "identifier": identifier})
		if err != nil {
			t.Fatal(err)
		}
		cmd, err := parseCommand(frame)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Identifier string
			Message    string
		}
		if err := json.Unmarshal(dataText(cmd.Identifier, []byte(`"x"`)), &answer); err != nil {
			t.Fatal(err)
		}
		if answer.Identifier != cmd.Identifier || answer.Message != "x" {
			t.Errorf("%q came back as %+v", cmd.Identifier, answer)
		}
	})
}
