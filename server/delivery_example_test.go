package server_test

import (
	"context"
	"database/sql"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	_ "modernc.org/sqlite"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/broker/redis"
	"github.com/turbowasm/turbowasm/server/metrics"
	"github.com/turbowasm/turbowasm/server/outbox"
	"github.com/turbowasm/turbowasm/server/outbox/postgres"
	"github.com/turbowasm/turbowasm/server/stream"
)

// The examples of this file are what delivery.md shows, which a test checks.

var (
	secret = "at least sixty-four random characters, kept outside of the code"
	views  = template.Must(template.New("").Funcs((&server.Server{SecretKeyBase: secret}).Funcs()).Parse(`
{{define "room"}}{{streamFrom "room" .At}}<ul id="messages">{{range .Messages}}{{template "message" .}}{{end}}</ul>{{end}}
{{define "message"}}<li id="message_{{.ID}}">{{.Body}}</li>{{end}}`))
)

type roomMessage struct {
	ID   int64
	Body string
}

func roomMessages(ctx context.Context, db *sql.DB) (list []roomMessage, err error) {
	rows, err := db.QueryContext(ctx, "SELECT id, body FROM messages ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m roomMessage
		if err := rows.Scan(&m.ID, &m.Body); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, rows.Err()
}

func createMessage(ctx context.Context, db *sql.DB, box *outbox.Box, body string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	m := roomMessage{Body: body}
	err = tx.QueryRowContext(ctx, "INSERT INTO messages (body) VALUES (?) RETURNING id", body).Scan(&m.ID)
	if err != nil {
		return err
	}
	message := stream.Append.To("messages", stream.Template(views, "message", m))
	if err := box.To("room").Broadcast(ctx, tx, message); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	box.Wake() // publish at once, without waiting for the next look at the table
	return nil
}

// From the transaction to the page.
func Example_delivery() {
	ctx, stop := context.WithCancel(context.Background())
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "app.db")+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_txlock=immediate")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "CREATE TABLE messages (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"); err != nil {
		log.Fatal(err)
	}

	turbo := &server.Server{SecretKeyBase: secret}
	box := &outbox.Box{DB: db, Dialect: outbox.SQLite, Publisher: &turbo.Cable}
	if err := box.Create(ctx); err != nil {
		log.Fatal(err)
	}
	turbo.Drain = box.Publish // publishes what is left at shutdown
	relay := make(chan error, 1)
	go func() { relay <- box.Run(ctx) }()

	showRoom := func(w http.ResponseWriter, r *http.Request) {
		at, err := turbo.Position(r.Context(), "room") // before the data is read
		if err != nil {
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		messages, err := roomMessages(r.Context(), db)
		if err != nil {
			http.Error(w, "try again", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Cache-Control", "no-store") // caches must not keep it: it contains the position
		views.ExecuteTemplate(w, "room", map[string]any{"At": at, "Messages": messages})
	}

	if err := createMessage(ctx, db, box, "hello"); err != nil {
		log.Fatal(err)
	}
	if err := turbo.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	w := httptest.NewRecorder()
	showRoom(w, httptest.NewRequest("GET", "/room", nil))
	fmt.Println(regexp.MustCompile(`<turbo-cable.*source>|.offset[^}]*`).ReplaceAllString(w.Body.String(), ""))
	waiting, _, err := box.Backlog(ctx)
	fmt.Println(waiting, "broadcasts wait", err)
	stop()
	fmt.Println(<-relay)
	// Output:
	// <ul id="messages"><li id="message_1">hello</li></ul>
	// 0 broadcasts wait <nil>
	// <nil>
}

// Several processes are one.
func Example_severalProcesses() {
	turbo := &server.Server{SecretKeyBase: secret} // the same in every process
	broker, err := redis.Open("redis://redis.internal:6379", &redis.Options{Prefix: "myapp"})
	if err != nil {
		log.Fatal(err)
	}
	defer broker.Close()
	turbo.Cable.Broker = broker
}

// An outbox on PostgreSQL hears of commits.
func Example_postgreSQL() {
	var db *sql.DB // opened with the driver "pgx"
	var turbo *server.Server
	dsn := "postgres://app@db.internal/app"
	box := &outbox.Box{DB: db, Dialect: outbox.Postgres, Publisher: &turbo.Cable}
	box.Wait = postgres.Listen(func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, dsn) }, 0)
}

// A process ends without losing anything.
func Example_shutdown() {
	var turbo *server.Server
	var mux *http.ServeMux

	mux.Handle("GET /healthz", turbo.Live())
	mux.Handle("GET /readyz", turbo.Ready())

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	web := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go web.ListenAndServe()
	<-ctx.Done()
	ending, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := turbo.Shutdown(ending, web); err != nil {
		log.Print(err)
	}
}

// What happens is counted.
func Example_metrics() {
	var turbo *server.Server
	var box *outbox.Box
	var mux *http.ServeMux

	m := metrics.New()
	turbo.Cable.Metrics = m
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.Collector(&turbo.Cable), metrics.Outbox(box))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{})) // restrict access to it
}
