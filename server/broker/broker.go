// Package broker is what brokers and those who use them have in common:
// positions and publications. A broker moves payloads between those who
// broadcast and those who hold connections, in order within a stream and with
// a bounded history.
//
// Brokers live in packages of their own, so that each costs only those who use
// it: package memory serves one process. The interface that a broker satisfies
// is declared by its consumer, package cable; package brokertest checks
// implementations.
package broker

import (
	"errors"
	"time"
)

// Position is a place in a stream: Offset counts the publications, from 1, and
// Epoch names the log that they are counted in, so that a log which was lost
// and begun anew is never mistaken for the old one. The zero Position is no
// place at all.
type Position struct {
	Epoch  string
	Offset uint64
}

// Publication is one payload at its place in a stream. Data must not be changed.
type Publication struct {
	Stream   string
	Position Position
	Data     []byte
	Time     time.Time // of the publication, to the second at least
}

// ErrGap reports that the history no longer reaches back to a position:
// publications in between are lost, and who wanted them has to load the truth
// anew.
var ErrGap = errors.New("history does not reach back to the position")
