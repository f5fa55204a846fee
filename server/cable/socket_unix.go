//go:build unix

package cable

import (
	"os"
	"syscall"
)

// wait blocks until data has arrived; it returns false at the end.
func (s *socket) wait() bool {
	if s.raw == nil {
		return s.waitHere()
	}
	return s.raw.Read(s.poll) == nil && s.received != nil
}

// poll reads what is available. If there is nothing, it keeps no buffer and is
// called again when there is.
func (s *socket) poll(fd uintptr) (done bool) {
	b := readBuffers.Get().(*[]byte)
	for {
		n, err := syscall.Read(int(fd), (*b)[:cap(*b)])
		if err == syscall.EINTR {
			continue
		}
		if n > 0 {
			*b = (*b)[:n]
			s.received = b
			return true
		}
		readBuffers.Put(b)
		return err != syscall.EAGAIN // end of file, or an error
	}
}

var errTimeout = os.ErrDeadlineExceeded

// tryWrite writes as much as possible without blocking.
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
