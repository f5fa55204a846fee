//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/broker/redis"
	"github.com/turbowasm/turbowasm/server/outbox"
	"github.com/turbowasm/turbowasm/server/outbox/postgres"
	"github.com/turbowasm/turbowasm/server/stream"
)

// setup is the configuration of a server process.
type setup struct {
	Address  string // to listen on
	Postgres string
	Redis    string
	History  int               // messages kept per stream
	Scripts  map[string]string // directories of the scripts for each kind of page
	Streams  int
	Without  string // the part that is removed
}

// view is what a client receives of a stream: its state, and the stream's
// position from before that was read.
type view struct {
	ID         int
	Count      int
	Identifier string
	Position   broker.Position
	says       []string
}

// app is a typical application: its pages show the contents of a database and
// listen to changes.
type app struct {
	setup
	db    *sql.DB
	turbo *server.Server
}

// serve is the main function of a server process, which ends after SIGTERM.
func serve(s setup) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	db, err := sql.Open("pgx", s.Postgres)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(8)
	messages, err := openRedis(ctx, s, logger)
	if err != nil {
		return err
	}
	defer messages.Close()
	a := &app{setup: s, db: db, turbo: &server.Server{SecretKeyBase: strings.Repeat("chaos", 10)}}
	a.turbo.Cable.Broker = messages
	a.turbo.Cable.Logger = logger
	box := &outbox.Box{DB: db, Dialect: outbox.Postgres, Publisher: a.publisher(), Logger: logger}
	box.Wait = postgres.Listen(func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, s.Postgres) }, 0)
	a.turbo.Drain = box.Publish
	mux := http.NewServeMux()
	if err := a.turbo.Mount(mux); err != nil {
		return err
	}
	mux.HandleFunc("GET /state", a.state)
	mux.HandleFunc("GET /page/{kind}/{set}", a.page)
	for kind, dir := range s.Scripts {
		files := http.StripPrefix("/"+kind+"/", http.FileServer(http.Dir(dir)))
		mux.HandleFunc("GET /"+kind+"/", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "public, max-age=3600, immutable")
			files.ServeHTTP(w, r)
		})
	}
	listener, err := net.Listen("tcp", s.Address)
	if err != nil {
		return err
	}
	relay, stopRelay := context.WithCancel(context.Background())
	relayed := make(chan error, 1)
	go func() { relayed <- box.Run(relay) }()
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn)}
	go srv.Serve(listener)
	<-ctx.Done()
	ending, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = a.turbo.Shutdown(ending, srv)
	srv.Close()
	stopRelay()
	if err != nil { // for example because Redis is down; another process then publishes
		logger.Warn("chaos: shut down", "error", err)
	}
	return <-relayed
}

// openRedis waits for Redis, which may be restarting.
func openRedis(ctx context.Context, s setup, logger *slog.Logger) (*redis.Broker, error) {
	for {
		b, err := redis.Open(s.Redis, &redis.Options{HistorySize: s.History, Logger: logger})
		if err == nil {
			return b, nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// view takes the positions of the streams before reading their state.
func (a *app) view(ctx context.Context, ids []int, full bool) ([]view, error) {
	views := make([]view, len(ids))
	for i, id := range ids {
		at, err := a.position(ctx, id)
		if err != nil {
			return nil, err
		}
		views[i] = view{ID: id, Position: at}
	}
	for i := range views {
		v := &views[i]
		signed, err := a.turbo.Verifier().Sign(streamName(v.ID), nil)
		if err != nil {
			return nil, err
		}
		v.Identifier = fmt.Sprintf(`{"channel":"Turbo::StreamsChannel","signed_stream_name":%q}`, signed)
		if full {
			v.Count, v.says, err = latest(ctx, a.db, v.ID)
		} else {
			err = a.db.QueryRowContext(ctx, "SELECT n FROM stream WHERE id = $1", v.ID).Scan(&v.Count)
		}
		if err != nil {
			return nil, err
		}
	}
	return views, nil
}

// position waits a little for an unavailable broker.
func (a *app) position(ctx context.Context, id int) (at broker.Position, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for {
		at, err = a.turbo.Position(ctx, streamName(id))
		if err == nil {
			return at, nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return at, err
		}
	}
}

func (a *app) ids(w http.ResponseWriter, list []string) []int {
	ids := make([]int, len(list))
	for i, s := range list {
		var err error
		if ids[i], err = strconv.Atoi(s); err != nil || ids[i] < 0 || ids[i] >= a.Streams {
			http.Error(w, "no such stream", http.StatusBadRequest)
			return nil
		}
	}
	return ids
}

// state answers clients without a page.
func (a *app) state(w http.ResponseWriter, r *http.Request) {
	ids := a.ids(w, strings.Split(r.FormValue("streams"), ","))
	if ids == nil {
		return
	}
	views, err := a.view(r.Context(), ids, false)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(views)
}

// setSize is how many streams a page listens to; it shares the last one with
// the next page.
const setSize = 4

func set(number, streams int) []int {
	ids := make([]int, setSize)
	for i := range ids {
		ids[i] = (number*(setSize-1) + i) % streams
	}
	return ids
}

var pages = template.Must(template.New("page").Parse(`<!doctype html>
<html data-turbo-cable-state>
<head><title>{{.Kind}} {{.Set}}</title><meta charset="utf-8"><meta name="turbo-prefetch" content="false"><link rel="icon" href="data:,">
<script src="/{{.Kind}}/turbo.umd.js"></script></head>
<body data-set="{{.Set}}">
{{range .Views}}<section>{{.Source}}<b id="count_{{.ID}}" data-turbo-version="{{.Count}}">{{.Count}}</b>
<ol id="list_{{.ID}}" data-count="{{.Count}}" data-at="{{.At}}">{{.Items}}</ol></section>
{{end}}</body></html>
`))

type section struct {
	view
	Source, Items template.HTML
	At            string
}

// page answers browsers.
func (a *app) page(w http.ResponseWriter, r *http.Request) {
	kind := r.PathValue("kind")
	number, err := strconv.Atoi(r.PathValue("set"))
	if err != nil || number < 0 {
		http.NotFound(w, r)
		return
	}
	views, err := a.view(r.Context(), set(number, a.Streams), true)
	var sections []section
	rendering := rand.Text()[:8] // distinguishes renderings
	for _, v := range views {
		s := section{view: v, At: fmt.Sprint(v.Position.Epoch, " ", v.Position.Offset, " ", rendering)}
		parts := []any{v.Position, streamName(v.ID)}
		if kind == events {
			parts = append(parts, stream.Attr{Name: "events", Value: "only"})
		}
		if s.Source, err = a.turbo.StreamFrom(parts...); err != nil {
			break
		}
		first := v.Count - len(v.says) + 1
		for i, says := range v.says {
			s.Items += template.HTML(item(v.ID, first+i, says))
		}
		sections = append(sections, s)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	var b strings.Builder
	if err := pages.Execute(&b, map[string]any{"Kind": kind, "Set": number, "Views": sections}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	io.WriteString(w, b.String())
}
