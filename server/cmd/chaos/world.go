//go:build linux

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/broker/redis/redistest"
	"github.com/turbowasm/turbowasm/server/outbox"
	"github.com/turbowasm/turbowasm/server/outbox/postgres/postgrestest"
)

// world is what an application runs on: a database, Redis and two servers, each
// in a process of its own.
type world struct {
	dir     string // of logs
	db      *sql.DB
	redis   *redistest.Server
	servers []*node
	tb      *tb
}

// node is a server that is restarted repeatedly at one address.
type node struct {
	setup
	name  string
	dir   string
	cmd   *exec.Cmd
	ended chan struct{}
}

func newWorld(ctx context.Context, c config, seed uint64) (*world, *truth, error) {
	w := &world{tb: new(tb)}
	t, err := w.start(ctx, c, seed)
	if err != nil {
		w.close()
		return nil, nil, err
	}
	return w, t, nil
}

func (w *world) start(ctx context.Context, c config, seed uint64) (t *truth, err error) {
	if w.dir, err = os.MkdirTemp("", "chaos-"); err != nil {
		return nil, err
	}
	var dsn string
	if err := w.tb.try(func() {
		dsn = postgrestest.Start(w.tb) + " dbname=postgres"
		// A restarted Redis has its data again.
		w.redis = redistest.Start(w.tb, "--appendonly", "yes", "--appendfsync", "always")
	}); err != nil {
		return nil, err
	}
	if w.db, err = sql.Open("pgx", dsn); err != nil {
		return nil, err
	}
	w.db.SetMaxOpenConns(c.Writers + 2)
	w.db.SetMaxIdleConns(c.Writers + 2)
	t = &truth{box: &outbox.Box{DB: w.db, Dialect: outbox.Postgres}, seed: seed}
	if err := t.create(ctx, c.Streams); err != nil {
		return nil, err
	}
	scripts := map[string]string{}
	if len(c.Pages) > 0 {
		scripts[ours], scripts[theirs] = filepath.Join(c.JS, "dist"), filepath.Join(w.dir, theirs)
		scripts[events] = scripts[ours]
		if err := bundle(c.JS, scripts[theirs]); err != nil {
			return nil, err
		}
	}
	for i := range 2 {
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		n := &node{name: fmt.Sprint("server", i+1), dir: w.dir, setup: setup{
			Address: address, Postgres: dsn, Redis: w.redis.Address, History: c.History, Streams: c.Streams, Scripts: scripts, Without: c.Without,
		}}
		w.servers = append(w.servers, n)
		if err := n.start(ctx); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (w *world) close() {
	for _, n := range w.servers {
		n.end(syscall.SIGKILL)
	}
	if w.db != nil {
		w.db.Close()
	}
	w.tb.end()
	os.RemoveAll(w.dir)
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// start starts the server and waits until it answers.
func (n *node) start(ctx context.Context) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	told, err := json.Marshal(n.setup)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(n.dir, n.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	n.cmd = exec.Command(executable, "serve", string(told))
	n.cmd.Stderr = log
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // killed if this process dies
	if err := n.cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	n.ended = ended
	go func(cmd *exec.Cmd) {
		cmd.Wait()
		close(ended)
	}(n.cmd)
	for ctx.Err() == nil {
		if conn, err := net.DialTimeout("tcp", n.Address, time.Second); err == nil {
			conn.Close()
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("%s has ended:\n%s", n.name, n.log())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return ctx.Err()
}

// log returns the end of the server's output.
func (n *node) log() string {
	text, _ := os.ReadFile(filepath.Join(n.dir, n.name+".log"))
	return string(text[max(0, len(text)-8000):])
}

func (n *node) end(signal syscall.Signal) {
	if n.cmd != nil && n.cmd.Process != nil {
		n.cmd.Process.Signal(signal)
		<-n.ended
	}
}

// tb lets a command use test servers.
type tb struct {
	testing.TB
	cleanups []func()
}

var errFatal = errors.New("")

func (t *tb) Helper()                           {}
func (t *tb) Cleanup(f func())                  { t.cleanups = append(t.cleanups, f) }
func (t *tb) Fatal(args ...any)                 { panic(errors.Join(errFatal, errors.New(fmt.Sprint(args...)))) }
func (t *tb) Fatalf(format string, args ...any) { t.Fatal(fmt.Sprintf(format, args...)) }

// try calls f and returns what it fails the test with.
func (t *tb) try(f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			fatal, ok := p.(error)
			if !ok || !errors.Is(fatal, errFatal) {
				panic(p)
			}
			err = fatal
		}
	}()
	f()
	return nil
}

func (t *tb) end() {
	for i := len(t.cleanups) - 1; i >= 0; i-- {
		t.cleanups[i]()
	}
	t.cleanups = nil
}
