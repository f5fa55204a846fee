package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/assets"
	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/broker/redis"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/outbox"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// maxRequest limits a request's body, in bytes: enough for the longest message
// with every character escaped.
const maxRequest = 256 << 10

// errForbidden reports that only another user may do this.
var errForbidden = errors.New("not allowed")

// app connects the store, the pages and the cable. It is safe for concurrent
// use.
type app struct {
	db      *store
	views   *template.Template
	turbo   *server.Server
	runtime *assets.Handler // nil if it was not built
	config  config
	logger  *slog.Logger
	limits  limiter
	close   func() error // closes the connection to other processes
	metrics http.Handler

	// outbox stores broadcasts in the transaction that makes the change, so
	// that neither happens without the other.
	outbox *outbox.Box
}

// newApp creates the chat from a store and the files of the built runtime.
func newApp(ctx context.Context, db *store, runtime fs.FS, c config) (*app, error) {
	secret, err := db.secret(ctx)
	if err != nil {
		return nil, err
	}
	a := &app{db: db, config: c, logger: c.Logger, turbo: &server.Server{SecretKeyBase: secret}, close: func() error { return nil }}
	a.turbo.Cable.Broker = c.Broker
	switch {
	case c.Broker != nil:
	case c.Redis == "":
		a.turbo.Cable.Broker = &memory.Broker{}
	default:
		b, err := redis.Open(c.Redis, &redis.Options{Prefix: "chat", Logger: c.Logger})
		if err != nil {
			return nil, fmt.Errorf("chat: %w", err)
		}
		a.turbo.Cable.Broker, a.close = b, b.Close
	}
	a.outbox = &outbox.Box{DB: db.pool, Dialect: outbox.SQLite, Publisher: &a.turbo.Cable, Logger: c.Logger}
	a.turbo.Drain = func(ctx context.Context) error {
		if err := a.outbox.Publish(ctx); err != nil {
			a.logger.Warn("chat: broadcasts remain in the outbox for another process", "error", err)
		}
		return nil
	}
	err = a.outbox.Create(ctx)
	if err == nil {
		err = a.start(runtime)
	}
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

// start sets up the cable and the pages.
func (a *app) start(runtime fs.FS) (err error) {
	a.turbo.Cable.Logger = a.logger
	a.turbo.Cable.Authenticate = a.authenticate
	a.turbo.Cable.Authorize = a.authorize
	a.turbo.Cable.TrustedProxies = a.config.Proxies
	a.metrics = a.count()
	if public := a.config.Public; public != nil {
		a.turbo.Cable.AllowedOrigins = []string{public.String()}
	}
	a.runtime, err = assets.New("/turbo/", runtime)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		a.logger.Warn("chat: the runtime was not built, so pages are plain HTML: start the chat with make run", "error", err)
	case err != nil:
		return err
	}
	if a.views, err = a.parseViews(); err != nil {
		return err
	}
	return a.turbo.Start()
}

// handler serves the whole site.
func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	a.turbo.Mount(mux)
	if a.runtime != nil {
		mux.Handle("GET /turbo/", a.runtime)
	}
	mux.HandleFunc("GET /static/", serveStatic)
	mux.Handle("GET /healthz", a.turbo.Live())
	mux.Handle("GET /readyz", a.turbo.Ready())
	mux.Handle("GET /metrics", fromHere(a.metrics))
	mux.HandleFunc("GET /welcome", a.public(a.showWelcome))
	mux.HandleFunc("POST /session", a.public(a.createSession))
	for pattern, h := range map[string]func(http.ResponseWriter, *http.Request, user) error{
		"GET /{$}":           a.showHome,
		"GET /sidebar":       a.showSidebar,
		"GET /session":       a.showSession,
		"DELETE /session":    a.deleteSession,
		"GET /rooms":         a.showRooms,
		"GET /rooms/new":     a.newRoom,
		"POST /rooms":        a.createRoom,
		"GET /rooms/{room}":  a.showRoom,
		"GET /rooms/{room}/": a.noPage,
		"GET /":              a.noPage,

		"GET /rooms/directs":     a.showDirects,
		"GET /rooms/directs/new": a.newDirect,
		"POST /rooms/directs":    a.createDirect,

		"POST /rooms/{room}/messages":               a.createMessage,
		"GET /rooms/{room}/messages/{message}":      a.showMessage,
		"GET /rooms/{room}/messages/{message}/edit": a.editMessage,
		"PATCH /rooms/{room}/messages/{message}":    a.updateMessage,
		"DELETE /rooms/{room}/messages/{message}":   a.deleteMessage,

		"GET /rooms/{room}/messages/{message}/boosts":            a.showBoosts,
		"GET /rooms/{room}/messages/{message}/boosts/new":        a.newBoost,
		"POST /rooms/{room}/messages/{message}/boosts":           a.createBoost,
		"DELETE /rooms/{room}/messages/{message}/boosts/{boost}": a.deleteBoost,
	} {
		mux.HandleFunc(pattern, a.named(h))
	}
	// From the outermost handler: refuse forms of other sites, then let a form
	// use a method that HTML does not have.
	sameOrigin := http.NewCrossOriginProtection()
	if a.config.Public != nil {
		sameOrigin.AddTrustedOrigin(a.config.Public.String()) // setPublic has validated it
	}
	return a.guard(sameOrigin.Handler(overrideMethod(mux)))
}

// public serves a page to everyone.
func (a *app) public(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			a.fail(w, r, err)
		}
	}
}

// named serves a page to users with a name, and asks all others for one.
func (a *app) named(h func(http.ResponseWriter, *http.Request, user) error) http.HandlerFunc {
	return a.public(func(w http.ResponseWriter, r *http.Request) error {
		u, err := a.visitor(r)
		if errors.Is(err, errNotFound) {
			to := "/welcome"
			if r.Method == http.MethodGet && r.URL.Path != "/" {
				to += "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
			return nil
		}
		if err != nil {
			return err
		}
		return h(w, r, u)
	})
}

func (a *app) noPage(http.ResponseWriter, *http.Request, user) error { return errNotFound }

// fail answers with an error that users can understand, and logs internal
// errors.
func (a *app) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := errorPage{Status: http.StatusInternalServerError, Message: "Something went wrong on our side. Please try again."}
	fast := tooFast{}
	switch {
	case errors.As(err, &fast):
		p.Status, p.Message = fast.status(w), fast.sentence()
	case errors.Is(err, errNotFound):
		p.Status, p.Message = http.StatusNotFound, "There is nothing here, or not any more."
	case errors.Is(err, errForbidden):
		p.Status, p.Message = http.StatusForbidden, "Only its author may do that."
	case r.Context().Err() != nil:
		return // the client is gone
	default:
		a.logger.ErrorContext(r.Context(), "chat: request", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	p.Frame = frame.ID(r)
	if err := a.render(w, p.Status, frame.Layout(w, r, "error", "error_frame"), p); err != nil {
		a.logger.ErrorContext(r.Context(), "chat: render error page", "error", err)
		http.Error(w, p.Message, p.Status)
	}
}

// change changes the database in one transaction, in which f also writes the
// broadcasts.
func (a *app) change(ctx context.Context, f func(ctx context.Context, tx *store) error) error {
	ctx = context.WithoutCancel(ctx) // store what was sent, even if the tab was closed
	err := a.db.change(ctx, func(tx *store) error { return f(ctx, tx) })
	if err == nil {
		a.outbox.Wake()
	}
	return err
}

// relay publishes what was written to the outbox, by this process or by one
// that has died, until stop is called.
func (a *app) relay() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := a.outbox.Run(ctx); err != nil {
			a.logger.Error("chat: the outbox's relay stopped", "error", err)
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// authorize decides which streams a cable connection may listen to.
func (a *app) authorize(ctx context.Context, s *cable.Subscription, stream string) error {
	u, ok := s.User().Data.(user)
	if !ok {
		return cable.ErrRejected
	}
	return a.mayHear(ctx, u, stream)
}

// mayHear allows a user the shared sidebar, their own sidebar, and the rooms
// that they may enter.
func (a *app) mayHear(ctx context.Context, u user, stream string) error {
	if stream == roomsStream || stream == u.roomsStream() {
		return nil
	}
	owner, _, _ := strings.Cut(stream, ":")
	id, err := streamname.ParseParam(owner)
	if err != nil {
		return fmt.Errorf("%w: %w", cable.ErrRejected, err)
	}
	r, err := a.db.roomFor(ctx, u, id.ID)
	switch {
	case errors.Is(err, errNotFound):
		return fmt.Errorf("%w: %w", cable.ErrRejected, err)
	case err == nil && r.messagesStream() != stream:
		return fmt.Errorf("%w: no stream of room %d", cable.ErrRejected, r.ID)
	}
	return err
}

// overrideMethod lets a form send PATCH or DELETE in its field _method.
func overrideMethod(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
		if r.Method == http.MethodPost {
			err := r.ParseForm()
			if multi := r.ParseMultipartForm(maxRequest); err == nil && !errors.Is(multi, http.ErrNotMultipart) {
				err = multi
			}
			if err != nil {
				status := http.StatusBadRequest
				if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
					status = http.StatusRequestEntityTooLarge
				}
				http.Error(w, "The form cannot be read: "+err.Error(), status)
				return
			}
			switch m := strings.ToUpper(r.PostFormValue("_method")); m {
			case http.MethodPatch, http.MethodPut, http.MethodDelete:
				r.Method = m
			}
		}
		next.ServeHTTP(w, r)
	})
}

// guard sets headers that limit what an injected script or another site can do.
func (a *app) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "+
			"style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		if a.secure(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
