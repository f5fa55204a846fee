package server

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"
)

var (
	// ErrQueueFull reports that [Server.QueueSize] broadcasts are already
	// waiting.
	ErrQueueFull = errors.New("broadcast queue is full")
	// ErrClosed reports a background broadcast after [Server.Shutdown].
	ErrClosed = errors.New("server is shut down")
)

const (
	// refreshDelay is how long turbo-rails 2.0.21 waits for further refreshes.
	refreshDelay = 500 * time.Millisecond
	// longestDelay bounds the total delay of a refresh; otherwise a stream that
	// changes constantly would never be refreshed.
	longestDelay = 2 * time.Second
)

// later runs queued jobs one after the other on a goroutine that the first job
// starts and drain ends. Debounced jobs run on timers.
type later struct {
	mu      sync.Mutex // guards what follows
	closed  bool
	jobs    chan func()
	delayed map[string]*delayedJob
	running sync.WaitGroup // the goroutine, and pending timers
}

type delayedJob struct {
	timer *time.Timer
	run   func()
	due   time.Time // at the latest
}

// add queues a job, or fails if size jobs are waiting (0 means 1024).
func (l *later) add(size int, job func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if l.jobs == nil {
		jobs := make(chan func(), cmp.Or(size, 1024))
		l.jobs = jobs
		l.running.Go(func() {
			for job := range jobs {
				job()
			}
		})
	}
	select {
	case l.jobs <- job:
		return nil
	default:
		return ErrQueueFull
	}
}

// debounce runs job refreshDelay after the last call with the same key, but no
// later than longestDelay after the first call. It fails if size keys are
// waiting (0 means 1024).
func (l *later) debounce(size int, key string, job func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if d := l.delayed[key]; d != nil && d.timer.Stop() {
		d.run = job
		d.timer.Reset(min(refreshDelay, time.Until(d.due)))
		return nil
	}
	if len(l.delayed) >= cmp.Or(size, 1024) {
		return ErrQueueFull
	}
	if l.delayed == nil {
		l.delayed = make(map[string]*delayedJob)
	}
	l.running.Add(1)
	d := &delayedJob{run: job, due: time.Now().Add(longestDelay)}
	d.timer = time.AfterFunc(refreshDelay, func() {
		l.mu.Lock()
		if l.delayed[key] == d {
			delete(l.delayed, key)
		}
		run := d.run
		l.mu.Unlock()
		defer l.running.Done()
		run()
	})
	l.delayed[key] = d
	return nil
}

// drain refuses further jobs and runs the waiting ones, debounced ones without
// delay. It stops waiting when ctx ends.
func (l *later) drain(ctx context.Context) error {
	l.mu.Lock()
	if !l.closed && l.jobs != nil {
		close(l.jobs)
	}
	l.closed = true
	for _, d := range l.delayed {
		if d.timer.Stop() {
			d.timer.Reset(0)
		}
	}
	l.mu.Unlock()
	done := make(chan struct{})
	go func() {
		l.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
