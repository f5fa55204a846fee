// Package postgres connects an outbox on PostgreSQL to the driver
// github.com/jackc/pgx/v5: it notifies relays of commits, and writes broadcasts
// in pgx's own transactions.
package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/turbowasm/turbowasm/server/outbox"
)

// Listen returns a function for [outbox.Box.Wait] that waits for the
// notification sent when a broadcast commits. It uses a connection of its own,
// made by connect when needed, and returns at least every interval, in case the
// connection dies unnoticed; 0 means 10 seconds. The function serves one caller
// at a time, as Box.Run does.
func Listen(connect func(context.Context) (*pgx.Conn, error), interval time.Duration) func(context.Context) error {
	if interval <= 0 {
		interval = 10 * time.Second
	}
	var conn *pgx.Conn
	return func(ctx context.Context) (err error) {
		if conn == nil {
			conn, err = connect(ctx)
			if err == nil {
				_, err = conn.Exec(ctx, "LISTEN turbo_outbox")
			}
			if err != nil {
				if conn != nil {
					conn.Close(ctx)
					conn = nil
				}
				return fmt.Errorf("outbox: listen: %w", err)
			}
			return nil // there may be earlier broadcasts
		}
		wait, stop := context.WithTimeout(ctx, interval)
		defer stop()
		_, err = conn.WaitForNotification(wait)
		if err == nil {
			return nil
		}
		// pgx closes its connection at the end of a context only while reading.
		if conn.IsClosed() || wait.Err() == nil || ctx.Err() != nil {
			conn.Close(context.WithoutCancel(ctx))
			conn = nil
		}
		if wait.Err() != nil {
			return nil
		}
		return fmt.Errorf("outbox: wait for a notification: %w", err)
	}
}

// Execer is a pgx transaction, or a pgx connection within one.
type Execer interface {
	Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
}

var _ Execer = pgx.Tx(nil)

// Tx lets a broadcast be written in a pgx transaction.
func Tx(tx Execer) outbox.Tx { return adapter{tx} }

type adapter struct{ Execer }

func (a adapter) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	tag, err := a.Exec(ctx, query, args...)
	return result{tag}, err
}

type result struct{ pgconn.CommandTag }

func (result) LastInsertId() (int64, error) {
	return 0, fmt.Errorf("outbox: PostgreSQL has no last insert id: use RETURNING")
}

func (r result) RowsAffected() (int64, error) { return r.CommandTag.RowsAffected(), nil }
