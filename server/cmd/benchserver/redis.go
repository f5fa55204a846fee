//go:build linux

package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// redisServer is Redis in a separate process. Its url is what redis.Open takes.
type redisServer struct {
	*process
	socket string
}

// startRedis starts Redis on a Unix socket in dir, without persistence.
func startRedis(ctx context.Context, dir string) (*redisServer, error) {
	socket := filepath.Join(dir, "redis.sock")
	os.Remove(socket)
	cmd := exec.CommandContext(ctx, "redis-server", "--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--appendonly", "no")
	p, err := begin(cmd, func(p *process, stdout *bufio.Reader) error {
		for {
			line, err := stdout.ReadString('\n')
			if err != nil || strings.Contains(line, "eady to accept connections") {
				go io.Copy(io.Discard, stdout) // Redis would block on a full pipe
				return err
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("start Redis (on Debian: apt-get install redis-server; without it, use -only load,outbox): %w", err)
	}
	p.url = "unix://" + socket
	return &redisServer{p, socket}, nil
}

// usedMemory returns how much memory Redis has allocated, in bytes.
func (s *redisServer) usedMemory() (float64, error) {
	conn, err := net.Dial("unix", s.socket)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := conn.Write([]byte("INFO memory\r\n")); err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		var n float64
		if _, err := fmt.Sscanf(lines.Text(), "used_memory:%f", &n); err == nil {
			return n, nil
		}
	}
	return 0, fmt.Errorf("read memory of Redis: its answer has no used_memory: %w", cmp.Or(lines.Err(), io.ErrUnexpectedEOF))
}
