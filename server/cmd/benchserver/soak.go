//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// soak broadcasts to connections that come and go, for the duration d. It fails
// if a connection that stayed missed a broadcast, or if memory keeps growing.
func (t target) soak(ctx context.Context, p pace, w io.Writer, d time.Duration) error {
	s, err := t.begin(ctx, p)
	if err != nil {
		return err
	}
	defer s.end()
	if err := s.load.subscribe(ctx, p.soaking); err != nil {
		return err
	}
	fmt.Fprintf(w, "| soak of %v, after | RSS, MB | heap and stacks after GC, MB | goroutines | connections so far | broadcasts |\n|---|---|---|---|---|---|\n", d)
	begun, rounds := time.Now(), max(2, int(d/(30*time.Second)))
	var first, last float64
	for i := range rounds + 1 {
		for end := begun.Add(d * time.Duration(i) / time.Duration(rounds)); time.Now().Before(end); {
			s.load.leave(p.churn)
			s.load.connect(p.churn)
			if _, _, err := s.publishAt(ctx, p.soakRate, time.Second); err != nil {
				return err
			}
		}
		if err := s.load.wait(ctx, "the connections of the soak", time.Minute, func() bool { return s.load.live == p.soaking }); err != nil {
			return err
		}
		// One more broadcast, which the newest connections must receive too.
		if _, err := s.broadcast(ctx, p.soaking); err != nil {
			return err
		}
		if err := s.check(t); err != nil {
			return err
		}
		resident, err := s.resident()
		if err != nil {
			return err
		}
		used, err := s.used(ctx)
		if err != nil {
			return err
		}
		goroutines, err := s.goroutines(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| %v | %.1f | %.1f | %.0f | %d | %d |\n", time.Since(begun).Round(time.Second),
			resident/(1<<20), used/(1<<20), goroutines, s.load.dialled, s.sent)
		if last = used; i == 1 {
			first = used // until then, pools and histories fill
		}
	}
	if last > p.soakGrown*first {
		return fmt.Errorf("%s: heap and stacks grew from %.1f to %.1f MB during the soak", t.name, first/(1<<20), last/(1<<20))
	}
	fmt.Fprintf(w, "\nNothing lost, nothing out of order; heap and stacks are %.2f times what they were.\n", last/first)
	return nil
}
