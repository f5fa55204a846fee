// Package postgrestest starts a PostgreSQL server for a test, from what Debian's
// package postgresql installs or PATH has.
package postgrestest

import (
	"bytes"
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

// Start starts a server of its own for the test, which ends with it, and
// returns a connection string without
// a database's name: there is one named postgres. It fails the test if PostgreSQL is not there.
func Start(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if inPath, err := exec.LookPath("initdb"); err == nil && len(found) == 0 {
		found = []string{inPath}
	}
	if len(found) == 0 {
		t.Fatal("postgrestest: PostgreSQL is missing (on Debian: apt-get install postgresql)")
	}
	bin := filepath.Dir(slices.Max(found))
	dir, err := os.MkdirTemp("", "postgrestest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	attr := new(syscall.SysProcAttr)
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		attr.Credential = owner(t, dir)
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--no-sync", "--auth=trust", "--username=test", "--encoding=UTF8", "--locale=C", data)
	initdb.SysProcAttr = attr
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("postgrestest: initdb: %v\n%s", err, out)
	}
	// On a socket alone: no port to choose, and nobody else reaches it.
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off")
	server.SysProcAttr = attr
	var log bytes.Buffer
	server.Stderr = &log
	if err := server.Start(); err != nil {
		t.Fatalf("postgrestest: start: %v", err)
	}
	ended := make(chan struct{})
	go func() {
		server.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		server.Process.Signal(syscall.SIGQUIT)
		<-ended
	})
	deadline := time.After(time.Minute)
	for {
		// The last line of this file says what the server is doing.
		if state, _ := os.ReadFile(filepath.Join(data, "postmaster.pid")); bytes.Contains(state, []byte("\nready")) {
			return fmt.Sprintf("host=%s user=test sslmode=disable", dir)
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ended:
			t.Fatalf("postgrestest: the server has ended:\n%s", log.String())
		case <-deadline:
			t.Fatal("postgrestest: the server did not come up within a minute")
		}
	}
}

// owner gives dir to the user that the package has made, and returns it.
func owner(t testing.TB, dir string) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Fatalf("postgrestest: as root a user to run PostgreSQL as is needed: %v", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}
