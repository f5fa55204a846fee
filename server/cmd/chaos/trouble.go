//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"time"
)

// trouble is something that happens to the system while updates are written.
type trouble struct {
	name string
	do   func(r *run, ctx context.Context) error
}

// troubles happen one after the other, repeatedly, spread evenly over a run.
var troubles = []trouble{
	{"servers restarted", func(r *run, ctx context.Context) error { return r.replace(ctx, 0, syscall.SIGTERM) }},
	{"servers killed", func(r *run, ctx context.Context) error { return r.replace(ctx, 1, syscall.SIGKILL) }},
	{"Redis killed", func(r *run, ctx context.Context) error { return r.killRedis(ctx) }},
	{"storms", func(r *run, ctx context.Context) error { r.proxy.storm(0.7); return nil }},
	{"servers restarted", func(r *run, ctx context.Context) error { return r.replace(ctx, 1, syscall.SIGTERM) }},
	{"servers killed", func(r *run, ctx context.Context) error { return r.replace(ctx, 0, syscall.SIGKILL) }},
	{"Redis emptied", func(r *run, ctx context.Context) error { return r.emptyRedis(ctx) }},
	{"Redis killed and empty", func(r *run, ctx context.Context) error {
		if err := r.emptyRedis(ctx); err != nil {
			return err
		}
		return r.killRedis(ctx)
	}},
}

// replace stops a server and starts it again after a while.
func (r *run) replace(ctx context.Context, server int, signal syscall.Signal) error {
	n := r.world.servers[server]
	n.end(signal)
	rest(ctx, time.Duration(500+r.chance.IntN(1500))*time.Millisecond)
	return n.start(ctx)
}

func (r *run) killRedis(ctx context.Context) error {
	r.world.redis.Kill()
	rest(ctx, time.Duration(300+r.chance.IntN(1500))*time.Millisecond)
	return r.world.tb.try(r.world.redis.Restart)
}

func (r *run) emptyRedis(context.Context) error {
	return r.world.tb.try(func() { r.world.redis.Do("FLUSHALL") })
}

// unsettle starts the troubles as the number of updates grows, each rounds
// times.
func (r *run) unsettle(ctx context.Context) error {
	total := len(troubles) * r.Rounds
	r.chance = rand.New(rand.NewPCG(r.Seed, 2))
	for i := range total {
		at := int64(r.Updates) * int64(i+1) / int64(total+1)
		for r.written.Load() < at && ctx.Err() == nil {
			rest(ctx, 10*time.Millisecond)
		}
		if ctx.Err() != nil {
			return nil
		}
		t := troubles[i%len(troubles)]
		fmt.Fprintf(os.Stderr, "%s %6d updates: %s\n", time.Now().Format("15:04:05"), r.written.Load(), t.name)
		if err := t.do(r, ctx); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		r.tally.add(t.name, 1)
	}
	return nil
}
