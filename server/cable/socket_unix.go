//go:build unix

package cable

import (
	"os"
	"syscall"
)

// wait returns true when something has come, or the end.
func (s *socket) wait() bool { return s.raw.Read(s.peek) == nil }

// peek reads without waiting, and keeps no buffer if there is nothing.
func (s *socket) peek(fd uintptr) (done bool) {
	b := earlyBuffers.Get().(*[]byte)
	for {
		n, err := syscall.Read(int(fd), (*b)[:cap(*b)])
		if err == syscall.EINTR {
			continue
		}
		if n > 0 {
			*b = (*b)[:n]
			s.early, s.used = b, 0
			return true
		}
		earlyBuffers.Put(b)
		return err != syscall.EAGAIN // the end, or an error, will be read again
	}
}

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
