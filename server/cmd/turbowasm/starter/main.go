// Command starter serves a board: every line that somebody writes appears in all
// open pages.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"html/template"
	"io/fs"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/assets"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/stream"
)

//go:embed page.html
var pageHTML string

// Board is the application. It keeps its lines in memory.
type Board struct {
	turbo *server.Server
	views *template.Template
	mux   *http.ServeMux
	tags  template.HTML

	mu    sync.Mutex // guards what follows
	lines []string
}

// NewBoard creates the application. static holds the files written by
// "turbowasm build". A nil broker delivers broadcasts within this process.
func NewBoard(secret string, static fs.FS, broker cable.Broker) (*Board, error) {
	b := &Board{turbo: &server.Server{SecretKeyBase: secret}, mux: http.NewServeMux()}
	b.turbo.Cable.Broker = broker
	b.turbo.Cable.Authorize = func(context.Context, *cable.Subscription, string) error { return nil } // everybody may subscribe
	views, err := template.New("").Funcs(b.turbo.Funcs()).Parse(pageHTML)
	if err != nil {
		return nil, err
	}
	b.views = views
	runtime, err := assets.New("/turbo/", static)
	switch {
	case errors.Is(err, fs.ErrNotExist): // not built yet: the page works without it
	case err != nil:
		return nil, err
	default:
		b.tags = runtime.Tags("")
		b.mux.Handle("/turbo/", runtime)
	}
	b.mux.HandleFunc("GET /{$}", b.show)
	b.mux.HandleFunc("POST /lines", b.add)
	return b, b.turbo.Mount(b.mux)
}

func (b *Board) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.mux.ServeHTTP(w, r) }

func (b *Board) show(w http.ResponseWriter, r *http.Request) {
	at, err := b.turbo.Position(r.Context(), "lines") // before reading the lines, so that none is missed
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	b.mu.Lock()
	lines := b.lines[:len(b.lines):len(b.lines)]
	b.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := b.views.ExecuteTemplate(w, "page", map[string]any{"Turbo": b.tags, "At": at, "Lines": lines}); err != nil {
		log.Print(err)
	}
}

func (b *Board) add(w http.ResponseWriter, r *http.Request) {
	line := strings.TrimSpace(r.FormValue("line"))
	if line == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	b.mu.Lock()
	b.lines = append(b.lines, line)
	b.mu.Unlock()
	err := b.turbo.To("lines").Broadcast(r.Context(), stream.Append.To("lines", stream.Template(b.views, "line", line)))
	if err == nil {
		// page/main.go defines this action.
		thanks := stream.Action("toast").To("toasts", nil, stream.Attr{Name: "message", Value: "Thank you"})
		err = stream.Response{Stream: []stream.Component{thanks}, Location: "/"}.Write(w, r)
	}
	if err != nil {
		log.Print(err)
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

func main() {
	board, err := NewBoard(os.Getenv("SECRET_KEY_BASE"), os.DirFS("static"), nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	srv := &http.Server{Addr: ":" + cmp.Or(os.Getenv("PORT"), "8080"), Handler: board, ReadHeaderTimeout: 10 * time.Second}
	if os.Getenv("TURBOWASM_DEV") != "" { // set by "go tool turbowasm dev"
		srv.Handler = board.turbo.Check(board) // shows mistakes in the page and in the log
	} else {
		log.Printf("open http://localhost%s", srv.Addr)
	}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		ending, cancel := context.WithTimeout(context.Background(), 8*time.Second)
		defer cancel()
		ended <- board.turbo.Shutdown(ending, srv)
	}()
	if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	if err := <-ended; err != nil {
		log.Fatal(err)
	}
}
