package cable

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
)

// sendHistory sends what a client missed of a subscription's streams, then
// whether that was everything. It sends no faster than the client reads, so
// that a client with much to catch up on is not disconnected for it. Broadcasts
// that arrive meanwhile follow it, and nothing is sent twice, so clients need
// not check for duplicates. conn.hooks is held.
func (s *Subscription) sendHistory(wanted *historyRequest) error {
	c := s.conn
	if s.hold == nil {
		s.hold = &hold{}
		c.mu.Lock()
		for _, listener := range s.listeners {
			listener.hold.Store(s.hold)
		}
		c.mu.Unlock()
	}
	tops := make(map[string]broker.Position)
	defer s.sendHeld(tops)
	var missed []broker.Publication
	for _, stream := range s.Streams() {
		pubs, err := c.core.history(c.ctx, stream, wanted)
		if err != nil {
			clear(tops)
			c.core.observe(Event{Kind: EventHistory, Reason: ReasonGap})
			c.send(c.protocol.history(s.identifier, false))
			if errors.Is(err, broker.ErrGap) {
				return nil // reported to the client; not a failure
			}
			return fmt.Errorf("history of %.200q: %w", s.identifier, err)
		}
		if at, known := wanted.Streams[stream]; known {
			tops[stream] = broker.Position{Epoch: at.Epoch, Offset: at.Offset}
		}
		if len(pubs) > 0 {
			tops[stream] = pubs[len(pubs)-1].Position
		}
		missed = append(missed, pubs...)
	}
	prefix := c.protocol.prefix(s.identifier)
	for _, p := range missed {
		f := &frame{prefix: prefix, body: newBody(p), withPosition: true}
		c.waitForRoom(min(batch, c.core.limits.backlog), f.size)
		c.send(f)
		c.core.relieve()
	}
	c.core.observe(Event{Kind: EventHistory, Count: len(missed)})
	c.send(c.protocol.history(s.identifier, true))
	return nil
}

// hold keeps back the broadcasts to a subscription until its history has been
// sent.
type hold struct {
	mu    sync.Mutex // guards what follows; held while frames are queued, to preserve their order
	kept  []kept
	bytes int64
	over  bool
}

type kept struct {
	frame  *frame
	stream string
	at     broker.Position
}

// keep holds back a frame, or returns false if frames may be sent again. A
// client for which more than MaxBacklog is held back is disconnected.
func (h *hold) keep(c *conn, f *frame, p broker.Publication) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return false
	}
	if h.bytes += f.size(); h.bytes > c.core.limits.backlog && len(h.kept) > 0 {
		c.end(ReasonTooSlow, true)
		return true
	}
	c.core.ledger.hold(f)
	h.kept = append(h.kept, kept{f, p.Stream, p.Position})
	return true
}

// size is the number of bytes held back.
func (h *hold) size() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.bytes
}

// waitForRoom waits until more fits into the client's queue within the bound,
// or the queue is empty. A client that reads nothing is disconnected by its
// writer in the meantime, after WriteTimeout.
func (c *conn) waitForRoom(most int64, more func() int64) {
	for pause := time.Millisecond; c.ctx.Err() == nil; pause = min(2*pause, 16*time.Millisecond) {
		if n := c.backlog.Load(); n == 0 || n+more() <= most {
			return
		}
		time.Sleep(pause)
	}
}

// sendHeld queues what was held back, except messages up to the positions in tops,
// which the history contained.
func (s *Subscription) sendHeld(tops map[string]broker.Position) {
	h, c := s.hold, s.conn
	if h == nil {
		return
	}
	s.hold = nil
	c.waitForRoom(c.core.limits.backlog, h.size)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	for _, k := range h.kept {
		if top := tops[k.stream]; top.Epoch != k.at.Epoch || top.Offset < k.at.Offset {
			c.send(k.frame)
		}
		c.core.ledger.release([]*frame{k.frame})
	}
	h.kept = nil
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, listener := range s.listeners {
		listener.hold.Store(nil)
	}
}

// history returns the messages of a stream that a client missed.
func (k *core) history(ctx context.Context, stream string, wanted *historyRequest) (pubs []broker.Publication, err error) {
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
