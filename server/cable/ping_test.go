package cable

import (
	"errors"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// slowDoor always has something left to write.
type slowDoor struct {
	moves bool // a little, all the time
	ended atomic.Bool
}

func (d *slowDoor) write([]*frame) (bool, error) { return true, nil }

func (d *slowDoor) flush(wait time.Duration) (left, moved bool, err error) {
	time.Sleep(wait)
	if d.ended.Load() {
		return false, false, errors.New("cut")
	}
	return true, d.moves, nil
}

func (d *slowDoor) close(Reason) {}
func (d *slowDoor) cut()         { d.ended.Store(true) }

// Whoever is sent something all the time is asked for a sign of life as well.
func TestABusyConnectionIsAskedForASignOfLife(t *testing.T) {
	for name, moves := range map[string]bool{"nothing moves": false, "it takes a little": true} {
		synctest.Test(t, func(t *testing.T) {
			k, err := (&Hub{WriteTimeout: 10 * time.Minute}).start()
			if err != nil {
				t.Fatal(err)
			}
			d := &slowDoor{moves: moves}
			k.admit(netip.Addr{})
			c := k.newConn(d, base{}, User{}, netip.Addr{}, "", t.Context())
			k.join(c)
			c.send(c.protocol.welcome())
			time.Sleep(k.limits.idleTimeout - k.limits.round())
			c.mu.Lock()
			probed := slices.ContainsFunc(c.queue, func(f *frame) bool { return f.probe })
			c.mu.Unlock()
			if probed == moves {
				t.Errorf("%s: probed %v", name, probed)
			}
			time.Sleep(2 * k.limits.round())
			if ended := c.ctx.Err() != nil; ended == moves {
				t.Errorf("%s: ended %v", name, ended)
			}
			c.cut(ReasonClient)
			c.hungUp()
			time.Sleep(time.Minute) // the last beat
		})
	}
}
