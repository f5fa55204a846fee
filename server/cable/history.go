package cable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
)

// sendHistory sends what a client missed of the streams that it listens to, and
// then that this was all, or that some of it is gone. Broadcasts may come in
// between: clients leave out what they have. conn.hooks is held.
func (s *Subscription) sendHistory(wanted *past) error {
	c := s.conn
	var missed []broker.Publication
	for _, stream := range s.Streams() {
		pubs, err := c.core.history(c.ctx, stream, wanted)
		if err != nil {
			c.core.observe(Event{Kind: EventHistory, Reason: ReasonGap})
			c.send(history(s.identifier, false))
			if errors.Is(err, broker.ErrGap) {
				return nil // the client's to know, and no failure
			}
			return fmt.Errorf("history of %.200q: %w", s.identifier, err)
		}
		missed = append(missed, pubs...)
	}
	prefix := c.protocol.prefix(s.identifier)
	for _, p := range missed {
		c.send(&frame{prefix: prefix, body: &body{data: p.Data, place: place(p)}, placed: true})
	}
	c.core.observe(Event{Kind: EventHistory, Count: len(missed)})
	c.send(history(s.identifier, true))
	return nil
}

// history returns what a client missed of a stream.
func (k *core) history(ctx context.Context, stream string, wanted *past) (pubs []broker.Publication, err error) {
	at, known := wanted.Streams[stream]
	if !known && wanted.Since <= 0 {
		return nil, nil
	}
	err = k.protect("the broker", nil, func() error {
		pubs, err = k.broker.History(ctx, stream, broker.Position{Epoch: at.Epoch, Offset: at.Offset})
		return err
	})
	if err != nil || known {
		return pubs, err
	}
	since := time.Unix(wanted.Since, 0)
	for len(pubs) > 0 && pubs[0].Time.Before(since) {
		pubs = pubs[1:]
	}
	return pubs, nil
}
