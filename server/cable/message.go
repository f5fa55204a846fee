package cable

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// subprotocol is the one that this package speaks.
const subprotocol = "actioncable-v1-json"

// Disconnect reasons. The first two are those of Action Cable, the last is
// AnyCable's name for a client that does not keep up.
const (
	reasonUnauthorized = "unauthorized"
	reasonRestart      = "server_restart"
	reasonRemote       = "remote"
	reasonTooSlow      = "too_slow"
)

// command is what a client sends. Identifier is compared byte for byte.
type command struct {
	Command    string `json:"command"`
	Identifier string `json:"identifier"`
	Data       string `json:"data"` // JSON in a string
}

// parseCommand reads one frame.
func parseCommand(frame []byte) (command, error) {
	var c command
	if !utf8.Valid(frame) {
		return c, errors.New("frame is not UTF-8")
	}
	if err := json.Unmarshal(frame, &c); err != nil {
		return c, fmt.Errorf("frame is no command: %w", err)
	}
	return c, nil
}

// parseChannel reads the channel's class name out of an identifier.
func parseChannel(identifier string) (string, error) {
	var params struct {
		Channel string `json:"channel"`
	}
	if err := json.Unmarshal([]byte(identifier), &params); err != nil {
		return "", fmt.Errorf("identifier is no JSON object: %w", err)
	}
	if params.Channel == "" {
		return "", errors.New("identifier names no channel")
	}
	return params.Channel, nil
}

// parseAction reads the action out of a command's data.
func parseAction(data string) (string, json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(data), &object); err != nil {
		return "", nil, fmt.Errorf("data is no JSON object: %w", err)
	}
	if object == nil {
		return "", nil, errors.New("data is no JSON object")
	}
	action := "receive"
	if raw, ok := object["action"]; ok {
		if err := json.Unmarshal(raw, &action); err != nil {
			return "", nil, fmt.Errorf("action is no string: %w", err)
		}
	}
	return action, json.RawMessage(data), nil
}

// disconnectMessage ends a connection, and orders its end on a control stream.
type disconnectMessage struct {
	Type      string  `json:"type"`
	Reason    *string `json:"reason,omitempty"`
	Reconnect bool    `json:"reconnect"`
}

func welcomeFrame() *websocket.PreparedMessage { return prepare([]byte(`{"type":"welcome"}`)) }

func pingFrame(now time.Time) *websocket.PreparedMessage {
	return prepare(append(strconv.AppendInt([]byte(`{"type":"ping","message":`), now.Unix(), 10), '}'))
}

func confirmFrame(identifier string) *websocket.PreparedMessage {
	return prepare([]byte(`{"identifier":` + quote(identifier) + `,"type":"confirm_subscription"}`))
}

func rejectFrame(identifier string) *websocket.PreparedMessage {
	return prepare([]byte(`{"identifier":` + quote(identifier) + `,"type":"reject_subscription"}`))
}

func disconnectFrame(reason string, reconnect bool) *websocket.PreparedMessage {
	return prepare(fmt.Appendf(nil, `{"type":"disconnect","reason":%s,"reconnect":%t}`, quote(reason), reconnect))
}

// dataFrame carries data, which is JSON, to the subscriptions under identifier.
func dataFrame(identifier string, data []byte) *websocket.PreparedMessage {
	return prepare(dataText(identifier, data))
}

func dataText(identifier string, data []byte) []byte {
	id := quote(identifier)
	b := make([]byte, 0, len(`{"identifier":,"message":}`)+len(id)+len(data))
	b = append(b, `{"identifier":`...)
	b = append(b, id...)
	b = append(b, `,"message":`...)
	b = append(b, data...)
	return append(b, '}')
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string always encodes
	return string(b)
}

// prepare builds the WebSocket frame, which every connection then shares.
func prepare(text []byte) *websocket.PreparedMessage {
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, text)
	if err != nil {
		panic("cable: prepare a text frame: " + err.Error()) // only for other message types
	}
	return m
}
