package outbox

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"
)

// Dialect describes a database to the outbox: [SQLite] or [Postgres].
type Dialect struct {
	schema   string
	lock     string // locks a stream before its row is written, until the transaction ends
	insert   string
	notify   string // notifies relays when the transaction commits
	read     string
	setEpoch string
	claim    string // whether this relay may publish, until its transaction ends
	changes  string // a counter that changes when another connection commits
	interval time.Duration
}

// SQLite is the dialect for SQLite 3.35 and later, with any driver for
// database/sql. Begin transactions that broadcast with BEGIN IMMEDIATE, so that
// they hold the write lock from the start; otherwise they may fail with
// SQLITE_BUSY.
var SQLite = Dialect{
	schema: `CREATE TABLE IF NOT EXISTS turbo_outbox (
	id         INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order of commits; 0 holds the epoch
	stream     TEXT NOT NULL,
	message    TEXT NOT NULL,
	written_at INTEGER NOT NULL -- Unix milliseconds
) STRICT`,
	insert:   "INSERT INTO turbo_outbox (stream, message, written_at) VALUES (?, ?, ?)",
	read:     "SELECT id, stream, message FROM turbo_outbox WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
	setEpoch: "INSERT INTO turbo_outbox (id, stream, message, written_at) VALUES (0, '', ?, 0)",
	changes:  "PRAGMA data_version",
	interval: 25 * time.Millisecond,
}

// Postgres is the dialect for PostgreSQL 12 and later, with any driver for
// database/sql that uses $1 for the first parameter.
var Postgres = Dialect{
	schema: `CREATE TABLE IF NOT EXISTS turbo_outbox (
	id         bigserial PRIMARY KEY, -- within a stream in the order of commits; 0 holds the epoch
	stream     text NOT NULL,
	message    text NOT NULL,
	written_at bigint NOT NULL -- Unix milliseconds
)`,
	lock:     "SELECT pg_advisory_xact_lock(hashtext('turbo_outbox'), hashtext($1))",
	insert:   "INSERT INTO turbo_outbox (stream, message, written_at) VALUES ($1, $2, $3)",
	notify:   "SELECT pg_notify('turbo_outbox', '')",
	read:     "SELECT id, stream, message FROM turbo_outbox WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3",
	setEpoch: "INSERT INTO turbo_outbox (id, stream, message, written_at) VALUES (0, '', $1, 0)",
	claim:    "SELECT pg_try_advisory_xact_lock(hashtext('turbo_outbox'))",
	interval: time.Second,
}

// Schema returns the statement that creates the table if it does not exist.
func (d Dialect) Schema() string { return d.schema }

// write adds a message to the outbox.
func (d Dialect) write(ctx context.Context, tx Tx, stream, message string) error {
	if d.lock != "" {
		if _, err := tx.ExecContext(ctx, d.lock, stream); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, d.insert, stream, message, time.Now().UnixMilli()); err != nil {
		return err
	}
	if d.notify != "" {
		_, err := tx.ExecContext(ctx, d.notify)
		return err
	}
	return nil
}

// remove deletes published messages.
func (d Dialect) remove(ctx context.Context, q querier, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := q.ExecContext(ctx, "DELETE FROM turbo_outbox WHERE id IN ("+strings.Join(ids, ",")+")")
	return err
}

func number(id uint64) string { return strconv.FormatUint(id, 10) }

// counter reads a number that changes with every commit of another connection.
func (d Dialect) counter(ctx context.Context, conn *sql.Conn) (n int64, err error) {
	err = conn.QueryRowContext(ctx, d.changes).Scan(&n)
	return n, err
}
