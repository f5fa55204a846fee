// Package outbox writes broadcasts in the application's own SQL transaction
// and publishes them once that has committed. A message that was rolled back is
// never broadcast, and one that was committed is never lost, wherever the
// process dies:
//
//	tx, err := db.BeginTx(ctx, nil)
//	…
//	err = createMessage(ctx, tx, room, message)
//	err = box.To(room).Broadcast(ctx, tx, stream.Append.To("messages", message))
//	err = tx.Commit()
//
// Broadcasts wait in one table, turbo_outbox, which [Box.Create] makes. Each
// process may run a relay, [Box.Run]: relays need not know of each other, since
// the broker takes each message once, whoever brings it. Rows are deleted once
// they are published.
//
// The broadcasts of a stream are published in the order in which their
// transactions commit. On SQLite this holds as it has a single writer; on
// PostgreSQL, Broadcast takes a lock for the stream that ends with the
// transaction. Call it after the statements that it tells of, and last: until
// the commit, others who broadcast to the stream wait.
package outbox

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/turbowasm/turbowasm/server/stream"
)

// Publisher is where relays publish: the hub of a server.
type Publisher interface {
	// PublishOnce publishes a JSON message to a stream, unless the stream has
	// had one of the same epoch with this sequence number or a higher one; that
	// is no error.
	PublishOnce(ctx context.Context, stream string, message []byte, epoch string, sequence uint64) error
}

// Tx is what a broadcast is written with: *sql.Tx, or *sql.Conn with a
// transaction begun by hand.
type Tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

var _ Tx = (*sql.Tx)(nil)

// Box is the outbox of a database. Fields must not change after the first call
// of a method; methods may be called concurrently. It must not be copied.
type Box struct {
	// DB is the database that the application's transactions are in.
	DB *sql.DB
	// Dialect is the database's: [SQLite] or [Postgres].
	Dialect Dialect
	// Publisher takes what the relay brings.
	Publisher Publisher
	// Interval is how often a relay looks for committed broadcasts where
	// nothing tells it of them; 0 is 25 ms on SQLite, where looking costs a
	// read of one counter, and one second on PostgreSQL.
	Interval time.Duration
	// Wait blocks until there may be something to publish, or ctx ends; nil
	// looks every Interval. Package outbox/postgres has one that listens for
	// notifications.
	Wait func(ctx context.Context) error
	// Batch is how many broadcasts a relay reads and deletes at a time; 0 is
	// 100.
	Batch int
	// Logger hears of broadcasts that could not be published and are tried
	// again; nil is slog.Default().
	Logger *slog.Logger

	wakeOnce sync.Once
	wake     chan struct{}
}

// Streams are streams to broadcast to. [Box.To] makes them.
type Streams struct {
	box   *Box
	names []string
}

// To names the streams to broadcast to, by names as of streamname.Join. A
// broadcast to no stream does nothing.
func (b *Box) To(names ...string) Streams {
	names = slices.Clone(names)
	slices.Sort(names) // locks are taken in one order, so that writers do not block each other for ever
	return Streams{b, slices.Compact(names)}
}

// Broadcast renders the parts once, in order, and writes them as one message
// for each stream. They are published when tx has committed.
func (s Streams) Broadcast(ctx context.Context, tx Tx, parts ...stream.Component) error {
	html, err := stream.Render(ctx, parts...)
	if err != nil {
		return fmt.Errorf("outbox: broadcast to %q: %w", s.names, err)
	}
	return s.BroadcastJSON(ctx, tx, html)
}

// BroadcastJSON writes a message of any shape, encoded as JSON: what channels
// of the application's own listen for.
func (s Streams) BroadcastJSON(ctx context.Context, tx Tx, message any) error {
	data, err := json.Marshal(message) // escapes <, > and & as Rails does
	if err != nil {
		return fmt.Errorf("outbox: broadcast to %q: %w", s.names, err)
	}
	for _, name := range s.names {
		if name == "" {
			return errors.New("outbox: broadcast: stream without a name")
		}
		if err := s.box.Dialect.write(ctx, tx, name, string(data)); err != nil {
			return fmt.Errorf("outbox: broadcast to %q: %w", name, err)
		}
	}
	return nil
}

// Create makes the outbox's table unless it is there. Applications that keep
// their schema elsewhere find its definition in [Dialect.Schema], and call
// Create all the same: it also gives the outbox its epoch.
func (b *Box) Create(ctx context.Context) error {
	_, err := b.DB.ExecContext(ctx, b.Dialect.Schema())
	if err == nil {
		_, err = b.DB.ExecContext(ctx, b.Dialect.setEpoch+" ON CONFLICT (id) DO NOTHING", rand.Text())
	}
	if err != nil {
		return fmt.Errorf("outbox: create: %w", err)
	}
	return nil
}

// Renew gives the outbox a new epoch. Call it after a backup of the database
// was restored: the rows that come then have numbers that the broker has seen
// before, and it would take them for repetitions.
func (b *Box) Renew(ctx context.Context) error {
	if _, err := b.DB.ExecContext(ctx, b.Dialect.setEpoch+" ON CONFLICT (id) DO UPDATE SET message = excluded.message", rand.Text()); err != nil {
		return fmt.Errorf("outbox: renew: %w", err)
	}
	return nil
}

// Backlog tells how many broadcasts wait and for how long the oldest has. A
// relay that works keeps both near zero.
func (b *Box) Backlog(ctx context.Context) (n int, age time.Duration, err error) {
	var oldest sql.NullInt64
	err = b.DB.QueryRowContext(ctx, "SELECT count(*), min(written_at) FROM turbo_outbox WHERE id > 0").Scan(&n, &oldest)
	if err != nil {
		return 0, 0, fmt.Errorf("outbox: backlog: %w", err)
	}
	if oldest.Valid {
		age = max(0, time.Since(time.UnixMilli(oldest.Int64)))
	}
	return n, age, nil
}

func (b *Box) batch() int { return cmp.Or(b.Batch, 100) }

func (b *Box) logger() *slog.Logger { return cmp.Or(b.Logger, slog.Default()) }

// message is a row of the table.
type message struct {
	id     uint64
	stream string
	data   []byte
}

// read returns the first messages behind an id, and up to another.
func (b *Box) read(ctx context.Context, q querier, behind, upTo uint64) (list []message, err error) {
	rows, err := q.QueryContext(ctx, b.Dialect.read, behind, upTo, b.batch())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m message
		if err := rows.Scan(&m.id, &m.stream, &m.data); err != nil {
			return nil, err
		}
		m.data = bytes.Clone(m.data)
		list = append(list, m)
	}
	return list, rows.Err()
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}
