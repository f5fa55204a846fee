// Package rails delivers what a Rails application broadcasts through Redis to
// the pages of this server: the application keeps its broadcast_append_to and
// its config/cable.yml, while its pages connect here.
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

// Publisher receives the broadcasts: the server's cable.Hub.
type Publisher interface {
	// PublishOnce publishes a JSON message to a stream, unless the stream
	// already has one of the same epoch with this or a higher sequence number.
	PublishOnce(ctx context.Context, stream string, message []byte, epoch string, sequence uint64) error
}

// Bridge receives the broadcasts of a Rails application whose Action Cable uses
// the Redis adapter, and publishes each to the stream of the same name, byte
// for byte as Rails encoded it. There it gets a position in the history, so
// that a page that is disconnected, or not loaded yet, receives it later.
//
// Of the processes that share a broker, exactly one runs a bridge: two would
// publish everything twice, because Rails does not number its messages. It
// receives the broadcasts to all streams, whichever process has the
// subscriptions. As with Rails's own servers, broadcasts are lost without a
// trace while nothing is connected to Redis or no bridge is running. Once Redis
// has delivered a message it is neither lost nor duplicated if the broker fails
// for less than a minute. Do not bridge streams that an outbox publishes to:
// broadcasts in between keep the outbox from recognising repetitions.
type Bridge struct {
	// Address is the Redis URL of config/cable.yml:
	// redis://user:password@host:port/db, rediss:// with TLS, unix:///path, or
	// redis://sentinel:26379?master_set=mymaster.
	Address string
	// Prefix is the channel_prefix of config/cable.yml, which identifies the
	// application's messages. It must not be empty.
	Prefix string
	// Publisher receives the broadcasts.
	Publisher Publisher
	// Disconnect, if set, is called for remote disconnects:
	//
	//	ActionCable.server.remote_connections.where(current_user: user).disconnect
	// identifier is that of the connection: its identifiers (GlobalID
	// parameters of records, see streamname.ParseParam), sorted and joined with
	// ":".
	// records, see streamname.ParseParam), sorted and joined with ":".
	Disconnect func(ctx context.Context, identifier string, reconnect bool) error
	// Logger receives refusals and failures; nil means slog.Default().
	Logger *slog.Logger
	// Connected, if set, is called whenever a connection to Redis starts to
	// deliver broadcasts.
	Connected func()
}

const (
	// mostWaiting is how many broadcasts are buffered before Redis has to wait.
	mostWaiting = 4096
	// giveUp is how long publishing a message is retried.
	giveUp = time.Minute
	// Pauses before connecting or publishing again.
	leastPause, mostPause = 50 * time.Millisecond, 2 * time.Second
)

// Run runs the bridge until ctx ends, and then returns nil. It keeps trying to
// reach Redis. It returns an error only if a field is missing or invalid.
func (b *Bridge) Run(ctx context.Context) error {
	if b.Publisher == nil || b.Prefix == "" {
		return errors.New("rails: set Publisher, and Prefix to the channel_prefix of config/cable.yml")
	}
	option, err := rueidis.ParseURL(b.Address)
	if err != nil {
		return errors.New("rails: Address is not a valid URL: write it like redis://localhost:6379") // the parser's error may contain the password
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
		b.logger().WarnContext(ctx, "rails: not connected to Redis, broadcasts are being lost", "error", err, "retry_in", pause)
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

// receive passes on what Rails publishes until the connection ends.
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

// escape makes a prefix match literally in a pattern.
func escape(prefix string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(prefix)
}

// publish publishes messages in order. The bridge numbers them itself, so that
// it can retry.
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
			b.logger().WarnContext(ctx, "rails: broadcast ignored: it has no stream or is not JSON", "stream", stream)
		}
		if call != nil {
			b.try(ctx, stream, call)
		}
	}
}

// order returns what an internal message of Action Cable asks for, or nil.
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

// try repeats the call until it succeeds, for at most giveUp.
func (b *Bridge) try(ctx context.Context, stream string, call func() error) {
	began, pause := time.Now(), leastPause
	for {
		err := call()
		if err == nil || ctx.Err() != nil {
			return
		}
		if time.Since(began) > giveUp {
			b.logger().ErrorContext(ctx, "rails: broadcast lost: it could not be published for a minute", "stream", stream, "error", err)
			return
		}
		if pause == leastPause {
			b.logger().WarnContext(ctx, "rails: publishing failed, will retry", "stream", stream, "error", fmt.Sprint(err))
		}
		rest(ctx, pause)
		pause = min(2*pause, mostPause)
	}
}
