//go:build js

// Lastwords ends in the way that the page's query names.
package main

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"syscall/js"
)

type (
	name   string
	number int
	point  struct{ x, y int }
	level  int
)

func (l level) String() string { return "level " + strconv.Itoa(int(l)) }
func (p point) norm() int      { return p.x + p.y }

var endings = map[string]func(){
	"a string":           func() { panic("thrown\nin two lines") },
	"an error":           func() { panic(errors.New("an error")) },
	"a Stringer":         func() { panic(level(3)) },
	"a kind of string":   func() { panic(name("ann")) },
	"a kind of number":   func() { panic(number(7)) },
	"a float":            func() { panic(1.5) },
	"a bool":             func() { panic(true) },
	"nil":                func() { panic(nil) },
	"a nil pointer":      func() { println((*point)(nil).x) },
	"an index":           func() { println([]int{1}[len(js.Global().Get("location").Get("search").String())]) },
	"a nil map":          func() { map[string]int(nil)["a"] = 1 },
	"a wrong type":       func() { println(any(name("ann")).(number)) },
	"a division by zero": func() { println(1 / len(map[int]int{})) },
	"a closed channel":   func() { c := make(chan int); close(c); close(c) },
	"too much memory":    func() { println(len(make([]byte, 1<<33))) },
	"an unlocked mutex":  func() { new(sync.Mutex).Unlock() },
	"a panic in a defer": func() {
		defer func() { panic("second") }()
		panic("first")
	},
	"a panic again": func() {
		defer func() { panic(recover()) }()
		panic("once")
	},
	"an error that panics": func() { panic(failing{}) },
	"a method of a value through a nil pointer": func() {
		defer func() { panic("recovered: " + strconv.FormatBool(recover() != nil)) }()
		var p *point
		println(interface{ norm() int }(p).norm())
	},
}

type failing struct{}

func (failing) Error() string { panic("no words") }

func main() {
	query := js.Global().Get("decodeURIComponent").Invoke(js.Global().Get("location").Get("search")).String()
	how := strings.TrimPrefix(query, "?")
	if how == "" {
		for how := range endings {
			js.Global().Get("endings").Call("push", how)
		}
		return
	}
	done := make(chan bool)
	go func() {
		endings[how]()
		close(done)
	}()
	<-done
}
