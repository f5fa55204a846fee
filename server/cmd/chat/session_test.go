package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestTheDatabaseHoldsNoTokens(t *testing.T) {
	c := newTestChat(t)
	u, token, err := c.db.createUser(t.Context(), "Ada", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var stored string
	if err := c.db.pool.QueryRow(`SELECT token FROM users WHERE id = ?`, u.ID).Scan(&stored); err != nil {
		t.Fatal(err)
	}
	if stored == token || strings.Contains(stored, token) {
		t.Errorf("the database holds the token %q as %q", token, stored)
	}
	if got, err := c.db.userByToken(t.Context(), stored, time.Now()); err == nil {
		t.Errorf("what the database holds signs in %v", got)
	}
	if _, err := c.db.userByToken(t.Context(), token, time.Now().Add(cookieAge+time.Second)); err == nil {
		t.Error("a session outlives its cookie")
	}
}

// dial opens a cable connection as a browser, with Action Cable's own protocol
// or the one given.
func (b *browser) dial(protocol ...string) (*websocket.Conn, error) {
	b.t.Helper()
	address, err := url.Parse(b.chat.url)
	if err != nil {
		b.t.Fatal(err)
	}
	d := websocket.Dialer{Jar: b.http.Jar, Subprotocols: append(protocol, "actioncable-v1-json")}
	ws, _, err := d.Dial("ws://"+address.Host+"/cable", http.Header{"Origin": {b.chat.url}})
	if err == nil {
		b.t.Cleanup(func() { ws.Close() })
	}
	return ws, err
}

// hear reads messages until one has a part.
func hear(t *testing.T, ws *websocket.Conn, part string) string {
	t.Helper()
	ws.SetReadDeadline(time.Now().Add(patience))
	for {
		_, message, err := ws.ReadMessage()
		if err != nil {
			t.Fatalf("waiting for %s: %v", part, err)
		}
		if strings.Contains(string(message), part) {
			return string(message)
		}
	}
}

func TestSigningOutEndsTheSessionAndItsConnections(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	ada := c.named(t, "Ada")
	ws, err := ada.dial()
	if err != nil {
		t.Fatal(err)
	}
	hear(t, ws, `"welcome"`)
	wantContains(t, ada.get("/rooms/1").body, `href="/session"`)
	wantContains(t, ada.get("/session").body, `value="delete"`, "You are Ada")
	address, _ := url.Parse(c.url)
	old := ada.http.Jar.Cookies(address)

	got := ada.post("/session", url.Values{"_method": {"delete"}})
	if got.status != http.StatusSeeOther || got.location != "/welcome" {
		t.Fatalf("got %d to %q, want 303 to /welcome", got.status, got.location)
	}
	wantContains(t, hear(t, ws, `"disconnect"`), `"reconnect":false`)
	if left := ada.http.Jar.Cookies(address); len(left) != 0 {
		t.Errorf("the browser keeps %v", left)
	}
	// Whoever kept the cookie has nothing.
	ada.http.Jar.SetCookies(address, old)
	if got := ada.get("/rooms/1"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/welcome") {
		t.Errorf("the old cookie: got %d to %q", got.status, got.location)
	}
	if ws, err := ada.dial(); err == nil {
		wantContains(t, hear(t, ws, `"type":`), `"unauthorized"`)
	}
	// What was written stays, and signing out is for who is in.
	if got := c.newBrowser(t).post("/session", url.Values{"_method": {"delete"}}); !strings.HasPrefix(got.location, "/welcome") {
		t.Errorf("a stranger who signs out: got %d to %q", got.status, got.location)
	}
}

func TestTheCookieIsSecureBehindAProxyThatEndsTLS(t *testing.T) {
	cookie := func(c *testChat) (http.Header, *http.Cookie) {
		t.Helper()
		b := c.newBrowser(t)
		res, err := b.http.PostForm(c.url+"/session", url.Values{"name": {"Ada"}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if len(res.Cookies()) != 1 {
			t.Fatalf("got status %d, cookies %v", res.StatusCode, res.Cookies())
		}
		return res.Header, res.Cookies()[0]
	}
	var c config
	if err := c.setPublic("https://chat.example.com/"); err != nil {
		t.Fatal(err)
	}
	chat := newTestChatWith(t, c)
	headers, got := cookie(chat)
	if !got.Secure || !got.HttpOnly || got.SameSite != http.SameSiteLaxMode || got.Name != "__Host-chat_session" || got.Path != "/" || got.Domain != "" {
		t.Errorf("behind a proxy: got %v", got)
	}
	if headers.Get("Strict-Transport-Security") == "" {
		t.Error("browsers are not told to come by https")
	}
	for origin, want := range map[string]int{"https://chat.example.com": http.StatusOK, "https://evil.example.com": http.StatusForbidden} {
		b := chat.newBrowser(t)
		got := b.do("POST", "/session", plainAccept, url.Values{"name": {""}}, "Origin", origin)
		if ok := got.status != http.StatusForbidden; ok != (want == http.StatusOK) {
			t.Errorf("a form of %s: got status %d", origin, got.status)
		}
		d := websocket.Dialer{Subprotocols: []string{"actioncable-v1-json"}}
		ws, _, err := d.Dial("ws"+strings.TrimPrefix(chat.url, "http")+"/cable", http.Header{"Origin": {origin}})
		if err == nil {
			ws.Close()
		}
		if (err == nil) != (want == http.StatusOK) {
			t.Errorf("a connection of %s: got error %v", origin, err)
		}
	}

	headers, got = cookie(newTestChat(t))
	if got.Secure || got.Name != "chat_session" || headers.Get("Strict-Transport-Security") != "" {
		t.Errorf("on plain http: got %v", got)
	}
	for _, bad := range []string{"chat.example.com", "ftp://chat.example.com", "https://", "https://chat.example.com/path", "%"} {
		if err := new(config).setPublic(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
