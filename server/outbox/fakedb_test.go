package outbox_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// fakeDB is a database that holds an outbox and nothing else. It knows the
// statements of both dialects by how they begin, and transactions that read what
// is committed. It is not safe for concurrent use: what is to happen at the same
// time happens in before, which is called ahead of every statement.
type fakeDB struct {
	rows     map[int64][2]string // stream and message, by id; what is committed
	last     int64               // id that was given, even to what was rolled back
	commits  int64
	claimed  *fakeConn
	requests atomic.Int64
	gate     *sync.Mutex // held for each statement, if there is one
	// before may run anything, and fail the statement before or after it has
	// taken effect.
	before func() (before, after error)
}

func newFakeDB() *fakeDB { return &fakeDB{rows: make(map[int64][2]string)} }

// open returns a process's view of the database.
func (f *fakeDB) open() *sql.DB { return sql.OpenDB(f) }

func (f *fakeDB) Connect(context.Context) (driver.Conn, error) { return &fakeConn{db: f}, nil }
func (f *fakeDB) Driver() driver.Driver                        { return nil }

// fakeConn is a connection, with the changes of its transaction if it has one.
type fakeConn struct {
	db      *fakeDB
	tx      bool
	changes []func()
}

var (
	_ driver.ExecerContext  = (*fakeConn)(nil)
	_ driver.QueryerContext = (*fakeConn)(nil)
	_ driver.ConnBeginTx    = (*fakeConn)(nil)
)

func (c *fakeConn) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("nothing is prepared")
}
func (c *fakeConn) Begin() (driver.Tx, error) { return nil, errors.New("not without a context") }
func (c *fakeConn) Close() error              { return c.Rollback() }

func (c *fakeConn) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) {
	return c, c.do(func() { c.tx = true })
}

// do has something take effect, unless the statement is to fail before.
func (c *fakeConn) do(effect func()) error {
	if c.db.gate != nil {
		c.db.gate.Lock()
		defer c.db.gate.Unlock()
	}
	c.db.requests.Add(1)
	var before, after error
	if c.db.before != nil {
		before, after = c.db.before()
	}
	if before == nil {
		effect()
	}
	return errors.Join(before, after)
}

// change has something take effect at once, or when the transaction commits.
func (c *fakeConn) change(effect func()) error {
	return c.do(func() {
		c.changes = append(c.changes, effect)
		if !c.tx {
			c.end(true)
		}
	})
}

func (c *fakeConn) end(commit bool) {
	if c.db.claimed == c {
		c.db.claimed = nil
	}
	if commit && len(c.changes) > 0 {
		for _, change := range c.changes {
			change()
		}
		c.db.commits++
	}
	c.tx, c.changes = false, nil
}

func (c *fakeConn) Commit() error {
	defer c.end(false) // a transaction that could not be committed is over too
	return c.do(func() { c.end(true) })
}

func (c *fakeConn) Rollback() error {
	c.end(false)
	return nil
}

func (c *fakeConn) ExecContext(_ context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	rows := c.db.rows
	var err error
	switch {
	case strings.HasPrefix(query, "INSERT INTO turbo_outbox (id, "):
		err = c.change(func() { rows[0] = [2]string{"", args[0].Value.(string)} })
	case strings.HasPrefix(query, "INSERT INTO turbo_outbox (stream, "):
		c.db.last++
		id := c.db.last
		err = c.change(func() { rows[id] = [2]string{args[0].Value.(string), args[1].Value.(string)} })
	case strings.HasPrefix(query, "DELETE FROM turbo_outbox WHERE id IN ("):
		ids := strings.Split(strings.TrimSuffix(query[strings.Index(query, "(")+1:], ")"), ",")
		err = c.change(func() {
			for _, id := range ids {
				n, _ := strconv.ParseInt(id, 10, 64)
				delete(rows, n)
			}
		})
	case strings.HasPrefix(query, "CREATE TABLE"), strings.HasPrefix(query, "SELECT pg_advisory_xact_lock("), strings.HasPrefix(query, "SELECT pg_notify("):
		err = c.do(func() {})
	default:
		err = fmt.Errorf("unknown statement %q", query)
	}
	return driver.ResultNoRows, err
}

func (c *fakeConn) QueryContext(_ context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	var found fakeRows
	var err error
	switch {
	case strings.HasPrefix(query, "SELECT message, (SELECT max(id) "):
		err = c.do(func() {
			found = append(found, []driver.Value{c.db.rows[0][1], slices.Max(slices.Collect(maps.Keys(c.db.rows)))})
		})
	case strings.HasPrefix(query, "SELECT id, stream, message FROM turbo_outbox WHERE id > "):
		err = c.do(func() {
			for _, id := range slices.Sorted(maps.Keys(c.db.rows)) {
				if id > args[0].Value.(int64) && id <= args[1].Value.(int64) && len(found) < int(args[2].Value.(int64)) {
					found = append(found, []driver.Value{id, c.db.rows[id][0], c.db.rows[id][1]})
				}
			}
		})
	case strings.HasPrefix(query, "SELECT pg_try_advisory_xact_lock("):
		err = c.do(func() {
			if c.db.claimed == nil {
				c.db.claimed = c
			}
			found = append(found, []driver.Value{c.db.claimed == c})
		})
	case query == "PRAGMA data_version":
		err = c.do(func() { found = append(found, []driver.Value{c.db.commits}) })
	default:
		err = fmt.Errorf("unknown query %q", query)
	}
	return &found, err
}

// fakeRows are what is left of a result.
type fakeRows [][]driver.Value

func (r *fakeRows) Columns() []string {
	if len(*r) == 0 {
		return nil
	}
	return make([]string, len((*r)[0]))
}
func (r *fakeRows) Close() error { return nil }

func (r *fakeRows) Next(into []driver.Value) error {
	if len(*r) == 0 {
		return io.EOF
	}
	copy(into, (*r)[0])
	*r = (*r)[1:]
	return nil
}

// fakeTx writes in the transaction of a connection.
type fakeTx struct{ conn *fakeConn }

func (tx fakeTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	var values []driver.NamedValue
	for _, arg := range args {
		values = append(values, driver.NamedValue{Value: arg})
	}
	return tx.conn.ExecContext(ctx, query, values)
}
