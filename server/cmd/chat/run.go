package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/turbowasm/turbowasm/server/frame"
)

// config is all that the chat takes from the world.
type config struct {
	Addr   string // to listen on; port 0 is any free one
	DB     string // SQLite file
	Turbo  string // directory of the built runtime
	Dev    bool   // check the answers to frames
	Logger *slog.Logger
}

// shutdownTimeout is how long a stopping chat waits for requests and
// connections to end.
const shutdownTimeout = 5 * time.Second

// run serves the chat until ctx ends.
func run(ctx context.Context, c config) error {
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("chat: %w", err)
	}
	c.Logger.Info("chat: serving", "url", "http://"+listener.Addr().String(), "db", c.DB)
	return serve(ctx, listener, c)
}

// serve serves the chat on listener until ctx ends, then tells the connected
// pages to come back later, finishes what is under way, and closes everything.
func serve(ctx context.Context, listener net.Listener, c config) error {
	defer listener.Close()
	db, err := openStore(ctx, c.DB)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.seed(ctx, time.Now()); err != nil {
		return err
	}
	a, err := newApp(ctx, db, os.DirFS(c.Turbo), c.Logger)
	if err != nil {
		return err
	}
	handler := a.handler()
	if c.Dev {
		handler = frame.Check(handler, c.Logger)
	}
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(c.Logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	listener.Close() // pages that reconnect wait for the next process
	err = errors.Join(err, a.turbo.Shutdown(ending), srv.Shutdown(ending))
	if err != nil {
		return fmt.Errorf("chat: serve: %w", err)
	}
	return nil
}
