// Package postgrestest starts PostgreSQL servers for tests and measurements. It
// needs PostgreSQL in PATH or as installed by Debian's package postgresql.
package postgrestest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Start starts a server that ends with the test, and returns its DSN. It fails
// the test if PostgreSQL is not installed.
func Start(t testing.TB) string {
	t.Helper()
	s, err := New("-c", "fsync=off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s.DSN
}

// Server is a server on a socket, with a database named postgres.
type Server struct {
	// DSN is a connection string without a database name.
	DSN string

	dir   string
	cmd   *exec.Cmd // nil if it was not started
	ended chan struct{}
	log   bytes.Buffer
}

// New starts a server; args are additional arguments of postgres.
func New(args ...string) (*Server, error) {
	dir, err := os.MkdirTemp("", "postgrestest-")
	if err != nil {
		return nil, fmt.Errorf("postgrestest: %w", err)
	}
	s := &Server{DSN: fmt.Sprintf("host=%s user=test sslmode=disable", dir), dir: dir, ended: make(chan struct{})}
	if err := s.start(args); err != nil {
		s.Stop()
		return nil, fmt.Errorf("postgrestest: %w\n%s", err, s.log.String())
	}
	return s, nil
}

func (s *Server) start(args []string) error {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if inPath, err := exec.LookPath("initdb"); err == nil && len(found) == 0 {
		found = []string{inPath}
	}
	if len(found) == 0 {
		return errors.New("PostgreSQL is missing (on Debian: apt-get install postgresql)")
	}
	bin, data := filepath.Dir(slices.Max(found)), filepath.Join(s.dir, "data")
	attr := new(syscall.SysProcAttr)
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		owner, err := owner(s.dir)
		if err != nil {
			return err
		}
		attr.Credential = owner
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--no-sync", "--auth=trust", "--username=test", "--encoding=UTF8", "--locale=C", data)
	initdb.SysProcAttr = attr
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	// A socket only: no port to choose, and nothing else can connect.
	cmd := exec.Command(filepath.Join(bin, "postgres"), append([]string{"-D", data, "-k", s.dir, "-c", "listen_addresses="}, args...)...)
	cmd.SysProcAttr = attr
	cmd.Stderr = &s.log
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd = cmd
	go func() {
		cmd.Wait()
		close(s.ended)
	}()
	deadline := time.After(time.Minute)
	for {
		// The last line of this file contains the server's status.
		if state, _ := os.ReadFile(filepath.Join(data, "postmaster.pid")); bytes.Contains(state, []byte("\nready")) {
			return nil
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-s.ended:
			return errors.New("the server has ended")
		case <-deadline:
			return errors.New("the server did not come up within a minute")
		}
	}
}

// Stop ends the server at once and deletes its data.
func (s *Server) Stop() {
	if s.cmd != nil {
		s.cmd.Process.Signal(syscall.SIGQUIT)
		<-s.ended
	}
	os.RemoveAll(s.dir)
}

// owner changes the owner of dir to the user postgres, and returns that user.
func owner(dir string) (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root: install the package that creates the user postgres: %w", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}
