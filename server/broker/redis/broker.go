// Package redis is the broker of several processes: what one publishes, those
// who listen to another hear, through Redis (5 or later), alone, watched by
// Sentinel, or a cluster. It is built on RedisBroker of
// github.com/centrifugal/centrifuge, which keeps a stream's history and its
// position beside each other in Redis and changes both, and tells everybody, in
// one step.
//
// Redis tells whoever is connected, once. A process that was not, or was too
// slow, notices by the offsets, and on every connection that it makes anew, and
// reads what it missed from the history, before it delivers anything later. It
// is the process that does so and not each of its clients: that is one request
// instead of a thousand, and clients that know no positions miss nothing
// either. What the history does not have any more, clients are left to notice
// by the jump of the offset.
//
// Each stream has an epoch of its own. Redis emptied, or replaced by another,
// is a new epoch, and every older position then gets [broker.ErrGap]. Who
// listens to a stream that lost something and does not go on is sent an empty
// message (""), once, for the sake of its position. Redis should keep nothing
// over a restart (save "", appendonly no), or each write (appendonly yes,
// appendfsync always): one that comes back from an older snapshot gives offsets
// a second time, which clients take for repetitions. A process that sees it
// behind makes that a new epoch, but cannot see it any more if Redis has caught
// up meanwhile. Nor should Redis evict (maxmemory-policy noeviction).
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

// Options are how a broker uses Redis. Processes that share streams use the
// same.
type Options struct {
	// Prefix begins every key and channel that is used in Redis; empty is
	// "turbowasm".
	Prefix string
	// HistorySize is how many publications a stream keeps; 0 is 100.
	HistorySize int
	// HistoryBytes is how many bytes of data a stream keeps; 0 is 1 MiB. Of
	// messages that could not all be kept, those beyond a part in 2 * HistorySize
	// of it, half of it may be what is kept. One that is larger is kept alone, and
	// processes that publish to one stream at once may exceed it until the next
	// such message. What all streams keep together is bounded by HistoryTTL and
	// Redis' own maxmemory alone: at that Redis refuses to take more.
	HistoryBytes int
	// HistoryTTL is how long a stream's history is kept after its last
	// publication, in whole seconds; 0 is five minutes.
	HistoryTTL time.Duration
	// Logger hears of trouble with Redis; nil is slog.Default().
	Logger *slog.Logger
}

// forgetAfter is how long Redis remembers the position of a stream that nobody
// publishes to or asks for.
const forgetAfter = 24 * time.Hour

// patience is how long a subscription waits for a connection to Redis that is
// being made.
const patience = 5 * time.Second

var errClosed = errors.New("the broker is closed")

// Broker is a broker of all processes that use the same Redis. Make it with
// [Open]; it is safe for concurrent use.
type Broker struct {
	address string // without password
	options Options
	logger  *slog.Logger
	shard   *centrifuge.RedisShard
	redis   *centrifuge.RedisBroker

	mu     sync.RWMutex // guards topics and every topic's users
	topics map[string]*topic

	closing sync.Mutex // guards closed, and work against Close's waiting
	closed  bool
	done    chan struct{} // closed with the broker
	work    sync.WaitGroup
	trouble chan struct{} // something has happened to a connection
	journal journal
}

// Open connects to Redis, which must be there. The address is one of
//
//	localhost:6379
//	redis://user:password@host:port/db      rediss:// with TLS
//	unix:///path/of/redis.sock
//	redis+sentinel://host:26379?sentinel_master_name=mymaster&addr=host2:26379
//	redis+cluster://host:6379?addr=host2:6379
//
// with the options connect_timeout, io_timeout and others of centrifuge's
// RedisShardConfig in the query. Options may be nil.
func Open(address string, options *Options) (*Broker, error) {
	if _, err := url.Parse(address); err != nil && strings.Contains(address, "@") {
		return nil, errors.New("redis: the address is no URL: escape what its password has beside letters and digits")
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
		return nil, fmt.Errorf("redis: history of %d publications and %d bytes for %v: want at least one, for a second", o.HistorySize, o.HistoryBytes, o.HistoryTTL)
	}
	// The node is not run: it holds the configuration, the log and the metrics,
	// which are kept out of the program's own.
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
		return nil, fmt.Errorf("redis: open %s: is Redis running there? %w", b.address, err)
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

// redact makes an address fit for messages.
func redact(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" && u.Path == "" {
		return address // host:port
	}
	u.RawQuery = ""
	return u.Redacted()
}

// Close ends the connections. Nothing is delivered any more, and all methods
// return errors.
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

// start runs f, which Close waits for. It reports false if the broker is closed.
func (b *Broker) start(f func()) bool {
	b.closing.Lock()
	defer b.closing.Unlock()
	if !b.closed {
		b.work.Go(f)
	}
	return !b.closed
}

// ask calls Redis, which takes no context, and does not wait for it longer than
// ctx lasts.
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

// Publish appends data to the stream and has it delivered to its subscribers in
// every process. An error other than the context's says that Redis did not
// answer, and not that it did not take it.
func (b *Broker) Publish(ctx context.Context, stream string, data []byte) (broker.Position, error) {
	return b.publish(ctx, stream, data, centrifuge.PublishOptions{})
}

// PublishOnce does as Publish, unless the stream's last publication by
// PublishOnce, of whichever process, was of the same epoch and had this sequence
// number or a higher one. After an error it may be called again with the same.
func (b *Broker) PublishOnce(ctx context.Context, stream string, data []byte, epoch string, sequence uint64) error {
	if sequence >= 1<<53-1 { // they are compared as floating point numbers in Redis
		return fmt.Errorf("redis: publish once to %q: sequence number %d is too high", stream, sequence)
	}
	// There, no version is 0, and no epoch equals every one.
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
	return broker.Position{}, fmt.Errorf("redis: publish to %q: see that Redis runs at %s; whether it took this is not known, only PublishOnce may be repeated: %w", stream, b.address, err)
}

// room is how many publications a stream keeps with one of n bytes. Redis counts
// them, and not their bytes: as many small ones as are kept fill half of the
// bytes at most, and whoever publishes a larger one leaves no more than fill the
// other half.
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

// Position is that of the stream's last publication.
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

// History returns what was published after since, oldest first. [broker.ErrGap]
// says that the history does not reach back to since. Since the zero Position
// it is all that is kept.
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

// history returns what is kept after since, and the stream's position. Of a
// stream that has another epoch it is not said what it returns.
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
		if p.Offset <= top.Offset { // else it is left of an epoch that has been forgotten
			pubs = append(pubs, publication(stream, p, centrifuge.StreamPosition{Epoch: top.Epoch, Offset: p.Offset}))
		}
	}
	return pubs, position(top), nil
}

func publication(stream string, p *centrifuge.Publication, at centrifuge.StreamPosition) broker.Publication {
	return broker.Publication{Stream: stream, Position: position(at), Data: p.Data, Time: time.UnixMilli(p.Time)}
}
