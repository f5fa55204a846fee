package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/turbotest"
)

// testChat is a chat with an empty database, what it logged, and what it
// broadcast.
type testChat struct {
	*app
	url  string
	logs *bytes.Buffer
	sent *turbotest.Recorder
}

func newTestChat(t *testing.T) *testChat {
	t.Helper()
	return newTestChatWith(t, config{})
}

func newTestChatWith(t *testing.T, c config) *testChat {
	t.Helper()
	db := newTestStore(t)
	logs, sent := new(bytes.Buffer), new(turbotest.Recorder)
	c.Broker = sent
	c.Logger = slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelError}))
	a, err := newApp(t.Context(), db, fstest.MapFS{
		"turbo.js":   {Data: []byte("export {}")},
		"turbo.wasm": {Data: []byte("\x00asm")},
	}, c)
	if err != nil {
		t.Fatal(err)
	}
	stop := a.relay()
	srv := httptest.NewServer(frame.Check(a.handler(), a.logger)) // an answer that lacks its frame is an error
	t.Cleanup(func() {
		a.turbo.Shutdown(context.Background())
		stop()
		a.close()
		srv.Close()
		if logs.Len() > 0 {
			t.Errorf("the chat logged errors:\n%s", logs)
		}
	})
	return &testChat{a, srv.URL, logs, sent}
}

func newTestStore(t *testing.T) *store {
	t.Helper()
	db, err := openStore(t.Context(), filepath.Join(t.TempDir(), "chat ?#%.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// browser is a visitor's browser without JavaScript, or with Turbo's way to
// send forms. It does not follow redirects.
type browser struct {
	t    *testing.T
	chat *testChat
	http http.Client
}

func (c *testChat) newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	return &browser{t, c, http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// named is a browser whose user has given a name.
func (c *testChat) named(t *testing.T, name string) *browser {
	t.Helper()
	b := c.newBrowser(t)
	if got := b.post("/session", url.Values{"name": {name}}); got.status != http.StatusSeeOther {
		t.Fatalf("giving the name %q: got %v", name, got)
	}
	return b
}

type answer struct {
	status            int
	contentType, body string
	location          string
}

func (b *browser) do(method, path, accept string, form url.Values, headers ...string) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.chat.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Content-Type"), string(body), res.Header.Get("Location")}
}

const (
	plainAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	turboAccept = "text/vnd.turbo-stream.html, text/html, application/xhtml+xml"
)

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.do("GET", path, plainAccept, nil)
}

func (b *browser) post(path string, form url.Values) answer {
	b.t.Helper()
	return b.do("POST", path, plainAccept, form)
}

// turbo sends a form as Turbo does.
func (b *browser) turbo(path string, form url.Values) answer {
	b.t.Helper()
	return b.do("POST", path, turboAccept, form)
}

// frame sends a request of a frame as Turbo does, and follows redirects.
func (b *browser) frame(id, method, path string, form url.Values) answer {
	b.t.Helper()
	accept := "text/html, application/xhtml+xml"
	if method != "GET" {
		accept = turboAccept
	}
	got := b.do(method, path, accept, form, "Turbo-Frame", id)
	for got.status == http.StatusSeeOther {
		got = b.do("GET", got.location, accept, nil, "Turbo-Frame", id)
	}
	return got
}

// add puts a user and a room into the database.
func (c *testChat) add(t *testing.T, name, roomName string) (user, room) {
	t.Helper()
	u, _, err := c.db.createUser(t.Context(), name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.db.createRoom(t.Context(), roomName, u, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return u, r
}

func wantContains(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("got %q\nwant %q in it", got, part)
		}
	}
}

func wantLacks(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(got, part) {
			t.Errorf("got %q\nwant no %q in it", got, part)
		}
	}
}
