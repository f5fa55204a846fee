//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/turbowasm/turbowasm/server/broker"
)

// dialect is the protocol that a server speaks over WebSocket, as far as the
// load needs it.
type dialect struct {
	path     string
	protocol string // Sec-WebSocket-Protocol; empty for none
	greeting string // the first message of the client; empty if the server begins
	// answer returns what to reply to a message that is not a publication, and
	// whether the connection is subscribed now. The reply may be empty.
	answer func(message []byte) (reply string, subscribed bool, err error)
}

// cableDialect speaks Action Cable and subscribes to a signed name.
func cableDialect(signed string) dialect {
	identifier := fmt.Sprintf(`{"channel":"Turbo::StreamsChannel","signed_stream_name":%q}`, signed)
	subscribe := fmt.Sprintf(`{"command":"subscribe","identifier":%q}`, identifier)
	return dialect{
		path:     "/cable",
		protocol: "actioncable-v1-json",
		answer: func(m []byte) (string, bool, error) {
			switch {
			case bytes.HasPrefix(m, []byte(`{"type":"ping"`)):
				return "", false, nil
			case bytes.HasPrefix(m, []byte(`{"type":"welcome"`)):
				return subscribe, false, nil
			case bytes.Contains(m, []byte(`"type":"confirm_subscription"`)):
				return "", true, nil
			}
			return "", false, fmt.Errorf("unexpected message: %.150s", m)
		},
	}
}

// resumeDialect speaks Action Cable extended by histories, and resumes after
// position.
func resumeDialect(signed string, position broker.Position) dialect {
	identifier := fmt.Sprintf(`{"channel":"Turbo::StreamsChannel","signed_stream_name":%q}`, signed)
	subscribe := fmt.Sprintf(`{"command":"subscribe","identifier":%q,"history":{"streams":{%q:{"epoch":%q,"offset":%d}}}}`,
		identifier, streamName, position.Epoch, position.Offset)
	d := cableDialect(signed)
	d.protocol = "actioncable-v1-ext-json"
	d.answer = func(m []byte) (string, bool, error) {
		switch {
		case bytes.HasPrefix(m, []byte(`{"type":"ping"`)), bytes.Contains(m, []byte(`"type":"confirm_subscription"`)):
			return "", false, nil
		case bytes.HasPrefix(m, []byte(`{"type":"welcome"`)):
			return subscribe, false, nil
		case bytes.HasPrefix(m, []byte(`{"type":"confirm_history"`)):
			return "", true, nil
		}
		return "", false, fmt.Errorf("unexpected message: %.150s", m)
	}
	return d
}

// centrifugeDialect speaks Centrifugo's JSON protocol and subscribes with a
// token, the counterpart of a signed name.
func centrifugeDialect(channel, token string) dialect {
	subscribe := fmt.Sprintf(`{"id":2,"subscribe":{"channel":%q,"token":%q}}`, channel, token)
	return dialect{
		path:     "/connection/websocket",
		greeting: `{"id":1,"connect":{}}`,
		answer: func(m []byte) (string, bool, error) {
			switch {
			case string(m) == "{}":
				return "{}", false, nil // a ping
			case bytes.HasPrefix(m, []byte(`{"id":1,"connect":`)):
				return subscribe, false, nil
			case bytes.HasPrefix(m, []byte(`{"id":2,"subscribe":`)):
				return "", true, nil
			}
			return "", false, fmt.Errorf("unexpected message: %.150s", m)
		},
	}
}

// A publication contains its number, between mark and "@", and is padded to the
// length of a small chat message.
const (
	mark            = "@seq="
	publicationSize = 200
)

func publication(seq int) string {
	s := mark + strconv.Itoa(seq) + "@"
	return s + string(bytes.Repeat([]byte{'x'}, max(0, publicationSize-len(s))))
}

// publicationIn returns the number of the publication in a message; ok is false
// if there is none.
func publicationIn(message []byte) (seq int, ok bool) {
	at := bytes.Index(message, []byte(mark))
	if at < 0 {
		return 0, false
	}
	for _, c := range message[at+len(mark):] {
		if c < '0' || c > '9' {
			return seq, c == '@'
		}
		seq = seq*10 + int(c-'0')
	}
	return 0, false
}

// As much of WebSocket as a client of a trusted server needs.
const (
	opText  = 1
	opClose = 8
	opPing  = 9
	opPong  = 10
)

// parseFrame splits the first frame off b, which has been received. It returns
// nil as rest if the frame is not complete.
func parseFrame(b []byte) (op byte, payload, rest []byte, err error) {
	if len(b) < 2 {
		return 0, nil, nil, nil
	}
	if b[0]&0xf0 != 0x80 || b[1]&0x80 != 0 {
		return 0, nil, nil, fmt.Errorf("frame begins with % x: it is fragmented, compressed or masked", b[:2])
	}
	size, head := uint64(b[1]), 2
	switch {
	case size == 126 && len(b) >= 4:
		size, head = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case size == 127 && len(b) >= 10:
		size, head = binary.BigEndian.Uint64(b[2:]), 10
	case size >= 126:
		return 0, nil, nil, nil
	}
	if size > 1<<24 {
		return 0, nil, nil, errors.New("frame of more than 16 MB")
	}
	end := head + int(size)
	if len(b) < end {
		return 0, nil, nil, nil
	}
	return b[0] & 0x0f, b[head:end], b[end:len(b):len(b)], nil
}

// appendFrame appends a masked frame.
func appendFrame(b []byte, op byte, payload []byte) []byte {
	b = append(b, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	default:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	}
	key := [4]byte{0x5a, 0x17, 0xc3, 0x88}
	b = append(b, key[:]...)
	for i, c := range payload {
		b = append(b, c^key[i%4])
	}
	return b
}

// upgradeRequest returns the HTTP request that opens a WebSocket.
func upgradeRequest(host string, d dialect) []byte {
	protocol := ""
	if d.protocol != "" {
		protocol = "Sec-WebSocket-Protocol: " + d.protocol + "\r\n"
	}
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", d.path, host, host, protocol)
}
