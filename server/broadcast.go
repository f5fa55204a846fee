package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/turbowasm/turbowasm/server/stream"
)

// Streams are the streams that a broadcast goes to, made by [Server.To].
type Streams struct {
	server *Server
	names  []string
	except string // id of the request whose page is left out
}

// To selects the streams to broadcast to, by names as made by streamname.Join.
// A broadcast to no streams does nothing.
func (s *Server) To(names ...string) Streams { return Streams{server: s, names: slices.Clone(names)} }

// Except leaves out the page that made the request with the id requestID (see
// [RequestID]), for handlers that answer that page with the streams themselves.
// It applies to parts that are stream elements, and works in pages with this
// runtime. An empty id leaves out no page.
func (t Streams) Except(requestID string) Streams {
	t.except = requestID
	return t
}

// Broadcast renders the parts once, in order, and sends them to each stream as
// one message. It uses the values of ctx but is not cancelled with it, so a
// broadcast is complete even if the user who caused it closes the tab.
func (t Streams) Broadcast(ctx context.Context, parts ...stream.Component) error {
	ctx = context.WithoutCancel(ctx)
	parts = slices.Clone(parts)
	for i, part := range parts {
		if e, ok := part.(stream.Element); ok {
			e.Attrs = slices.Clone(e.Attrs)
			if t.except != "" {
				e.Attrs = append(e.Attrs, stream.Except(t.except))
			}
			// Counting the listeners is only worthwhile for a refresh.
			if e.Action == stream.Refresh && !slices.ContainsFunc(e.Attrs, isSpread) {
				if spread := t.server.spread(t.names); spread > 0 {
					e.Attrs = append(e.Attrs, stream.Spread(spread))
				}
			}
			parts[i] = e
		}
	}
	html, err := stream.Render(ctx, parts...)
	if err != nil {
		return fmt.Errorf("server: broadcast to %q: %w", t.names, err)
	}
	return t.BroadcastJSON(ctx, html)
}

func isSpread(a stream.Attr) bool { return a.Name == "spread" }

// mostSpread is the longest delay of a refresh.
const mostSpread = time.Minute

// spread returns the time over which to spread a refresh of the streams' pages,
// or 0 if they are few.
func (s *Server) spread(names []string) time.Duration {
	rate, most := cmp.Or(s.RefreshRate, 500), 0
	for _, name := range names {
		most = max(most, s.Cable.Listeners(name))
	}
	if rate < 0 || most <= rate {
		return 0
	}
	return min(mostSpread, time.Duration(most)*time.Second/time.Duration(rate))
}

// BroadcastJSON sends a message of any shape, encoded as JSON, for the
// application's own channels. It treats ctx as Broadcast does.
func (t Streams) BroadcastJSON(ctx context.Context, message any) error {
	if err := t.server.start(); err != nil {
		return err
	}
	var errs []error
	for _, name := range t.names {
		errs = append(errs, t.server.Cable.Broadcast(ctx, name, message))
	}
	return errors.Join(errs...)
}

// BroadcastLater broadcasts in the background, in the order of the calls.
// Rendering happens in the background too, with the values of ctx, but is not
// cancelled with it. If the queue is full it returns [ErrQueueFull] instead of
// waiting. Later errors are logged.
func (t Streams) BroadcastLater(ctx context.Context, parts ...stream.Component) error {
	ctx = context.WithoutCancel(ctx)
	parts = slices.Clone(parts)
	err := t.server.later.add(t.server.QueueSize, func() { t.logged(ctx, parts...) })
	if err != nil {
		return fmt.Errorf("server: broadcast to %q later: %w", t.names, err)
	}
	return nil
}

// BroadcastRefresh makes every page on the streams refresh, except the one that
// made the request with the id requestID (see [RequestID]). If many pages
// listen, [Server.RefreshRate] spreads them over time; stream.Spread among
// attrs overrides that. Calls for the same stream and request are combined: the
// refresh is sent half a second after the last call, with that call's
// attributes, or two seconds after the first at the latest. It returns
// [ErrQueueFull] if too many refreshes are waiting. Later errors are logged.
func (t Streams) BroadcastRefresh(requestID string, attrs ...stream.Attr) error {
	refresh := stream.RefreshPage(requestID, attrs...)
	if _, err := stream.Render(context.Background(), refresh); err != nil {
		return fmt.Errorf("server: broadcast to %q: %w", t.names, err)
	}
	for _, name := range t.names {
		one := Streams{server: t.server, names: []string{name}}
		key := strings.Join([]string{name, requestID}, "\x00")
		if err := t.server.later.debounce(t.server.QueueSize, key, func() { one.logged(context.Background(), refresh) }); err != nil {
			return fmt.Errorf("server: broadcast refresh to %q: %w", name, err)
		}
	}
	return nil
}

// logged broadcasts and logs any error.
func (t Streams) logged(ctx context.Context, parts ...stream.Component) {
	defer func() {
		if p := recover(); p != nil { // a component's panic must not end the process
			t.server.logger().Error("server: panic in a background broadcast", "streams", t.names, "panic", p)
		}
	}()
	if err := t.Broadcast(ctx, parts...); err != nil {
		t.server.logger().Error("server: background broadcast failed", "streams", t.names, "error", err)
	}
}
