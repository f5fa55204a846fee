package cable

import (
	"sync"
	"sync/atomic"

	"github.com/turbowasm/turbowasm/server/broker"
)

// frame is one message on its way to connections of a hub: either complete
// text, or a prefix, a body, possibly its position, and a closing brace. All
// queues that hold it share it. Its text is assembled by whoever writes it
// first, never under a lock.
type frame struct {
	prefix       []byte
	body         *body // nil if prefix is the whole text
	withPosition bool  // the text includes the body's position
	probe        bool  // no text: a transport-level ping, where the transport has one
	single       bool  // for one connection only
	change       *change

	held atomic.Int32 // number of queues that hold it

	// The transport's form of the text; see prepare.
	once     sync.Once
	prepared any
}

// body is the message of a broadcast, shared by frames with different
// identifiers.
type body struct {
	data   []byte
	suffix []byte // encodes at, for frames that include it
	at     broker.Position
	from   string       // the stream
	held   atomic.Int32 // number of frames that are in a queue
}

func newBody(p broker.Publication) *body {
	return &body{data: p.Data, suffix: encodePosition(p), at: p.Position, from: p.Stream}
}

// frameCost estimates what a frame costs in addition to its text, in bytes.
const frameCost = 64

// size is what the frame adds to a connection's backlog, in bytes.
func (f *frame) size() int64 {
	n := int64(len(f.prefix)) + frameCost
	if f.body != nil {
		n += int64(len(f.body.data) + len(f.body.suffix))
	}
	return n
}

func (f *frame) text() []byte {
	if f.body == nil {
		return f.prefix
	}
	b := make([]byte, 0, len(f.prefix)+len(f.body.data)+len(f.body.suffix)+1)
	b = append(b, f.prefix...)
	b = append(b, f.body.data...)
	if f.withPosition {
		b = append(b, f.body.suffix...)
	}
	return append(b, '}')
}

// prepare returns the result of the first caller's make. All connections that
// share a frame have the same kind of transport.
func (f *frame) prepare(make func(text []byte) any) any {
	f.once.Do(func() { f.prepared = make(f.text()) })
	return f.prepared
}

// ledger counts the bytes in all queues together, those of shared frames once.
type ledger struct{ bytes atomic.Int64 }

func (l *ledger) hold(f *frame) {
	if f.held.Add(1) > 1 {
		return
	}
	n := int64(len(f.prefix)) + frameCost
	if f.body != nil && f.body.held.Add(1) == 1 {
		n += int64(len(f.body.data) + len(f.body.suffix))
	}
	l.bytes.Add(n)
}

func (l *ledger) release(frames []*frame) {
	for _, f := range frames {
		if f.held.Add(-1) > 0 {
			continue
		}
		n := int64(len(f.prefix)) + frameCost
		if f.body != nil && f.body.held.Add(-1) == 0 {
			n += int64(len(f.body.data) + len(f.body.suffix))
		}
		l.bytes.Add(-n)
	}
}
