//go:build linux

package main

import (
	"fmt"
	"strings"

	"github.com/turbowasm/turbowasm/wasm/cable"
)

// account is what a client shows of a stream, and whether it may: the entries of
// the state that it was rendered with, and each later one once, in order.
type account struct {
	id     int
	seed   uint64
	top    int  // the number of the last entry that it shows
	before int  // of the last that came since the rendering; 0 before the first
	gap    bool // it was told that some are missing, and was not rendered anew yet
	place  cable.Place
}

// mistake is what a client must not be shown.
type mistake struct {
	kind  string // lost, doubled, out of order, made up, refused
	count int
	why   string
	who   who
}

// render takes that the client shows what the database has: n entries. Some of
// the last may come again, since they were committed and not broadcast yet; an
// application knows them by their ids.
func (a *account) render(n int) {
	a.top, a.before, a.gap = n, 0, false
}

// take takes an entry, and says what is wrong with it.
func (a *account) take(n int, says string) *mistake {
	if says != text(a.seed, a.id, n) {
		return a.wrong("made up", 1, fmt.Sprintf("entry %d says %q", n, says))
	}
	if a.gap {
		return nil // it is not what is shown in the end
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

// journal keeps the last lines of what happened to a client.
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
