package browser

import (
	"strings"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

var _ dom.Values = (*Page)(nil)

// The primitives of js/values.js: any value of the page's as a handle, for
// what happens once per event. A path names a property of a property, with
// dots; the handle 0 stands for the page's world in them.

//go:wasmimport turbo keep
func domKeep(n int32) int32

//go:wasmimport turbo drop
func domDrop(a, b, c, d, e, f int32)

//go:wasmimport turbo get
func domGet(n int32, path string) int32

//go:wasmimport turbo get_number
func domGetNumber(n int32, path string) float64

//go:wasmimport turbo get_texts
func domGetTexts(n int32, paths string) int32

//go:wasmimport turbo around
func domAround(n int32, selector string) int32

//go:wasmimport turbo box_number
func domBoxNumber(n float64) int32

//go:wasmimport turbo object
func domObject(names string, a, b, c, d, e int32) int32

//go:wasmimport turbo set
func domSet(n int32, name string, value int32) int32

//go:wasmimport turbo call
func domCall(n int32, method string, a, b, c, d int32) float64

//go:wasmimport turbo own
func domOwn(n int32, method string) int32

//go:wasmimport turbo delete
func domDelete(n int32, name string)

//go:wasmimport turbo items
func domItems(n int32) int32

//go:wasmimport turbo then
func domThen(n, slot int32)

//go:wasmimport turbo once
func domOnce(slot, again int32) int32

// Get returns a value, 0 when it is missing or falsy.
func (p *Page) Get(n dom.Node, path string) dom.Node { return found(domGet(int32(n), path)) }

// Number returns a number, 1 for true, 0 for what is none.
func (p *Page) Number(n dom.Node, path string) int { return int(p.Float(n, path)) }

// Float returns a number with its fraction, 0 for what is none.
func (p *Page) Float(n dom.Node, path string) float64 {
	if n >= whole && n < wrappers && path == "" {
		return float64(n - zero)
	}
	if f := domGetNumber(int32(n), path); f == f {
		return f
	}
	return 0
}

// Is reports whether a value is truthy.
func (p *Page) Is(n dom.Node, path string) bool {
	return domGet(int32(n), path) > 0
}

// Text returns a value as a string; ok is false when it is null or undefined.
func (p *Page) Text(n dom.Node, path string) (text string, ok bool) {
	if n >= texts && path == "" {
		return boxes.texts[n-texts], true
	}
	return strings.CutPrefix(said(n, path), "=")
}

// Bool returns a boolean of the page's.
func (p *Page) Bool(b bool) dom.Node { return dom.Node(2 - number(b)) }

// said are several values, one behind another, each after a character that one
// which is null or undefined does without.
func said(n dom.Node, paths string) string { return taken(max(0, domGetTexts(int32(n), paths))) }

// Texts returns several values as strings.
func (p *Page) Texts(n dom.Node, paths string) []dom.Text {
	all := make([]dom.Text, strings.Count(paths, "|")+1)
	rest := said(n, paths)
	for i := range all {
		var text string
		text, rest, _ = strings.Cut(rest, "\x00")
		all[i].Value, all[i].OK = strings.CutPrefix(text, "=")
	}
	return all
}

// Around returns the closest element around a node, through the shadow roots that
// it is in, that matches a selector; the node itself may be it.
func (p *Page) Around(n dom.Node, selector string) dom.Node {
	return found(domAround(int32(n), selector))
}

// Object makes an object of up to five properties, whose names spaces separate.
func (p *Page) Object(names string, values ...dom.Node) dom.Node {
	if names == "" {
		return p.Get(0, "window.Object()")
	}
	var v [5]int32
	for i, value := range values {
		v[i] = int32(value)
	}
	return dom.Node(domObject(names, v[0], v[1], v[2], v[3], v[4]))
}

// Set sets a property; the value 0 is null.
func (p *Page) Set(n dom.Node, name string, value dom.Node) error {
	return failed(domSet(int32(n), name, int32(value)))
}

// Call calls a method with up to four values; it fails when the page throws.
func (p *Page) Call(n dom.Node, method string, args ...dom.Node) (dom.Node, error) {
	return p.callOf(0, n, method, args)
}

// callOf is Call for the wrapper of an object, 0 where its number has to be asked
// for.
func (p *Page) callOf(o dom.Object, n dom.Node, method string, args []dom.Node) (dom.Node, error) {
	result, own, this := p.call(n, method, args)
	if own < 0 {
		return found(result), failed(result)
	}
	before := p.failure
	p.failure = nil
	answer := respond(own, &surface.Call{Page: p, This: this, Object: o, Args: arguments(args)})
	err := p.failure
	p.failure = before
	return answer, err
}

// Own returns the number of the method of Go's that an object has by a name,
// -1 where it has another, or none.
func (p *Page) Own(n dom.Node, method string) int { return int(domOwn(int32(n), method)) }

// call calls a method of the page's, or returns the number of one of Go's and its
// object, -1 for others.
func (p *Page) call(n dom.Node, method string, args []dom.Node) (result int32, own int, this dom.Node) {
	a := arguments(args)
	answer := int(domCall(int32(n), method, int32(a[0]), int32(a[1]), int32(a[2]), int32(a[3])))
	if own = -2 - answer; own >= 0 {
		return 0, own & 0xffff, dom.Node(own >> 16)
	}
	return int32(answer), -1, 0
}

func arguments(args []dom.Node) (a [4]dom.Node) {
	copy(a[:], args)
	return a
}

// Do is Call; what the page throws it throws again where the current call
// came from.
func (p *Page) Do(n dom.Node, method string, args ...dom.Node) dom.Node {
	return p.doOf(0, n, method, args)
}

func (p *Page) doOf(o dom.Object, n dom.Node, method string, args []dom.Node) dom.Node {
	result, err := p.callOf(o, n, method, args)
	if err != nil {
		p.failure = err
	}
	return result
}

// DoThen is Do for a method that takes its time.
func (p *Page) DoThen(n dom.Node, method string, then func(ok bool), args ...dom.Node) {
	result, own, this := p.call(n, method, args)
	if own >= 0 {
		call := surface.Call{Page: p, This: this, Args: arguments(args), Then: then}
		respond(own, &call)
		if call.Then != nil {
			then(true)
		}
		return
	}
	if err := failed(result); err != nil {
		p.Do(0, "reject")
		then(false)
		return
	}
	p.Await(found(result), func(_ dom.Node, failed bool) { then(!failed) })
}

// settle is the status of an export that has done what it could.
func (p *Page) settle() int32 {
	err := p.failure
	p.failure = nil
	return status(err)
}

// Delete deletes a property.
func (p *Page) Delete(n dom.Node, name string) { domDelete(int32(n), name) }

// Items returns the items of anything iterable.
func (p *Page) Items(n dom.Node) []dom.Node {
	if n == 0 {
		return nil
	}
	return list(domItems(int32(n)))
}

// Dispatch dispatches an event of the runtime and reports whether nobody
// prevented its default. The target 0 is the html element.
func (p *Page) Dispatch(name string, target dom.Node, cancelable bool, detail dom.Node) bool {
	return !p.Is(p.Do(0, "dispatch", p.String(name), target, p.Bool(cancelable), detail), "defaultPrevented")
}

// Await calls back with what a promise, or any value, comes to. Where that is
// nothing, the rejection stays unhandled.
func (p *Page) Await(n dom.Node, callback func(value dom.Node, failed bool)) {
	domThen(int32(n), p.await(callback))
}

// Then calls back with what a promise, or any value, comes to.
//
//go:noinline
func (p *Page) Then(n dom.Node, callback func(value dom.Node)) {
	p.Await(n, func(value dom.Node, failed bool) {
		if !failed {
			callback(value)
		}
	})
}

// Once makes a function of the page's whose first call calls back, unless it
// was released before.
func (p *Page) Once(callback func(value dom.Node)) (function dom.Node, release func()) {
	slot := p.await(func(value dom.Node, _ bool) { callback(value) })
	return dom.Node(domOnce(slot, 0)), func() { p.forget(slot) }
}

// Listener makes a function of the page's each call of which calls back, until
// it was released.
func (p *Page) Listener(callback func(value dom.Node)) (function dom.Node, release func()) {
	slot := p.wait(waiting{func(value dom.Node, _ bool) { callback(value) }, nil})
	return dom.Node(domOnce(slot, 1)), func() { p.forget(slot) }
}

// Attr returns an attribute by its name.
func (p *Page) Attr(n dom.Node, name string) (value string, ok bool) {
	length := domAttribute(int32(n), name)
	if length < 0 {
		return "", false
	}
	return taken(length), true
}

func (p *Page) HasAttr(n dom.Node, name string) bool {
	return domAttribute(int32(n), name) >= 0
}

func (p *Page) SetAttr(n dom.Node, name, value string) {
	domSetAttribute(int32(n), name, value)
}

func (p *Page) RemoveAttr(n dom.Node, name string) {
	p.Call(n, "removeAttribute", p.String(name))
}

// SetClass adds a class or removes it. One that is not valid changes nothing.
func (p *Page) SetClass(n dom.Node, class string, on bool) {
	p.Call(n, "classList.toggle", p.String(class), p.Bool(on))
}
