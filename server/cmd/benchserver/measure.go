//go:build linux

package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// pace says how long and how hard to load the servers.
type pace struct {
	settle     time.Duration // pause before memory is measured
	idle       time.Duration // while processor time is counted; long enough for every kind of ping
	step       time.Duration // duration of each rate
	broadcasts int           // whose latency is measured
	steady     float64       // broadcasts per second, while processor time is counted
	commits    int           // transactions whose latency is measured
	missed     int           // messages that a resuming client has missed
	history    filling       // whose memory is measured

	soaking   int     // simultaneous connections
	churn     int     // connections that end and start each second
	soakRate  float64 // broadcasts per second
	soakGrown float64 // factor by which memory at the end counts as growth
}

var usual = pace{
	settle: 5 * time.Second, idle: 40 * time.Second, step: 2 * time.Second, broadcasts: 20, steady: 100,
	commits: 500, missed: 5, history: filling{Streams: 1000, Each: 100, Size: 300},
	soaking: 2000, churn: 100, soakRate: 20, soakGrown: 1.25,
}

// sheet collects the figures of one server, one value per round.
type sheet map[string][]float64

func (s sheet) add(figure string, value float64) { s[figure] = append(s[figure], value) }

// trial is one run of a server under load.
type trial struct {
	*running
	pace pace
	load *load
	sent int // publications so far

	// Before the load, in bytes.
	emptyResident, emptyUsed float64
}

// begin starts a server and lets a few connections come and go, so that
// one-time allocations are not counted.
func (t target) begin(ctx context.Context, p pace) (*trial, error) {
	r, err := t.start(ctx)
	if err != nil {
		return nil, err
	}
	l, err := newLoad(r.address, r.dialect)
	if err != nil {
		r.stop()
		return nil, err
	}
	s := &trial{running: r, pace: p, load: l}
	err = l.subscribe(ctx, 10)
	if err == nil {
		_, err = s.broadcast(ctx, 10)
	}
	if err == nil {
		l.leave(10)
		err = pause(ctx, time.Second)
	}
	if err == nil {
		s.emptyUsed, err = r.used(ctx)
	}
	if err == nil {
		s.emptyResident, err = r.resident()
	}
	if err != nil {
		s.end()
		return nil, fmt.Errorf("%s: %w\n%s", t.name, err, &r.log)
	}
	return s, nil
}

func (s *trial) end() {
	s.load.close()
	s.stop()
}

// perConnection is the growth of the process in KB per connection.
func (s *trial) perConnection(n int) (float64, error) {
	now, err := s.resident()
	return (now - s.emptyResident) / 1024 / float64(n), err
}

// next returns the next n publications.
func (s *trial) next(n int) []string {
	messages := make([]string, n)
	for i := range messages {
		s.sent++
		messages[i] = publication(s.sent)
	}
	return messages
}

// broadcast publishes one message and returns, in order, how long it took to
// reach each of n subscribers.
func (s *trial) broadcast(ctx context.Context, n int) ([]time.Duration, error) {
	var begun time.Time
	arrivals, err := s.arrivals(ctx, n, func(message string) error {
		begun = time.Now()
		return s.publish(ctx, []string{message})
	})
	if err != nil {
		return nil, err
	}
	after := make([]time.Duration, n)
	for i, at := range arrivals {
		after[i] = at.Sub(begun)
	}
	return after, nil
}

// arrivals returns when each of n subscribers had the next message, in order.
func (s *trial) arrivals(ctx context.Context, n int, publish func(message string) error) ([]time.Time, error) {
	message := s.next(1)[0]
	s.load.mu.Lock()
	s.load.awaited, s.load.arrivals = s.sent, make([]time.Time, 0, n)
	s.load.mu.Unlock()
	if err := publish(message); err != nil {
		return nil, err
	}
	err := s.load.wait(ctx, "a broadcast", 10*time.Second, func() bool { return len(s.load.arrivals) == n })
	return s.load.arrivals, err
}

// burden returns the server's processor time while f runs.
func (s *trial) burden(f func() error) (time.Duration, error) {
	before, err := s.cpu()
	if err != nil {
		return 0, err
	}
	if err := f(); err != nil {
		return 0, err
	}
	after, err := s.cpu()
	return after - before, err
}

// memory records the memory of n idle connections, as it is and after a garbage
// collection.
func (s *trial) memory(ctx context.Context, sh sheet, n int) error {
	if err := pause(ctx, s.pace.settle); err != nil {
		return err
	}
	grown, err := s.perConnection(n)
	if err != nil {
		return err
	}
	sh.add(memoryOf(n), grown)
	return nil
}

func (s *trial) memoryAfterGC(ctx context.Context, sh sheet, n int) error {
	used, err := s.used(ctx)
	if err != nil {
		return err
	}
	if err := pause(ctx, s.pace.settle); err != nil {
		return err
	}
	grown, err := s.perConnection(n)
	if err != nil {
		return err
	}
	sh.add(memoryAfterGCOf(n), grown)
	sh.add(usedOf(n), (used-s.emptyUsed)/1024/float64(n))
	return nil
}

// measureMany measures the memory of n connections and how soon they receive
// broadcasts.
func (t target) measureMany(ctx context.Context, p pace, sh sheet, n int) error {
	s, err := t.begin(ctx, p)
	if err != nil {
		return err
	}
	defer s.end()
	begun := time.Now()
	busy, err := s.burden(func() error { return s.load.subscribe(ctx, n) })
	if err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	sh.add(connecting, time.Since(begun).Seconds())
	sh.add(connectingCPU, busy.Seconds()*1e6/float64(n))
	if err := s.memory(ctx, sh, n); err != nil {
		return err
	}
	idle, err := s.burden(func() error { return pause(ctx, p.idle) })
	if err != nil {
		return err
	}
	goroutines, err := s.goroutines(ctx)
	if err != nil {
		return err
	}
	sh.add(goroutinesEach, goroutines/float64(n))
	sh.add(idleCPU, 100*idle.Seconds()/p.idle.Seconds())
	var median, last []float64
	for range p.broadcasts {
		after, err := s.broadcast(ctx, n)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		median = append(median, after[n/2].Seconds()*1e3)
		last = append(last, after[n-1].Seconds()*1e3)
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	sh.add(reachesHalf, middle(median))
	sh.add(reachesLast, middle(last))
	sh.add(reachesLastWorst, slices.Max(last))
	if err := s.memoryAfterGC(ctx, sh, n); err != nil {
		return err
	}
	return s.check(t)
}

// measureFew measures how many broadcasts a thousand subscribers can follow.
func (t target) measureFew(ctx context.Context, p pace, sh sheet, n int) error {
	s, err := t.begin(ctx, p)
	if err != nil {
		return err
	}
	defer s.end()
	if err := s.load.subscribe(ctx, n); err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	if err := s.memory(ctx, sh, n); err != nil {
		return err
	}
	if err := s.memoryAfterGC(ctx, sh, n); err != nil {
		return err
	}
	var sent int
	busy, err := s.burden(func() (err error) {
		sent, _, err = s.publishAt(ctx, p.steady, 2*p.step)
		if err == nil {
			err = s.arrive(ctx, n)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: at %.0f broadcasts per second: %w", t.name, p.steady, err)
	}
	sh.add(cpuPerFrame, busy.Seconds()*1e6/float64(sent*n))
	if err := s.check(t); err != nil {
		return err
	}
	return s.rates(ctx, sh, n)
}

// rates broadcasts faster and faster, until the first subscriber is
// disconnected or the server accepts no more.
func (s *trial) rates(ctx context.Context, sh sheet, n int) error {
	kept, fastest, cut := 0.0, 0.0, math.Inf(1)
	for rate, behind := 100.0, 0; behind < 3; rate *= 1.4 {
		_, achieved, err := s.publishAt(ctx, rate, s.pace.step)
		if err != nil {
			return err
		}
		fastest = max(fastest, achieved)
		late := s.arrive(ctx, n)
		s.load.mu.Lock()
		ended := len(s.load.cut) > 0
		s.load.mu.Unlock()
		if ended {
			cut = achieved
			break
		}
		if late != nil || achieved < 0.9*rate {
			behind++
			continue
		}
		kept = achieved
	}
	sh.add(keptRate, kept)
	sh.add(fastestRate, fastest)
	sh.add(cutRate, cut)
	return ctx.Err()
}

// publishAt publishes at a rate per second, in batches.
func (s *trial) publishAt(ctx context.Context, rate float64, d time.Duration) (sent int, achieved float64, err error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	begun := time.Now()
	for time.Since(begun) < d {
		if due := min(int(time.Since(begun).Seconds()*rate)-sent, 200); due > 0 {
			if err := s.publish(ctx, s.next(due)); err != nil {
				return sent, 0, err
			}
			sent += due
			continue
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return sent, 0, ctx.Err()
		}
	}
	return sent, float64(sent) / time.Since(begun).Seconds(), nil
}

// arrive waits for a moment until each of n subscribers has received the last
// message, or one was disconnected.
func (s *trial) arrive(ctx context.Context, n int) error {
	return s.load.wait(ctx, "all broadcasts", s.pace.step, func() bool {
		if len(s.load.cut) > 0 {
			return true
		}
		for _, c := range s.load.clients {
			if c != nil && c.phase == subscribed && c.last != s.sent {
				return false
			}
		}
		return true
	})
}

// check fails if a connection was cut or a publication was lost, which
// invalidates the figures.
func (s *trial) check(t target) error {
	s.load.mu.Lock()
	defer s.load.mu.Unlock()
	if len(s.load.cut) > 0 || s.load.lost > 0 {
		return fmt.Errorf("%s: connections cut %v, %d publications lost or out of order", t.name, s.load.cut, s.load.lost)
	}
	return nil
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// middle returns the median.
func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
