package rails_test

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"testing"
	"time"
)

// TestMain fails the run if a goroutine outlives the tests.
func TestMain(m *testing.M) {
	// Fuzzing listens for signals, for which the runtime keeps a goroutine for good.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	signal.Stop(signals)
	before := runtime.NumGoroutine()
	code := m.Run()
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); code == 0 && after > before {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		fmt.Fprintf(os.Stderr, "%d goroutines before, %d after:\n%s", before, after, stacks)
		code = 1
	}
	os.Exit(code)
}
