package cable

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// allowedOrigin compares scheme and host with those of the request, as Rails
// does.
func (k *core) allowedOrigin(r *http.Request) bool {
	given := r.Header.Values("Origin")
	if len(given) == 0 || k.origins["*"] {
		return true
	}
	u, err := url.Parse(given[0])
	if len(given) > 1 || err != nil || !isOrigin(u) {
		return false
	}
	origin := originOf(u.Scheme, u.Host)
	return k.origins[origin] || origin == originOf(k.schemeAndHost(r))
}

// isOrigin reports whether u is nothing but a scheme and a host.
func isOrigin(u *url.URL) bool {
	return u.Scheme != "" && u.Host != "" && u.User == nil && u.Path == "" && u.Opaque == "" &&
		u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// originOf writes an origin as browsers do: in lower case, without the port
// that goes without saying.
func originOf(scheme, host string) string {
	scheme, host = strings.ToLower(scheme), strings.ToLower(host)
	switch scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return scheme + "://" + host
}

// schemeAndHost are those by which the client's page was reached.
func (k *core) schemeAndHost(r *http.Request) (scheme, host string) {
	scheme, host = "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if k.trusted(remote(r)) {
		if s := last(r.Header.Get("X-Forwarded-Proto")); s != "" {
			scheme = s
		}
		if h := last(r.Header.Get("X-Forwarded-Host")); h != "" {
			host = h
		}
	}
	return scheme, host
}

// address is the client's: that of the last hop which is no trusted proxy.
func (k *core) address(r *http.Request) netip.Addr {
	at := remote(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !k.trusted(at) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		at = next.Unmap().WithZone("")
	}
	return at
}

func (k *core) trusted(a netip.Addr) bool {
	return a.IsValid() && slices.ContainsFunc(k.hub.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// remote is the address of the other end; the zero Addr if it has none, as on
// a Unix socket.
func remote(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// countedAs is the address that connections are counted under: whoever has one
// of IPv6 has 2^64 of them.
func countedAs(a netip.Addr) netip.Addr {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}

// last is the last of a list in a header: what the nearest proxy wrote.
func last(list string) string {
	return strings.TrimSpace(list[strings.LastIndexByte(list, ',')+1:])
}
