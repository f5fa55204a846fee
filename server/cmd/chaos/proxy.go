//go:build linux

package main

import (
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// proxy sits in front of the servers and behaves like a bad network: it delays
// bytes, stalls connections, and cuts them at any point.
type proxy struct {
	listener net.Listener
	servers  []string
	life     time.Duration // of a connection, on average
	calm     atomic.Bool   // connections are left alone from now on
	cuts     atomic.Int64  // connections that were cut
	stalls   atomic.Int64  // how many of them were silent for a while before

	mu     sync.Mutex // guards what follows
	random *rand.Rand
	next   int
	lines  map[*line]bool
}

// line is one connection through the proxy.
type line struct {
	client, server *net.TCPConn
	held           atomic.Bool // bytes are being withheld
	slow           time.Duration
}

func newProxy(random *rand.Rand, life time.Duration, servers ...string) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, servers: servers, life: life, random: random, lines: map[*line]bool{}}
	go p.run()
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) run() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			go p.serve(client.(*net.TCPConn))
		}
	}
}

func (p *proxy) serve(client *net.TCPConn) {
	p.mu.Lock()
	first := p.next
	p.next++
	life := time.Duration(p.random.ExpFloat64() * float64(p.life))
	stall := p.random.IntN(12) == 0
	l := &line{client: client, slow: time.Duration(p.random.ExpFloat64() * float64(4*time.Millisecond))}
	p.mu.Unlock()
	for i := range p.servers {
		server, err := net.DialTimeout("tcp", p.servers[(first+i)%len(p.servers)], time.Second)
		if err == nil {
			l.server = server.(*net.TCPConn)
			break
		}
	}
	if l.server == nil {
		reset(client)
		return
	}
	p.mu.Lock()
	p.lines[l] = true
	p.mu.Unlock()
	end := time.AfterFunc(life, func() { p.cut(l, stall) })
	var both sync.WaitGroup
	both.Go(func() { p.carry(l, l.server, l.client) })
	both.Go(func() { p.carry(l, l.client, l.server) })
	both.Wait()
	end.Stop()
	client.Close()
	l.server.Close()
	p.mu.Lock()
	delete(p.lines, l)
	p.mu.Unlock()
}

// cut ends a connection; a stalled one after it has been silent for longer than
// a client should wait for a ping.
func (p *proxy) cut(l *line, stall bool) {
	if p.calm.Load() {
		return
	}
	if stall {
		p.stalls.Add(1)
		l.held.Store(true)
		time.Sleep(9 * time.Second)
		if p.calm.Load() {
			return
		}
	}
	p.cuts.Add(1)
	reset(l.client)
	reset(l.server)
}

// reset ends a connection and discards what is in transit.
func reset(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}

func (p *proxy) carry(l *line, to, from *net.TCPConn) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		for l.held.Load() && !p.calm.Load() {
			time.Sleep(20 * time.Millisecond)
		}
		if n > 0 {
			if l.slow > time.Millisecond && !p.calm.Load() {
				time.Sleep(l.slow)
			}
			if _, err := to.Write(buf[:n]); err != nil {
				from.CloseRead()
				return
			}
		}
		if err != nil {
			to.CloseWrite()
			return
		}
	}
}

// storm cuts a share of all connections at once.
func (p *proxy) storm(share float64) {
	p.mu.Lock()
	var some []*line
	for l := range p.lines {
		if p.random.Float64() < share {
			some = append(some, l)
		}
	}
	p.mu.Unlock()
	for _, l := range some {
		go p.cut(l, false)
	}
}

func (p *proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.lines {
		reset(l.client)
		reset(l.server)
	}
}
