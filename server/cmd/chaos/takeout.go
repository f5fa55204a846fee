//go:build linux

package main

import (
	"context"
	"sync/atomic"

	"github.com/turbowasm/turbowasm/server/outbox"
)

// What can be taken out, so that it is seen that a run without it fails.
const (
	withoutResume = "resume" // clients speak a protocol without positions
	withoutDedupe = "dedupe" // clients take what they have had, of histories that begin too early
	withoutOrder  = "order"  // clients take what is to wait for earlier messages
	withoutGap    = "gap"    // clients do not hear of gaps
	withoutOnce   = "once"   // relays publish again what was published
	withoutOutbox = "outbox" // some broadcasts do not get into the outbox
	withoutCommit = "commit" // broadcasts are written outside of the transaction
)

// publisher is the hub, which is brought every tenth message twice, as relays
// do that die before they have deleted it.
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
