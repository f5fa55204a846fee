package cable

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// socket is the transport for WebSockets. It sits between gorilla/websocket and the
// network: it collects what gorilla/websocket writes, and the connection's
// writer sends it in one call.
type socket struct {
	net.Conn
	ws      *websocket.Conn
	raw     syscall.RawConn // nil unless it is plain TCP or Unix
	timeout time.Duration

	// Used by the reader:
	inbox    inbox
	received *[]byte // what wait has read
	over     bool    // ignore everything that follows

	mu     sync.Mutex // guards what follows
	opened bool       // the handshake is over: collect writes instead of passing them on
	copied bool       // the bytes being written are in a shared buffer and have to be copied
	out    net.Buffers

	rest net.Buffers // moved here from out; used by the writer
}

var _ transport = (*socket)(nil)

// serveWebSocket turns the request into a connection and returns, which
// releases the goroutine and buffers of net/http.
func (k *core) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	if offered := websocket.Subprotocols(r); len(offered) > 0 && !slices.ContainsFunc(offered, func(p string) bool { return slices.Contains(subprotocols, p) }) {
		http.Error(w, fmt.Sprintf("unsupported subprotocols %.200q: offer one of %q", offered, subprotocols), http.StatusBadRequest)
		return
	}
	v := k.receive(w, r, func(reason Reason) {
		w.Header().Set("Retry-After", "5")
		http.Error(w, string(reason), http.StatusServiceUnavailable)
	})
	if v == nil {
		return
	}
	s := &socket{timeout: k.limits.writeTimeout, inbox: inbox{limit: k.limits.frame, inflate: k.hub.Compression}}
	upgrader := websocket.Upgrader{
		HandshakeTimeout:  k.limits.writeTimeout,
		Subprotocols:      subprotocols,
		CheckOrigin:       func(*http.Request) bool { return true }, // receive has checked it
		ReadBufferSize:    1,                                        // unused: inbox reads
		WriteBufferPool:   &writeBuffers,
		EnableCompression: k.hub.Compression,
		Error: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
			http.Error(w, http.StatusText(status)+": "+reason.Error(), status)
		},
	}
	ws, err := upgrader.Upgrade(&hijacker{w, s}, r, nil)
	if err != nil { // the upgrader has answered the request
		k.journal.warn("upgrade refused", "error", err)
		v.sendAway()
		return
	}
	s.ws = ws
	s.mu.Lock()
	s.opened = true
	s.mu.Unlock()
	var p protocol = base{}
	if ws.Subprotocol() == extendedSubprotocol {
		p = extended{}
	}
	c := v.connect(s, p)
	c.hooks.Lock()
	go s.read(c)
	v.welcome(c)
	c.hooks.Unlock()
}

var writeBuffers sync.Pool

// hijacker gives gorilla/websocket the socket instead of the network
// connection, and finds that connection behind wrapped ResponseWriters.
type hijacker struct {
	http.ResponseWriter
	socket *socket
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if errors.Is(err, http.ErrNotSupported) {
		return nil, nil, fmt.Errorf("%T cannot be hijacked: give the middleware that wraps the ResponseWriter a method Unwrap or Hijack", h.ResponseWriter)
	}
	if err != nil {
		return nil, nil, err
	}
	h.socket.Conn = conn
	switch conn.(type) {
	case *net.TCPConn, *net.UnixConn:
		if h.socket.raw, err = conn.(syscall.Conn).SyscallConn(); err != nil {
			conn.Close()
			return nil, nil, err
		}
	}
	return h.socket, buffers, nil
}

// read handles what the client sends until it is gone. It is the connection's
// only goroutine and mostly blocked. Parsing and handling run on another
// goroutine, so that the stack of this one stays small.
func (s *socket) read(c *conn) {
	for !s.over && s.wait() {
		c.work.Add(1)
		go s.take(c)
		c.work.Wait()
	}
	c.hungUp()
}

// readBuffers are used while data is being handled.
var readBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// waitHere blocks with a buffer allocated, for connections that are not plain
// sockets.
func (s *socket) waitHere() bool {
	b := make([]byte, 512)
	n, _ := s.Conn.Read(b)
	b = b[:n]
	s.received = &b
	return n > 0
}

// take handles the data that has arrived.
func (s *socket) take(c *conn) {
	defer c.work.Done()
	deliver := func(kind int, text []byte) { s.hear(c, kind, text) }
	err := s.inbox.take(*s.received, deliver)
	for errors.Is(err, errTooLong) {
		c.finish(ReasonFrame, nil, false)
		err = s.inbox.take(nil, deliver)
	}
	if cap(*s.received) == 4<<10 {
		readBuffers.Put(s.received)
	}
	if s.received = nil; err != nil {
		s.hangUp(websocket.CloseProtocolError)
	}
}

// hear handles a message or a control frame.
func (s *socket) hear(c *conn, kind int, text []byte) {
	if s.over {
		return
	}
	c.live()
	switch kind {
	case websocket.TextMessage:
		if !utf8.Valid(text) {
			c.finish(ReasonInvalid, nil, false)
			return
		}
		c.receive(text)
	case websocket.BinaryMessage:
		c.warn("binary message ignored: Action Cable uses text messages")
	case websocket.PingMessage:
		if c.ctx.Err() == nil && c.allow() {
			s.ws.WriteControl(websocket.PongMessage, text, time.Time{})
			c.wake()
		}
	case websocket.CloseMessage:
		s.hangUp(closeCode(text))
	}
}

// hangUp answers the client's close frame and ends reading.
func (s *socket) hangUp(code int) {
	s.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Time{})
	s.over = true
}

// Write collects what gorilla/websocket writes. The bytes do not change
// afterwards: they belong to a prepared or a control message, or are copied.
func (s *socket) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.opened {
		return s.Conn.Write(p)
	}
	if s.copied {
		p = bytes.Clone(p)
	}
	s.out = append(s.out, p)
	return len(p), nil
}

// SetWriteDeadline ignores the deadlines of gorilla/websocket once the
// handshake is over, because its writes no longer block.
func (s *socket) SetWriteDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened {
		return nil
	}
	return s.Conn.SetWriteDeadline(t)
}

// compressFrom is the size in bytes from which compression pays off.
const compressFrom = 256

func (s *socket) write(frames []*frame) (left bool, err error) {
	for _, f := range frames {
		if f.probe {
			err = s.ws.WriteControl(websocket.PingMessage, nil, time.Time{})
		} else {
			s.ws.EnableWriteCompression(f.size()-frameCost >= compressFrom)
			if f.single {
				err = s.writeCopy(f.text())
			} else {
				err = s.ws.WritePreparedMessage(f.prepare(prepare).(*websocket.PreparedMessage))
			}
		}
		if err != nil && !errors.Is(err, websocket.ErrCloseSent) { // the answer to a client's close must still be sent
			return false, err
		}
	}
	s.collect()
	if len(s.rest) == 0 {
		return false, nil
	}
	if s.raw == nil {
		return true, nil
	}
	p := s.rest[0]
	if len(s.rest) > 1 {
		b := joinBuffers.Get().(*bytes.Buffer)
		defer joinBuffers.Put(b)
		b.Reset()
		for _, part := range s.rest {
			if b.Len() > 0 && b.Len()+len(part) > 2*batch {
				break
			}
			b.Write(part)
		}
		p = b.Bytes()
	}
	n, err := tryWrite(s.raw, p)
	s.took(n)
	return len(s.rest) > 0, err
}

// writeCopy writes a message for one client only; a prepared message would need
// more memory.
func (s *socket) writeCopy(text []byte) error {
	s.copy(true)
	defer s.copy(false)
	return s.ws.WriteMessage(websocket.TextMessage, text)
}

func (s *socket) copy(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copied = on
}

var joinBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// prepare builds the WebSocket message that all connections share.
func prepare(text []byte) any {
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, text)
	if err != nil {
		panic("cable: prepare a text message: " + err.Error()) // happens only for message types other than text
	}
	return m
}

// collect moves what is to be written from out to rest.
func (s *socket) collect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rest) == 0 {
		s.rest, s.out = s.out, nil
		return
	}
	s.rest = append(s.rest, s.out...)
	s.out = nil
}

// took removes n written bytes from rest.
func (s *socket) took(n int) {
	for n > 0 && n >= len(s.rest[0]) {
		n -= len(s.rest[0])
		s.rest[0] = nil
		s.rest = s.rest[1:]
	}
	if n > 0 {
		s.rest[0] = s.rest[0][n:]
	}
	if len(s.rest) == 0 {
		s.rest = nil
	}
}

func (s *socket) flush(wait time.Duration) (left, moved bool, err error) {
	if s.raw == nil {
		return s.flushWhole()
	}
	s.Conn.SetWriteDeadline(time.Now().Add(wait))
	n, err := s.rest.WriteTo(s.Conn)
	s.Conn.SetWriteDeadline(time.Time{})
	if errors.Is(err, errTimeout) {
		err = nil
	}
	if len(s.rest) == 0 {
		s.rest = nil
	}
	return len(s.rest) > 0, n > 0, err
}

// flushWhole writes the next bytes to a connection that is not a plain socket.
// A TLS connection is unusable after a write deadline, so this deadline is the
// whole WriteTimeout.
func (s *socket) flushWhole() (left, moved bool, err error) {
	b := joinBuffers.Get().(*bytes.Buffer)
	defer joinBuffers.Put(b)
	b.Reset()
	for _, part := range s.rest {
		if b.Write(part[:min(len(part), batch-b.Len())]); b.Len() == batch {
			break
		}
	}
	s.Conn.SetWriteDeadline(time.Now().Add(s.timeout))
	n, err := s.Conn.Write(b.Bytes())
	s.Conn.SetWriteDeadline(time.Time{})
	s.took(n)
	return len(s.rest) > 0, n > 0, err
}

func (s *socket) close(reason Reason) {
	code := websocket.CloseNormalClosure
	switch reason {
	case ReasonFrame:
		code = websocket.CloseMessageTooBig
	case ReasonInvalid:
		code = websocket.CloseInvalidFramePayloadData
	}
	s.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, string(reason)), time.Time{})
	s.Conn.SetReadDeadline(time.Now().Add(linger))
}

func (s *socket) cut() { s.Conn.Close() }
