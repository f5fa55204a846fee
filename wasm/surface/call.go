package surface

import "github.com/turbowasm/turbowasm/wasm/dom"

// A Call calls a method that Go answers: for the page, or for Go by way of an
// object of the page's.
type Call struct {
	Page dom.Values
	This dom.Node
	// Object is the number of This, if it is the wrapper of a value of Go's; 0
	// where that is not known yet.
	Object dom.Object
	Args   [4]dom.Node
	// Then, where Go calls, is told when a method that takes its time is over,
	// and whether it came to its end. The method takes it: what is left of it is
	// for the caller to call.
	Then func(ok bool)
	// Promise is, where the page calls, that of what takes its time.
	Promise dom.Node
}

// Bool reports whether an argument is truthy.
func (c *Call) Bool(i int) bool {
	n := c.Args[i]
	return n == dom.True || n > dom.Null
}

// Int returns an argument as a number, 0 for what is none.
func (c *Call) Int(i int) int { return c.Page.Number(c.Args[i], "") }

// Text returns an argument as a string, "" for null and undefined.
func (c *Call) Text(i int) string {
	text, _ := c.Page.Text(c.Args[i], "")
	return text
}

// Access reads a field of a value's for the page, or sets it to the first
// argument. The field is a *bool or a *string, of which an empty one is undefined
// to the page; nil is none.
func (c *Call) Access(field any, set bool) dom.Node {
	switch f := field.(type) {
	case *bool:
		if !set {
			return c.Page.Bool(*f)
		}
		*f = c.Bool(0)
	case *string:
		switch {
		case set:
			*f = c.Text(0)
		case *f != "":
			return c.Page.String(*f)
		}
	}
	return 0
}

// Optional makes a value of a string that there may be, null where there is
// none.
func (c *Call) Optional(text string, ok bool) dom.Node {
	if !ok {
		return dom.Null
	}
	return c.Page.String(text)
}

// Lasting begins a method that takes its time, and returns what it has to call
// when it is over. Until then the object and the arguments are kept. Where the
// page throws meanwhile, which it is told of, its promise is never settled.
func (c *Call) Lasting() (then func(ok bool)) {
	if then = c.Then; then != nil {
		c.Then = nil
		return then
	}
	settle := c.begin()
	return func(ok bool) { settle(0, ok) }
}

// LastingStep is Lasting for what always comes to its end.
func (c *Call) LastingStep() (then func()) {
	over := c.Lasting()
	return func() { over(true) }
}

// LastingValue is LastingStep for what comes to a value, which Go does not ask
// for in this way.
func (c *Call) LastingValue() (then func(value dom.Node)) {
	settle := c.begin()
	return func(value dom.Node) { settle(value, true) }
}

// begin makes a promise and keeps what is called.
func (c *Call) begin() (settle func(value dom.Node, ok bool)) {
	p := c.Page
	c.Promise = p.Do(0, "promise")
	kept := [...]dom.Node{p.Keep(c.Promise), 0, 0, 0, 0, 0}
	for i, n := range [...]*dom.Node{&c.This, &c.Args[0], &c.Args[1], &c.Args[2], &c.Args[3]} {
		if *n > dom.Null {
			*n = p.Keep(*n)
			kept[i+1] = *n
		}
	}
	return func(value dom.Node, ok bool) {
		if ok {
			p.Do(kept[0], "resolve", value)
		}
		for _, n := range kept {
			p.Drop(n)
		}
	}
}
