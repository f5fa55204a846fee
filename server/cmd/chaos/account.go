//go:build linux

package main

import (
	"fmt"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/cable"
)

// account is what a client shows of a stream and what it may be shown: the
// entries of the rendered state, and then each later entry once, in order.
type account struct {
	id     int
	seed   uint64
	top    int  // number of the last entry shown
	before int  // number of the last entry since the rendering; 0 before the first
	gap    bool // it was told of missing entries and has not rendered again yet
	place  cable.Place
}

// mistake is something that a client must not be shown.
type mistake struct {
	kind  string // lost, doubled, out of order, made up, refused
	count int
	why   string
	who   who
}

// render records that the client shows the database's state of n entries. Some
// of the last may arrive again, because they were committed but not broadcast
// yet; an application recognises them by their ids.
func (a *account) render(n int) {
	a.top, a.before, a.gap = n, 0, false
}

// take takes an entry and returns a mistake if it must not be shown.
func (a *account) take(n int, says string) *mistake {
	if says != text(a.seed, a.id, n) {
		return a.wrong("made up", 1, fmt.Sprintf("entry %d says %q", n, says))
	}
	if a.gap {
		return nil // outdated: the client is about to render again
	}
	before, top := a.before, a.top
	a.before, a.top = n, max(n, a.top)
	switch {
	case before == 0 && n > top+1:
		return a.wrong("lost", n-top-1, fmt.Sprintf("entry %d comes first, to a page that shows %d", n, top))
	case before == 0, n == before+1:
		return nil
	case n > before+1:
		return a.wrong("lost", n-before-1, fmt.Sprintf("entry %d comes after %d", n, before))
	case n == before:
		return a.wrong("doubled", 1, fmt.Sprintf("entry %d comes twice", n))
	}
	return a.wrong("out of order", 1, fmt.Sprintf("entry %d comes after %d", n, before))
}

func (a *account) wrong(kind string, count int, why string) *mistake {
	return &mistake{kind: kind, count: count, why: fmt.Sprintf("stream %d: %s", a.id, why)}
}

// journal keeps the last events of a client.
type journal struct {
	lines [60]string
	n     int
}

func (j *journal) add(format string, args ...any) {
	j.lines[j.n%len(j.lines)] = fmt.Sprintf(format, args...)
	j.n++
}

func (j *journal) String() string {
	var b strings.Builder
	for i := max(0, j.n-len(j.lines)); i < j.n; i++ {
		b.WriteString("  " + j.lines[i%len(j.lines)] + "\n")
	}
	return b.String()
}
