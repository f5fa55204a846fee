package cable

import (
	"sync"
	"sync/atomic"

	"github.com/turbowasm/turbowasm/server/broker"
)

// frame is one message on its way to connections of one hub: complete text, or
// a prefix that stands before a body, perhaps its place, and the closing brace.
// It is shared by all the queues that hold it; its text is put together when the
// first of them is written, by whoever writes it, and never under a lock.
type frame struct {
	prefix []byte
	body   *body // nil: prefix is all
	placed bool  // the body's place is told
	probe  bool  // no text: asks the peer for a sign of life, where the transport can
	single bool  // for one connection alone
	about  *about

	held atomic.Int32 // queues that hold it

	// What the transport made of the text; see prepare.
	once     sync.Once
	prepared any
}

// body is the message of a broadcast, which frames with different identifiers
// have in common.
type body struct {
	data  []byte
	place []byte // what tells its place in the stream:
	at    broker.Position
	from  string       // the stream
	held  atomic.Int32 // frames that are held
}

func newBody(p broker.Publication) *body {
	return &body{data: p.Data, place: place(p), at: p.Position, from: p.Stream}
}

// frameCost stands for what a frame costs beside its text, in bytes.
const frameCost = 64

// size is what the frame counts in the backlog of a connection, in bytes.
func (f *frame) size() int64 {
	n := int64(len(f.prefix)) + frameCost
	if f.body != nil {
		n += int64(len(f.body.data) + len(f.body.place))
	}
	return n
}

func (f *frame) text() []byte {
	if f.body == nil {
		return f.prefix
	}
	b := make([]byte, 0, len(f.prefix)+len(f.body.data)+len(f.body.place)+1)
	b = append(b, f.prefix...)
	b = append(b, f.body.data...)
	if f.placed {
		b = append(b, f.body.place...)
	}
	return append(b, '}')
}

// prepare returns what the first caller's make returned. All connections that
// share a frame have doors of one kind.
func (f *frame) prepare(make func(text []byte) any) any {
	f.once.Do(func() { f.prepared = make(f.text()) })
	return f.prepared
}

// ledger counts the bytes that wait in all queues together, those of shared
// frames once.
type ledger struct{ bytes atomic.Int64 }

func (l *ledger) hold(f *frame) {
	if f.held.Add(1) > 1 {
		return
	}
	n := int64(len(f.prefix)) + frameCost
	if f.body != nil && f.body.held.Add(1) == 1 {
		n += int64(len(f.body.data) + len(f.body.place))
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
			n += int64(len(f.body.data) + len(f.body.place))
		}
		l.bytes.Add(-n)
	}
}
