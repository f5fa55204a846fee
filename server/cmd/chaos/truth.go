//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/turbowasm/turbowasm/server/outbox"
	"github.com/turbowasm/turbowasm/server/stream"
)

// truth is the database: streams with a number of entries each. Everything else
// is compared with it.
type truth struct {
	box  *outbox.Box
	seed uint64
}

const schema = `
CREATE TABLE stream (id int PRIMARY KEY, n int NOT NULL);
CREATE TABLE entry (stream int NOT NULL, n int NOT NULL, text text NOT NULL, PRIMARY KEY (stream, n))`

// rolledBack is the text of entries that were rolled back.
const rolledBack = "rolled back"

// lines is how many of the latest entries a page is rendered with.
const lines = 20

func streamName(id int) string { return "s" + strconv.Itoa(id) }

// text is the text of a stream's n-th entry, which follows from the seed.
func text(seed uint64, id, n int) string {
	h := fnv.New64a()
	fmt.Fprint(h, seed, " ", id, " ", n)
	return strconv.FormatUint(h.Sum64(), 36)
}

func (t *truth) create(ctx context.Context, streams int) error {
	if err := t.box.Create(ctx); err != nil {
		return err
	}
	if _, err := t.box.DB.ExecContext(ctx, schema); err != nil {
		return err
	}
	_, err := t.box.DB.ExecContext(ctx, "INSERT INTO stream SELECT id, 0 FROM generate_series(0, $1) AS id", streams-1)
	return err
}

// add writes an entry to a stream together with its broadcast in one
// transaction, or rolls both back.
func (t *truth) add(ctx context.Context, id int, take back) error {
	tx, err := t.box.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var n int
	if err := tx.QueryRowContext(ctx, "UPDATE stream SET n = n + 1 WHERE id = $1 RETURNING n", id).Scan(&n); err != nil {
		return err
	}
	says := text(t.seed, id, n)
	if take.rollback {
		says = rolledBack
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO entry VALUES ($1, $2, $3)", id, n, says); err != nil {
		return err
	}
	if !take.silent {
		var in outbox.Tx = tx
		if take.outside {
			in = t.box.DB
		}
		if err := t.box.To(streamName(id)).Broadcast(ctx, in, entry(id, n, says)...); err != nil {
			return err
		}
	}
	if take.rollback {
		return tx.Rollback()
	}
	return tx.Commit()
}

// back says how an entry is exceptional: it is rolled back, or not broadcast,
// or broadcast even if it is rolled back.
type back struct{ rollback, silent, outside bool }

// entry is what pages receive for an entry: an addition to a list, and a number
// that changes.
func entry(id, n int, says string) []stream.Component {
	number := strconv.Itoa(n)
	return []stream.Component{
		stream.Append.To("list_"+strconv.Itoa(id), stream.HTML(item(id, n, says))),
		stream.Update.To("count_"+strconv.Itoa(id), stream.Text(number), stream.Version(int64(n))),
	}
}

func item(id, n int, says string) string {
	return fmt.Sprintf(`<li id="e_%d_%d">%s</li>`, id, n, says)
}

// parse finds the entry in a broadcast; ok is false if there is none.
func parse(html string) (id, n int, says string, ok bool) {
	_, rest, found := strings.Cut(html, `<li id="e_`)
	if !found {
		return 0, 0, "", false
	}
	if _, err := fmt.Sscanf(rest, `%d_%d"`, &id, &n); err != nil {
		return 0, 0, "", false
	}
	_, rest, _ = strings.Cut(rest, ">")
	says, _, ok = strings.Cut(rest, "</li>")
	return id, n, says, ok
}

// count returns the number of entries of each stream, in the order of ids.
func count(ctx context.Context, db *sql.DB, ids ...int) ([]int, error) {
	counts := make([]int, len(ids))
	for i, id := range ids {
		if err := db.QueryRowContext(ctx, "SELECT n FROM stream WHERE id = $1", id).Scan(&counts[i]); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// latest returns the last entries of a stream, oldest first.
func latest(ctx context.Context, db *sql.DB, id int) (n int, says []string, err error) {
	if err := db.QueryRowContext(ctx, "SELECT n FROM stream WHERE id = $1", id).Scan(&n); err != nil {
		return 0, nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT text FROM entry WHERE stream = $1 AND n > $2 AND n <= $3 ORDER BY n", id, n-lines, n)
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return 0, nil, err
		}
		says = append(says, s)
	}
	return n, says, rows.Err()
}

// check compares the database with everything that was written.
func (t *truth) check(ctx context.Context, tops []int) error {
	rows, err := t.box.DB.QueryContext(ctx, "SELECT stream, n, text FROM entry ORDER BY stream, n")
	if err != nil {
		return err
	}
	defer rows.Close()
	next := make([]int, len(tops))
	for rows.Next() {
		var id, n int
		var says string
		if err := rows.Scan(&id, &n, &says); err != nil {
			return err
		}
		if next[id]++; n != next[id] || says != text(t.seed, id, n) {
			return fmt.Errorf("the database has %q as entry %d of stream %d, after %d", says, n, id, next[id]-1)
		}
	}
	for id, top := range tops {
		if next[id] != top {
			return errors.Join(rows.Err(), fmt.Errorf("stream %d has %d entries, not %d", id, next[id], top))
		}
	}
	return rows.Err()
}

// pick chooses a stream; some have many updates, others few.
func pick(random *rand.Rand, streams int) int {
	u := random.Float64()
	return int(u * u * float64(streams))
}
