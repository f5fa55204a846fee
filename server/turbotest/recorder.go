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

// Recorder is a broker that passes everything on to another one and records
// what is published. The zero value is ready to use and safe for concurrent
// use.
//
//	recorder := new(turbotest.Recorder)
//	turbo := &server.Server{Cable: cable.Hub{Broker: recorder}}
type Recorder struct {
	// Broker receives everything; nil means a [memory.Broker].
	Broker cable.Broker

	memory memory.Broker

	mu      sync.Mutex // guards what follows
	sent    map[string][]Markup
	read    map[string]int    // how many messages Next has returned
	once    map[string]uint64 // the last sequence number by stream and epoch
	arrived chan struct{}     // closed by the next publication
}

func (r *Recorder) broker() cable.Broker {
	if r.Broker != nil {
		return r.Broker
	}
	return &r.memory
}

// Publish passes data on, and records it if that succeeds.
func (r *Recorder) Publish(ctx context.Context, stream string, data []byte) (broker.Position, error) {
	position, err := r.broker().Publish(ctx, stream, data)
	if err == nil {
		r.record(stream, data)
	}
	return position, err
}

// PublishOnce does the same for an outbox. It passes repetitions on but does
// not record them again.
func (r *Recorder) PublishOnce(ctx context.Context, stream string, data []byte, epoch string, sequence uint64) error {
	other, ok := r.broker().(cable.OnceBroker)
	if !ok {
		return errors.New("turbotest: the recorder's broker has no method PublishOnce")
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

// Subscribe calls the underlying broker.
func (r *Recorder) Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (func(), error) {
	return r.broker().Subscribe(ctx, stream, deliver)
}

// Position calls the underlying broker.
func (r *Recorder) Position(ctx context.Context, stream string) (broker.Position, error) {
	return r.broker().Position(ctx, stream)
}

// History calls the underlying broker.
func (r *Recorder) History(ctx context.Context, stream string, since broker.Position) ([]broker.Publication, error) {
	return r.broker().History(ctx, stream, since)
}

func (r *Recorder) record(stream string, data []byte) {
	var message string
	if err := json.Unmarshal(data, &message); err != nil {
		message = string(data) // JSON of a channel of its own
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

// Messages returns everything that was broadcast to a stream, one Markup per
// message. The Body of a message other than a string is its JSON. stream is a
// name or a streamable, or several as []any; it panics for anything that
// [streamname.Join] rejects.
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

// Next returns the first message to a stream that Next has not returned yet. It
// waits up to ten seconds for one and then fails the test. Use it for
// broadcasts that are sent later, or by requests that the test does not wait
// for. Within testing/synctest the time is that of the bubble.
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
			t.Fatalf("no broadcast to %q within 10 s", name)
			return Markup{}
		}
	}
}

// Capture returns what do broadcasts to a stream, all messages in one. It does
// not include what is sent after do has returned: see Next. It includes what do
// writes to an outbox if do ends with the box's Publish.
func (r *Recorder) Capture(stream any, do func()) Markup {
	before := len(r.Messages(stream))
	do()
	var all strings.Builder
	for _, m := range r.Messages(stream)[before:] {
		all.WriteString(m.Body)
	}
	return Parse(all.String())
}

// AssertBroadcasts fails the test unless do broadcasts count streams
// (<turbo-stream> elements) to a stream, which is given as for
// [Recorder.Messages]; count may be [Any]. It returns what was broadcast.
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
