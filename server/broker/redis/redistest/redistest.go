// Package redistest starts Redis servers for tests. It needs redis-server in
// PATH, for example from Debian's package redis-server.
package redistest

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Server is a Redis server of one test, which keeps nothing over a restart.
type Server struct {
	// Address stays the same after Restart. It is a socket, so that nothing
	// else can connect by accident.
	Address string

	t      testing.TB
	binary string
	socket string
	args   []string
	cmd    *exec.Cmd
	ended  chan struct{}
	log    bytes.Buffer
}

// Start starts a server that ends with the test; args are additional arguments
// of redis-server. It fails the test if Redis is not installed.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("redistest: redis-server is missing (on Debian: apt-get install redis-server)")
	}
	dir, err := os.MkdirTemp("", "redistest-") // short, because a socket's path is
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &Server{t: t, binary: binary, socket: filepath.Join(dir, "redis.sock")}
	s.Address = "unix://" + s.socket
	s.args = append([]string{"--port", "0", "--unixsocket", s.socket, "--dir", dir, "--save", "", "--appendonly", "no", "--daemonize", "no"}, args...)
	t.Cleanup(s.Kill)
	s.Restart()
	return s
}

// Restart starts the server again after Kill.
func (s *Server) Restart() {
	s.t.Helper()
	os.Remove(s.socket)
	s.cmd = exec.Command(s.binary, s.args...)
	s.log.Reset()
	s.cmd.Stdout = &s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("redistest: start: %v", err)
	}
	ended := make(chan struct{})
	s.ended = ended
	go func(cmd *exec.Cmd) {
		cmd.Wait()
		close(ended)
	}(s.cmd)
	deadline := time.After(time.Minute)
	for {
		if answer, err := s.Try("PING"); err == nil && answer == "+PONG" {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ended:
			s.t.Fatalf("redistest: the server has ended:\n%s", s.log.String())
		case <-deadline:
			s.t.Fatal("redistest: the server did not come up within a minute")
		}
	}
}

// Kill ends the server at once; its data is lost.
func (s *Server) Kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		s.cmd.Process.Kill()
		<-s.ended
	}
}

// Do sends a command and returns the first line of the answer.
func (s *Server) Do(args ...string) string {
	s.t.Helper()
	answer, err := s.Try(args...)
	if err != nil || strings.HasPrefix(answer, "-") {
		s.t.Fatalf("redistest: %q: got %q, %v", args, answer, err)
	}
	return answer
}

// Try is like Do, but returns errors to the caller.
func (s *Server) Try(args ...string) (string, error) {
	conn, err := net.Dial("unix", s.socket)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	command := fmt.Appendf(nil, "*%d\r\n", len(args))
	for _, a := range args {
		command = fmt.Appendf(command, "$%d\r\n%s\r\n", len(a), a)
	}
	if _, err := conn.Write(command); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSuffix(line, "\r\n"), err
}
