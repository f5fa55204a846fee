//go:build unix

package cable

import (
	"os"
	"syscall"
)

var errTimeout = os.ErrDeadlineExceeded

// tryWrite writes as much as goes without waiting.
func tryWrite(raw syscall.RawConn, p []byte) (n int, err error) {
	failed := raw.Write(func(fd uintptr) bool {
		for n < len(p) {
			var m int
			m, err = syscall.Write(int(fd), p[n:])
			if err == syscall.EINTR {
				continue
			}
			if err != nil {
				break
			}
			n += m
		}
		return true
	})
	if err == syscall.EAGAIN {
		err = nil
	}
	if failed != nil {
		err = failed
	}
	return n, err
}
