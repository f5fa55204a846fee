package browser

import (
	"slices"
	"strconv"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/cable"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

//go:wasmimport turbo cable_open
func domCableOpen(consumer int32, protocols string) int32

//go:wasmimport turbo cable_close
func domCableClose(consumer int32)

//go:wasmimport turbo cable_state
func domCableState(consumer int32) int32

//go:wasmimport turbo cable_send
func domCableSend(consumer int32, command, identifier, since string)

//go:wasmimport turbo cable_release
func domCableRelease(consumer, again int32, identifier string)

//go:wasmimport turbo cable_notify
func domCableNotify(consumer, subscription int32, event string)

//go:wasmimport turbo cable_timer
func domCableTimer(consumer, timer, ms int32)

//go:wasmimport turbo now
func domNow() float64

//go:wasmimport turbo random
func domRandom() float64

// socket is the page of one consumer, whose WebSocket has its number.
type socket struct{ number int32 }

var _ cable.Page = (*socket)(nil)

var consumers []*cable.Consumer // by their number

// The names of Action Cable's protocol, and of its callbacks with the property and
// the value of the argument that they get.
var (
	commands = [...]string{cable.Subscribe: "subscribe", cable.Unsubscribe: "unsubscribe", cable.History: "history"}
	types    = [...]string{
		cable.Welcome: "welcome", cable.Ping: "ping", cable.Confirm: "confirm_subscription", cable.Reject: "reject_subscription",
		cable.Disconnect: "disconnect", cable.ConfirmHistory: "confirm_history", cable.RejectHistory: "reject_history",
	}
	events = [...]string{
		cable.Initialized: "initialized", cable.Connected: "connected.reconnected.false", cable.Reconnected: "connected.reconnected.true",
		cable.Lost: "disconnected.willAttemptReconnect.false", cable.Interrupted: "disconnected.willAttemptReconnect.true",
		cable.Rejected: "rejected", cable.Gap: "gap",
	}
)

func (s *socket) Open(protocols string) error { return failed(domCableOpen(s.number, protocols)) }
func (s *socket) Close()                      { domCableClose(s.number) }
func (s *socket) State() cable.State          { return cable.State(domCableState(s.number)) }
func (s *socket) Now() float64                { return domNow() }
func (s *socket) Random() float64             { return domRandom() }

func (s *socket) Send(command cable.Command, identifier, since string) {
	domCableSend(s.number, commands[command], identifier, since)
}

func (s *socket) Release(identifier string, again bool) {
	domCableRelease(s.number, number(again), identifier)
}

func (s *socket) Notify(subscription int32, event cable.Event) {
	domCableNotify(s.number, subscription, events[event])
}

func (s *socket) SetTimer(t cable.Timer, ms int) { domCableTimer(s.number, int32(t), int32(ms)) }

// cable does to a consumer what verb says. Text comes as n bytes in the scratch
// buffer.
//
//go:wasmexport turbo_cable
func exportCable(_, consumer, verb, argument, n int32) (result float64) {
	var err int32
	defer func() {
		if err != 0 {
			result = float64(err)
		}
	}()
	defer guard(page.begin(), &err, "keeping a cable connection")
	if verb == surface.CableNew {
		number := int32(len(consumers))
		consumers = append(consumers, cable.New(&socket{number}))
		return float64(number)
	}
	if verb == surface.CableForget {
		consumers[consumer] = nil
		return 0
	}
	c := consumers[consumer]
	switch verb {
	case surface.CableConnect:
		opened, failure := c.Connect()
		err = status(failure)
		return truth(opened)
	case surface.CableDisconnect, surface.CableClose:
		c.Close(verb == surface.CableClose)
	case surface.CableReopen:
		err = status(c.Reopen())
	case surface.CableSubscribe:
		err = status(c.Subscribe(argument, taken(n)))
	case surface.CableUnsubscribe:
		c.Unsubscribe(argument)
	case surface.CableReload:
		c.Reload()
	case surface.CableOpened:
		c.Opened(taken(n))
	case surface.CableClosed:
		c.Closed()
	case surface.CableReceive:
		name, rest, _ := strings.Cut(taken(n), "\x00")
		message := cable.Message{Type: cable.Type(max(0, slices.Index(types[:], name))), Reconnect: argument != 0}
		message.Identifier, message.Place = place(rest)
		return float64(c.Receive(message))
	case surface.CableWatch:
		c.Watch()
	case surface.CableUnwatch:
		c.Unwatch()
	case surface.CableShown:
		c.Shown()
	case surface.CableShow:
		c.Show(place(taken(n)))
	case surface.CableServe:
		c.Serve(cable.Door(argument))
	case surface.CableResume:
		err = status(c.Resume())
	case surface.CableFire:
		err = status(c.Fire(cable.Timer(argument)))
	case surface.CableAttempt:
		c.Monitor.Attempts = int(argument)
	case surface.CableGet:
		m := &c.Monitor
		return [...]float64{
			surface.MonitorRunning: truth(m.Running()), surface.MonitorStale: truth(c.Stale()), surface.MonitorAttempts: float64(m.Attempts),
			surface.MonitorStartedAt: m.StartedAt, surface.MonitorStoppedAt: m.StoppedAt,
			surface.MonitorPingedAt: m.PingedAt, surface.MonitorDisconnectedAt: m.DisconnectedAt,
		}[argument]
	}
	return 0
}

// place reads an identifier, a stream, an epoch and an offset, separated by NUL.
// An empty text gives none.
func place(text string) (identifier string, p cable.Place) {
	identifier, text, _ = strings.Cut(text, "\x00")
	p.Stream, text, _ = strings.Cut(text, "\x00")
	p.Epoch, text, _ = strings.Cut(text, "\x00")
	p.Offset, _ = strconv.ParseInt(text, 10, 64)
	return identifier, p
}

func truth(b bool) float64 { return float64(number(b)) }
