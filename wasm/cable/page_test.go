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
//	wait 500          time passes
//	clock -3600000    the clock is set
//	random 0.5        from now on
//	hide, show        the page
//	throw             the next socket cannot be made
//	when 1 connected: step   done when the subscription is told so, once
type script struct {
	consumer *Consumer
	trace    []string
	began    float64 // so that a trace begins at 0
	time     float64 // since then
	skew     float64 // of the clock
	random   float64
	hidden   bool
	state    State
	throws   bool
	last     int32
	timers   []*timeout
	when     map[string]string
	received int // messages that were to be delivered
}

type timeout struct {
	at       float64
	callback func()
}

const origin = 1_700_000_000_000

func newScript() *script {
	s := &script{state: Closed, when: map[string]string{}}
	s.consumer = New(s)
	return s
}

func (s *script) line(format string, args ...any) {
	s.trace = append(s.trace, strconv.FormatFloat(s.time, 'f', -1, 64)+" "+fmt.Sprintf(format, args...))
}

// Page

func (s *script) Open(protocols ...string) error {
	if s.throws {
		s.throws = false
		return errors.New("bad URL")
	}
	s.line("open")
	s.state = Connecting
	return nil
}

func (s *script) Close() {
	s.line("close")
	s.state = Closing
}

func (s *script) State() State { return s.state }

func (s *script) Send(command Command, identifier string) {
	if s.state != Open {
		panic("sent on a socket that is not open")
	}
	s.line("send %s %s", [...]string{"subscribe", "unsubscribe"}[command], identifier)
}

func (s *script) Now() float64    { return origin + s.time + s.skew }
func (s *script) Random() float64 { return s.random }
func (s *script) Visible() bool   { return !s.hidden }

func (s *script) Timeout(ms int, callback func()) (cancel func()) {
	t := &timeout{s.time + float64(ms), callback}
	s.timers = append(s.timers, t)
	return func() {
		s.timers = slices.DeleteFunc(s.timers, func(other *timeout) bool { return other == t })
	}
}

var events = [...]string{"initialized", "connected", "reconnected", "lost", "interrupted", "rejected"}

func (s *script) Notify(subscription int32, event Event) {
	s.line("%s %d", events[event], subscription)
	key := fmt.Sprintf("%d %s", subscription, events[event])
	if step, ok := s.when[key]; ok {
		delete(s.when, key)
		s.step(step)
	}
}

func (s *script) Report(what string, err error) { s.line("report %s: %v", what, err) }

// wait lets ms milliseconds pass.
func (s *script) wait(ms float64) {
	until := s.time + ms
	for {
		var next *timeout
		for _, t := range s.timers {
			if t.at <= until && (next == nil || t.at < next.at) {
				next = t
			}
		}
		if next == nil {
			break
		}
		s.timers = slices.DeleteFunc(s.timers, func(t *timeout) bool { return t == next })
		s.time = next.at
		next.callback()
	}
	s.time = until
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
		s.receive(Message{})
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
	case "hide":
		s.hidden = true
	case "show":
		s.hidden = false
		if s.consumer.Monitor().Running() {
			s.consumer.Monitor().VisibilityChanged()
		}
	case "throw":
		s.throws = true
	default:
		panic("no such step: " + step)
	}
}

func (s *script) receive(m Message) {
	if s.state == Open && s.consumer.Receive(m) {
		s.received++
	}
}

func (s *script) fails(err error) {
	if err != nil {
		s.line("fails: %v", err)
	}
}
