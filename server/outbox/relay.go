package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// maxBackoff is the longest pause before publishing is retried.
const maxBackoff = 5 * time.Second

// Run publishes what has been committed, and then whatever is committed, until
// ctx ends; then it returns nil. A message that cannot be published is retried
// and delays later messages of its own stream only. Database errors are retried
// too. Call it once per process.
func (b *Box) Run(ctx context.Context) error {
	if b.DB == nil || b.Publisher == nil || b.Dialect.read == "" {
		return errors.New("outbox: run: set DB, Dialect and Publisher first")
	}
	wait, end, err := b.waiter(ctx)
	if err != nil {
		return fmt.Errorf("outbox: run: %w", err)
	}
	defer end()
	var backoff time.Duration
	for ctx.Err() == nil {
		err := b.Publish(ctx)
		if err == nil {
			backoff = 0
			err = wait(ctx)
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		backoff = min(maxBackoff, max(50*time.Millisecond, 2*backoff))
		b.logger().WarnContext(ctx, "outbox: publishing failed, will retry", "in", backoff, "error", err)
		b.rest(ctx, backoff)
	}
	return nil
}

// Publish publishes what has been committed and returns; Run calls it
// repeatedly. It does nothing while another process's relay is publishing, if
// the database can tell.
func (b *Box) Publish(ctx context.Context) error {
	conn, err := b.DB.Conn(ctx)
	if err != nil {
		return fmt.Errorf("outbox: publish: %w", err)
	}
	defer conn.Close()
	p := pass{blocked: make(map[string]error)}
	for more := true; more && err == nil; {
		more, err = b.publishBatch(ctx, conn, &p)
	}
	for stream, failure := range p.blocked {
		err = errors.Join(err, fmt.Errorf("to %q: %w", stream, failure))
	}
	if err != nil {
		return fmt.Errorf("outbox: publish: %w", err)
	}
	return nil
}

// pass is one pass through the table, in batches.
type pass struct {
	behind uint64 // the id after which the next batch begins
	// upTo is the last message that was committed when the pass began. Without
	// it, a transaction that commits between two batches could have an id that
	// the pass has already gone by, while a later message of the same stream is
	// still to come. That one would be published first, and the earlier one
	// then be taken for a repetition.
	upTo    uint64
	blocked map[string]error // streams that failed
}

// publishBatch publishes the messages of one batch, except those of blocked
// streams.
func (b *Box) publishBatch(ctx context.Context, conn *sql.Conn, p *pass) (more bool, err error) {
	var q querier = conn
	commit := func() error { return nil }
	if b.Dialect.claim != "" {
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return false, err
		}
		defer tx.Rollback()
		q, commit = tx, tx.Commit
		var claimed bool
		if err := tx.QueryRowContext(ctx, b.Dialect.claim).Scan(&claimed); err != nil || !claimed {
			return false, err
		}
	}
	var epoch string
	var top uint64
	if err := q.QueryRowContext(ctx, "SELECT message, (SELECT max(id) FROM turbo_outbox) FROM turbo_outbox WHERE id = 0").Scan(&epoch, &top); err != nil {
		return false, fmt.Errorf("read the epoch, which Box.Create has to write first: %w", err)
	}
	if p.upTo == 0 {
		p.upTo = top
	}
	list, err := b.read(ctx, q, p.behind, p.upTo)
	if err != nil || len(list) == 0 {
		return false, err
	}
	var published []string
	for _, m := range list {
		if p.blocked[m.stream] != nil {
			continue
		}
		if err := b.Publisher.PublishOnce(ctx, m.stream, m.data, epoch, m.id); err != nil {
			p.blocked[m.stream] = err
			continue
		}
		published = append(published, number(m.id))
	}
	// A relay that is told to stop still deletes what it has published.
	ctx = context.WithoutCancel(ctx)
	if err := b.Dialect.remove(ctx, q, published); err != nil {
		return false, err
	}
	p.behind = list[len(list)-1].id
	return len(list) == b.batch(), commit()
}

// Wake makes this process's relay look at once. Call it after a commit to save
// some milliseconds. It has no effect if Wait is set.
func (b *Box) Wake() {
	select {
	case b.wakes() <- struct{}{}:
	default: // a wake-up is already pending
	}
}

func (b *Box) wakes() chan struct{} {
	b.wakeOnce.Do(func() { b.wake = make(chan struct{}, 1) })
	return b.wake
}

// waiter returns a function that blocks until there may be something to
// publish.
func (b *Box) waiter(ctx context.Context) (wait func(context.Context) error, end func(), err error) {
	interval := cmp.Or(b.Interval, b.Dialect.interval)
	nothing := func() {}
	if b.Wait != nil {
		return b.Wait, nothing, nil
	}
	if b.Dialect.changes == "" {
		return func(ctx context.Context) error { b.rest(ctx, interval); return nil }, nothing, nil
	}
	conn, err := b.DB.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	var seen int64
	return func(ctx context.Context) error {
		for {
			now, err := b.Dialect.counter(ctx, conn)
			if err != nil || now != seen {
				seen = now
				return err
			}
			if b.rest(ctx, interval) {
				return nil
			}
		}
	}, func() { conn.Close() }, nil
}

// rest pauses, and reports whether the pause was cut short.
func (b *Box) rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return false
	case <-b.wakes():
	case <-ctx.Done():
	}
	return true
}
