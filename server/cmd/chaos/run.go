//go:build linux

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// config configures a run.
type config struct {
	Seed      uint64
	Updates   int
	Rate      int // updates per second, for all streams together
	Streams   int
	Clients   int
	Writers   int
	History   int           // messages kept per stream
	Rounds    int           // of each trouble
	Life      time.Duration // of a connection, on average
	MoveEvery time.Duration // average time between moves of a client
	Freeze    time.Duration // average time that a frozen client stays frozen
	Patience  time.Duration // how long clients have to show everything once the troubles are over
	JS        string        // the directory of the scripts
	Pages     []pageKind    // real pages; without any, JS is not needed
	Without   string        // the part that is removed; empty for none
}

// run is one trial.
type run struct {
	config
	ctx     context.Context
	world   *world
	truth   *truth
	proxy   *proxy
	clients []*client
	pages   *browsers   // nil if there are none
	shown   []pageState // the pages' final state
	chance  *rand.Rand
	written atomic.Int64
	calm    atomic.Bool // no more troubles
	tally   tally

	mu       sync.Mutex // guards what follows
	mistakes map[string]int
	first    string // the first mistake
	failed   chan struct{}
}

// errWrong reports that something wrong was shown.
var errWrong = errors.New("a client was shown something wrong")

// try runs a trial and prints the result.
func try(ctx context.Context, c config, out io.Writer) (err error) {
	began := time.Now()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r := &run{config: c, ctx: ctx, mistakes: map[string]int{}, failed: make(chan struct{})}
	if r.world, r.truth, err = newWorld(ctx, c, c.Seed); err != nil {
		return err
	}
	defer r.world.close()
	r.proxy, err = newProxy(rand.New(rand.NewPCG(c.Seed, 1)), c.Life, r.world.servers[0].Address, r.world.servers[1].Address)
	if err != nil {
		return err
	}
	defer r.proxy.close()
	r.proxy.calm.Store(true) // until all clients have connected
	if len(c.Pages) > 0 {
		if r.pages, err = openPages(ctx, c, "http://"+r.proxy.address()); err != nil {
			return err
		}
		defer r.pages.close()
	}
	var living sync.WaitGroup
	defer living.Wait()
	defer stop()
	for i := range c.Clients {
		client := newClient(r, i)
		r.clients = append(r.clients, client)
		living.Go(func() { client.live(ctx) })
	}
	tops := make([]int, c.Streams)
	err = r.happen(ctx, tops)
	r.report(out, tops, time.Since(began))
	return err
}

// happen runs from the first update to the last comparison.
func (r *run) happen(ctx context.Context, tops []int) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() { // a mistake ends the run: later ones say little
		select {
		case <-r.failed:
			stop()
		case <-ctx.Done():
		}
	}()
	if err := r.churn(ctx, tops); err != nil {
		return r.because(err)
	}
	r.calm.Store(true)
	r.proxy.calm.Store(true)
	if r.pages != nil {
		if err := r.pages.rest(ctx); err != nil {
			return r.because(err)
		}
	}
	quiet := time.Now()
	if err := r.settle(ctx, tops); err != nil {
		return r.because(err)
	}
	r.tally.add("settled ms", int(time.Since(quiet).Milliseconds()))
	// One more update for each stream, after which no late message can go
	// unnoticed.
	for id := range r.Streams {
		if err := r.truth.add(ctx, id, back{}); err != nil {
			return r.because(err)
		}
		tops[id]++
	}
	if err := r.settle(ctx, tops); err != nil {
		return r.because(err)
	}
	return r.because(r.truth.check(ctx, tops))
}

// because returns the error of a run. A mistake takes precedence.
func (r *run) because(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.first != "" {
		return fmt.Errorf("%w: %s", errWrong, r.first)
	}
	return err
}

// churn writes all updates while everything else happens, and counts them by
// stream.
func (r *run) churn(ctx context.Context, tops []int) (err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r.proxy.calm.Store(false)
	var wg sync.WaitGroup
	errs := make(chan error, r.Writers+1)
	wg.Go(func() { errs <- r.unsettle(ctx) })
	counts := make([][]int, r.Writers)
	var turn atomic.Int64
	began := time.Now()
	for w := range r.Writers {
		random := rand.New(rand.NewPCG(r.Seed, uint64(100+w)))
		counts[w] = make([]int, r.Streams)
		wg.Go(func() {
			err := r.write(ctx, random, began, &turn, counts[w])
			if err != nil {
				stop()
			}
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for e := range errs {
		err = cmp.Or(err, e) // later errors are only consequences of the first
	}
	for _, c := range counts {
		for id, n := range c {
			tops[id] += n
		}
	}
	return err
}

// write is one of several writers, who share the rate of the run.
func (r *run) write(ctx context.Context, random *rand.Rand, began time.Time, turn *atomic.Int64, counts []int) error {
	for {
		n := turn.Add(1)
		if n > int64(r.Updates) {
			return nil
		}
		rest(ctx, time.Until(began.Add(time.Duration(n)*time.Second/time.Duration(r.Rate))))
		id := pick(random, r.Streams)
		take := back{silent: r.Without == withoutOutbox && random.IntN(100) == 0}
		if random.IntN(10) == 0 { // sometimes a transaction that is rolled back first
			if err := r.truth.add(ctx, id, back{rollback: true, outside: r.Without == withoutCommit}); err != nil {
				return err
			}
			r.tally.add("rolled back", 1)
		}
		if err := r.truth.add(ctx, id, take); err != nil {
			return err
		}
		counts[id]++
		r.written.Add(1)
	}
}

// settle waits until all clients show every entry.
func (r *run) settle(ctx context.Context, tops []int) error {
	late := time.Now().Add(r.Patience)
	for {
		wrong, err := r.compare(ctx, tops)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || wrong == nil {
			return err
		}
		if time.Now().After(late) {
			wrong.why = fmt.Sprintf("%v after the last update %s; %s", r.Patience, wrong.why, r.whereabouts(ctx))
			r.fail(wrong)
			return errWrong
		}
		rest(ctx, 200*time.Millisecond)
	}
}

// compare finds clients that do not show what the database contains; it returns
// a description of the first and the number of all.
func (r *run) compare(ctx context.Context, tops []int) (wrong *mistake, err error) {
	missing, places := 0, 0
	add := func(n int, who who, why string) {
		missing += n
		if wrong == nil {
			wrong = &mistake{kind: "lost", who: who}
		}
		if places++; places <= 10 {
			wrong.why += fmt.Sprintf("%s: %s; ", who, why)
		}
	}
	for _, c := range r.clients {
		shown := c.state()
		for _, id := range c.streams {
			if n, ok := shown[id]; !ok {
				add(0, c, fmt.Sprintf("it was told of a gap in stream %d and was not rendered anew", id))
			} else if n != tops[id] {
				add(tops[id]-n, c, fmt.Sprintf("it shows %d of %d entries of stream %d", n, tops[id], id))
			}
		}
	}
	if r.pages != nil {
		if r.shown, err = r.pages.state(ctx); err != nil {
			return nil, err
		}
	}
	for i := range r.shown {
		p := &r.shown[i]
		if p.Kind == theirs {
			continue
		}
		if len(p.Mistakes) > 0 {
			kind, why, _ := strings.Cut(p.Mistakes[0], ": ")
			r.fail(&mistake{kind: kind, count: p.Counts[kind], who: p, why: why})
			return nil, errWrong
		}
		if n, _, why := p.compare(r.Seed, r.Streams, tops); why != "" {
			add(n, p, why)
		}
	}
	if wrong != nil {
		wrong.count = missing
	}
	return wrong, nil
}

// whereabouts reports how far the broadcasts have come.
func (r *run) whereabouts(ctx context.Context) string {
	n, age, err := r.truth.box.Backlog(ctx)
	says := fmt.Sprintf("the outbox has %d broadcasts, the oldest %v old, %v", n, age.Round(time.Second), err)
	ids := make([]string, r.Streams)
	for id := range ids {
		ids[id] = strconv.Itoa(id)
	}
	for _, node := range r.world.servers {
		views, err := get[[]view](ctx, "http://"+node.Address+"/state?streams="+strings.Join(ids, ","))
		says += fmt.Sprintf("; %s, %v:", node.name, err)
		for _, v := range views {
			says += fmt.Sprintf(" s%d %d", v.ID, v.Position.Offset)
		}
	}
	return says
}

// who is a client or a page.
type who interface {
	String() string
	events() string // the most recent ones
}

// fail records a mistake, with all details for the first one.
func (r *run) fail(m *mistake) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mistakes[m.kind] += m.count
	if r.first != "" {
		return
	}
	r.first = fmt.Sprintf("%s: %s: %s\nThe last that happened to it:\n%s", m.who, m.kind, m.why, m.who.events())
	for _, n := range r.world.servers {
		r.first += fmt.Sprintf("The last of %s:\n%s", n.name, n.log())
	}
	close(r.failed)
}

// report prints the result of a run.
func (r *run) report(out io.Writer, tops []int, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.add("connections cut", int(r.proxy.cuts.Load()))
	r.tally.add("connections stalled", int(r.proxy.stalls.Load()))
	fmt.Fprintf(out, "seed %d: %d updates of %d streams to %d clients in %v\n", r.Seed, r.written.Load(), r.Streams, r.Clients, took.Round(100*time.Millisecond))
	fmt.Fprintf(out, "Meanwhile: %s\n", r.tally.String())
	var wrong []string
	for _, kind := range []string{"lost", "doubled", "out of order", "made up", "refused"} {
		wrong = append(wrong, fmt.Sprintf("%d %s", r.mistakes[kind], kind))
	}
	fmt.Fprintf(out, "Ours: %s\n", strings.Join(wrong, ", "))
	for i := range r.shown {
		p := &r.shown[i]
		fmt.Fprintf(out, "%s: %s", p.Name, p.counts())
		if missing, doubled, _ := p.compare(r.Seed, r.Streams, tops); p.Kind == theirs {
			fmt.Fprintf(out, "; in the end %d are missing, %d are there twice", missing, doubled)
		}
		fmt.Fprintln(out)
	}
}

// tally counts by name, in the order of first use.
type tally struct {
	mu    sync.Mutex
	names []string
	count map[string]int
}

func (t *tally) add(name string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count == nil {
		t.count = map[string]int{}
	}
	if _, ok := t.count[name]; !ok {
		t.names = append(t.names, name)
	}
	t.count[name] += n
}

func (t *tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []string
	for _, name := range t.names {
		all = append(all, fmt.Sprintf("%d %s", t.count[name], name))
	}
	return strings.Join(all, ", ")
}
