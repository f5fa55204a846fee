//go:build linux

package main

import (
	"bufio"
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

// redisServer is a Redis in a process of its own; its url is what brokers open.
type redisServer struct {
	*process
	socket string
}

// startRedis starts a Redis that keeps nothing on disk and listens on a socket.
func startRedis(ctx context.Context, dir string) (*redisServer, error) {
	socket := filepath.Join(dir, "redis.sock")
	os.Remove(socket)
	cmd := exec.CommandContext(ctx, "redis-server", "--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--appendonly", "no")
	p, err := begin(cmd, func(p *process, stdout *bufio.Reader) error {
		for {
			line, err := stdout.ReadString('\n')
			if err != nil || strings.Contains(line, "eady to accept connections") {
				go io.Copy(io.Discard, stdout) // what it says later must not fill the pipe
				return err
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("start Redis (-only measures without it; on Debian: apt-get install redis-server): %w", err)
	}
	p.url = "unix://" + socket
	return &redisServer{p, socket}, nil
}

// usedMemory is what Redis has allocated, in bytes.
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
	return 0, fmt.Errorf("Redis does not tell its memory: %w", lines.Err())
}
