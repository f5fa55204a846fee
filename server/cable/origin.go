package cable

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// allowedOrigin compares the origin with the scheme and host of the request, as
// Rails does.
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

// isOrigin reports whether u consists of a scheme and a host only.
func isOrigin(u *url.URL) bool {
	return u.Scheme != "" && u.Host != "" && u.User == nil && u.Path == "" && u.Opaque == "" &&
		u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// originOf formats an origin as browsers do: in lower case and without the
// default port.
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

// schemeAndHost returns the scheme and host that the client used.
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

// address returns the client's address: the last hop that is not a trusted
// proxy.
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

// remote returns the peer's address, or the zero Addr if it has none, as on a
// Unix socket.
func remote(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// countedAs returns the address under which connections are counted. An IPv6
// user usually has a whole /64.
func countedAs(a netip.Addr) netip.Addr {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}

// last returns the last element of a header's list, which the nearest proxy
// added.
func last(list string) string {
	return strings.TrimSpace(list[strings.LastIndexByte(list, ',')+1:])
}
