package broker

import (
	"context"
	"time"
)

// Memory is a broker within one process. Its zero value is ready to use; it
// is safe for concurrent use and must not be copied. The engine is
// centrifuge's MemoryBroker.
type Memory struct {
	// HistorySize is how many publications a stream keeps; 0 is 100.
	HistorySize int
	// HistoryTTL is how long a stream keeps them after the last one, in whole
	// seconds; 0 is five minutes.
	HistoryTTL time.Duration
}

// Publish appends data to the stream and delivers it to its subscribers before
// it returns.
func (m *Memory) Publish(ctx context.Context, stream string, data []byte) (Position, error) {
	panic("unwritten")
}

// Subscribe has every later publication of the stream delivered, in order and
// one at a time, until cancel is called. deliver must not block and must not
// call the broker. A stream may have several subscriptions.
func (m *Memory) Subscribe(ctx context.Context, stream string, deliver func(Publication)) (cancel func(), err error) {
	panic("unwritten")
}

// History returns what was published after since, oldest first, and the
// position of the last publication. From the zero Position it returns no
// publications. [ErrGap] says that the history does not reach back to since.
func (m *Memory) History(ctx context.Context, stream string, since Position) ([]Publication, Position, error) {
	panic("unwritten")
}

// Close stops the broker's goroutines. It does not wait for publishers.
func (m *Memory) Close(ctx context.Context) error { return nil }
