//go:build linux

package main

import (
	"context"
	"sync/atomic"

	"github.com/turbowasm/turbowasm/server/outbox"
)

// The parts that can be removed, to check that a run without them fails.
const (
	withoutResume = "resume" // clients speak a protocol without positions
	withoutDedupe = "dedupe" // clients accept repetitions from histories that start too early
	withoutOrder  = "order"  // clients accept messages before earlier ones have arrived
	withoutGap    = "gap"    // clients ignore gaps
	withoutOnce   = "once"   // relays publish messages again
	withoutOutbox = "outbox" // some broadcasts are not written to the outbox
	withoutCommit = "commit" // broadcasts are written outside of the transaction
)

// publisher is the hub, to which every tenth message is published twice, as by
// relays that die before they delete it.
func (a *app) publisher() outbox.Publisher { return &hasty{app: a} }

type hasty struct {
	app *app
	n   atomic.Int64
}

func (h *hasty) PublishOnce(ctx context.Context, stream string, message []byte, epoch string, sequence uint64) error {
	hub := &h.app.turbo.Cable
	if err := hub.PublishOnce(ctx, stream, message, epoch, sequence); err != nil {
		return err
	}
	if h.n.Add(1)%10 > 0 {
		return nil
	}
	if h.app.Without == withoutOnce {
		_, err := hub.Broker.Publish(ctx, stream, message)
		return err
	}
	return hub.PublishOnce(ctx, stream, message, epoch, sequence)
}
