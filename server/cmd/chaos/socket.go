//go:build linux

package main

import (
	"cmp"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/wasm/cable"
)

// socket gives a consumer what a page's script provides: the WebSocket, JSON
// and timers. It runs on the goroutine of its client.
type socket struct {
	client *client
	url    string
	random *rand.Rand

	state  cable.State
	conn   *websocket.Conn
	number int // of the current WebSocket; what earlier ones receive is ignored
	timers map[cable.Timer]*time.Timer
	held   []message
	calls  chan func() // for the client's goroutine
}

// message is a message of the protocol.
type message struct {
	Type, Identifier string
	Message          json.RawMessage
	Reconnect        bool
	Stream           string `json:"stream_id"`
	Epoch            string
	Offset           int64
}

var types = map[string]cable.Type{
	"welcome": cable.Welcome, "ping": cable.Ping, "confirm_subscription": cable.Confirm, "reject_subscription": cable.Reject,
	"disconnect": cable.Disconnect, "confirm_history": cable.ConfirmHistory, "reject_history": cable.RejectHistory,
}

var _ cable.Page = (*socket)(nil)

func (s *socket) Open(protocols string) error {
	if s.client.run.Without == withoutResume {
		protocols = "actioncable-v1-json"
	}
	s.drop()
	s.state = cable.Connecting
	number := s.number
	go func() {
		dialer := websocket.Dialer{Subprotocols: strings.Fields(protocols), HandshakeTimeout: 10 * time.Second}
		conn, _, err := dialer.Dial(s.url, http.Header{"Origin": {"http" + strings.TrimSuffix(strings.TrimPrefix(s.url, "ws"), "/cable")}})
		s.call(func() {
			switch {
			case number != s.number:
				if conn != nil {
					conn.Close()
				}
			case err != nil:
				s.closed(err)
			default:
				s.conn, s.state = conn, cable.Open
				go s.read(conn, number)
				s.client.consumer.Opened(conn.Subprotocol())
			}
		})
	}()
	return nil
}

// call runs something on the client's goroutine, possibly after a while.
func (s *socket) call(do func()) {
	select {
	case s.calls <- do:
	case <-s.client.ended:
	}
}

func (s *socket) read(conn *websocket.Conn, number int) {
	for {
		var m message
		err := conn.ReadJSON(&m)
		s.call(func() {
			if number != s.number {
				return
			}
			if err != nil {
				s.closed(err)
				return
			}
			s.receive(m)
		})
		if err != nil {
			conn.Close()
			return
		}
	}
}

func (s *socket) closed(err error) {
	s.client.note("closed: %v", err)
	s.drop()
	s.client.consumer.Closed()
}

// drop forgets the current WebSocket.
func (s *socket) drop() {
	s.number++
	s.state = cable.Closed
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
}

// Close starts closing: as in a browser, the consumer is told of the end later.
func (s *socket) Close() {
	if s.conn == nil {
		return
	}
	s.state = cable.Closing
	s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	conn := s.conn
	time.AfterFunc(200*time.Millisecond, func() { conn.Close() })
}

func (s *socket) State() cable.State { return s.state }
func (s *socket) Now() float64       { return float64(time.Now().UnixMicro()) / 1000 }
func (s *socket) Random() float64    { return s.random.Float64() }

var commands = map[cable.Command]string{cable.Subscribe: "subscribe", cable.Unsubscribe: "unsubscribe", cable.History: "history"}

func (s *socket) Send(command cable.Command, identifier, since string) {
	data := map[string]any{"command": commands[command], "identifier": identifier}
	if since != "" {
		words := strings.Split(since, "\x00")
		streams := map[string]any{}
		for rest := words[1:]; len(rest) >= 3; rest = rest[3:] {
			offset, _ := strconv.Atoi(rest[2])
			if s.client.run.Without == withoutDedupe {
				offset = max(0, offset-2)
			}
			streams[rest[0]] = map[string]any{"epoch": rest[1], "offset": offset}
		}
		history := map[string]any{"streams": streams}
		if words[0] != "" {
			history["since"], _ = strconv.Atoi(words[0])
		}
		data["history"] = history
	}
	s.client.note("%s %s since %q", commands[command], s.client.name(identifier), since)
	s.conn.SetWriteDeadline(time.Now().Add(time.Second))
	if s.conn.WriteJSON(data) != nil {
		s.conn.Close() // which ends the reader
	}
}

func (s *socket) SetTimer(t cable.Timer, ms int) {
	if timer := s.timers[t]; timer != nil {
		timer.Stop()
		delete(s.timers, t)
	}
	if ms < 0 {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(time.Duration(ms)*time.Millisecond, func() {
		s.call(func() {
			if s.timers[t] == timer {
				delete(s.timers, t)
				s.client.consumer.Fire(t)
			}
		})
	})
	s.timers[t] = timer
}

func (s *socket) receive(m message) {
	at := cable.Place{Stream: m.Stream, Epoch: m.Epoch, Offset: m.Offset}
	without := s.client.run.Without
	verdict := s.client.consumer.Receive(cable.Message{Type: types[m.Type], Identifier: m.Identifier, Reconnect: m.Reconnect, Place: at})
	if m.Type != "ping" {
		s.client.note("%s %s %s %d: %s", cmp.Or(m.Type, "data"), s.client.name(m.Identifier), m.Epoch, m.Offset, verdicts[verdict])
	}
	if types[m.Type] != cable.Data {
		return
	}
	if verdict == cable.Drop && without == withoutDedupe || verdict == cable.Hold && without == withoutOrder {
		verdict = cable.Deliver
	}
	switch verdict {
	case cable.Hold:
		s.held = append(s.held, m)
	case cable.Deliver:
		s.client.deliver(m)
	}
}

var verdicts = map[cable.Verdict]string{cable.Drop: "left out", cable.Deliver: "taken", cable.Hold: "waits"}

func (s *socket) Release(identifier string, again bool) {
	var mine, others []message
	for _, m := range s.held {
		if m.Identifier == identifier {
			mine = append(mine, m)
		} else {
			others = append(others, m)
		}
	}
	s.held = others
	if !again {
		return
	}
	slices.SortStableFunc(mine, func(a, b message) int { return int(a.Offset - b.Offset) })
	for _, m := range mine {
		s.receive(m)
	}
}

func (s *socket) Notify(subscription int32, event cable.Event) { s.client.notify(subscription, event) }
