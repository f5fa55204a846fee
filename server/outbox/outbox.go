// Package outbox writes broadcasts in the application's own SQL transaction and
// publishes them once it has committed. A message that is rolled back is never
// broadcast, and a committed one is never lost, even if the process dies:
//
//	tx, err := db.BeginTx(ctx, nil)
//	…
//	err = createMessage(ctx, tx, room, message)
//	err = box.To(room).Broadcast(ctx, tx, stream.Append.To("messages", message))
//	err = tx.Commit()
//
// Broadcasts are stored in one table, turbo_outbox, which [Box.Create] creates.
// Each process may run a relay, [Box.Run]. Relays need not know of each other:
// the broker accepts each message once, whichever relay publishes it. Published
// rows are deleted.
//
// The broadcasts of a stream are published in the order in which their
// transactions commit. SQLite ensures this by allowing a single writer; on
// PostgreSQL, Broadcast locks the stream until the transaction ends. Call it
// after the statements whose effect it announces, as late as possible: until
// the commit, other broadcasts to the stream have to wait.
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

// Publisher publishes what relays read: the hub of a server.
type Publisher interface {
	// PublishOnce publishes a JSON message to a stream, unless the stream
	// already has one of the same epoch with this or a higher sequence number;
	// that is not an error.
	PublishOnce(ctx context.Context, stream string, message []byte, epoch string, sequence uint64) error
}

// Tx is the transaction that a broadcast is written in: *sql.Tx, or *sql.Conn
// after an explicit BEGIN.
type Tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

var _ Tx = (*sql.Tx)(nil)

// Box is the outbox of a database. Fields must not change after the first
// method call; methods may be called concurrently. It must not be copied.
type Box struct {
	// DB is the database in which the application's transactions run.
	DB *sql.DB
	// Dialect is [SQLite] or [Postgres].
	Dialect Dialect
	// Publisher publishes the messages.
	Publisher Publisher
	// Interval is how often a relay looks for committed broadcasts when it is
	// not notified of them; 0 means 25 ms on SQLite, where that reads a single
	// counter, and one second on PostgreSQL.
	Interval time.Duration
	// Wait blocks until there may be something to publish, or ctx ends. If nil,
	// the relay looks every Interval. Package outbox/postgres has a Wait that
	// listens for notifications.
	Wait func(ctx context.Context) error
	// Batch is how many broadcasts a relay reads and deletes at a time; 0 means
	// 100.
	Batch int
	// Logger receives failures to publish, which are retried; nil means
	// slog.Default().
	Logger *slog.Logger

	wakeOnce sync.Once
	wake     chan struct{}
}

// Streams are streams to broadcast to, made by [Box.To].
type Streams struct {
	box   *Box
	names []string
}

// To selects the streams to broadcast to, by names as made by streamname.Join.
// A broadcast to no streams does nothing.
func (b *Box) To(names ...string) Streams {
	names = slices.Clone(names)
	slices.Sort(names) // a fixed order of locking prevents deadlocks
	return Streams{b, slices.Compact(names)}
}

// Broadcast renders the parts once, in order, and writes them as one message
// for each stream. They are published after tx commits.
func (s Streams) Broadcast(ctx context.Context, tx Tx, parts ...stream.Component) error {
	html, err := stream.Render(ctx, parts...)
	if err != nil {
		return fmt.Errorf("outbox: broadcast to %q: %w", s.names, err)
	}
	return s.BroadcastJSON(ctx, tx, html)
}

// BroadcastJSON writes a message of any shape, encoded as JSON, for channels of
// the application's own.
func (s Streams) BroadcastJSON(ctx context.Context, tx Tx, message any) error {
	data, err := json.Marshal(message) // escapes <, > and & as Rails does
	if err != nil {
		return fmt.Errorf("outbox: broadcast to %q: %w", s.names, err)
	}
	for _, name := range s.names {
		if name == "" {
			return errors.New("outbox: broadcast: the stream name is empty")
		}
		if err := s.box.Dialect.write(ctx, tx, name, string(data)); err != nil {
			return fmt.Errorf("outbox: broadcast to %q: %w", name, err)
		}
	}
	return nil
}

// Create creates the outbox's table if it does not exist. An application that
// manages its schema elsewhere finds the definition in [Dialect.Schema] and
// still has to call Create, which also gives the outbox its epoch.
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

// Renew gives the outbox a new epoch. Call it after restoring a backup of the
// database: new rows then have numbers that the broker has seen before, and
// without a new epoch it would discard them as repetitions.
func (b *Box) Renew(ctx context.Context) error {
	if _, err := b.DB.ExecContext(ctx, b.Dialect.setEpoch+" ON CONFLICT (id) DO UPDATE SET message = excluded.message", rand.Text()); err != nil {
		return fmt.Errorf("outbox: renew: %w", err)
	}
	return nil
}

// Backlog returns how many broadcasts are waiting, and for how long the oldest
// has been. A running relay keeps both close to zero.
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

// read returns the first messages with ids after one and up to another.
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
