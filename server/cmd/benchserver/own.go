//go:build linux

package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/broker/redis"
	"github.com/turbowasm/turbowasm/server/outbox"
	"github.com/turbowasm/turbowasm/server/outbox/postgres"
)

// introduction is what our server prints, as JSON, once it listens.
type introduction struct{ Address, Signed string }

// own returns our server as a target: this program again, in a separate
// process, with arguments for serveOwn.
func own(executable string, args ...string) target {
	return target{"turbowasm", func(ctx context.Context) (*running, error) {
		var hello introduction
		p, err := begin(exec.CommandContext(ctx, executable, append([]string{"serve"}, args...)...), func(p *process, stdout *bufio.Reader) error {
			line, err := stdout.ReadBytes('\n')
			if err == nil {
				err = json.Unmarshal(line, &hello)
			}
			p.url = "http://" + hello.Address
			return err
		})
		if err != nil {
			return nil, err
		}
		address, err := netip.ParseAddrPort(hello.Address)
		if err != nil {
			p.stop()
			return nil, err
		}
		return &running{process: p, address: address, dialect: cableDialect(hello.Signed), signed: hello.Signed,
			publish: func(ctx context.Context, messages []string) error {
				return post(ctx, p.url+"/publish", nil, messages)
			}}, nil
	}}
}

// ownServer is our server in that process: the cable, mounted as an application
// mounts it, with default settings except for what the arguments say.
type ownServer struct {
	turbo *server.Server
	box   *outbox.Box // nil without a database
}

// serveOwn serves until the process ends.
func serveOwn(args []string) error {
	s := &ownServer{turbo: &server.Server{SecretKeyBase: strings.Repeat("bench", 10)}}
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	address := flags.String("redis", "", "`URL` of the Redis that is the broker; empty for the broker in memory")
	sqlite := flags.String("sqlite", "", "`file` of an SQLite database with an outbox")
	dsn := flags.String("postgres", "", "connection `string` of a PostgreSQL database with an outbox")
	flags.Parse(args)
	if *address != "" {
		b, err := redis.Open(*address, nil)
		if err != nil {
			return err
		}
		s.turbo.Cable.Broker = b
	}
	signed, err := s.turbo.Verifier().Sign(streamName, nil)
	if err == nil {
		err = s.openOutbox(*sqlite, *dsn)
	}
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	s.turbo.Mount(mux)
	mux.HandleFunc("POST /publish", handle(s.publish))
	mux.HandleFunc("POST /commit", handle(s.commit))
	mux.HandleFunc("POST /fill", handle(s.fill))
	mux.HandleFunc("POST /position", handle(func(ctx context.Context, stream string) (any, error) {
		return s.turbo.Position(ctx, stream)
	}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(introduction{listener.Addr().String(), signed}); err != nil {
		return err
	}
	return http.Serve(listener, mux)
}

// handle serves a function over HTTP: its argument and its result are JSON.
func handle[T any](f func(context.Context, T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var request T
		err := json.NewDecoder(r.Body).Decode(&request)
		if err == nil {
			var answer any
			if answer, err = f(r.Context(), request); err == nil {
				err = json.NewEncoder(w).Encode(answer)
			}
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

func (s *ownServer) publish(ctx context.Context, messages []string) (any, error) {
	for _, m := range messages {
		if err := s.turbo.To(streamName).BroadcastJSON(ctx, m); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// openOutbox opens the database with an outbox, if the arguments name one, and
// starts the relay.
func (s *ownServer) openOutbox(sqlite, dsn string) error {
	s.box = &outbox.Box{Publisher: &s.turbo.Cable}
	driver, source := "", ""
	switch {
	case sqlite != "":
		driver, source = "sqlite", "file:"+sqlite+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate"
		s.box.Dialect = outbox.SQLite
	case dsn != "":
		driver, source = "pgx", dsn
		s.box.Dialect = outbox.Postgres
		s.box.Wait = postgres.Listen(func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, dsn) }, 0)
	default:
		return nil
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	s.box.DB = db
	ctx := context.Background()
	if err := s.box.Create(ctx); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS messages (body text NOT NULL)"); err != nil {
		return err
	}
	go func() {
		fmt.Fprintln(os.Stderr, s.box.Run(ctx))
		os.Exit(1)
	}()
	return nil
}

// commitment is a request to commit a transaction.
type commitment struct {
	Message string
	Wake    bool // tell the relay in this process about the commit
}

// commit stores a message and broadcasts it, in one transaction. It returns when
// the commit began, as Unix nanoseconds.
func (s *ownServer) commit(ctx context.Context, c commitment) (any, error) {
	tx, err := s.box.DB.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "INSERT INTO messages (body) VALUES ($1)", c.Message); err != nil {
		return nil, err
	}
	if err := s.box.To(streamName).BroadcastJSON(ctx, tx, c.Message); err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := tx.Commit(); err != nil {
		return nil, err
	}
	if c.Wake {
		s.box.Wake()
	}
	return begun.UnixNano(), nil
}

// filling is a request for histories: Each messages of Size bytes in each of
// Streams streams.
type filling struct{ Streams, Each, Size int }

// fill publishes messages to streams that have no subscribers.
func (s *ownServer) fill(ctx context.Context, f filling) (any, error) {
	const workers = 16
	errs := make(chan error, workers)
	for first := range workers {
		go func() {
			var err error
			for i := 0; i < f.Each && err == nil; i++ {
				for n := first; n < f.Streams && err == nil; n += workers {
					message := fmt.Sprintf("%d of %d ", i, n)
					message += strings.Repeat("x", max(0, f.Size-len(message)))
					err = s.turbo.To(fmt.Sprintf("history:%d", n)).BroadcastJSON(ctx, message)
				}
			}
			errs <- err
		}()
	}
	var err error
	for range workers {
		err = errors.Join(err, <-errs)
	}
	return nil, err
}
