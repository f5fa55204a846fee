package cable

import (
	"cmp"
	"fmt"
	"time"
)

// limits holds a hub's limits with the defaults filled in.
type limits struct {
	frame, backlog, totalBacklog                       int64
	identifier, subscriptions, identifiers, commands   int
	connections, perAddress                            int
	authenticate, writeTimeout, idleTimeout, pingEvery time.Duration
}

// linger is how long a client may take to accept a final message, and again to
// answer it, before it is cut off.
const linger = time.Second

// resolve checks the limits and fills in the defaults.
func (h *Hub) resolve() (limits, error) {
	l := limits{
		frame:         cmp.Or(h.MaxFrame, 64<<10),
		identifier:    cmp.Or(h.MaxIdentifier, 2<<10),
		subscriptions: cmp.Or(h.MaxSubscriptions, 100),
		identifiers:   cmp.Or(h.MaxIdentifiersPerStream, 4),
		commands:      cmp.Or(h.MaxCommands, 200),
		connections:   cmp.Or(h.MaxConnections, 100_000),
		backlog:       cmp.Or(h.MaxBacklog, 1<<20),
		totalBacklog:  cmp.Or(h.MaxTotalBacklog, 128<<20),
		authenticate:  cmp.Or(h.AuthenticateTimeout, 10*time.Second),
		writeTimeout:  cmp.Or(h.WriteTimeout, 10*time.Second),
		idleTimeout:   cmp.Or(h.IdleTimeout, time.Minute),
		pingEvery:     cmp.Or(h.PingInterval, 3*time.Second),
	}
	l.perAddress = cmp.Or(h.MaxConnectionsPerAddress, max(1000, l.connections/5))
	for _, n := range []struct {
		name     string
		got, max int64
	}{
		{"MaxFrame", l.frame, 64 << 20},
		{"MaxIdentifier", int64(l.identifier), 64 << 10},
		{"MaxSubscriptions", int64(l.subscriptions), 1 << 20},
		{"MaxIdentifiersPerStream", int64(l.identifiers), 1 << 20},
		{"MaxCommands", int64(l.commands), 1 << 30},
		{"MaxConnections", int64(l.connections), 1 << 30},
		{"MaxConnectionsPerAddress", int64(l.perAddress), 1 << 30},
		{"MaxBacklog", l.backlog, 1 << 40},
		{"MaxTotalBacklog", l.totalBacklog, 1 << 40},
	} {
		if n.got < 1 || n.got > n.max {
			return limits{}, fmt.Errorf("cable: %s is %d: set it between 1 and %d, or to 0 for the default", n.name, n.got, n.max)
		}
	}
	for _, d := range []struct {
		name string
		got  time.Duration
	}{
		{"AuthenticateTimeout", l.authenticate},
		{"WriteTimeout", l.writeTimeout},
		{"IdleTimeout", l.idleTimeout},
		{"PingInterval", l.pingEvery},
	} {
		if d.got < time.Millisecond || d.got > 24*time.Hour {
			return limits{}, fmt.Errorf("cable: %s is %v: set it between 1ms and 24h, or to 0 for the default", d.name, d.got)
		}
	}
	return l, nil
}
