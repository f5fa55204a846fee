// Package broker defines what brokers and their users have in common: positions
// and publications. A broker carries payloads from those who broadcast to those
// who hold connections, in order within a stream and with a bounded history.
//
// Each broker has a package of its own, so that only its users pay for it;
// package memory serves a single process. The interface that a broker
// implements is declared by its consumer, package cable; package brokertest
// checks implementations.
// implementations.
package broker

import (
	"errors"
	"time"
)

// Position is a place in a stream. Offset counts the publications from 1. Epoch
// names the log in which they are counted, so that a log that was lost and
// restarted is never mistaken for the old one. The zero Position is no place at
// all.
type Position struct {
	Epoch  string
	Offset uint64
}

// Publication is one payload and its position in a stream. Data must not be
// changed.
type Publication struct {
	Stream   string
	Position Position
	Data     []byte
	Time     time.Time // of the publication, to the second or better
}

// ErrGap reports that the history no longer reaches back to a position:
// publications after it have been lost, and the reader has to reload the
// current state.
var ErrGap = errors.New("history does not reach back to the position")
