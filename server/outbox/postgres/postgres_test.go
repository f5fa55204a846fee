package postgres_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/turbowasm/turbowasm/server/outbox"
	"github.com/turbowasm/turbowasm/server/outbox/postgres"
	"github.com/turbowasm/turbowasm/server/outbox/postgres/postgrestest"
)

// published hears of each message that a relay brings.
type published chan string

func (p published) PublishOnce(_ context.Context, stream string, message []byte, _ string, _ uint64) error {
	p <- stream + " " + string(message)
	return nil
}

func TestListenHearsOfBroadcastsInTransactionsOfPgx(t *testing.T) {
	dsn := postgrestest.Start(t) + " dbname=postgres"
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	news := make(published, 10)
	connected := make(chan *pgx.Conn, 10)
	box := &outbox.Box{DB: db, Dialect: outbox.Postgres, Publisher: news}
	box.Wait = postgres.Listen(func(ctx context.Context) (*pgx.Conn, error) {
		conn, err := pgx.Connect(ctx, dsn)
		if err == nil {
			connected <- conn
		}
		return conn, err
	}, time.Hour) // so that nothing but a notification tells of a broadcast
	if err := box.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- box.Run(ctx) }()

	writer, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close(context.Background())
	broadcast := func(message string) {
		t.Helper()
		err := pgx.BeginFunc(t.Context(), writer, func(tx pgx.Tx) error {
			return box.To("room").BroadcastJSON(t.Context(), postgres.Tx(tx), message)
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := <-news, `room "`+message+`"`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	listener := <-connected
	broadcast("heard of")
	broadcast("and again")
	if _, err := writer.Exec(t.Context(), "SELECT pg_terminate_backend($1)", listener.PgConn().PID()); err != nil {
		t.Fatal(err)
	}
	broadcast("after the connection was lost")
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
