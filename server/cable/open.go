package cable

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
)

// visitor is a request that may become a connection.
type visitor struct {
	core     *core
	request  *http.Request
	address  netip.Addr
	counted  netip.Addr
	opening  *opening
	user     User
	refusal  Reason // empty if it is accepted
	comeBack bool   // whether to retry after a refusal
}

// receive decides about a request for a connection, over any transport. It
// returns nil after answering a request that gets none; full answers those
// beyond a connection limit. A visitor that it returns, even a refused one, has
// to become a connection or be sent away.
func (k *core) receive(w http.ResponseWriter, r *http.Request, full func(Reason)) *visitor {
	if !k.allowedOrigin(r) {
		k.observe(Event{Kind: EventRefused, Reason: ReasonOrigin})
		scheme, host := k.schemeAndHost(r)
		k.journal.warn("origin refused", "origin", r.Header.Get("Origin"), "scheme", scheme, "host", host)
		http.Error(w, "Page not found", http.StatusNotFound)
		return nil
	}
	v := &visitor{core: k, request: r, address: k.address(r)}
	v.counted = countedAs(v.address)
	if reason := k.admit(v.counted); reason != "" {
		k.observe(Event{Kind: EventRefused, Reason: reason})
		k.journal.warn("connection refused", "reason", reason, "remote", v.address)
		full(reason)
		return nil
	}
	v.opening = k.control.begin()
	v.authenticate()
	return v
}

func (v *visitor) authenticate() {
	k, ctx := v.core, v.request.Context()
	if err := k.listenToOrders(ctx); err != nil {
		k.journal.warn("connection refused", "reason", ReasonUnavailable, "error", err)
		v.refusal, v.comeBack = ReasonUnavailable, true
		return
	}
	if k.hub.Authenticate == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, k.limits.authenticate)
	defer cancel()
	err := k.protect("Authenticate", nil, func() (err error) {
		v.user, err = k.hub.Authenticate(v.request.WithContext(ctx))
		return err
	})
	switch {
	case errors.Is(err, ErrUnauthorized):
		v.refusal = ReasonUnauthorized
	case err != nil:
		v.refusal, v.comeBack = ReasonUnavailable, true
	default:
		return
	}
	v.user = User{}
	k.journal.warn("connection refused", "reason", v.refusal, "error", err, "remote", v.address)
}

// sendAway releases a visitor that did not become a connection.
func (v *visitor) sendAway() {
	v.core.control.done(v.opening)
	v.core.dismiss(v.counted)
}

// connect turns the visitor into a connection, or into one that is closed with
// the reason of the refusal. The transport must read from then on.
func (v *visitor) connect(d transport, p protocol) *conn {
	k := v.core
	remote := v.request.RemoteAddr
	if v.address.IsValid() {
		remote = v.address.String()
	}
	c := k.newConn(d, p, v.user, v.counted, remote, v.request.Context())
	open := k.join(c)
	orders := k.control.done(v.opening) // from here on the connection receives orders itself
	switch {
	case v.refusal != "":
		c.end(v.refusal, v.comeBack)
	case !open:
		c.end(ReasonRestart, true)
		v.refusal = ReasonRestart
	default:
		for _, o := range orders {
			if o.User == c.user.ID && o.Type == "disconnect" {
				c.end(ReasonRemote, o.Reconnect)
				v.refusal = ReasonRemote
				break
			}
		}
	}
	if v.refusal != "" {
		k.observe(Event{Kind: EventRefused, Reason: v.refusal})
	}
	return c
}

// welcome starts the conversation. The hooks lock is held, which delays the
// client's first command until it returns.
func (v *visitor) welcome(c *conn) {
	if v.refusal != "" {
		return
	}
	c.welcomed = true
	c.core.observe(Event{Kind: EventOpened})
	if hook := c.core.hub.OnConnect; hook != nil {
		c.core.protect("OnConnect", c, func() error { hook(c.ctx, c.info()); return nil })
	}
	c.send(c.protocol.welcome())
}
