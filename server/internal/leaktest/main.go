// Package leaktest fails test runs that leave goroutines running.
package leaktest

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"testing"
	"time"
)

// Main runs the tests and exits. It fails, and prints all stacks, if more
// goroutines are still running some time after the tests than before. Call it
// from TestMain.
func Main(m *testing.M) { os.Exit(run(m)) }

// patience is how long goroutines have to end.
var patience = 30 * time.Second

func run(m interface{ Run() int }) (code int) {
	// Fuzzing listens for signals, for which the Go runtime keeps a goroutine
	// for good.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	signal.Stop(signals)
	before := runtime.NumGoroutine()
	code = m.Run()
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); code == 0 && after > before {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		fmt.Fprintf(os.Stderr, "%d goroutines before, %d after:\n%s", before, after, stacks)
		code = 1
	}
	return code
}
