package cable

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
)

// inbox parses a client's WebSocket frames as they arrive, in pieces of any
// size, without blocking for the rest of a frame, so that an idle connection
// needs neither stack nor buffer. It implements RFC 6455 and, with inflate, RFC
// 7692 without context takeover. It is not safe for concurrent use.
type inbox struct {
	limit   int64 // maximum size of a message, in bytes
	inflate bool  // accept compressed messages

	partial    []byte // the beginning of an incomplete frame
	skip       uint64 // bytes of an oversized frame that have not arrived yet
	kind       int    // of the message that is being received in fragments; 0 if none
	compressed bool
	fragments  []byte // of that message; nil once it was refused
	refused    bool
}

// mail receives a message or a control frame. The inbox reuses the text when it
// returns.
type mail func(kind int, text []byte)

// Reasons why an inbox cannot accept data.
var (
	errTooLong  = errors.New("message over the limit") // later messages can still be read
	errProtocol = errors.New("violation of the WebSocket protocol")
)

// take delivers all complete messages. After errTooLong it may be called again,
// with nil, to skip the message and continue; after errProtocol it may not.
func (in *inbox) take(b []byte, deliver mail) error {
	if len(in.partial) > 0 {
		in.partial = append(in.partial, b...)
		b = in.partial
	}
	kept := in.partial
	in.partial = nil
	for {
		n := min(in.skip, uint64(len(b)))
		in.skip, b = in.skip-n, b[n:]
		f, rest, err := parseFrame(b)
		switch {
		case err != nil:
			return err
		case f.wrong(in):
			return errProtocol
		case f.head > 0 && f.op < websocket.CloseMessage && f.size > uint64(in.limit):
			in.begin(f)
			in.fragments, in.refused = nil, !f.final
			if f.final {
				in.kind = 0
			}
			in.skip, in.partial = f.size, bytes.Clone(b[f.head:])
			return errTooLong
		case rest == nil: // incomplete
			if len(b) > 0 && len(b) == len(kept) {
				in.partial = kept
			} else if len(b) > 0 {
				in.partial = bytes.Clone(b)
			}
			return nil
		}
		b = rest
		if f.op >= websocket.CloseMessage {
			deliver(f.op, f.payload)
			continue
		}
		in.begin(f)
		if err := in.data(f, deliver); err != nil {
			in.partial = bytes.Clone(b)
			return err
		}
	}
}

// begin records which message a data frame belongs to.
func (in *inbox) begin(f clientFrame) {
	if f.op != 0 {
		in.kind, in.compressed = f.op, f.compressed
	}
}

// data handles a complete data frame.
func (in *inbox) data(f clientFrame, deliver mail) error {
	text := f.payload
	switch {
	case in.refused:
		text = nil
	case int64(len(in.fragments)+len(text)) > in.limit:
		in.fragments, in.refused = nil, true
		if f.final {
			in.kind, in.refused = 0, false
		}
		return errTooLong
	case !f.final || len(in.fragments) > 0:
		in.fragments = append(in.fragments, text...)
		text = in.fragments
	}
	if !f.final {
		return nil
	}
	kind, compressed, refused := in.kind, in.compressed, in.refused
	in.kind, in.compressed, in.fragments, in.refused = 0, false, nil, false
	if refused {
		return nil
	}
	if compressed {
		var err error
		if text, err = inflate(text, in.limit); err != nil {
			return err
		}
	}
	deliver(kind, text)
	return nil
}

// clientFrame is a frame in the form in which clients send it.
type clientFrame struct {
	op         int
	final      bool
	compressed bool
	head       int // length of the header in bytes; 0 while it is incomplete
	size       uint64
	payload    []byte
}

// wrong reports whether the frame is not allowed at this point.
func (f clientFrame) wrong(in *inbox) bool {
	if f.head == 0 {
		return false
	}
	switch f.op {
	case 0:
		return in.kind == 0 || f.compressed
	case websocket.TextMessage, websocket.BinaryMessage:
		return in.kind != 0 || f.compressed && !in.inflate
	}
	return f.compressed
}

// parseFrame takes a frame off b and unmasks its payload in place. rest is nil
// if the frame is incomplete.
func parseFrame(b []byte) (f clientFrame, rest []byte, err error) {
	if len(b) < 2 {
		return f, nil, nil
	}
	f.op, f.final, f.compressed = int(b[0]&0x0f), b[0]&0x80 != 0, b[0]&0x40 != 0
	masked, short := b[1]&0x80 != 0, int(b[1]&0x7f)
	known, control := false, false
	switch f.op {
	case 0, websocket.TextMessage, websocket.BinaryMessage:
		known = true
	case websocket.CloseMessage, websocket.PingMessage, websocket.PongMessage:
		known, control = true, true
	}
	if !known || !masked || b[0]&0x30 != 0 || control && (!f.final || short > 125) {
		return f, nil, errProtocol
	}
	head := 2
	f.size = uint64(short)
	switch short {
	case 126:
		if head = 4; len(b) >= head {
			f.size = uint64(binary.BigEndian.Uint16(b[2:]))
		}
	case 127:
		if head = 10; len(b) >= head {
			f.size = binary.BigEndian.Uint64(b[2:])
		}
	}
	mask := head
	head += 4
	if len(b) < head {
		return f, nil, nil
	}
	if f.size>>63 != 0 {
		return f, nil, errProtocol
	}
	f.head = head
	if uint64(len(b)-head) < f.size {
		return f, nil, nil
	}
	end := head + int(f.size)
	f.payload = b[head:end:end]
	for i := range f.payload {
		f.payload[i] ^= b[mask+i%4]
	}
	return f, b[end:], nil
}

// deflateTail completes a compressed message: it holds the block that the
// protocol omits, and a final one.
const deflateTail = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// inflate expands a compressed message.
func inflate(text []byte, limit int64) ([]byte, error) {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	r.(flate.Resetter).Reset(io.MultiReader(bytes.NewReader(text), strings.NewReader(deflateTail)), nil)
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, errProtocol
	case int64(len(text)) > limit:
		return nil, errTooLong
	}
	return text, nil
}

// closeCode returns the code with which to answer a close frame.
func closeCode(payload []byte) int {
	if len(payload) == 0 {
		return websocket.CloseNoStatusReceived
	}
	if len(payload) == 1 {
		return websocket.CloseProtocolError
	}
	code := int(binary.BigEndian.Uint16(payload))
	switch {
	case code >= 3000 && code < 5000, code >= 1000 && code <= 1003, code >= 1007 && code <= 1014:
		return code
	}
	return websocket.CloseProtocolError
}
