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

// inbox takes WebSocket frames of a client as they come, in pieces of any size,
// without waiting for the rest of one: so that a connection which waits needs
// no stack and no buffer. RFC 6455; with inflate, RFC 7692 without context
// takeover. It is not safe for concurrent use.
type inbox struct {
	limit   int64 // bytes of a message
	inflate bool  // compressed messages are taken

	partial    []byte // of a frame that is not whole
	skip       uint64 // bytes to come of a frame that is too long
	kind       int    // of the message whose next fragment may come; 0 if none
	compressed bool
	fragments  []byte // of it; nil once it was refused
	refused    bool
}

// mail is what an inbox found: a message, or a control frame. The text is the
// inbox's again when the receiver returns.
type mail func(kind int, text []byte)

// What an inbox cannot take.
var (
	errTooLong  = errors.New("message over the limit") // the rest may still be taken
	errProtocol = errors.New("not the WebSocket protocol")
)

// take passes on what is whole. After errTooLong it may be called again, with
// nil, and leaves the message out; after errProtocol not.
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
		case rest == nil: // wait for more
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

// begin notes which message a data frame belongs to.
func (in *inbox) begin(f clientFrame) {
	if f.op != 0 {
		in.kind, in.compressed = f.op, f.compressed
	}
}

// data takes a whole data frame.
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

// clientFrame is a frame as a client sends it.
type clientFrame struct {
	op         int
	final      bool
	compressed bool
	head       int // bytes before the payload; 0 if they have not come yet
	size       uint64
	payload    []byte
}

// wrong reports what may not come now.
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

// parseFrame takes a frame off b, in which it unmasks the payload. Rest is nil
// if the frame is not whole.
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

// deflateTail ends a compressed message: the block that the protocol leaves
// out, and a last one.
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

// closeCode is the code to answer a close frame with.
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
