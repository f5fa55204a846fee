//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

const (
	// window is how many connections may be opening at once.
	window = 512
	// perAddress is how many connections use each of the addresses from
	// 127.1.0.1 on, so that neither ports nor limits per address run out.
	perAddress = 50
	// bindNoPort is Linux's IP_BIND_ADDRESS_NO_PORT: the port is chosen once
	// the destination is known.
	bindNoPort = 24
)

type phase int

const (
	dialing phase = iota
	upgrading
	opened
	subscribed
)

// client is one connection of the load.
type client struct {
	fd      int
	phase   phase
	partial []byte // the beginning of a frame
	last    int    // number of the last publication; 0 before the first
}

// load is many connections to one server, all subscribed to one stream. A
// single goroutine reads them all with epoll, so that ten thousand take little
// time from the server on the same cores. Methods may be called concurrently.
type load struct {
	dialect dialect
	server  netip.AddrPort
	request []byte
	epoll   int
	done    chan struct{} // closed when the goroutine has ended
	changed chan struct{} // receives a token after each batch of events

	mu        sync.Mutex // guards what follows
	closed    bool
	clients   []*client // by file descriptor
	toDial    int
	underway  int
	dialled   int
	live      int            // subscribed
	delivered int            // publications
	lost      int            // publications missing or out of order
	cut       map[string]int // connections that ended by themselves, by reason
	awaited   int            // number of an awaited publication
	arrivals  []time.Time    // when it arrived at each client, in order
	buf       []byte
}

func newLoad(server netip.AddrPort, d dialect) (*load, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	l := &load{
		dialect: d, server: server, request: upgradeRequest(server.String(), d), epoll: epoll,
		done: make(chan struct{}), changed: make(chan struct{}, 1), cut: map[string]int{}, buf: make([]byte, 256<<10),
	}
	go l.run()
	return l, nil
}

// run serves the connections until close.
func (l *load) run() {
	defer close(l.done)
	events := make([]syscall.EpollEvent, 256)
	for {
		n, err := syscall.EpollWait(l.epoll, events, 50)
		if err != nil && err != syscall.EINTR {
			panic("epoll_wait: " + err.Error()) // only for invalid arguments
		}
		l.mu.Lock()
		if l.closed {
			l.mu.Unlock()
			return
		}
		for _, event := range events[:max(n, 0)] {
			if c := l.clients[event.Fd]; c != nil {
				l.serve(c, event.Events)
			}
		}
		l.dial()
		l.mu.Unlock()
		select {
		case l.changed <- struct{}{}:
		default:
		}
	}
}

// connect opens n more connections.
func (l *load) connect(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.toDial += n
	l.dial()
}

// dial opens as many connections as the window allows.
func (l *load) dial() {
	for l.toDial > 0 && l.underway < window {
		l.toDial--
		if err := l.dialOne(); err != nil {
			l.cut[err.Error()]++
		}
	}
}

func (l *load) dialOne() (err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	host := l.dialled / perAddress
	l.dialled++
	from := &syscall.SockaddrInet4{Addr: [4]byte{127, 1, byte(host / 250), byte(1 + host%250)}}
	to := &syscall.SockaddrInet4{Addr: l.server.Addr().As4(), Port: int(l.server.Port())}
	err = errors.Join(
		syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, bindNoPort, 1),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		syscall.Bind(fd, from))
	if err == nil {
		if err = syscall.Connect(fd, to); err == syscall.EINPROGRESS {
			err = nil
		}
	}
	if err == nil {
		err = syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLOUT, Fd: int32(fd)})
	}
	if err != nil {
		syscall.Close(fd)
		return fmt.Errorf("dial: %w", err)
	}
	for len(l.clients) <= fd {
		l.clients = append(l.clients, nil)
	}
	l.clients[fd] = &client{fd: fd}
	l.underway++
	return nil
}

// serve handles the events of a connection.
func (l *load) serve(c *client, ready uint32) {
	if c.phase == dialing {
		c.phase = upgrading
		err := syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_MOD, c.fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(c.fd)})
		if err == nil {
			err = l.write(c, l.request)
		}
		if err != nil {
			l.end(c, "connect: "+err.Error())
		}
		return
	}
	n, err := syscall.Read(c.fd, l.buf)
	switch {
	case err == syscall.EAGAIN:
		return
	case err != nil:
		l.end(c, "read: "+err.Error())
		return
	case n == 0:
		l.end(c, "end of file")
		return
	}
	data := l.buf[:n]
	if len(c.partial) > 0 {
		data = append(c.partial, data...)
	}
	rest, err := l.take(c, data)
	if err != nil {
		l.end(c, err.Error())
		return
	}
	c.partial = nil
	if len(rest) > 0 {
		c.partial = bytes.Clone(rest)
	}
}

// take handles received data and returns the incomplete rest.
func (l *load) take(c *client, data []byte) (rest []byte, err error) {
	if c.phase == upgrading {
		head, after, ok := bytes.Cut(data, []byte("\r\n\r\n"))
		if !ok {
			return data, nil
		}
		if !bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) {
			line, _, _ := bytes.Cut(head, []byte("\r\n"))
			return nil, fmt.Errorf("upgrade: %s", line)
		}
		c.phase, data = opened, after
		if l.dialect.greeting != "" {
			if err := l.say(c, l.dialect.greeting); err != nil {
				return nil, err
			}
		}
	}
	now := time.Now()
	for {
		op, payload, rest, err := parseFrame(data)
		if err != nil || rest == nil {
			return data, err
		}
		data = rest
		switch op {
		case opPing:
			err = l.write(c, appendFrame(nil, opPong, payload))
		case opClose:
			err = fmt.Errorf("close: %q", payload)
		case opText:
			for message := range bytes.SplitSeq(payload, []byte("\n")) { // Centrifugo joins messages
				if err = l.hear(c, message, now); err != nil {
					break
				}
			}
		}
		if err != nil {
			return nil, err
		}
	}
}

// hear handles one message.
func (l *load) hear(c *client, message []byte, now time.Time) error {
	if seq, ok := publicationIn(message); ok {
		if c.last != 0 && seq != c.last+1 {
			l.lost++
		}
		c.last = seq
		l.delivered++
		if seq == l.awaited {
			l.arrivals = append(l.arrivals, now)
		}
		return nil
	}
	if len(message) == 0 {
		return nil
	}
	reply, done, err := l.dialect.answer(message)
	if done && c.phase != subscribed {
		c.phase = subscribed
		l.live++
		l.underway--
	}
	if err == nil && reply != "" {
		err = l.say(c, reply)
	}
	return err
}

func (l *load) say(c *client, message string) error {
	return l.write(c, appendFrame(nil, opText, []byte(message)))
}

func (l *load) write(c *client, b []byte) error {
	if n, err := syscall.Write(c.fd, b); err != nil || n < len(b) {
		return fmt.Errorf("write: %d of %d bytes: %w", n, len(b), err)
	}
	return nil
}

// end removes a connection that ended by itself.
func (l *load) end(c *client, reason string) {
	l.cut[reason]++
	l.forget(c)
}

func (l *load) forget(c *client) {
	if c.phase == subscribed {
		l.live--
	} else {
		l.underway--
	}
	l.clients[c.fd] = nil
	syscall.Close(c.fd)
}

// leave closes n subscribed connections, every other one without a close frame.
func (l *load) leave(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.clients {
		if n == 0 {
			return
		}
		if c == nil || c.phase != subscribed {
			continue
		}
		if n--; n%2 == 0 {
			l.write(c, appendFrame(nil, opClose, []byte{0x03, 0xe8}))
		} else {
			syscall.SetsockoptLinger(c.fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
		}
		l.forget(c)
	}
}

// wait waits for a condition, which is checked while the load is locked.
func (l *load) wait(ctx context.Context, what string, limit time.Duration, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		l.mu.Lock()
		ok := holds()
		l.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-l.changed:
		case <-ctx.Done():
			l.mu.Lock()
			defer l.mu.Unlock()
			return fmt.Errorf("waiting for %s: %d subscribed, %d delivered, cut %v: %w", what, l.live, l.delivered, l.cut, ctx.Err())
		}
	}
}

// subscribe opens n more connections and waits until all are subscribed.
func (l *load) subscribe(ctx context.Context, n int) error {
	l.mu.Lock()
	want := l.live + n
	l.mu.Unlock()
	l.connect(n)
	return l.wait(ctx, fmt.Sprintf("%d subscriptions", want), time.Minute, func() bool { return l.live >= want })
}

// close closes all connections and ends the goroutine.
func (l *load) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	<-l.done
	for _, c := range l.clients {
		if c != nil {
			syscall.SetsockoptLinger(c.fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
			syscall.Close(c.fd)
		}
	}
	syscall.Close(l.epoll)
}
