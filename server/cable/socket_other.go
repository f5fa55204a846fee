//go:build !unix

package cable

import (
	"os"
	"syscall"
)

var errTimeout = os.ErrDeadlineExceeded

// tryWrite leaves it to those who wait.
func tryWrite(syscall.RawConn, []byte) (int, error) { return 0, nil }

// wait waits until something has come; false is the end.
func (s *socket) wait() bool { return s.waitHere() }
