//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/turbowasm/turbowasm/wasm/cable"
)

// client is a page without a browser: it has the consumer of a real page and
// the state of some streams. It renders the state, applies changes, and renders
// again after a gap, after a visit, or when it is restored from a snapshot.
type client struct {
	run      *run
	number   int
	streams  []int
	random   *rand.Rand
	consumer *cable.Consumer
	socket   *socket
	ended    chan struct{}

	// Used by the client's goroutine:
	accounts   map[string]*account // by identifier, once rendered
	identifier map[int32]string
	rendering  bool // the state is being fetched
	again      bool // the state has to be fetched once more
	snapshot   []seen
	journal    journal
}

// seen is a snapshot's view of a stream.
type seen struct {
	identifier string
	count      int
	place      cable.Place
}

func newClient(r *run, number int) *client {
	c := &client{
		run: r, number: number, random: rand.New(rand.NewPCG(r.Seed, uint64(1000+number))),
		ended: make(chan struct{}), accounts: map[string]*account{}, identifier: map[int32]string{},
	}
	for len(c.streams) < setSize {
		id := pick(c.random, r.Streams)
		if !slices.Contains(c.streams, id) {
			c.streams = append(c.streams, id)
		}
	}
	c.socket = &socket{
		client: c, url: "ws://" + r.proxy.address() + "/cable", random: rand.New(rand.NewPCG(r.Seed, uint64(100_000+number))),
		state: cable.Closed, timers: map[cable.Timer]*time.Timer{}, calls: make(chan func(), 64),
	}
	c.consumer = cable.New(c.socket)
	return c
}

// live is the client's goroutine.
func (c *client) live(ctx context.Context) {
	defer close(c.ended)
	c.render(ctx)
	next := time.NewTimer(c.pause())
	defer next.Stop()
	for {
		select {
		case do := <-c.socket.calls:
			do()
		case <-next.C:
			if !c.run.calm.Load() {
				c.move(ctx)
			}
			next.Reset(c.pause())
		case <-ctx.Done():
			c.socket.drop()
			return
		}
	}
}

func (c *client) pause() time.Duration {
	return time.Duration((0.5 + c.random.Float64()) * float64(c.run.MoveEvery))
}

// move does what users and their devices do to pages.
func (c *client) move(ctx context.Context) {
	switch what := c.random.IntN(10); {
	case what < 4: // a visit
		c.keep()
		c.note("visit")
		c.run.tally.add("visits", 1)
		c.render(ctx)
	case what < 7: // going back to a snapshot
		c.restore()
	case what < 9: // a laptop sleeps
		c.note("sleep")
		c.run.tally.add("freezes", 1)
		if c.random.IntN(2) == 0 {
			c.socket.Close()
		}
		rest(ctx, time.Duration((0.3+c.random.Float64())*float64(c.run.Freeze)))
		c.note("wake")
		c.consumer.Resume()
	default: // the network changes
		c.note("reopen")
		c.consumer.Reopen()
	}
}

// keep stores a snapshot.
func (c *client) keep() {
	var snapshot []seen
	for _, id := range c.identifier {
		a := c.accounts[id]
		if a == nil || a.gap || a.place.Epoch == "" {
			return
		}
		snapshot = append(snapshot, seen{id, a.top, a.place})
	}
	c.snapshot = snapshot
}

// restore shows a snapshot.
func (c *client) restore() {
	if c.snapshot == nil || c.rendering {
		return
	}
	c.note("back")
	c.run.tally.add("restorations", 1)
	for _, s := range c.snapshot {
		c.show(s.identifier, s.count, s.place)
	}
	c.snapshot = nil
}

func (c *client) show(identifier string, count int, place cable.Place) {
	a := c.accounts[identifier]
	a.render(count)
	a.place = place
	c.note("shows %d of %s at %s %d", count, place.Stream, place.Epoch, place.Offset)
	c.consumer.Show(identifier, place)
}

// render fetches the state and shows it.
func (c *client) render(ctx context.Context) {
	if c.rendering {
		c.again = true
		return
	}
	c.rendering = true
	go func() {
		views := c.fetch(ctx)
		c.socket.call(func() {
			c.rendering = false
			if views != nil && !c.again {
				c.rendered(views)
			}
			if c.again {
				c.again = false
				c.render(ctx)
			}
		})
	}()
}

func (c *client) rendered(views []view) {
	first := len(c.accounts) == 0
	for _, v := range views {
		if first {
			c.accounts[v.Identifier] = &account{id: v.ID, seed: c.run.Seed}
			c.identifier[int32(v.ID)+1] = v.Identifier
		}
		c.show(v.Identifier, v.Count, cable.Place{Stream: streamName(v.ID), Epoch: v.Position.Epoch, Offset: int64(v.Position.Offset)})
	}
	if first {
		for _, v := range views {
			c.consumer.Subscribe(int32(v.ID)+1, v.Identifier)
		}
	}
}

// fetch requests the state until it gets an answer, or ctx ends.
func (c *client) fetch(ctx context.Context) []view {
	list := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(c.streams)), ","), "[]")
	url := "http://" + c.run.proxy.address() + "/state?streams=" + list
	for ctx.Err() == nil {
		views, err := get[[]view](ctx, url)
		if err == nil {
			return views
		}
		rest(ctx, 200*time.Millisecond)
	}
	return nil
}

// fetching keeps no idle connections: each would be one more that can be cut.
var fetching = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}

func get[T any](ctx context.Context, url string) (value T, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return value, err
	}
	res, err := fetching.Do(req)
	if err != nil {
		return value, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return value, fmt.Errorf("%s: %s", url, res.Status)
	}
	return value, json.NewDecoder(res.Body).Decode(&value)
}

// notify receives events of a subscription.
func (c *client) notify(subscription int32, event cable.Event) {
	identifier := c.identifier[subscription]
	switch event {
	case cable.Gap:
		c.note("gap %s", c.name(identifier))
		c.run.tally.add("gaps", 1)
		if c.run.Without == withoutGap {
			return
		}
		c.accounts[identifier].gap = true
		time.AfterFunc(time.Duration(c.random.Float64()*float64(time.Second)), func() {
			c.socket.call(func() { c.render(c.run.ctx) })
		})
	case cable.Rejected, cable.Lost:
		c.fail(c.accounts[identifier].wrong("refused", 1, "the subscription has ended"))
	}
}

// deliver receives a message that the page would perform.
func (c *client) deliver(m message) {
	c.run.tally.add("deliveries", 1)
	var html string
	json.Unmarshal(m.Message, &html)
	a := c.accounts[m.Identifier]
	a.place = cable.Place{Stream: m.Stream, Epoch: m.Epoch, Offset: m.Offset}
	id, n, says, ok := parse(html)
	if !ok {
		return // it only carries a position
	}
	if id != a.id {
		c.fail(a.wrong("made up", 1, fmt.Sprintf("an entry of stream %d", id)))
		return
	}
	c.note("entry %d of %s", n, streamName(id))
	if wrong := a.take(n, says); wrong != nil {
		c.fail(wrong)
	}
}

// state returns what the client shows, for those who wait until it is complete.
func (c *client) state() map[int]int {
	answer := make(chan map[int]int, 1)
	c.socket.call(func() {
		shown := map[int]int{}
		for _, a := range c.accounts {
			if !a.gap {
				shown[a.id] = a.top
			}
		}
		answer <- shown
	})
	select {
	case shown := <-answer:
		return shown
	case <-c.ended:
		return nil
	}
}

func (c *client) name(identifier string) string {
	if a := c.accounts[identifier]; a != nil {
		return streamName(a.id)
	}
	return identifier
}

func (c *client) note(format string, args ...any) {
	c.journal.add(time.Now().Format("15:04:05.000 ")+format, args...)
}

func (c *client) fail(m *mistake) {
	m.who = c
	c.run.fail(m)
}

func (c *client) events() string { return c.journal.String() }
func (c *client) String() string { return fmt.Sprintf("client %d", c.number) }

// rest pauses until the time has passed or ctx ends.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
