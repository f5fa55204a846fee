package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A dev builds and serves an application during development.
type dev struct {
	Page, Server string // packages
	Static       string // directory of the page's files
	Addr         string
	Progress     io.Writer

	app     *exec.Cmd // the running server; nil if files are served
	stopApp func()
	dir     string // for binaries
	secret  string // the same after each restart, so that open pages can subscribe again

	mu      sync.Mutex    // guards what follows
	target  *url.URL      // URL of the running server
	changed chan struct{} // closed to make open pages reload
}

// settle is how long files must be unchanged before a build starts.
const settle = 200 * time.Millisecond

// run builds and serves, and builds again whenever something changes, until ctx
// ends.
func (d *dev) run(ctx context.Context) (err error) {
	if d.dir, err = os.MkdirTemp("", "turbowasm-"); err != nil {
		return fmt.Errorf("turbowasm: dev: %w", err)
	}
	defer os.RemoveAll(d.dir)
	listener, err := net.Listen("tcp", d.Addr)
	if err != nil {
		return fmt.Errorf("turbowasm: dev: %w", err)
	}
	d.changed, d.secret = make(chan struct{}), rand.Text()
	server := &http.Server{Handler: d.handler(), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	defer server.Close()
	defer func() { d.stop() }()

	var built map[string]time.Time
	for {
		seen := d.files()
		if !same(seen, built) {
			for before := map[string]time.Time(nil); !same(seen, before); before, seen = seen, d.files() {
				if !wait(ctx, settle) {
					return nil
				}
			}
			if err := d.build(ctx, changedOf(built, seen)); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				fmt.Fprintln(d.Progress, err)
			} else {
				fmt.Fprintf(d.Progress, "open %s\n", pageURL(d.Addr, listener.Addr()))
				d.reload()
			}
			built = seen
		}
		if !wait(ctx, settle) {
			return nil
		}
	}
}

// pageURL is the address to open in a browser: with the host that was asked
// for, because a cookie of localhost is not one of 127.0.0.1.
func pageURL(asked string, at net.Addr) string {
	host, _, _ := net.SplitHostPort(asked)
	_, port, _ := net.SplitHostPort(at.String())
	return "http://" + net.JoinHostPort(cmp.Or(host, "localhost"), port)
}

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// files returns the watched files and their modification times.
func (d *dev) files() map[string]time.Time {
	all := map[string]time.Time{}
	static := filepath.Clean(d.Static)
	filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // it was just deleted
		}
		if base := entry.Name(); entry.IsDir() {
			if name != "." && (name == static || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
				return fs.SkipDir
			}
			return nil
		}
		if info, err := entry.Info(); err == nil && watched[filepath.Ext(name)] {
			all[name] = info.ModTime()
		}
		return nil
	})
	return all
}

// watched lists the extensions of source files. A database that the application
// writes, for example, is not one.
var watched = map[string]bool{
	".go": true, ".mod": true, ".sum": true, ".html": true, ".tmpl": true, ".gohtml": true, ".templ": true,
	".css": true, ".js": true, ".json": true, ".svg": true, ".md": true, ".txt": true,
}

func same(a, b map[string]time.Time) bool { return b != nil && len(changedOf(a, b)) == 0 }

// changedOf returns the files that were added, changed or deleted.
func changedOf(before, after map[string]time.Time) []string {
	var names []string
	for name, at := range after {
		if was, ok := before[name]; !ok || !was.Equal(at) {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// build builds what depends on the changed files and starts the server.
func (d *dev) build(ctx context.Context, changed []string) error {
	isGo := func(name string) bool { return filepath.Ext(name) != ".css" && filepath.Ext(name) != ".html" }
	if slices.ContainsFunc(changed, isGo) {
		if err := dist(ctx, d.Page, d.Static, form{debug: true, plain: true}, d.Progress); err != nil {
			return err
		}
	}
	p := program{}
	name, err := p.output(ctx, "list", "-f", "{{.Name}}", d.Server)
	if err != nil || strings.TrimSpace(name) != "main" {
		return nil // serve files instead
	}
	binary := filepath.Join(d.dir, "app"+strconv.FormatInt(time.Now().UnixNano(), 36))
	if _, err := p.output(ctx, "build", "-o", binary, d.Server); err != nil {
		return err
	}
	d.stop()
	return d.start(ctx, binary)
}

// output runs the go command for the host platform.
func (p program) output(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("turbowasm: go %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return string(out), nil
}

// start starts the server on a free port and waits until it accepts
// connections.
func (d *dev) start(ctx context.Context, binary string) error {
	free, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return fmt.Errorf("turbowasm: dev: %w", err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	appCtx, cancel := context.WithCancel(ctx)
	app := exec.CommandContext(appCtx, binary)
	app.Env = append(os.Environ(), "PORT="+strconv.Itoa(port), "TURBOWASM_DEV=1")
	if os.Getenv("SECRET_KEY_BASE") == "" {
		app.Env = append(app.Env, "SECRET_KEY_BASE="+d.secret)
	}
	app.Stdout, app.Stderr = d.Progress, d.Progress
	app.Cancel = func() error { return app.Process.Signal(os.Interrupt) }
	app.WaitDelay = 10 * time.Second
	if err := app.Start(); err != nil {
		cancel()
		return fmt.Errorf("turbowasm: dev: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		app.Wait() // the server has already printed its error
		os.Remove(binary)
	}()
	d.stopApp = func() { cancel(); <-ended }
	address := net.JoinHostPort("localhost", strconv.Itoa(port))
	for range 300 {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			d.mu.Lock()
			d.target = &url.URL{Scheme: "http", Host: address}
			d.mu.Unlock()
			return nil
		}
		select {
		case <-ended:
			return errors.New("turbowasm: dev: the server exited: see its output above")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("turbowasm: dev: the server does not listen on port %d: make it use the environment variable PORT", port)
}

func (d *dev) stop() {
	if d.stopApp != nil {
		d.stopApp()
		d.stopApp = nil
	}
}

// reload makes open pages reload.
func (d *dev) reload() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.changed)
	d.changed = make(chan struct{})
}

const reloadPath = "/_turbowasm/"

// reloadScript reloads the page when the event arrives.
const reloadScript = `new EventSource("` + reloadPath + `events").onmessage = () => location.reload()`

// handler serves the application and adds the script to its pages.
func (d *dev) handler() http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			d.mu.Lock()
			defer d.mu.Unlock()
			r.SetURL(d.target)
			r.Out.Host = r.In.Host // the cable compares it with the page's origin
			r.Out.Header.Del("Accept-Encoding")
		},
		ModifyResponse: func(res *http.Response) error {
			if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") || res.Request.Header.Get("Turbo-Frame") != "" {
				return nil
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				return err
			}
			body = append(body, `<script src="`+reloadPath+`reload.js"></script>`...)
			res.Body = io.NopCloser(bytes.NewReader(body))
			res.ContentLength = int64(len(body))
			res.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "turbowasm dev: the server does not answer, see the terminal: "+err.Error(), http.StatusBadGateway)
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc(reloadPath+"reload.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, reloadScript)
	})
	mux.HandleFunc(reloadPath+"events", d.events)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		target := d.target
		d.mu.Unlock()
		if target == nil {
			d.serveFile(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	})
	return mux
}

// serveFile serves the files of the current directory if the application has no
// server.
func (d *dev) serveFile(w http.ResponseWriter, r *http.Request) {
	name := filepath.Join(".", filepath.FromSlash(filepath.Clean("/"+r.URL.Path)))
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		name = filepath.Join(name, "index.html")
	}
	if filepath.Ext(name) != ".html" {
		http.FileServerFS(os.DirFS(".")).ServeHTTP(w, r)
		return
	}
	body, err := os.ReadFile(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `%s<script src="%sreload.js"></script>`, body, reloadPath)
}

// events tells a page when to reload.
func (d *dev) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.(http.Flusher).Flush()
	d.mu.Lock()
	changed := d.changed
	d.mu.Unlock()
	select {
	case <-changed:
		io.WriteString(w, "data: changed\n\n")
	case <-r.Context().Done():
	}
}
