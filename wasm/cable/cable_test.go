package cable

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

// With -dump the cases are written to a file, for another client to be played
// the same steps.
var dump = flag.String("dump", "", "write steps and traces as JSON to this file")

type played struct {
	Name  string   `json:"name"`
	Steps []string `json:"steps"`
	Trace []string `json:"trace"`
}

// cases are what @rails/actioncable 8.1 does as well.
var cases = []struct{ name, steps, want string }{
	{
		"a subscription is asked for on welcome and told of its confirmation",
		"create a; open; welcome; confirm a",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1",
	}, {
		"a subscription on a welcomed connection is asked for at once",
		"connect; open; welcome; create a",
		"0 open; 0 initialized 1; 0 send subscribe a",
	}, {
		"connecting twice opens one socket",
		"connect; connect; open; connect",
		"0 open",
	}, {
		"a subscription is asked for every 500 ms until it is confirmed",
		"create a; open; welcome; wait 1200; confirm a; wait 3000",
		"0 open; 0 initialized 1; 0 send subscribe a; 500 send subscribe a; 1000 send subscribe a; 1200 connected 1",
	}, {
		"asking again is put off by every subscription",
		"create a; open; welcome; wait 400; create b; wait 600",
		"0 open; 0 initialized 1; 0 send subscribe a; 400 initialized 2; 400 send subscribe b; 900 send subscribe a; 900 send subscribe b",
	}, {
		"a rejected subscription is removed and not asked for again",
		"create a; create b; open; welcome; reject a; wait 500; confirm b; close; wait 12000; open; welcome",
		"0 open; 0 initialized 1; 0 initialized 2; 0 send subscribe a; 0 send subscribe b; 0 rejected 1; 500 send subscribe b; 500 connected 2; 500 interrupted 2; 500 open; 12500 send subscribe b",
	}, {
		"a removed subscription is not asked for again",
		"create a; open; welcome; unsubscribe 1; wait 2000; confirm a",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 send unsubscribe a",
	}, {
		"a subscription removed before the socket is open was never there",
		"create a; unsubscribe 1; open; welcome",
		"0 open; 0 initialized 1",
	}, {
		"nothing is sent on a closed socket",
		"create a; open; welcome; confirm a; close; unsubscribe 1",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 0 interrupted 1",
	}, {
		"a silent connection is reopened after 6 to 12 seconds",
		"random 0.5; create a; open; welcome; confirm a; wait 8999; wait 1; close; wait 500",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 9000 close; 9000 interrupted 1; 9500 open",
	}, {
		"pings keep a connection alive",
		"connect; open; welcome; wait 3000; ping; wait 3000; ping; wait 3000; ping; wait 3000; ping",
		"0 open",
	}, {
		"any message keeps a connection alive",
		"connect; open; welcome; wait 3000; data; wait 3000; data; wait 3000; confirm x; wait 3000; data",
		"0 open",
	}, {
		"a lost connection is opened anew within a second",
		"create a; open; welcome; confirm a; wait 5000; close; wait 60000",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 5000 interrupted 1; 5000 open",
	}, {
		"attempts are further and further apart",
		"random 0.5; connect; close; wait 500; close; wait 2000; close; wait 4000; close; wait 8000; close; wait 16000; close; wait 30000; close; wait 30000",
		"0 open; 500 open; 2500 open; 6500 open; 14500 open; 30500 open; 60500 open; 90500 open",
	}, {
		"only the first confirmation after a reconnect says so",
		"create a; create b; open; welcome; confirm a; confirm b; close; wait 12001; open; welcome; confirm b; confirm a",
		"0 open; 0 initialized 1; 0 initialized 2; 0 send subscribe a; 0 send subscribe b; 0 connected 1; 0 connected 2; 0 interrupted 1; 0 interrupted 2; 0 open; 12001 send subscribe a; 12001 send subscribe b; 12001 reconnected 2; 12001 connected 1",
	}, {
		"an asked-for reconnect takes no attempts and is none",
		"create a; open; welcome; confirm a; disconnect; close; connect; open; welcome; confirm a",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 0 close; 0 lost 1; 0 open; 0 send subscribe a; 0 connected 1",
	}, {
		"a disconnected consumer stays so",
		"create a; open; welcome; confirm a; disconnect; close; show; wait 100000",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 0 close; 0 lost 1",
	}, {
		"a subscription connects a disconnected consumer",
		"connect; open; disconnect; close; create a",
		"0 open; 0 close; 0 open; 0 initialized 1",
	}, {
		"a server that says goodbye is come back to",
		"create a; open; welcome; goodbye true; close; wait 12000",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 close; 0 interrupted 1; 0 open",
	}, {
		"a server that says goodbye for ever is left",
		"create a; open; welcome; goodbye false; close; wait 100000",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 close; 0 lost 1",
	}, {
		"a server that does not speak the protocol is left and not listened to",
		"create a; open actioncable-unsupported; welcome; confirm a; close; wait 100000",
		"0 open; 0 initialized 1; 0 close; 0 lost 1",
	}, {
		"a socket that never opened was no connection",
		"create a; close",
		"0 open; 0 initialized 1",
	}, {
		"the close of a connection is told once",
		"create a; open; close; connect; close; connect; close",
		"0 open; 0 initialized 1; 0 interrupted 1; 0 open; 0 open",
	}, {
		"a page that becomes visible need not wait for a lost connection",
		"create a; open; welcome; confirm a; close; wait 100; show; wait 1000",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 0 interrupted 1; 0 open",
	}, {
		"a page that becomes visible reopens a stale connection soon",
		"random 0.9; connect; open; welcome; wait 7000; show; wait 1000; close",
		"0 open; 7200 close; 7700 open",
	}, {
		"a page that becomes visible leaves a living connection alone",
		"connect; open; welcome; wait 5000; ping; show; wait 500",
		"0 open",
	}, {
		"reopening replaces an open socket after 500 ms",
		"create a; open; welcome; confirm a; reopen; close; wait 499; wait 1; open; welcome; confirm a",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 0 close; 0 interrupted 1; 500 open; 500 send subscribe a; 500 connected 1",
	}, {
		"a socket that does not finish closing is given up",
		"connect; open; welcome; reopen; wait 500; open; welcome",
		"0 open; 0 close; 500 open",
	}, {
		"a connecting socket is left alone",
		"connect; reopen; wait 500",
		"0 open",
	}, {
		"a socket that cannot be made fails whoever wants it, and the subscription stays",
		"throw; create a; create b; open; welcome",
		"0 fails: bad URL; 0 open; 0 initialized 2; 0 send subscribe a; 0 send subscribe b",
	}, {
		"a subscription can be refused and asked for anew by its own callback",
		"when 1 rejected: create a; create a; open; welcome; reject a; confirm a",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 rejected 1; 0 initialized 2; 0 send subscribe a; 0 connected 2",
	}, {
		"a subscription made by a callback is told of no event before it",
		"when 1 interrupted: create b; create a; open; close",
		"0 open; 0 initialized 1; 0 interrupted 1; 0 open; 0 initialized 2",
	},
}

// ours are cases in which we differ from @rails/actioncable 8.1.
var ours = []struct{ name, steps, want string }{
	{
		"subscriptions with one identifier are asked for once and confirmed together",
		"create a; create a; open; welcome; wait 500; confirm a; wait 1000",
		"0 open; 0 initialized 1; 0 initialized 2; 0 send subscribe a; 500 send subscribe a; 500 connected 1; 500 connected 2",
	}, {
		"who joins a confirmed identifier is told so, and nothing is sent",
		"create a; open; welcome; confirm a; create a; wait 0; wait 3000",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 0 initialized 2; 0 connected 2",
	}, {
		"who joins while the connection is lost is told on the next confirmation",
		"create a; open; welcome; confirm a; create a; close; wait 12000; open; welcome; confirm a",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 0 initialized 2; 0 interrupted 1; 0 interrupted 2; 0 open; 12000 send subscribe a; 12000 reconnected 1; 12000 reconnected 2",
	}, {
		"who joins and leaves leaves the others subscribed",
		"create a; open; welcome; confirm a; create a; unsubscribe 2; wait 10; unsubscribe 1",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 0 initialized 2; 10 send unsubscribe a",
	}, {
		"the server hears of the last removal with an identifier only",
		"create a; create a; open; welcome; unsubscribe 1; confirm a; unsubscribe 2",
		"0 open; 0 initialized 1; 0 initialized 2; 0 send subscribe a; 0 connected 2; 0 send unsubscribe a",
	}, {
		"nothing is asked for before the welcome, and once after it",
		"connect; open; create a; welcome",
		"0 open; 0 initialized 1; 0 send subscribe a",
	}, {
		"who leaves in its first callback is not asked for",
		"when 1 initialized: unsubscribe 1; connect; open; welcome; create a; wait 1000",
		"0 open; 0 initialized 1",
	}, {
		"who is removed by a callback hears no more",
		"when 1 connected: unsubscribe 2; create a; create a; open; welcome; confirm a",
		"0 open; 0 initialized 1; 0 initialized 2; 0 send subscribe a; 0 connected 1",
	}, {
		"who is removed by a callback after a refusal is not taken from the server",
		"when 1 rejected: unsubscribe 2; create a; create a; open; welcome; reject a",
		"0 open; 0 initialized 1; 0 initialized 2; 0 send subscribe a; 0 rejected 1; 0 rejected 2",
	}, {
		"a disconnect that comes while connecting closes the socket once it is open",
		"create a; disconnect; open; close; wait 100000",
		"0 open; 0 initialized 1; 0 close; 0 lost 1",
	}, {
		"a disconnect that comes while connecting can be taken back",
		"create a; disconnect; connect; open; welcome; wait 12000",
		"0 open; 0 initialized 1; 0 send subscribe a; 500 send subscribe a; 1000 send subscribe a; 1500 send subscribe a; 2000 send subscribe a; " +
			"2500 send subscribe a; 3000 send subscribe a; 3500 send subscribe a; 4000 send subscribe a; 4500 send subscribe a; 5000 send subscribe a; " +
			"5500 send subscribe a; 6000 send subscribe a; 6500 send subscribe a; 7000 send subscribe a; 7500 send subscribe a; 8000 send subscribe a; " +
			"8500 send subscribe a; 9000 send subscribe a; 9500 send subscribe a; 10000 send subscribe a; 10500 send subscribe a; 11000 send subscribe a; " +
			"11500 send subscribe a; 12000 close",
	}, {
		"a disconnect that comes while reopening holds",
		"connect; open; reopen; close; disconnect; wait 100000",
		"0 open; 0 close",
	}, {
		"a disconnect that comes after the page was shown holds",
		"connect; open; welcome; close; show; disconnect; wait 100000",
		"0 open",
	}, {
		"a clock that is set back does not delay recovery",
		"random 0.5; connect; open; welcome; close; clock -3600000; wait 20000",
		"0 open; 500 open",
	}, {
		"a socket that cannot be remade is reported and tried again",
		"connect; open; close; throw; wait 12000; wait 6900",
		"0 open; 0 fails: bad URL; 1000 open",
	}, {
		"a confirmation for nobody does not use up the news of a reconnect",
		"create a; open; close; wait 12000; open; welcome; confirm b; confirm a",
		"0 open; 0 initialized 1; 0 interrupted 1; 0 open; 12000 send subscribe a; 12000 reconnected 1",
	}, {
		"a subscription is removed once",
		"create a; open; welcome; unsubscribe 1; unsubscribe 1",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 send unsubscribe a",
	},
}

func TestConsumer(t *testing.T) {
	var all []played
	for _, table := range [][]struct{ name, steps, want string }{cases, ours, places} {
		for _, c := range table {
			t.Run(c.name, func(t *testing.T) {
				s := play(c.steps)
				got, want := strings.Join(s.trace, "\n"), strings.ReplaceAll(c.want, "; ", "\n")
				if got != want {
					t.Errorf("steps: %s\ngot:\n%s\nwant:\n%s", c.steps, got, want)
				}
				all = append(all, played{c.name, strings.Split(c.steps, "; "), s.trace})
			})
		}
	}
	write(t, all)
}

func play(steps string) *script {
	s := newScript()
	for _, step := range strings.Split(steps, "; ") {
		s.step(step)
	}
	return s
}

func write(t *testing.T, all []played) {
	if *dump == "" {
		return
	}
	text, err := json.Marshal(all)
	if err == nil {
		err = os.WriteFile(*dump, text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestDataIsDeliveredOnOurProtocolOnly(t *testing.T) {
	for spoken, want := range map[string]int{protocol: 2, unsupported: 0, "": 0} {
		s := newScript()
		s.step("connect")
		s.state = Open
		s.consumer.Opened(spoken)
		s.step("data")
		s.step("data")
		if s.received != want {
			t.Errorf("protocol %q: got %d messages, want %d", spoken, s.received, want)
		}
	}
}

func TestMonitorTellsItsState(t *testing.T) {
	type state struct {
		attempts                               int
		started, stopped, pinged, disconnected float64
		running, stale                         bool
	}
	for _, c := range []struct {
		name, steps string
		want        state
	}{
		{"unused", "wait 7000", state{}},
		{"started", "wait 10; connect", state{started: 10, running: true}},
		{"stale without any message", "wait 10; connect; wait 6001", state{started: 10, running: true, stale: true}},
		{"heard of", "connect; open; wait 10; ping; wait 6000", state{started: 0, pinged: 10, running: true}},
		{"lost", "connect; open; wait 10; close; wait 5990", state{attempts: 1, disconnected: 10, running: true}},
		{"attempting", "connect; open; wait 10; close; wait 12000", state{attempts: 1, disconnected: 10, running: true, stale: true}},
		{"stopped", "connect; open; wait 10; disconnect", state{stopped: 10}},
		{"started again", "connect; open; wait 10; disconnect; close; wait 10; connect", state{started: 20, disconnected: 10, running: true}},
		{"welcomed", "connect; open; wait 10; close; wait 12000; open; welcome", state{pinged: 12010, running: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			consumer := play(c.steps).consumer
			m := &consumer.Monitor
			since := func(time float64) float64 { return max(time-origin, 0) }
			got := state{m.Attempts, since(m.StartedAt), since(m.StoppedAt), since(m.PingedAt), since(m.DisconnectedAt), m.Running(), consumer.Stale()}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

var vocabulary = []string{
	"create a", "create b", "create c", "unsubscribe 1", "unsubscribe 2", "unsubscribe 3", "connect", "disconnect", "reopen", "reload",
	"open", "open actioncable-unsupported", "close", "welcome", "ping", "data", "confirm a", "confirm b", "confirm c", "reject a", "reject b",
	"goodbye true", "goodbye false", "wait 0", "wait 100", "wait 500", "wait 3000", "wait 7000", "wait 20000", "clock 0", "clock 100000", "clock -100000",
	"random 0", "random 0.5", "random 0.999", "show", "throw",
	"when 1 connected: unsubscribe 1", "when 1 connected: unsubscribe 2", "when 1 rejected: create a", "when 2 initialized: unsubscribe 2",
	"when 1 interrupted: disconnect", "when 1 lost: connect", "when 2 connected: create a", "when 1 rejected: unsubscribe 2",
}

func FuzzConsumer(f *testing.F) {
	for _, c := range append(slices.Clone(cases), ours...) {
		var seed []byte
		for _, step := range strings.Split(c.steps, "; ") {
			if i := slices.Index(vocabulary, step); i >= 0 {
				seed = append(seed, byte(i))
			}
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		s := newScript()
		var steps []string
		for _, b := range bytes[:min(len(bytes), 200)] {
			step := vocabulary[int(b)%len(vocabulary)]
			steps = append(steps, step)
			s.step(step)
			if broken := s.broken(); broken != "" {
				t.Fatalf("%s after: %s\n%s", broken, strings.Join(steps, "; "), strings.Join(s.trace, "\n"))
			}
		}
		s.recovers(t)
	})
}

// broken names an invariant that does not hold.
func (s *script) broken() string {
	c := s.consumer
	statuses := map[string]status{}
	for _, sub := range c.subscriptions {
		status, seen := statuses[sub.identifier]
		statuses[sub.identifier] = sub.status
		switch {
		case seen && status != sub.status:
			return "subscriptions with one identifier differ"
		case sub.removed:
			return "a removed subscription is there"
		case sub.connected && (sub.status == idle || !c.live):
			return "a subscription is connected without a connection"
		case sub.status == pending && !c.welcomed && !c.listening:
			return "a subscription was asked for before the welcome"
		case sub.status == pending && s.state == Open && !c.waiting[Ask]:
			return "nobody asks again for a pending subscription"
		case sub.status == idle && c.welcomed && s.state == Open:
			return "nobody has asked for a subscription"
		case sub.status == confirmed && !sub.connected && s.state == Open && !c.waiting[Join]:
			return "nobody tells a subscription that it is confirmed"
		}
	}
	for t, waiting := range c.waiting {
		if waiting != (s.due[t] >= 0) {
			return "a timer is forgotten"
		}
	}
	switch {
	case c.Monitor.Running() != c.waiting[Poll]:
		return "the monitor does not poll while it runs, or does when it does not"
	case s.state == Open && !c.Monitor.Running():
		return "an open socket is not watched"
	}
	return ""
}

// recovers checks that a server that answers gets every subscription connected
// in the end.
func (s *script) recovers(t *testing.T) {
	clear(s.when)
	s.throws = false
	s.step("connect")
	for range 20 {
		s.step("wait 700")
		if s.state == Closing {
			s.step("close")
		}
		s.step("open")
		if s.state == Open {
			if !s.consumer.welcomed {
				s.step("welcome")
			}
			s.step("ping")
			for _, sub := range s.consumer.subscriptions {
				if sub.status == pending {
					s.step("confirm " + sub.identifier)
				}
			}
		}
		if s.state == Closed {
			s.step("connect")
		}
	}
	s.wait(0)
	for _, sub := range s.consumer.subscriptions {
		if !sub.connected {
			t.Fatalf("subscription %d does not recover\n%s", sub.id, strings.Join(s.trace, "\n"))
		}
	}
}
