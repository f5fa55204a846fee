//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/outbox/postgres/postgrestest"
)

// listeners is the number of subscribers to committed broadcasts.
const listeners = 10

// measureOutbox measures how soon subscribers receive what was committed, on
// both databases.
func measureOutbox(ctx context.Context, p pace, sh sheet, executable, dir string) error {
	file := filepath.Join(dir, "outbox.db")
	sqlite := own(executable, "-sqlite", file)
	err := sqlite.measureCommits(ctx, p, sh, true, onSQLite)
	if err == nil {
		err = sqlite.measureCommits(ctx, p, sh, false, onSQLiteElsewhere)
	}
	if err != nil {
		return err
	}
	for _, name := range []string{file, file + "-wal", file + "-shm"} {
		os.Remove(name)
	}
	db, err := postgrestest.New()
	if err != nil {
		return fmt.Errorf("start PostgreSQL (-only measures without it): %w", err)
	}
	defer db.Stop()
	return own(executable, "-postgres", db.DSN+" dbname=postgres").measureCommits(ctx, p, sh, false, onPostgreSQL)
}

// measureCommits commits transactions one after the other. With wake, the relay
// is told of each, as by an application that commits in the same process;
// otherwise it finds it by itself.
func (t target) measureCommits(ctx context.Context, p pace, sh sheet, wake bool, where string) error {
	s, err := t.begin(ctx, p)
	if err != nil {
		return err
	}
	defer s.end()
	if err := s.load.subscribe(ctx, listeners); err != nil {
		return err
	}
	var after []float64
	for range p.commits {
		var begun int64
		arrivals, err := s.arrivals(ctx, listeners, func(message string) error {
			return ask(ctx, s.url+"/commit", nil, commitment{message, wake}, &begun)
		})
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		last := slices.MaxFunc(arrivals, time.Time.Compare)
		after = append(after, float64(last.UnixNano()-begun)/1e6)
		// Out of step with anything that looks at intervals.
		if err := pause(ctx, rand.N(25*time.Millisecond)); err != nil {
			return err
		}
	}
	slices.Sort(after)
	sh.add(committedMedian(where), middle(after))
	sh.add(committedP99(where), after[(len(after)*99+99)/100-1])
	return s.check(t)
}

// measureResume measures how many clients per second can resume.
func measureResume(ctx context.Context, p pace, sh sheet, n int, executable, dir string) error {
	if err := measureCut(ctx, p, sh, n, executable); err != nil {
		return err
	}
	return measureRestart(ctx, p, sh, n, executable, dir)
}

// measureCut cuts all connections.
func measureCut(ctx context.Context, p pace, sh sheet, n int, executable string) error {
	s, err := own(executable).begin(ctx, p)
	if err != nil {
		return err
	}
	defer s.end()
	at, err := s.position(ctx, n)
	if err != nil {
		return err
	}
	s.load.leave(n)
	return s.resume(ctx, sh, n, p.missed, at, cutAndMemory)
}

// measureRestart restarts the server, which loses its memory.
func measureRestart(ctx context.Context, p pace, sh sheet, n int, executable, dir string) error {
	db, err := startRedis(ctx, dir)
	if err != nil {
		return err
	}
	defer db.stop()
	shared := own(executable, "-redis", db.url)
	before, err := shared.begin(ctx, p)
	if err != nil {
		return err
	}
	at, err := before.position(ctx, n)
	before.end()
	if err != nil {
		return err
	}
	after, err := shared.begin(ctx, p)
	if err != nil {
		return err
	}
	defer after.end()
	// The first missed message has the number with which trials start.
	return after.resume(ctx, sh, n, p.missed-1, at, restartAndRedis)
}

// position subscribes n clients and returns their positions.
func (s *trial) position(ctx context.Context, n int) (at broker.Position, err error) {
	if err := s.load.subscribe(ctx, n); err != nil {
		return at, err
	}
	err = ask(ctx, s.url+"/position", nil, streamName, &at)
	return at, err
}

// resume publishes what the clients miss, reconnects n of them at their
// positions, and measures how long that takes.
func (s *trial) resume(ctx context.Context, sh sheet, n, missed int, at broker.Position, how string) error {
	if err := s.publish(ctx, s.next(missed)); err != nil {
		return err
	}
	var now broker.Position
	if err := ask(ctx, s.url+"/position", nil, streamName, &now); err != nil {
		return err
	}
	s.load.close()
	l, err := newLoad(s.address, resumeDialect(s.signed, at))
	if err != nil {
		return err
	}
	s.load = l
	if err := pause(ctx, s.pace.settle); err != nil { // nothing of the old connections may be left
		return err
	}
	begun := time.Now()
	busy, err := s.burden(func() error { return l.subscribe(ctx, n) })
	took := time.Since(begun)
	if err != nil {
		return fmt.Errorf("%s: %w", how, err)
	}
	l.mu.Lock()
	delivered, lost := l.delivered, l.lost
	l.mu.Unlock()
	if want := n * int(now.Offset-at.Offset); delivered != want || lost > 0 {
		return fmt.Errorf("%s: %d messages arrived, want %d; %d were out of order", how, delivered, want, lost)
	}
	sh.add(resumed(how), float64(n)/took.Seconds())
	sh.add(resumedCPU(how), busy.Seconds()*1e6/float64(n))
	return nil
}

// measureHistory measures the memory of messages kept for clients that resume.
func measureHistory(ctx context.Context, p pace, sh sheet, executable, dir string) error {
	grows := func(t target, kept string, memory func(r *running) (float64, error)) error {
		r, err := t.start(ctx)
		if err != nil {
			return err
		}
		defer r.stop()
		before, err := memory(r)
		if err == nil {
			err = post(ctx, r.url+"/fill", nil, p.history)
		}
		var after float64
		if err == nil {
			after, err = memory(r)
		}
		sh.add(keptBytes(kept), (after-before)/float64(p.history.Streams*p.history.Each))
		return err
	}
	err := grows(own(executable), "memory", func(r *running) (float64, error) { return r.used(ctx) })
	if err != nil {
		return err
	}
	db, err := startRedis(ctx, dir)
	if err != nil {
		return err
	}
	defer db.stop()
	return grows(own(executable, "-redis", db.url), "Redis", func(*running) (float64, error) { return db.usedMemory() })
}

// The rows of this file's figures.
const (
	onSQLite          = "SQLite"
	onSQLiteElsewhere = "SQLite, committed by another process"
	onPostgreSQL      = "PostgreSQL"

	cutAndMemory    = "all connections cut, history in memory"
	restartAndRedis = "the server restarted, history in Redis"
)

func committedMedian(where string) string {
	return fmt.Sprintf("from the commit until %d have it, %s, median, ms", listeners, where)
}

func committedP99(where string) string {
	return fmt.Sprintf("from the commit until %d have it, %s, 99 of 100, ms", listeners, where)
}

func resumed(how string) string    { return "resumes/s, " + how }
func resumedCPU(how string) string { return "CPU per resume, " + how + ", µs" }

func keptBytes(where string) string { return "bytes per kept message of 300, in " + where }

// deliveryFigures formats the measured rows.
func deliveryFigures(measured func(part string) bool) (rows []string) {
	if measured("outbox") {
		for _, where := range []string{onSQLite, onSQLiteElsewhere, onPostgreSQL} {
			rows = append(rows, committedMedian(where), committedP99(where))
		}
	}
	if measured("resume") {
		for _, how := range []string{cutAndMemory, restartAndRedis} {
			rows = append(rows, resumed(how), resumedCPU(how))
		}
	}
	if measured("history") {
		rows = append(rows, keptBytes("memory"), keptBytes("Redis"))
	}
	return rows
}
