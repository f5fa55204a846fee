// Package postgres has what an outbox on PostgreSQL needs of the driver
// github.com/jackc/pgx/v5: relays that are told of commits, and broadcasts in
// pgx's own transactions.
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
// notification which broadcasts send as they commit. It has a connection of its
// own, made by connect when there is none, and looks at least every interval,
// in case that a connection dies unnoticed; 0 is 10 seconds. Like a Box's relay
// it serves one caller at a time.
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
			return nil // something may have come before
		}
		wait, stop := context.WithTimeout(ctx, interval)
		defer stop()
		_, err = conn.WaitForNotification(wait)
		if err == nil {
			return nil
		}
		// The end of a context breaks pgx's connections only while they read.
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

// Execer is a transaction, or a connection within one, of pgx.
type Execer interface {
	Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
}

var _ Execer = pgx.Tx(nil)

// Tx lets a broadcast be written in a transaction of pgx's own.
func Tx(tx Execer) outbox.Tx { return adapter{tx} }

type adapter struct{ Execer }

func (a adapter) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	tag, err := a.Exec(ctx, query, args...)
	return result{tag}, err
}

type result struct{ pgconn.CommandTag }

func (result) LastInsertId() (int64, error) {
	return 0, fmt.Errorf("outbox: PostgreSQL has no last insert id")
}

func (r result) RowsAffected() (int64, error) { return r.CommandTag.RowsAffected(), nil }
