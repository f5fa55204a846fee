// Package rails brings what a Rails application broadcasts through Redis to the
// pages of this server: the application goes on with its own
// broadcast_append_to and config/cable.yml, and its pages connect here.
package rails

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

// Publisher is where broadcasts go: the server's cable.Hub.
type Publisher interface {
	// PublishOnce publishes a JSON message to a stream, unless the stream has
	// had one of the same epoch with this sequence number or a higher one.
	PublishOnce(ctx context.Context, stream string, message []byte, epoch string, sequence uint64) error
}

// Bridge takes the broadcasts of a Rails application whose Action Cable uses the
// Redis adapter, and publishes each to the stream of the same name, byte for
// byte as Rails has encoded it. There it gets a place in the history, so that a
// page which is away for a while, or is not there yet, gets it later.
//
// Of the processes that share a broker, exactly one runs a bridge: two would
// publish everything twice, as Rails gives its messages no number that tells
// repetitions. It takes the broadcasts to all streams, whoever of the processes
// has listeners. As for Rails' own servers, what is broadcast while nobody is
// connected to Redis, or no bridge runs, is lost without a trace; what Redis
// has handed over is not lost, nor doubled, if the broker fails for less than a
// minute. Streams that an outbox publishes to should be left to it: broadcasts
// between two of its own keep it from telling a repetition.
type Bridge struct {
	// Address is the Redis of config/cable.yml:
	// redis://user:password@host:port/db, rediss:// with TLS, unix:///path,
	// or redis://sentinel:26379?master_set=mymaster.
	Address string
	// Prefix is the channel_prefix of config/cable.yml, without which it could
	// not be told what is Rails'. It must not be empty.
	Prefix string
	// Publisher gets the broadcasts.
	Publisher Publisher
	// Disconnect, if not nil, hears of remote disconnects:
	//
	//	ActionCable.server.remote_connections.where(current_user: user).disconnect
	//
	// identifier is the connection's: its identifiers (GlobalID parameters of
	// records, see streamname.ParseParam), sorted and joined with ":".
	Disconnect func(ctx context.Context, identifier string, reconnect bool) error
	// Logger receives refusals and failures; nil is slog.Default().
	Logger *slog.Logger
	// Connected, if not nil, is called whenever Redis has begun to hand over
	// broadcasts.
	Connected func()
}

const (
	// mostWaiting is how many broadcasts wait to be published before Redis has to.
	mostWaiting = 4096
	// giveUp is for how long one is tried to be published.
	giveUp = time.Minute
	// The pause before connecting again, or publishing.
	leastPause, mostPause = 50 * time.Millisecond, 2 * time.Second
)

// Run bridges until ctx ends, and then returns nil. A Redis that is not there is
// tried again. It returns an error if a field is missing or wrong.
func (b *Bridge) Run(ctx context.Context) error {
	if b.Publisher == nil || b.Prefix == "" {
		return errors.New("rails: Publisher and Prefix must be set: name the channel_prefix of config/cable.yml")
	}
	option, err := rueidis.ParseURL(b.Address)
	if err != nil {
		return errors.New("rails: the address is no URL such as redis://localhost:6379") // which may hold a password
	}
	option.DisableCache = true
	option.DisableRetry = true
	ctx, stop := context.WithCancel(ctx)
	messages := make(chan rueidis.PubSubMessage, mostWaiting)
	published := make(chan struct{})
	go func() {
		defer close(published)
		b.publish(ctx, messages)
	}()
	defer func() {
		stop()
		<-published
	}()
	pause := leastPause
	for ctx.Err() == nil {
		err := b.receive(ctx, option, messages, func() {
			pause = leastPause
			if b.Connected != nil {
				b.Connected()
			}
		})
		if ctx.Err() != nil {
			break
		}
		b.logger().WarnContext(ctx, "rails: not connected to Redis, what is broadcast now is lost", "error", err, "again", pause)
		rest(ctx, pause)
		pause = min(2*pause, mostPause)
	}
	return nil
}

func (b *Bridge) logger() *slog.Logger { return cmp.Or(b.Logger, slog.Default()) }

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// receive passes on what Rails publishes, until the connection ends.
func (b *Bridge) receive(ctx context.Context, option rueidis.ClientOption, messages chan<- rueidis.PubSubMessage, connected func()) error {
	client, err := rueidis.NewClient(option)
	if err != nil {
		return err
	}
	defer client.Close()
	hooked := rueidis.WithOnSubscriptionHook(ctx, func(s rueidis.PubSubSubscription) {
		if s.Kind == "psubscribe" {
			connected()
		}
	})
	err = client.Receive(hooked, client.B().Psubscribe().Pattern(escape(b.Prefix)+":*").Build(), func(m rueidis.PubSubMessage) {
		select {
		case messages <- m:
		case <-ctx.Done():
		}
	})
	return cmp.Or(err, errors.New("the subscription has ended"))
}

// escape keeps a prefix from being a pattern.
func escape(prefix string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(prefix)
}

// publish publishes messages in their order. The bridge numbers them itself, so
// that it may try again.
func (b *Bridge) publish(ctx context.Context, messages <-chan rueidis.PubSubMessage) {
	epoch := "rails." + rand.Text()
	for sequence := uint64(1); ; sequence++ {
		var m rueidis.PubSubMessage
		select {
		case m = <-messages:
		case <-ctx.Done():
			return
		}
		stream := strings.TrimPrefix(m.Channel, b.Prefix+":")
		var call func() error
		switch identifier, internal := strings.CutPrefix(stream, "action_cable/"); {
		case internal:
			call = b.order(ctx, identifier, m.Message)
		case stream != "" && json.Valid([]byte(m.Message)):
			call = func() error { return b.Publisher.PublishOnce(ctx, stream, []byte(m.Message), epoch, sequence) }
		default:
			b.logger().WarnContext(ctx, "rails: broadcast without stream or not JSON", "stream", stream)
		}
		if call != nil {
			b.try(ctx, stream, call)
		}
	}
}

// order is what a message of Action Cable's own asks for; nil is nothing.
func (b *Bridge) order(ctx context.Context, identifier, message string) func() error {
	var o struct {
		Type      string
		Reconnect *bool
	}
	if err := json.Unmarshal([]byte(message), &o); err != nil || o.Type != "disconnect" || b.Disconnect == nil {
		return nil
	}
	return func() error { return b.Disconnect(ctx, identifier, o.Reconnect == nil || *o.Reconnect) }
}

// try calls until there is no error, for a while.
func (b *Bridge) try(ctx context.Context, stream string, call func() error) {
	began, pause := time.Now(), leastPause
	for {
		err := call()
		if err == nil || ctx.Err() != nil {
			return
		}
		if time.Since(began) > giveUp {
			b.logger().ErrorContext(ctx, "rails: broadcast given up", "stream", stream, "error", err)
			return
		}
		if pause == leastPause {
			b.logger().WarnContext(ctx, "rails: broadcast is tried again", "stream", stream, "error", fmt.Sprint(err))
		}
		rest(ctx, pause)
		pause = min(2*pause, mostPause)
	}
}
