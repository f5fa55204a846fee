package cable

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// script plays a page and its server to a consumer, step by step, and keeps
// the trace of what the consumer does: a line each, with the time in
// milliseconds.
//
//	create a          a subscription with the identifier a; ids count from 1
//	unsubscribe 1
//	connect, disconnect, reopen, reload
//	open [protocol]   the socket opens
//	close             the socket closes, or fails to open
//	welcome, ping, data, confirm a, reject a, goodbye true
//	show a s e 5      the page shows the stream s of a up to place 5 of the epoch e
//	data a s e 6      a message with a place
//	history a, no history a
//	wait 500          time passes
//	clock -3600000    the clock is set
//	random 0.5        from now on
//	show              the page
//	throw             the next socket cannot be made
//	when 1 connected: step   done when the subscription is told so, once
type script struct {
	consumer *Consumer
	trace    []string
	began    float64 // so that a trace begins at 0
	time     float64 // since then
	skew     float64 // of the clock
	random   float64
	state    State
	throws   bool
	last     int32
	due      [timers]float64 // when timers fire; negative when they do not
	when     map[string]string
	received int // messages that were to be delivered
	held     []Message
}

const origin = 1_700_000_000_000

func newScript() *script {
	s := &script{state: Closed, when: map[string]string{}}
	for t := range s.due {
		s.due[t] = -1
	}
	s.consumer = New(s)
	return s
}

func (s *script) line(format string, args ...any) {
	s.trace = append(s.trace, strconv.FormatFloat(s.time, 'f', -1, 64)+" "+fmt.Sprintf(format, args...))
}

// Page

func (s *script) Open(protocols string) error {
	if protocols != "" && protocols != "actioncable-v1-ext-json actioncable-v1-json actioncable-unsupported" {
		panic("offered " + protocols)
	}
	if s.throws {
		s.throws = false
		return errors.New("bad URL")
	}
	if protocols == "" {
		s.line("listen")
	} else {
		s.line("open")
	}
	s.state = Connecting
	return nil
}

func (s *script) Close() {
	s.line("close")
	s.state = Closing
}

func (s *script) State() State { return s.state }

func (s *script) Send(command Command, identifier, since string) {
	if s.state != Open && !s.consumer.listening {
		panic("sent on a socket that is not open")
	}
	if since != "" {
		since = " since" + strings.ReplaceAll(" "+since, "\x00", " ")
		since = strings.ReplaceAll(since, "  ", " ")
	}
	s.line("send %s %s%s", [...]string{"subscribe", "unsubscribe", "history"}[command], identifier, since)
}

func (s *script) Release(identifier string, again bool) {
	var mine, others []Message
	for _, m := range s.held {
		if m.Identifier == identifier {
			mine = append(mine, m)
		} else {
			others = append(others, m)
		}
	}
	s.held = others
	if again {
		slices.SortStableFunc(mine, func(a, b Message) int { return int(a.Place.Offset - b.Place.Offset) })
		for _, m := range mine {
			s.receive(m)
		}
	}
}

func (s *script) Now() float64    { return origin + s.time + s.skew }
func (s *script) Random() float64 { return s.random }

func (s *script) SetTimer(t Timer, ms int) {
	s.due[t] = -1
	if ms >= 0 {
		s.due[t] = s.time + float64(ms)
	}
}

var events = [...]string{"initialized", "connected", "reconnected", "lost", "interrupted", "rejected", "gap"}

func (s *script) Notify(subscription int32, event Event) {
	s.line("%s %d", events[event], subscription)
	key := fmt.Sprintf("%d %s", subscription, events[event])
	if step, ok := s.when[key]; ok {
		delete(s.when, key)
		s.step(step)
	}
}

// wait lets ms milliseconds pass.
func (s *script) wait(ms float64) {
	for until := s.time + ms; ; {
		next := timers
		for t, at := range s.due {
			if at >= 0 && at <= until && (next == timers || at < s.due[next]) {
				next = Timer(t)
			}
		}
		if next == timers {
			s.time = until
			return
		}
		s.time, s.due[next] = s.due[next], -1
		s.fails(s.consumer.Fire(next))
	}
}

// step does a step; one that cannot happen on a real page does nothing.
func (s *script) step(step string) {
	if when, then, ok := strings.Cut(step, ": "); ok {
		s.when[strings.TrimPrefix(when, "when ")] = then
		return
	}
	verb, arg, _ := strings.Cut(step, " ")
	switch verb {
	case "create":
		s.last++
		s.fails(s.consumer.Subscribe(s.last, arg))
	case "unsubscribe":
		id, _ := strconv.Atoi(arg)
		s.consumer.Unsubscribe(int32(id))
	case "serve":
		s.consumer.Serve(map[string]Door{"fallback": Fallback, "events": Events}[arg])
	case "connect":
		_, err := s.consumer.Connect()
		s.fails(err)
	case "disconnect":
		s.consumer.Close(false)
	case "reopen":
		s.fails(s.consumer.Reopen())
	case "reload":
		s.consumer.Reload()
	case "open":
		if s.state == Connecting {
			s.state = Open
			if arg == "" {
				arg = protocol
			}
			s.consumer.Opened(arg)
		}
	case "close":
		if s.state != Closed {
			s.state = Closed
			s.consumer.Closed()
		}
	case "welcome":
		s.receive(Message{Type: Welcome})
	case "ping":
		s.receive(Message{Type: Ping})
	case "data":
		m := Message{}
		if arg != "" {
			m.Identifier, m.Place = place(arg)
		}
		s.receive(m)
	case "show":
		if arg != "" {
			s.consumer.Show(place(arg))
		} else if s.consumer.Monitor.Running() {
			s.consumer.Shown()
		}
	case "resume":
		s.fails(s.consumer.Resume())
	case "history":
		s.receive(Message{Type: ConfirmHistory, Identifier: arg})
	case "no":
		s.receive(Message{Type: RejectHistory, Identifier: strings.TrimPrefix(arg, "history ")})
	case "confirm":
		s.receive(Message{Type: Confirm, Identifier: arg})
	case "reject":
		s.receive(Message{Type: Reject, Identifier: arg})
	case "goodbye":
		s.receive(Message{Type: Disconnect, Reconnect: arg == "true"})
	case "wait":
		ms, _ := strconv.ParseFloat(arg, 64)
		s.wait(ms)
	case "clock":
		s.skew, _ = strconv.ParseFloat(arg, 64)
	case "random":
		s.random, _ = strconv.ParseFloat(arg, 64)
	case "throw":
		s.throws = true
	default:
		panic("no such step: " + step)
	}
}

func (s *script) receive(m Message) {
	if s.state != Open {
		return
	}
	switch s.consumer.Receive(m) {
	case Hold:
		s.held = append(s.held, m)
	case Deliver:
		s.received++
		if m.Place.Epoch != "" {
			s.line("deliver %s %s %d", m.Identifier, m.Place.Epoch, m.Place.Offset)
		}
	}
}

func place(words string) (identifier string, p Place) {
	fmt.Sscan(words, &identifier, &p.Stream, &p.Epoch, &p.Offset)
	return identifier, p
}

func (s *script) fails(err error) {
	if err != nil {
		s.line("fails: %v", err)
	}
}
