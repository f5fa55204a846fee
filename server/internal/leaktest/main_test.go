package leaktest

import (
	"sync"
	"testing"
	"time"
)

// tests stand for the tests of a package.
type tests func() int

func (t tests) Run() int { return t() }

func TestGoroutinesThatStayFailTheRun(t *testing.T) {
	defer func(was time.Duration) { patience = was }(patience)
	patience = 100 * time.Millisecond
	var stay sync.WaitGroup
	stay.Add(1)
	ended := make(chan struct{})
	for _, test := range []struct {
		name string
		run  tests
		want int
	}{
		{"nothing is left", func() int { return 0 }, 0},
		{"a failure stays one", func() int { return 2 }, 2},
		{"one that ends soon", func() int { go time.Sleep(patience / 10); return 0 }, 0},
		{"one that stays", func() int {
			go func() { stay.Wait(); close(ended) }()
			return 0
		}, 1},
	} {
		if got := run(test.run); got != test.want {
			t.Errorf("%s: got status %d, want %d", test.name, got, test.want)
		}
	}
	stay.Done()
	<-ended
}
