//go:build !unix

package cable

import (
	"os"
	"syscall"
)

var errTimeout = os.ErrDeadlineExceeded

// tryWrite leaves all writing to flush, which may block.
func tryWrite(syscall.RawConn, []byte) (int, error) { return 0, nil }

// wait blocks until data has arrived; it returns false at the end.
func (s *socket) wait() bool { return s.waitHere() }
