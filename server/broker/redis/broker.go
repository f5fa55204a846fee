// Package redis is the broker for several processes: what one publishes reaches
// the subscribers of all, through Redis 5 or later, standalone, with Sentinel,
// or as a cluster. It is built on RedisBroker of
// github.com/centrifugal/centrifuge, which stores a stream's history and
// position in Redis and updates both, and notifies subscribers, in one step.
//
// Redis notifies connected processes only, and only once. A process that was
// disconnected, or too slow, detects it by the offsets and after every
// reconnect, and reads what it missed from the history before it delivers
// anything later. The process does this on behalf of its clients: that is one
// request instead of a thousand, and clients that know nothing of positions
// miss nothing either. When the history no longer has the missing messages,
// clients notice by the jump of the offset.
//
// Each stream has an epoch of its own. A Redis that was emptied or replaced
// starts a new epoch, and every older position then gives [broker.ErrGap]. If a
// stream lost messages and nothing new is published to it, its subscribers are
// sent one empty message (""), so that they learn the new position. Configure
// Redis to keep nothing over a restart (save "", appendonly no) or every write
// (appendonly yes, appendfsync always): if it comes back from an older snapshot
// it assigns offsets a second time, and clients take those messages for
// repetitions. A process that notices such a step back starts a new epoch, but
// cannot notice it if Redis has caught up in the meantime. Nor should Redis
// evict keys (maxmemory-policy noeviction).
package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/turbowasm/turbowasm/server/broker"
)

// Options configure how a broker uses Redis. Processes that share streams must
// use the same options.
type Options struct {
	// Prefix starts every key and channel used in Redis; empty means
	// "turbowasm".
	Prefix string
	// HistorySize is how many publications are kept per stream; 0 means 100.
	HistorySize int
	// HistoryBytes is how many bytes of data are kept per stream; 0 means 1
	// MiB. Redis limits the number of publications, not their bytes, so the
	// byte limit is approximate: once a message is larger than HistoryBytes /
	// (2 * HistorySize), as few as half of the bytes may be kept. A message
	// larger than the limit is kept alone. Processes that publish to one stream
	// at the same moment may exceed the limit until its next large message. All
	// streams together are limited only by HistoryTTL and by Redis's maxmemory,
	// at which Redis refuses to store more.
	HistoryBytes int
	// HistoryTTL is how long a stream's history is kept after its last
	// publication, in whole seconds; 0 means five minutes.
	HistoryTTL time.Duration
	// Logger receives problems with Redis; nil means slog.Default().
	Logger *slog.Logger
}

// forgetAfter is how long Redis remembers the position of a stream that is
// neither published to nor read.
const forgetAfter = 24 * time.Hour

// patience is how long a subscription waits for a connection to Redis to be
// established.
const patience = 5 * time.Second

var errClosed = errors.New("the broker is closed")

// Broker is shared by all processes that use the same Redis. Create it with
// [Open]; it is safe for concurrent use.
type Broker struct {
	address string // without the password
	options Options
	logger  *slog.Logger
	shard   *centrifuge.RedisShard
	redis   *centrifuge.RedisBroker

	mu     sync.RWMutex // guards topics and every topic's users
	topics map[string]*topic

	closing sync.Mutex // guards closed; held while starting work
	closed  bool
	done    chan struct{} // closed by Close
	work    sync.WaitGroup
	trouble chan struct{} // signals that something happened to a connection
	journal journal
}

// Open connects to Redis, which must be running. The address is one of
//
//	localhost:6379
//	redis://user:password@host:port/db      rediss:// with TLS
//	unix:///path/of/redis.sock
//	redis+sentinel://host:26379?sentinel_master_name=mymaster&addr=host2:26379
//	redis+cluster://host:6379?addr=host2:6379
//
// with connect_timeout, io_timeout and other options of centrifuge's
// RedisShardConfig in the query. options may be nil.
func Open(address string, options *Options) (*Broker, error) {
	if _, err := url.Parse(address); err != nil && strings.Contains(address, "@") {
		return nil, errors.New("redis: the address is not a valid URL: percent-encode the password's special characters")
	}
	b := &Broker{address: redact(address), topics: make(map[string]*topic), done: make(chan struct{}), trouble: make(chan struct{}, 1)}
	if options != nil {
		b.options = *options
	}
	o := &b.options
	o.Prefix = cmp.Or(o.Prefix, "turbowasm")
	o.HistorySize = cmp.Or(o.HistorySize, 100)
	o.HistoryBytes = cmp.Or(o.HistoryBytes, 1<<20)
	o.HistoryTTL = cmp.Or(o.HistoryTTL, 5*time.Minute)
	b.logger = cmp.Or(o.Logger, slog.Default())
	if o.HistorySize < 0 || o.HistoryBytes < 0 || o.HistoryTTL < time.Second {
		return nil, fmt.Errorf("redis: history of %d publications and %d bytes for %v: keep at least one publication and one byte for one second", o.HistorySize, o.HistoryBytes, o.HistoryTTL)
	}
	// The node is never run: it only holds the configuration, the log and the
	// metrics, which are kept out of the program's own registry.
	node, err := centrifuge.New(centrifuge.Config{
		HistoryMetaTTL: max(forgetAfter, o.HistoryTTL),
		LogLevel:       centrifuge.LogLevelWarn,
		LogHandler:     b.log,
		Metrics:        centrifuge.MetricsConfig{RegistererGatherer: prometheus.NewRegistry()},
	})
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	b.shard, err = centrifuge.NewRedisShard(node, centrifuge.RedisShardConfig{Address: address})
	if err != nil {
		return nil, fmt.Errorf("redis: cannot connect to %s, check that Redis is running there: %w", b.address, err)
	}
	b.redis, err = centrifuge.NewRedisBroker(node, centrifuge.RedisBrokerConfig{Prefix: o.Prefix, Shards: []*centrifuge.RedisShard{b.shard}})
	if err == nil {
		err = b.redis.RegisterBrokerEventHandler((*handler)(b))
	}
	if err != nil {
		b.Close()
		return nil, fmt.Errorf("redis: open %s: %w", b.address, err)
	}
	b.start(b.watch)
	return b, nil
}

// redact removes secrets from an address, so that it can be logged.
func redact(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" && u.Path == "" {
		return address // host:port
	}
	u.RawQuery = ""
	return u.Redacted()
}

// Close closes the connections. Nothing is delivered afterwards, and all
// methods return errors.
func (b *Broker) Close() error {
	b.closing.Lock()
	was := b.closed
	b.closed = true
	b.closing.Unlock()
	if !was {
		close(b.done)
		if b.redis != nil {
			b.redis.Close(context.Background()) // always nil
		}
		b.shard.Close()
	}
	b.work.Wait()
	return nil
}

// start runs f on a goroutine that Close waits for. It reports false if the
// broker is closed.
func (b *Broker) start(f func()) bool {
	b.closing.Lock()
	defer b.closing.Unlock()
	if !b.closed {
		b.work.Go(f)
	}
	return !b.closed
}

// ask makes a call to Redis, which takes no context, and waits for it until ctx
// ends.
func ask[T any](ctx context.Context, b *Broker, call func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	answered := make(chan answer, 1)
	if !b.start(func() {
		value, err := call()
		answered <- answer{value, err}
	}) {
		return none, errClosed
	}
	select {
	case a := <-answered:
		return a.value, a.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// Publish appends data to the stream and delivers it to the subscribers in
// every process. An error other than the context's means that Redis did not
// answer; it may still have accepted the data.
func (b *Broker) Publish(ctx context.Context, stream string, data []byte) (broker.Position, error) {
	return b.publish(ctx, stream, data, centrifuge.PublishOptions{})
}

// PublishOnce is like Publish, unless the stream's last publication by
// PublishOnce, from any process, had the same epoch and the same or a higher
// sequence number: then it does nothing. It may be repeated after an error.
func (b *Broker) PublishOnce(ctx context.Context, stream string, data []byte, epoch string, sequence uint64) error {
	if sequence >= 1<<53-1 { // Redis compares them as floating-point numbers
		return fmt.Errorf("redis: publish once to %q: sequence number %d is too high: the largest is 1<<53 - 2", stream, sequence)
	}
	// For centrifuge, version 0 means none, and an empty epoch matches every
	// one.
	_, err := b.publish(ctx, stream, data, centrifuge.PublishOptions{Version: sequence + 1, VersionEpoch: "e" + epoch})
	return err
}

func (b *Broker) publish(ctx context.Context, stream string, data []byte, options centrifuge.PublishOptions) (broker.Position, error) {
	options.HistoryTTL = b.options.HistoryTTL
	result, err := ask(ctx, b, func() (result centrifuge.PublishResult, err error) {
		if options.HistorySize, err = b.room(stream, len(data)); err == nil {
			result, err = b.redis.Publish(stream, data, options)
		}
		return result, err
	})
	switch {
	case err == nil:
		return broker.Position{Epoch: result.Epoch, Offset: result.Offset}, nil
	case errors.Is(err, errClosed) || ctx.Err() != nil:
		return broker.Position{}, fmt.Errorf("redis: publish to %q: %w", stream, err)
	}
	return broker.Position{}, fmt.Errorf("redis: publish to %q: no answer from %s, so the message may or may not have been published (only PublishOnce is safe to repeat): %w", stream, b.address, err)
}

// room returns how many publications to keep when one of n bytes is added.
// Redis limits their number, not their bytes: small messages fill at most half
// of HistoryBytes, and whoever publishes a larger one keeps only as many as fit
// into the other half.
func (b *Broker) room(stream string, n int) (int, error) {
	most, half := b.options.HistorySize, b.options.HistoryBytes/2
	if n <= half/most {
		return most, nil
	}
	pubs, _, err := b.history(stream, broker.Position{})
	if err != nil {
		return 0, err
	}
	keep := 1
	for _, p := range slices.Backward(pubs) {
		if n += len(p.Data); n > half || keep == most {
			break
		}
		keep++
	}
	return keep, nil
}

// Position returns the position of the stream's last publication.
func (b *Broker) Position(ctx context.Context, stream string) (broker.Position, error) {
	at, err := ask(ctx, b, func() (broker.Position, error) { return b.position(stream) })
	if err != nil {
		return broker.Position{}, fmt.Errorf("redis: position of %q at %s: %w", stream, b.address, err)
	}
	return at, nil
}

func (b *Broker) position(stream string) (broker.Position, error) {
	_, top, err := b.redis.History(stream, centrifuge.HistoryOptions{})
	return position(top), err
}

func position(p centrifuge.StreamPosition) broker.Position {
	return broker.Position{Epoch: p.Epoch, Offset: p.Offset}
}

// History returns what was published after since, oldest first; for the zero
// Position, everything that is kept. It returns [broker.ErrGap] if the history
// does not reach back to since.
func (b *Broker) History(ctx context.Context, stream string, since broker.Position) ([]broker.Publication, error) {
	pubs, err := ask(ctx, b, func() ([]broker.Publication, error) {
		pubs, top, err := b.history(stream, since)
		if err != nil || since == (broker.Position{}) {
			return pubs, err
		}
		if since.Epoch != top.Epoch || since.Offset > top.Offset || top.Offset-since.Offset != uint64(len(pubs)) {
			return nil, broker.ErrGap
		}
		return pubs, nil
	})
	if err != nil {
		return nil, fmt.Errorf("redis: history of %q at %s: %w", stream, b.address, err)
	}
	return pubs, nil
}

// history returns what is kept after since, and the stream's position. If the
// stream's epoch differs from since's, the publications are unspecified.
func (b *Broker) history(stream string, since broker.Position) ([]broker.Publication, broker.Position, error) {
	filter := centrifuge.HistoryFilter{Limit: -1}
	if since != (broker.Position{}) && since.Offset < math.MaxUint64 {
		filter.Since = &centrifuge.StreamPosition{Epoch: since.Epoch, Offset: since.Offset}
	}
	found, top, err := b.redis.History(stream, centrifuge.HistoryOptions{Filter: filter})
	if err != nil {
		return nil, broker.Position{}, err
	}
	pubs := make([]broker.Publication, 0, len(found))
	for _, p := range found {
		if p.Offset <= top.Offset { // otherwise it is left over from an epoch that was forgotten
			pubs = append(pubs, publication(stream, p, centrifuge.StreamPosition{Epoch: top.Epoch, Offset: p.Offset}))
		}
	}
	return pubs, position(top), nil
}

func publication(stream string, p *centrifuge.Publication, at centrifuge.StreamPosition) broker.Publication {
	return broker.Publication{Stream: stream, Position: position(at), Data: p.Data, Time: time.UnixMilli(p.Time)}
}
