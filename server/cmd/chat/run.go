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
	"github.com/turbowasm/turbowasm/server/frame"
)

// config is all that the chat takes from the world.
type config struct {
	Addr   string // to listen on; port 0 is any free one
	DB     string // SQLite file
	Turbo  string // directory of the built runtime
	Dev    bool   // check the answers to frames
	Logger *slog.Logger

	// Redis is what processes of one database hear of each other by, an address
	// as redis.Open takes it; empty if there is only this one.
	Redis string
	// Broker is used in place of that of Redis or of this process, if not nil.
	Broker cable.Broker
	// Public is the address by which browsers come, if that is not Addr; nil if
	// it is. Behind a proxy that ends TLS it makes the cookie secure.
	Public *url.URL
	// Proxies are whose X-Forwarded-For is believed.
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

// serve serves the chat on listener until ctx ends, then finishes the requests
// that are under way, tells the connected pages to come back later, and closes
// everything. Who does not let it finish is cut off, which is no error.
func (a *app) serve(ctx context.Context, listener net.Listener) error {
	c, handler := a.config, a.handler()
	if c.Dev {
		handler = frame.Check(handler, c.Logger)
	}
	stop := a.relay()
	defer stop()
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second, // of a form; a cable has its own
		WriteTimeout:      2 * time.Minute,  // of the runtime, over a slow line
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
	// Requests first: they may have something to broadcast. Meanwhile pages
	// that lose their connection find nobody, and wait for the next process.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	ended := a.turbo.Shutdown(ending, srv)
	srv.Close()
	if errors.Is(ended, context.DeadlineExceeded) {
		c.Logger.Warn("chat: cut off who did not let go", "error", ended)
		ended = nil
	}
	if err := errors.Join(err, ended); err != nil {
		return fmt.Errorf("chat: serve: %w", err)
	}
	return nil
}
