package turbotest

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// Recorder is a broker that passes everything on to another and remembers what
// is published. Its zero value is ready to use, and safe for concurrent use.
//
//	recorder := new(turbotest.Recorder)
//	turbo := &server.Server{Cable: cable.Hub{Broker: recorder}}
type Recorder struct {
	// Broker is where everything goes; nil is a [memory.Broker].
	Broker cable.Broker

	memory memory.Broker

	mu      sync.Mutex // guards what follows
	sent    map[string][]Markup
	read    map[string]int    // how many of sent Next has returned
	once    map[string]uint64 // the last sequence number of a stream and epoch
	arrived chan struct{}     // closed at the next publication
}

func (r *Recorder) broker() cable.Broker {
	if r.Broker != nil {
		return r.Broker
	}
	return &r.memory
}

// Publish passes data on, and remembers it if that works.
func (r *Recorder) Publish(ctx context.Context, stream string, data []byte) (broker.Position, error) {
	position, err := r.broker().Publish(ctx, stream, data)
	if err == nil {
		r.record(stream, data)
	}
	return position, err
}

// PublishOnce does as Publish, for an outbox: what it repeats is passed on and
// not remembered again.
func (r *Recorder) PublishOnce(ctx context.Context, stream string, data []byte, epoch string, sequence uint64) error {
	other, ok := r.broker().(cable.OnceBroker)
	if !ok {
		return errors.New("turbotest: the recorder's broker cannot tell repetitions")
	}
	if err := other.PublishOnce(ctx, stream, data, epoch, sequence); err != nil {
		return err
	}
	key := stream + "\x00" + epoch
	r.mu.Lock()
	repeated := sequence <= r.once[key]
	if !repeated {
		if r.once == nil {
			r.once = make(map[string]uint64)
		}
		r.once[key] = sequence
	}
	r.mu.Unlock()
	if !repeated {
		r.record(stream, data)
	}
	return nil
}

// Subscribe is the other broker's.
func (r *Recorder) Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (func(), error) {
	return r.broker().Subscribe(ctx, stream, deliver)
}

// Position is the other broker's.
func (r *Recorder) Position(ctx context.Context, stream string) (broker.Position, error) {
	return r.broker().Position(ctx, stream)
}

// History is the other broker's.
func (r *Recorder) History(ctx context.Context, stream string, since broker.Position) ([]broker.Publication, error) {
	return r.broker().History(ctx, stream, since)
}

func (r *Recorder) record(stream string, data []byte) {
	var message string
	if err := json.Unmarshal(data, &message); err != nil {
		message = string(data) // not of streams: a channel's own
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sent == nil {
		r.sent, r.read = make(map[string][]Markup), make(map[string]int)
	}
	r.sent[stream] = append(r.sent[stream], Parse(message))
	if r.arrived != nil {
		close(r.arrived)
		r.arrived = nil
	}
}

// Messages are all that was broadcast to a stream, one each. One that holds no
// HTML, but JSON of a channel's own, is that JSON. The stream is its name or a
// streamable, several as []any: whatever [streamname.Join] takes; anything else
// panics.
func (r *Recorder) Messages(stream any) []Markup {
	name := nameOf(stream)
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Markup(nil), r.sent[name]...)
}

func nameOf(stream any) string {
	name, err := streamname.Join(stream)
	if err != nil {
		panic("turbotest: " + err.Error())
	}
	return name
}

// Next is the first message to a stream that Next has not returned yet. It
// waits for one, at most ten seconds, after which the test ends: for broadcasts
// that are sent later, or by requests that the test does not wait for. Within
// testing/synctest these are seconds of the bubble.
func (r *Recorder) Next(t testing.TB, stream any) Markup {
	t.Helper()
	name := nameOf(stream)
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	for {
		r.mu.Lock()
		if at := r.read[name]; at < len(r.sent[name]) {
			r.read[name]++
			defer r.mu.Unlock()
			return r.sent[name][at]
		}
		if r.arrived == nil {
			r.arrived = make(chan struct{})
		}
		arrived := r.arrived
		r.mu.Unlock()
		select {
		case <-arrived:
		case <-late.C:
			t.Fatalf("no broadcast to %q in 10 s", name)
			return Markup{}
		}
	}
}

// Capture is what do broadcasts to a stream, all messages in one. Those that
// are sent later, after do has returned, are not among them: see Next. What do
// writes to an outbox is among them if do ends with the box's Publish.
func (r *Recorder) Capture(stream any, do func()) Markup {
	before := len(r.Messages(stream))
	do()
	var all strings.Builder
	for _, m := range r.Messages(stream)[before:] {
		all.WriteString(m.Body)
	}
	return Parse(all.String())
}

// AssertBroadcasts fails the test unless do broadcasts count streams, that is
// <turbo-stream> elements, to a stream (see [Recorder.Messages]): [Any] is one
// or more. It returns what was broadcast.
//
//	turbotest.AssertBroadcasts(t, recorder, []any{room, "messages"}, 1, func() { … })
func AssertBroadcasts(t testing.TB, r *Recorder, stream any, count int, do func()) Markup {
	t.Helper()
	m := r.Capture(stream, do)
	if got := len(m.Streams()); !counts(got, count) {
		t.Errorf("got %d streams broadcast to %q, want %s\n%s", got, nameOf(stream), number(count), m.streams())
	}
	return m
}

// AssertNoBroadcasts fails the test if do broadcasts anything to a stream.
func AssertNoBroadcasts(t testing.TB, r *Recorder, stream any, do func()) {
	t.Helper()
	if m := r.Capture(stream, do); m.Body != "" {
		t.Errorf("got a broadcast to %q, want none\n%s", nameOf(stream), indent(m.Body))
	}
}

var _ cable.OnceBroker = (*Recorder)(nil)
