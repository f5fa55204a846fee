// Package cable is the server end of Action Cable: it holds WebSocket
// connections, decides their subscriptions, and fans broadcasts out to them. It
// speaks actioncable-v1-json, the protocol of Rails and of @rails/actioncable
// 8.1.
//
// A [Hub] is an http.Handler. Pages subscribe to channels; a channel attaches
// the subscription to named streams; a broadcast to a stream reaches every
// subscription attached to it, in order. Turbo::StreamsChannel, whose streams
// are signed into the page, is built in.
package cable

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// StreamsChannel is the channel that <turbo-cable-stream-source> subscribes to.
const StreamsChannel = "Turbo::StreamsChannel"

// Broker carries broadcasts between hubs. It keeps the order within a stream.
type Broker interface {
	// Publish sends data to every subscription of the stream, in every process.
	Publish(ctx context.Context, stream string, data []byte) (broker.Position, error)
	// Subscribe returns once later publications are certain to be delivered,
	// one at a time and in order, until cancel is called. deliver neither
	// blocks nor calls the broker.
	Subscribe(ctx context.Context, stream string, deliver func(broker.Publication)) (cancel func(), err error)
}

// User is whom a connection belongs to. The zero User is anonymous.
type User struct {
	// ID names the user in [Hub.Disconnect]; empty if that is not needed.
	ID string
	// Data is the application's own: whatever channels want to know.
	Data any
}

// ErrRejected is what a channel or [Hub.Authorize] returns to refuse a
// subscription: the client is told and does not try again.
var ErrRejected = errors.New("subscription rejected")

// Hub is the cable endpoint. Its zero value refuses other hosts' pages, knows
// the one channel Turbo::StreamsChannel, and broadcasts within the process;
// only Verifier must be set. The fields must not change after the first
// request or broadcast. All methods may be called concurrently.
type Hub struct {
	// Verifier checks the signed names of Turbo::StreamsChannel; nil rejects all.
	Verifier *streamname.Verifier
	// Broker carries broadcasts; nil is a [broker.Memory] of the hub's own.
	Broker Broker
	// Channels are the application's channels by class name, for example
	// "UnreadRoomsChannel". An entry named Turbo::StreamsChannel replaces the
	// built-in one.
	Channels map[string]Channel

	// Authenticate finds the user from the request that opens a connection
	// (its cookies, its headers). An error disconnects with the reason
	// unauthorized, for good. Nil lets everyone in, anonymous.
	Authenticate func(r *http.Request) (User, error)
	// Authorize decides whether a subscription may listen to a stream, after
	// the channel asked for it; the name was verified if the channel is
	// Turbo::StreamsChannel. [ErrRejected] rejects. Nil allows: then a signed
	// name is all that it takes.
	Authorize func(ctx context.Context, s *Subscription, stream string) error
	// AllowedOrigins are further origins ("https://example.com") whose pages
	// may connect, beside those of the request's own host; "*" is any. A
	// request without Origin does not come from a page and is let in.
	AllowedOrigins []string

	// Limits of one connection. Zero means the default.
	MaxFrame         int64         // bytes of a received frame; 64 KiB
	MaxSubscriptions int           // 100; more are rejected
	MaxQueue         int           // frames waiting to be written; 256. A client that falls behind further is disconnected.
	WriteTimeout     time.Duration // for one frame; 10 s
	IdleTimeout      time.Duration // without any sign of life, pongs included; 60 s

	// PingInterval is the pause between two pings; 0 is 3 s, which clients of
	// Action Cable count on.
	PingInterval time.Duration
	// Logger receives refusals and failures; nil is slog.Default().
	Logger *slog.Logger

	hubState
}

// Channel is what happens to the subscriptions of one channel class. Calls for
// one connection follow one another; different connections call concurrently.
// Any function may be nil.
type Channel struct {
	// Subscribe decides a subscription and names the streams it listens to,
	// by [Subscription.StreamFrom]. [ErrRejected] rejects; any other error is
	// logged and leaves the client to try again. Nil accepts.
	Subscribe func(ctx context.Context, s *Subscription) error
	// Perform handles an action of the client. Data is the JSON object that it
	// sent, action included; action is "receive" if it named none. An error
	// is logged.
	Perform func(ctx context.Context, s *Subscription, action string, data json.RawMessage) error
	// Unsubscribe is called when a confirmed subscription ends, however it
	// does; the connection may be gone.
	Unsubscribe func(ctx context.Context, s *Subscription)
}
