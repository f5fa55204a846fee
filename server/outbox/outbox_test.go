package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/turbowasm/turbowasm/server/outbox"
	"github.com/turbowasm/turbowasm/server/outbox/postgres"
	"github.com/turbowasm/turbowasm/server/outbox/postgres/postgrestest"
	"github.com/turbowasm/turbowasm/server/stream"
)

// recorder is a broker that takes each message once, as a real one does. When
// it dies, whoever publishes does not hear whether the message was taken.
type recorder struct {
	mu   sync.Mutex
	fail func(stream string) (before, after error)
	got  map[string][]string
	top  map[string]uint64
	news chan struct{}
}

func newRecorder() *recorder {
	return &recorder{got: make(map[string][]string), top: make(map[string]uint64), news: make(chan struct{}, 1)}
}

func (r *recorder) PublishOnce(ctx context.Context, stream string, message []byte, epoch string, sequence uint64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var before, after error
	if r.fail != nil {
		before, after = r.fail(stream)
	}
	if before != nil {
		return before
	}
	if key := stream + "\x00" + epoch; sequence > r.top[key] {
		r.top[key] = sequence
		r.got[stream] = append(r.got[stream], string(message))
		select {
		case r.news <- struct{}{}:
		default:
		}
	}
	return after
}

// await waits until the streams have got n messages in all.
func (r *recorder) await(t *testing.T, n int) {
	t.Helper()
	for {
		r.mu.Lock()
		count := 0
		for _, list := range r.got {
			count += len(list)
		}
		r.mu.Unlock()
		if count >= n {
			return
		}
		select {
		case <-r.news:
		case <-t.Context().Done():
			t.Fatalf("got %d messages, want %d", count, n)
		}
	}
}

// TestOutbox runs every test on both databases, each test on one of its own,
// which box opens as another process would.
func TestOutbox(t *testing.T) {
	type test struct {
		name string
		run  func(t *testing.T, box func() *outbox.Box)
	}
	tests := []test{
		{"what is committed is broadcast", testCommitted},
		{"each committed message is published once and in order", testOnceInOrder},
		{"a stream that fails keeps no other waiting", testFailingStream},
		{"a restored backup is renewed", testRestoredBackup},
		{"what cannot be sent is refused", testRefused},
	}
	t.Run("SQLite", func(t *testing.T) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				dsn := "file:" + filepath.Join(t.TempDir(), "outbox.db") + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_txlock=immediate"
				test.run(t, func() *outbox.Box { return open(t, outbox.SQLite, "sqlite", dsn) })
			})
		}
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		tests := append(tests[:len(tests):len(tests)], test{"who comes second to a stream is second", testSecond})
		server := postgrestest.Start(t)
		admin := open(t, outbox.Postgres, "pgx", server+" dbname=postgres")
		for i, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				name := "test" + strconv.Itoa(i)
				if _, err := admin.DB.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
					t.Fatal(err)
				}
				dsn := server + " dbname=" + name
				test.run(t, func() *outbox.Box {
					box := open(t, outbox.Postgres, "pgx", dsn)
					box.Wait = postgres.Listen(func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, dsn) }, 0)
					return box
				})
			})
		}
	})
}

func open(t *testing.T, dialect outbox.Dialect, driver, dsn string) *outbox.Box {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	box := &outbox.Box{DB: db, Dialect: dialect, Batch: 3, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if err := box.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	return box
}

func begin(t *testing.T, box *outbox.Box) *sql.Tx {
	t.Helper()
	tx, err := box.DB.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tx.Rollback() })
	return tx
}

func run(t *testing.T, box *outbox.Box) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- box.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func testCommitted(t *testing.T, open func() *outbox.Box) {
	box, broker := open(), newRecorder()
	box.Publisher = broker
	run(t, box)
	lost := begin(t, box)
	if err := box.To("room").BroadcastJSON(t.Context(), lost, "rolled back"); err != nil {
		t.Fatal(err)
	}
	lost.Rollback()
	for i := range 10 {
		tx := begin(t, box)
		err := box.To("room", "sidebar", "room").Broadcast(t.Context(), tx, stream.Append.To("messages", stream.Text("<"+strconv.Itoa(i))))
		if err == nil {
			err = tx.Commit()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	broker.await(t, 20)
	for _, name := range []string{"room", "sidebar"} {
		if got := broker.got[name]; len(got) != 10 || got[9] != `"\u003cturbo-stream action=\"append\" target=\"messages\"\u003e\u003ctemplate\u003e\u0026lt;9\u003c/template\u003e\u003c/turbo-stream\u003e"` {
			t.Errorf("got %q in %s", got, name)
		}
	}
	for {
		n, age, err := box.Backlog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 && age == 0 {
			break // the rows go a moment after the messages
		}
	}
}

// Writers commit and roll back, relays stop and start anew, the broker fails
// before and after it has taken a message.
func testOnceInOrder(t *testing.T, open func() *outbox.Box) {
	const writers, each = 4, 40
	streams := []string{"a", "b", "c"}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	broker := newRecorder()
	broker.fail = func(string) (before, after error) {
		switch chance.IntN(20) {
		case 0:
			return errors.New("the broker is away"), nil
		case 1:
			return nil, errors.New("the broker's answer was lost")
		}
		return nil, nil
	}

	// What is true is a list for each stream in the database itself: what a page would show.
	first := open()
	if _, err := first.DB.ExecContext(t.Context(), "CREATE TABLE truth (stream text PRIMARY KEY, list text NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	for _, name := range streams {
		if _, err := first.DB.ExecContext(t.Context(), "INSERT INTO truth VALUES ($1, '')", name); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	committed := make(chan int, writers)
	for w := range writers {
		box, chance := open(), rand.New(rand.NewPCG(seed, uint64(w+1)))
		group.Go(func() {
			n := 0
			for i := range each {
				name, entry := streams[chance.IntN(len(streams))], fmt.Sprintf("%d.%d", w, i)
				tx, err := box.DB.BeginTx(t.Context(), nil)
				if err == nil {
					_, err = tx.ExecContext(t.Context(), "UPDATE truth SET list = list || $1 WHERE stream = $2", entry+" ", name)
				}
				if err == nil {
					err = box.To(name).BroadcastJSON(t.Context(), tx, entry)
				}
				if err != nil {
					t.Error(err)
					return
				}
				if chance.IntN(4) == 0 {
					tx.Rollback()
				} else if err := tx.Commit(); err != nil {
					t.Error(err)
				} else {
					n++
				}
			}
			committed <- n
		})
	}
	writing := make(chan struct{})
	for r := range 2 {
		box, chance := open(), rand.New(rand.NewPCG(seed, uint64(r+100)))
		box.Publisher = broker
		group.Go(func() {
			for {
				ctx, stop := context.WithTimeout(t.Context(), time.Duration(chance.IntN(20_000))*time.Microsecond)
				box.Run(ctx) // until it is killed
				stop()
				select {
				case <-writing:
					return
				default:
				}
			}
		})
	}
	total := 0
	for range writers {
		total += <-committed
	}
	close(writing)
	group.Wait()
	last := open()
	last.Publisher = broker
	run(t, last)
	broker.await(t, total)
	for _, name := range streams {
		var list string
		if err := last.DB.QueryRowContext(t.Context(), "SELECT list FROM truth WHERE stream = $1", name).Scan(&list); err != nil {
			t.Fatal(err)
		}
		broker.mu.Lock()
		got := ""
		for _, entry := range broker.got[name] {
			got += entry[1:len(entry)-1] + " "
		}
		broker.mu.Unlock()
		if got != list {
			t.Errorf("stream %s\ngot  %s\nwant %s", name, got, list)
		}
	}
}

func testFailingStream(t *testing.T, open func() *outbox.Box) {
	box, broker := open(), newRecorder()
	box.Publisher = broker
	refused := errors.New("too large")
	broker.fail = func(stream string) (before, after error) {
		if stream == "bad" {
			return refused, nil
		}
		return nil, nil
	}
	tx := begin(t, box)
	for i := range 8 {
		for _, name := range []string{"bad", "good"} {
			if err := box.To(name).BroadcastJSON(t.Context(), tx, i); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := box.Publish(t.Context()); !errors.Is(err, refused) {
		t.Errorf("got %v, want %v", err, refused)
	}
	if got, want := broker.got["good"], []string{"0", "1", "2", "3", "4", "5", "6", "7"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if n, _, err := box.Backlog(t.Context()); n != 8 || err != nil {
		t.Errorf("got %d waiting, %v, want 8", n, err)
	}
	broker.fail = nil
	if err := box.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := broker.got["bad"]; len(got) != 8 || got[0] != "0" {
		t.Errorf("got %q later", got)
	}
}

func testRestoredBackup(t *testing.T, open func() *outbox.Box) {
	box, broker := open(), newRecorder()
	box.Publisher = broker
	broadcast := func(id int, message string) {
		t.Helper()
		if _, err := box.DB.ExecContext(t.Context(), "INSERT INTO turbo_outbox (id, stream, message, written_at) VALUES ($1, 'room', $2, 0)", id, message); err != nil {
			t.Fatal(err)
		}
		if err := box.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	broadcast(1, "1")
	broadcast(2, "2")
	broadcast(1, "3") // a backup from before the second broadcast
	if err := box.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	broadcast(2, "4")
	if got, want := broker.got["room"], []string{"1", "2", "4"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := box.Create(t.Context()); err != nil { // as at every start
		t.Fatal(err)
	}
	broadcast(2, "5")
	if got := broker.got["room"]; len(got) != 3 {
		t.Errorf("Create has renewed the epoch: got %q", got)
	}
}

func testRefused(t *testing.T, open func() *outbox.Box) {
	box := open()
	tx := begin(t, box)
	if err := box.To("").BroadcastJSON(t.Context(), tx, 1); err == nil {
		t.Error("a stream without a name: no error")
	}
	if err := box.To("a").BroadcastJSON(t.Context(), tx, func() {}); err == nil {
		t.Error("a message that is no JSON: no error")
	}
	if err := box.To().BroadcastJSON(t.Context(), tx, 1); err != nil {
		t.Errorf("no stream: %v", err)
	}
	if err := new(outbox.Box).Run(t.Context()); err == nil {
		t.Error("a box without anything runs")
	}
}

// Without any row that both transactions change, PostgreSQL would let the second
// commit first.
func testSecond(t *testing.T, open func() *outbox.Box) {
	box, broker := open(), newRecorder()
	box.Publisher = broker
	first := begin(t, box)
	if err := box.To("room").BroadcastJSON(t.Context(), first, 1); err != nil {
		t.Fatal(err)
	}
	second := begin(t, box)
	done := make(chan error, 1)
	go func() {
		err := box.To("room").BroadcastJSON(t.Context(), second, 2)
		if err == nil {
			err = second.Commit()
		}
		done <- err
	}()
	for waiting := 0; waiting == 0 && len(done) == 0; {
		if err := box.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").Scan(&waiting); err != nil {
			t.Fatal(err)
		}
	}
	if err := box.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := box.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := broker.got["room"], []string{"1", "2"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
