package cable_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/turbowasm/turbowasm/server/cable"
)

func TestForeignOriginsAreRefused(t *testing.T) {
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for _, c := range []struct {
		name      string
		origin    string
		allowed   []string
		proxies   []netip.Prefix
		forwarded http.Header
		ok        bool
	}{
		{name: "the same scheme and host", origin: "http://HOST", ok: true},
		{name: "the same in capitals", origin: "HTTP://HOST", ok: true},
		{name: "no page at all", ok: true},
		{name: "another scheme", origin: "https://HOST"},
		{name: "a scheme that is no page's", origin: "ftp://HOST"},
		{name: "a user before the host", origin: "http://evil@HOST"},
		{name: "a path behind the host", origin: "http://HOST/"},
		{name: "another host", origin: "http://evil.example"},
		{name: "another port", origin: "http://127.0.0.1:1"},
		{name: "a host that only begins alike", origin: "http://HOST.evil.example"},
		{name: "a sandboxed page", origin: "null"},
		{name: "no URL", origin: "http://%zz"},
		{name: "a listed one", origin: "https://app.example", allowed: []string{"https://app.example"}, ok: true},
		{name: "a listed one, its port spelled out", origin: "https://app.example", allowed: []string{"https://App.example:443"}, ok: true},
		{name: "a listed one by another scheme", origin: "http://app.example", allowed: []string{"https://app.example"}},
		{name: "any", origin: "https://evil.example", allowed: []string{"*"}, ok: true},
		{name: "a proxy that is trusted ends TLS", origin: "https://HOST", proxies: loopback, forwarded: http.Header{"X-Forwarded-Proto": {"https"}}, ok: true},
		{name: "a proxy that is trusted, and the page is without TLS", origin: "http://HOST", proxies: loopback, forwarded: http.Header{"X-Forwarded-Proto": {"https"}}},
		{name: "a proxy that is trusted names the host", origin: "https://app.example", proxies: loopback,
			forwarded: http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"evil.example, app.example"}}, ok: true},
		{name: "somebody who is no trusted proxy", origin: "https://HOST", forwarded: http.Header{"X-Forwarded-Proto": {"https"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, _ := serve(t, &cable.Hub{AllowedOrigins: c.allowed, TrustedProxies: c.proxies})
			header := c.forwarded.Clone()
			if header == nil {
				header = http.Header{}
			}
			if c.origin != "" {
				header.Set("Origin", strings.Replace(c.origin, "HOST", strings.Split(url, "/")[2], 1))
			}
			ws, resp, err := websocket.DefaultDialer.Dial(url, header)
			if (err == nil) != c.ok {
				t.Fatalf("got %v, want ok %t", err, c.ok)
			}
			if err == nil {
				ws.Close()
			} else if resp.StatusCode != 404 {
				t.Errorf("status is %s", resp.Status)
			}
		})
	}
}
