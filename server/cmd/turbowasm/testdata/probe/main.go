//go:build js

// Probe exercises what a shrunken program and an isolated loader could break,
// and leaves a report in the page.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall/js"
	"time"
)

func main() {
	report := js.Global().Get("Object").New()
	report.Set("allocation, collection and growing stacks", allocate())
	report.Set("a panic that is recovered", recovered())
	report.Set("a runtime error that is recovered", runtimeError())
	report.Set("goroutines and timers", goroutines())
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

func globals() string {
	_, err := os.ReadFile("/etc/passwd")
	return fmt.Sprint(os.Getpid(), " ", err)
}
