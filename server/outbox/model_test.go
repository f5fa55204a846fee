package outbox_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/outbox"
)

// Writers, relays that die at any statement, and a broker that fails take turns
// at random. What was broadcast of a stream is always a beginning of what was
// committed, and all of it at the end.
func TestRelaysInRandomOrder(t *testing.T) {
	began := time.Now()
	const worlds = 500
	published := 0
	for seed := range uint64(worlds) {
		for _, dialect := range []outbox.Dialect{outbox.SQLite, outbox.Postgres} {
			w := newOutboxWorld(t, seed, dialect)
			w.live()
			for _, list := range w.broker.got {
				published += len(list)
			}
			if t.Failed() {
				t.Fatalf("in the world of seed %d", seed)
			}
		}
	}
	if published < 20*worlds {
		t.Errorf("only %d messages were published", published)
	}
	t.Logf("%d worlds a second, %d messages", int(2*worlds/time.Since(began).Seconds()), published)
}

type outboxWorld struct {
	t         *testing.T
	random    *rand.Rand
	db        *fakeDB
	broker    *recorder
	relays    []*outbox.Box
	writing   []*writing
	concur    bool // transactions are open beside each other
	calm      bool // nothing fails any more
	depth     int  // relays that run within each other
	n         int
	committed map[string][]string // the model
}

// writing is an open transaction.
type writing struct {
	conn     *fakeConn
	stream   string
	messages []string
}

var errFault = errors.New("a fault")

func newOutboxWorld(t *testing.T, seed uint64, dialect outbox.Dialect) *outboxWorld {
	w := &outboxWorld{
		t: t, random: rand.New(rand.NewPCG(seed, 2)), db: newFakeDB(), broker: newRecorder(),
		concur: dialect.Schema() == outbox.Postgres.Schema(), committed: make(map[string][]string),
	}
	for range 2 {
		db := w.db.open()
		box := &outbox.Box{DB: db, Dialect: dialect, Publisher: w, Batch: 1 + w.random.IntN(4), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
		if err := box.Create(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.relays = append(w.relays, box)
	}
	w.db.before = w.interfere
	return w
}

// interfere is what happens ahead of a statement or a publication.
func (w *outboxWorld) interfere() (before, after error) {
	if w.calm {
		return nil, nil
	}
	if w.depth < 3 && w.random.IntN(4) == 0 {
		w.step()
	}
	switch w.random.IntN(40) {
	case 0:
		return errFault, nil
	case 1:
		return nil, errFault
	}
	return nil, nil
}

func (w *outboxWorld) PublishOnce(ctx context.Context, stream string, message []byte, epoch string, sequence uint64) error {
	before, after := w.interfere()
	if before != nil {
		return before
	}
	if err := w.broker.PublishOnce(ctx, stream, message, epoch, sequence); err != nil {
		return err
	}
	if got, want := w.broker.got[stream], w.committed[stream]; len(got) > len(want) || !slices.Equal(got, want[:len(got)]) {
		w.t.Errorf("%s got %q, committed is %q", stream, got, want)
	}
	return after
}

func (w *outboxWorld) step() {
	switch w.random.IntN(3) {
	case 0:
		w.publish(w.relays[w.random.IntN(len(w.relays))])
	case 1:
		w.write()
	default:
		if len(w.writing) > 0 {
			w.finish(w.random.IntN(len(w.writing)))
		}
	}
}

func (w *outboxWorld) publish(relay *outbox.Box) {
	w.depth++
	defer func() { w.depth-- }()
	if err := relay.Publish(w.t.Context()); err != nil && !errors.Is(err, errFault) {
		w.t.Error(err)
	}
}

// write begins a transaction, unless another holds the lock that it needs.
func (w *outboxWorld) write() {
	stream := []string{"a", "b", "c"}[w.random.IntN(3)]
	for _, other := range w.writing {
		if !w.concur || other.stream == stream {
			return
		}
	}
	tx := &writing{conn: &fakeConn{db: w.db, tx: true}, stream: stream}
	w.writing = append(w.writing, tx)
	for range 1 + w.random.IntN(2) {
		w.n++
		message := strconv.Itoa(w.n)
		interfere := w.db.before
		w.db.before = nil // applications roll back what fails
		if err := w.relays[0].To(stream).BroadcastJSON(w.t.Context(), fakeTx{tx.conn}, w.n); err != nil {
			w.t.Error(err)
		}
		w.db.before = interfere
		tx.messages = append(tx.messages, message)
	}
}

func (w *outboxWorld) finish(i int) {
	tx := w.writing[i]
	w.writing = slices.Delete(w.writing, i, i+1)
	if w.random.IntN(4) == 0 {
		tx.conn.end(false)
		return
	}
	tx.conn.end(true)
	w.committed[tx.stream] = append(w.committed[tx.stream], tx.messages...)
}

func (w *outboxWorld) live() {
	for range 60 {
		w.step()
	}
	for len(w.writing) > 0 {
		w.finish(0)
	}
	w.calm = true
	w.publish(w.relays[w.random.IntN(2)])
	for stream, want := range w.committed {
		if got := w.broker.got[stream]; !slices.Equal(got, want) {
			w.t.Errorf("%s got %q at the end, committed is %q", stream, got, want)
		}
	}
	if n := len(w.db.rows) - 1; n != 0 {
		w.t.Errorf("%d wait at the end", n)
	}
	for _, relay := range w.relays {
		relay.DB.Close()
	}
}
