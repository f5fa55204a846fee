package main

import (
	"bytes"
	"context"
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

// A dev builds and serves an application while it is developed.
type dev struct {
	Page, Server string // packages
	Static       string // where the page's files go
	Addr         string
	Progress     io.Writer

	app     *exec.Cmd // what runs; nil where files are served
	stopApp func()
	dir     string // of what was built

	mu      sync.Mutex    // guards what follows
	target  *url.URL      // the running server's
	changed chan struct{} // closed when open pages are to load themselves anew
}

// settle is how long files stay as they are before a build begins.
const settle = 200 * time.Millisecond

// run builds, serves, and builds again when something changes, until ctx ends.
func (d *dev) run(ctx context.Context) (err error) {
	if d.dir, err = os.MkdirTemp("", "turbowasm-"); err != nil {
		return fmt.Errorf("turbowasm: dev: %w", err)
	}
	defer os.RemoveAll(d.dir)
	listener, err := net.Listen("tcp", d.Addr)
	if err != nil {
		return fmt.Errorf("turbowasm: dev: %w", err)
	}
	d.changed = make(chan struct{})
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
				fmt.Fprintf(d.Progress, "on http://%s\n", listener.Addr())
				d.reload()
			}
			built = seen
		}
		if !wait(ctx, settle) {
			return nil
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// files are what is watched, and when each changed last.
func (d *dev) files() map[string]time.Time {
	all := map[string]time.Time{}
	static := filepath.Clean(d.Static)
	filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // it has just gone
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

// watched are the kinds of files that an application is made of: a database
// that it writes is none.
var watched = map[string]bool{
	".go": true, ".mod": true, ".sum": true, ".html": true, ".tmpl": true, ".gohtml": true, ".templ": true,
	".css": true, ".js": true, ".json": true, ".svg": true, ".md": true, ".txt": true,
}

func same(a, b map[string]time.Time) bool { return b != nil && len(changedOf(a, b)) == 0 }

// changedOf are the files that are not as they were.
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

// build builds what depends on the changed files, and starts it.
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
		return nil // files are served
	}
	binary := filepath.Join(d.dir, "app"+strconv.FormatInt(time.Now().UnixNano(), 36))
	if _, err := p.output(ctx, "build", "-o", binary, d.Server); err != nil {
		return err
	}
	d.stop()
	return d.start(ctx, binary)
}

// output runs the go command for this machine.
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

// start starts the application on a port of its own, and waits until it answers.
func (d *dev) start(ctx context.Context, binary string) error {
	free, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return fmt.Errorf("turbowasm: dev: %w", err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	appCtx, cancel := context.WithCancel(ctx)
	app := exec.CommandContext(appCtx, binary)
	app.Env = append(os.Environ(), "PORT="+strconv.Itoa(port))
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
		app.Wait() // what it has to say it has said
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
			return errors.New("turbowasm: dev: the server has ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("turbowasm: dev: the server does not listen on port %d, which PORT in its environment names", port)
}

func (d *dev) stop() {
	if d.stopApp != nil {
		d.stopApp()
		d.stopApp = nil
	}
}

// reload has open pages load themselves anew.
func (d *dev) reload() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.changed)
	d.changed = make(chan struct{})
}

const reloadPath = "/_turbowasm/"

// reloadScript loads the page anew when it is told to.
const reloadScript = `new EventSource("` + reloadPath + `events").onmessage = () => location.reload()`

// handler serves the application, and adds the script to its pages.
func (d *dev) handler() http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			d.mu.Lock()
			defer d.mu.Unlock()
			r.SetURL(d.target)
			r.Out.Host = r.In.Host // which the cable compares with the page's
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
			http.Error(w, "the server does not answer: "+err.Error(), http.StatusBadGateway)
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

// serveFile serves the current directory, as long as no server of the
// application's does.
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

// events tells a page when to load itself anew.
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
