package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"time"

	"github.com/turbowasm/turbowasm/server/cable"
)

// config is the chat's configuration.
type config struct {
	Addr   string // to listen on; port 0 means any free port
	DB     string // SQLite file
	Turbo  string // directory of the built runtime
	Dev    bool   // show mistakes in pages; see server.Check
	Logger *slog.Logger

	// Redis is the address, as for redis.Open, through which processes that share
	// the database share broadcasts; empty for a single process.
	Redis string
	// Broker, if set, is used instead of Redis or the memory broker.
	Broker cable.Broker
	// Public is the address that browsers use, if it is not Addr; otherwise nil.
	// If it is https, the session cookie is secure.
	Public *url.URL
	// Proxies are the proxies whose X-Forwarded-For header is trusted.
	Proxies []netip.Prefix
}

// shutdownTimeout is how long a stopping chat waits for requests and cable
// connections to end.
const shutdownTimeout = 8 * time.Second

// run serves the chat until ctx ends.
func run(ctx context.Context, c config) error {
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("chat: %w", err)
	}
	c.Logger.Info("chat: serving", "url", "http://"+listener.Addr().String(), "db", c.DB)
	return serve(ctx, listener, c)
}

// serve opens the chat's database and serves the chat on listener until ctx
// ends.
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
	a, err := newApp(ctx, db, os.DirFS(c.Turbo), c)
	if err != nil {
		return err
	}
	defer a.close()
	return a.serve(ctx, listener)
}

// serve serves the chat on listener until ctx ends. Then it finishes running
// requests, tells connected pages to reconnect later, and closes everything.
// Clients that do not disconnect in time are cut off, which is not an error.
func (a *app) serve(ctx context.Context, listener net.Listener) error {
	c, handler := a.config, a.handler()
	if c.Dev {
		handler = a.turbo.Check(handler)
	}
	stop := a.relay()
	defer stop()
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second, // for forms; the cable has its own timeouts
		WriteTimeout:      2 * time.Minute,  // for the runtime on a slow connection
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(c.Logger.Handler(), slog.LevelWarn),
	}
	var err error
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	// Requests first, because they may broadcast. Pages that lose their
	// connection meanwhile cannot reconnect and wait for the next process.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	ended := a.turbo.Shutdown(ending, srv)
	srv.Close()
	if errors.Is(ended, context.DeadlineExceeded) {
		c.Logger.Warn("chat: cut off clients that did not disconnect in time", "error", ended)
		ended = nil
	}
	if err := errors.Join(err, ended); err != nil {
		return fmt.Errorf("chat: serve: %w", err)
	}
	return nil
}
