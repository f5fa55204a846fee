package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/broker/redis/redistest"
)

// stoppable is the chat in a process of its own.
type stoppable struct {
	cmd     *exec.Cmd
	host    string
	browser *browser // with a name
	lines   *bufio.Scanner
}

func startProcess(t *testing.T, args ...string) *stoppable {
	t.Helper()
	return startMain(t, "lives", args...)
}

// startMain starts main, or mainThatDies.
func startMain(t *testing.T, when string, args ...string) *stoppable {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-addr", "127.0.0.1:0", "-db", filepath.Join(t.TempDir(), "chat.db"), "-turbo", t.TempDir()}, args...)...)
	cmd.Env = append(os.Environ(), "CHAT_TEST_MAIN="+when, "REDIS_URL=")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	p := &stoppable{cmd: cmd, lines: bufio.NewScanner(stderr)}
	serving := regexp.MustCompile(`url=http://([\d.:]+)`)
	for p.host == "" && p.lines.Scan() {
		if m := serving.FindStringSubmatch(p.lines.Text()); m != nil {
			p.host = m[1]
		}
	}
	if p.host == "" {
		t.Fatal("the chat did not say where it serves")
	}
	p.browser = (&testChat{url: "http://" + p.host}).named(t, "Ada")
	return p
}

// stopped waits for the end and returns its status and what was logged.
func (p *stoppable) stopped(t *testing.T) (status int, logged string) {
	t.Helper()
	for p.lines.Scan() {
		logged += p.lines.Text() + "\n"
	}
	p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode(), logged
}

// source is what a room's page listens to, and up to where it knows that.
func (b *browser) source(path string) (identifier, position string) {
	b.t.Helper()
	source := regexp.MustCompile(`<h1[^>]*>.*</h1>\s*<turbo-cable-stream-source channel="([^"]+)" signed-stream-name="([^"]+)" position="([^"]+)"`)
	found := source.FindStringSubmatch(b.get(path).body)
	if found == nil {
		b.t.Fatal("the page listens to nothing")
	}
	return fmt.Sprintf(`{"channel":%q,"signed_stream_name":%q}`, found[1], found[2]), html.UnescapeString(found[3])
}

// listen is a connection that hears of a room, which may be shown by another
// process.
func (b *browser) listen(path string) *websocket.Conn {
	b.t.Helper()
	ws, err := b.dial()
	if err != nil {
		b.t.Fatal(err)
	}
	hear(b.t, ws, `"welcome"`)
	identifier, _ := b.source(path)
	if err := ws.WriteJSON(map[string]string{"command": "subscribe", "identifier": identifier}); err != nil {
		b.t.Fatal(err)
	}
	hear(b.t, ws, `"confirm_subscription"`)
	return ws
}

// resume is a connection that goes on with a room where a page was.
func (b *browser) resume(identifier, position string) *websocket.Conn {
	b.t.Helper()
	ws, err := b.dial("actioncable-v1-ext-json")
	if err != nil {
		b.t.Fatal(err)
	}
	hear(b.t, ws, `"welcome"`)
	history := map[string]json.RawMessage{"streams": json.RawMessage(position)}
	if err := ws.WriteJSON(map[string]any{"command": "subscribe", "identifier": identifier, "history": history}); err != nil {
		b.t.Fatal(err)
	}
	hear(b.t, ws, `"confirm_subscription"`)
	return ws
}

// halfPost sends the beginning of a form, and returns what is left to send.
func (p *stoppable) halfPost(t *testing.T, path string, form url.Values) (net.Conn, string) {
	t.Helper()
	conn, err := net.Dial("tcp", p.host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	body := form.Encode()
	address, _ := url.Parse("http://" + p.host)
	cookie := p.browser.http.Jar.(*cookiejar.Jar).Cookies(address)[0]
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		path, p.host, cookie, len(body), body[:3])
	return conn, body[3:]
}

func (p *stoppable) untilRefused(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", p.host)
		if err != nil {
			return
		}
		conn.Close()
	}
	t.Fatal("the chat still listens")
}

func TestAStopFinishesWhatIsUnderWayAndIsNoFailure(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		p := startProcess(t)
		ws := p.browser.listen("/rooms/1")

		conn, rest := p.halfPost(t, "/rooms/1/messages", url.Values{"body": {"the last word"}})
		// The process has it when it has answered a later request.
		p.browser.get("/rooms/1")
		p.cmd.Process.Signal(signal)
		p.untilRefused(t)
		if _, err := conn.Write([]byte(rest)); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.StatusCode != http.StatusSeeOther {
			t.Errorf("%v: a form under way: got %v, error %v", signal, res, err)
		}
		hear(t, ws, "the last word")
		wantContains(t, hear(t, ws, `"disconnect"`), `"reconnect":true`)
		ws.Close()
		if status, logged := p.stopped(t); status != 0 || strings.Contains(logged, "level=ERROR") || strings.Contains(logged, "cut off") {
			t.Errorf("%v: got status %d, logged\n%s", signal, status, logged)
		}
	}
}

func TestWhoDoesNotLetGoIsCutOffAndIsNoFailure(t *testing.T) {
	p := startProcess(t)
	p.halfPost(t, "/rooms/1/messages", url.Values{"body": {"never"}})
	ws, err := p.browser.dial() // nobody reads from it
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	if idle, err := net.Dial("tcp", p.host); err == nil { // nor says a word
		defer idle.Close()
	}
	p.browser.get("/rooms/1")
	begun := time.Now()
	p.cmd.Process.Signal(syscall.SIGTERM)
	status, logged := p.stopped(t)
	wantContains(t, logged, "cut off", "requests were still running")
	if took := time.Since(begun); status != 0 || took > shutdownTimeout+5*time.Second {
		t.Errorf("got status %d after %v, logged\n%s", status, took, logged)
	}
}

func TestProcessesOverOneRedisAreOneChat(t *testing.T) {
	server := redistest.Start(t)
	shared := []string{"-db", filepath.Join(t.TempDir(), "chat.db"), "-redis", server.Address}
	one, two := startProcess(t, shared...), startProcess(t, shared...)
	// Cookies mind no port: the balancer takes Ada now here and now there.
	adaAtTwo := &browser{t, two.browser.chat, one.browser.http}
	ada, ken := adaAtTwo.listen("/rooms/1"), two.browser.listen("/rooms/1")

	one.browser.post("/rooms/1/messages", url.Values{"body": {"from one to two"}})
	hear(t, ada, "from one to two")
	hear(t, ken, "from one to two")
	one.browser.post("/session", url.Values{"_method": {"delete"}})
	wantContains(t, hear(t, ada, `"disconnect"`), `"reconnect":false`)

	one.cmd.Process.Kill()
	two.browser.post("/rooms/1/messages", url.Values{"body": {"one is gone"}})
	hear(t, ken, "one is gone")

	server.Kill()
	server.Restart()
	three := startProcess(t, shared...)
	three.browser.post("/rooms/1/messages", url.Values{"body": {"Redis is back"}})
	hear(t, ken, "Redis is back") // with the first try: what two has missed it fetches
}

func TestABalancerLearnsWhetherTheChatIsThere(t *testing.T) {
	c := newTestChat(t)
	b := c.newBrowser(t) // without a name
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if got := b.get(path); got.status != http.StatusOK || got.body != want {
			t.Errorf("%s: got %d, %q", path, got.status, got.body)
		}
	}
	c.turbo.Shutdown(t.Context())
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable} {
		if got := b.get(path); got.status != want {
			t.Errorf("%s of a chat that stops: got %d, want %d", path, got.status, want)
		}
	}
}

func TestFiguresAreForThisMachineAlone(t *testing.T) {
	c := newTestChat(t)
	b := c.named(t, "Ada")
	ws, err := b.dial()
	if err != nil {
		t.Fatal(err)
	}
	hear(t, ws, `"welcome"`)
	wantContains(t, b.get("/metrics").body, "\ncable_connections_opened_total 1\n", "\noutbox_waiting 0\n", "go_goroutines")
	for name, r := range map[string]*http.Request{
		"by a proxy":     {RemoteAddr: "127.0.0.1:5", Header: http.Header{"X-Forwarded-For": {"127.0.0.1"}}},
		"from elsewhere": {RemoteAddr: "192.0.2.1:5"},
	} {
		r.Method, r.URL = "GET", &url.URL{Path: "/metrics"}
		w := httptest.NewRecorder()
		c.handler().ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", name, w.Code)
		}
	}
}
