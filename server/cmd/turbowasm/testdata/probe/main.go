//go:build js

// Probe exercises what a shrunken program and an isolated loader could break,
// and leaves a report in the page.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall/js"
	"time"
	"weak"
)

func main() {
	report := js.Global().Get("Object").New()
	report.Set("allocation, collection and growing stacks", allocate())
	report.Set("a panic that is recovered", recovered())
	report.Set("a runtime error that is recovered", runtimeError())
	report.Set("memory is collected", collected())
	report.Set("finalizers, cleanups and weak pointers", finalized())
	report.Set("goroutines and timers", goroutines())
	report.Set("selects, tickers and deadlines", selects())
	report.Set("an ended goroutine runs its defers", ended())
	report.Set("callers", callers())
	report.Set("fs and process as Go sees them", globals())
	println("printed by the runtime")
	fmt.Println("printed through os")
	js.Global().Set("report", report)
	select {}
}

func allocate() string {
	var grow func(depth int) []string
	grow = func(depth int) []string {
		if depth == 0 {
			runtime.GC()
			return nil
		}
		s := strings.Repeat("x", depth%97)
		return append(grow(depth-1), s)
	}
	total := 0
	for range 3 {
		for _, s := range grow(5000) {
			total += len(s)
		}
		runtime.GC()
	}
	return fmt.Sprint(total)
}

// collected tells whether memory that nobody holds is used again.
func collected() string {
	kept := map[int][]byte{}
	for i := range 20_000 {
		kept[i%100] = make([]byte, 20_000)
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return fmt.Sprint(stats.NumGC > 10 && stats.Mallocs > 20_000 && stats.HeapSys < 64<<20 && len(kept) == 100)
}

func finalized() string {
	type big struct{ data [1000]int }
	done := make(chan string)
	a, b := new(big), new(big)
	held := weak.Make(b)
	runtime.SetFinalizer(a, func(*big) { done <- "finalized" })
	runtime.AddCleanup(b, func(text string) { done <- text }, "cleaned")
	a, b = nil, nil
	var got []string
	for len(got) < 2 {
		runtime.GC()
		select {
		case text := <-done:
			got = append(got, text)
		case <-time.After(time.Millisecond):
		}
	}
	slices.Sort(got)
	return fmt.Sprint(got[1], " ", got[0], " ", held.Value() == nil)
}

func recovered() (got string) {
	defer func() { got = fmt.Sprint(recover()) }()
	defer func() { runtime.GC() }()
	panic("thrown")
}

func runtimeError() (got string) {
	defer func() { got = fmt.Sprint(recover()) }()
	return fmt.Sprint([]int{1}[len(os.Args)])
}

func goroutines() string {
	var mu sync.Mutex
	var group sync.WaitGroup
	sum := 0
	for i := range 100 {
		group.Go(func() {
			time.Sleep(time.Millisecond)
			runtime.Gosched()
			mu.Lock()
			defer mu.Unlock()
			sum += i
		})
	}
	group.Wait()
	// This one and perhaps one that handles the page's events: the runtime
	// still knows its own, which do not count.
	return fmt.Sprint(sum, runtime.NumGoroutine() <= 2)
}

func selects() string {
	var got []string
	values, never := make(chan string), make(chan string)
	go func() { values <- "received" }()
	select {
	case text := <-values:
		got = append(got, text)
	case <-never:
	}
	select {
	case <-never:
	default:
		got = append(got, "default")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	select {
	case <-never:
	case <-ctx.Done():
		got = append(got, "timeout")
	}
	ticker := time.NewTicker(time.Millisecond)
	<-ticker.C
	<-ticker.C
	ticker.Stop()
	got = append(got, "tick")
	if time.AfterFunc(time.Hour, func() {}).Stop() {
		got = append(got, "stopped")
	}
	time.AfterFunc(time.Millisecond, func() { values <- "after" })
	return strings.Join(append(got, <-values), " ")
}

func ended() (got string) {
	done := make(chan string)
	go func() {
		defer func() { done <- "deferred" }()
		runtime.Goexit()
	}()
	return <-done
}

// callers tells whether a function finds where it was called from. The names
// are known to builds for debugging alone.
func callers() string {
	counters := make([]uintptr, 10)
	n := runtime.Callers(0, counters)
	_, _, _, ok := runtime.Caller(0)
	return fmt.Sprint(n > 2, " ", ok)
}

func globals() string {
	_, err := os.ReadFile("/etc/passwd")
	return fmt.Sprint(os.Getpid(), " ", err)
}
