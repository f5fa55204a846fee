package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// errNotFound reports a record that does not exist, or no longer exists.
var errNotFound = errors.New("not found")

// migration upgrades the database by one version.
type migration struct {
	sql  string
	then func(context.Context, *store) error // may be nil
}

// migrations are in the order of versions. A released one never changes; new
// ones are added at the end.
var migrations = []migration{
	{sql: `CREATE TABLE settings (
		name  TEXT PRIMARY KEY,
		value TEXT NOT NULL
	) STRICT;
	CREATE TABLE users (
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT NOT NULL,
		token      TEXT NOT NULL UNIQUE,
		created_at INTEGER NOT NULL
	) STRICT;
	CREATE TABLE rooms (
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT NOT NULL,
		creator_id INTEGER NOT NULL REFERENCES users,
		created_at INTEGER NOT NULL
	) STRICT;
	CREATE TABLE messages (
		id                INTEGER PRIMARY KEY AUTOINCREMENT,
		room_id           INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
		creator_id        INTEGER NOT NULL REFERENCES users,
		client_message_id TEXT NOT NULL UNIQUE,
		body              TEXT NOT NULL,
		created_at        INTEGER NOT NULL,
		updated_at        INTEGER NOT NULL
	) STRICT;
	CREATE INDEX messages_of_room ON messages (room_id, id);
	CREATE TABLE boosts (
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		message_id INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
		booster_id INTEGER NOT NULL REFERENCES users,
		content    TEXT NOT NULL,
		created_at INTEGER NOT NULL
	) STRICT;
	CREATE INDEX boosts_of_message ON boosts (message_id, id);`},

	// A direct room is identified by its members, as "3,8,21".
	{sql: `ALTER TABLE rooms ADD COLUMN direct_key TEXT;
	ALTER TABLE rooms ADD COLUMN opened_at INTEGER NOT NULL DEFAULT 0;
	CREATE UNIQUE INDEX direct_rooms ON rooms (direct_key);
	CREATE TABLE memberships (
		user_id INTEGER NOT NULL REFERENCES users,
		room_id INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
		PRIMARY KEY (user_id, room_id)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX members_of_room ON memberships (room_id);`},

	// Tokens are stored as hashes.
	{then: hashTokens},
}

// store keeps users, rooms, messages and boosts in one SQLite file. Times are
// stored as Unix milliseconds. It is safe for concurrent use, by several
// processes too, except within a transaction.
type store struct {
	pool *sql.DB
	db   database // pool, or a transaction: see change
}

type database interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// openStore opens or creates the database at path and upgrades its tables.
func openStore(ctx context.Context, path string) (*store, error) {
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("chat: open %q: %w", path, err)
	}
	db.SetMaxOpenConns(8)
	s := &store{db, db}
	if err := s.migrate(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("chat: open %q: %w", path, err)
	}
	return s, nil
}

// Close closes the database.
func (s *store) Close() error { return s.pool.Close() }

func (s *store) migrate(ctx context.Context) error {
	return s.change(ctx, func(tx *store) error {
		var version int
		if err := tx.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		if version > len(migrations) {
			return fmt.Errorf("the database has version %d, but this program supports only %d: run a newer chat", version, len(migrations))
		}
		for ; version < len(migrations); version++ {
			next := migrations[version]
			_, err := tx.db.ExecContext(ctx, next.sql)
			if err == nil && next.then != nil {
				err = next.then(ctx, tx)
			}
			if err != nil {
				return fmt.Errorf("migrate to version %d: %w", version+1, err)
			}
		}
		_, err := tx.db.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version))
		return err
	})
}

// change runs f with a store whose statements form one transaction, the only
// writer meanwhile, and commits if f returns nil. Within a transaction, f
// becomes part of it.
// part of it.
func (s *store) change(ctx context.Context, f func(tx *store) error) error {
	if s.db != s.pool {
		return f(s)
	}
	tx, err := s.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(&store{s.pool, tx}); err != nil {
		return err
	}
	return tx.Commit()
}

// secret returns the key that signs stream names. It is generated once and
// stored in the database, so that open pages work after a restart.
func (s *store) secret(ctx context.Context) (string, error) {
	var secret string
	err := s.db.QueryRowContext(ctx, `INSERT INTO settings (name, value) VALUES ('secret', ?)
		ON CONFLICT DO UPDATE SET value = value RETURNING value`, rand.Text()+rand.Text()+rand.Text()).Scan(&secret)
	if err != nil {
		return "", fmt.Errorf("chat: read secret: %w", err)
	}
	return secret, nil
}

// found replaces the database's error for a missing row with errNotFound.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errNotFound
	}
	return err
}

// affected returns errNotFound for a statement that changed nothing.
func affected(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return errNotFound
}
