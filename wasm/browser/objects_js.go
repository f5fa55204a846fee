package browser

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

// objects are the values of Go's that the page has a wrapper of, in the order of
// their numbers, none of which is given twice. A value stays until the page has
// collected its wrapper: applications may keep that for longer than Go needs it.
// So a value must not keep handles: what it needs of the page, its wrapper has.
type objects struct {
	values []object
	last   dom.Object
}

type object struct {
	number dom.Object
	value  responder
}

// A responder answers for its wrapper.
type responder interface {
	Respond(number int, c *surface.Call) dom.Node
}

//go:wasmimport turbo wrapped
func domWrapped(n int32) int32

//go:wasmimport turbo wrap
func domWrap(n, number int32)

// add gives a value the number of the wrapper that the page is to make.
func (o *objects) add(value responder) dom.Object {
	o.last++
	o.values = append(o.values, object{o.last, value})
	return o.last
}

// at returns where the value with a number is, and whether it is there.
func (o *objects) at(number dom.Object) (int, bool) {
	low, high := 0, len(o.values)
	for low < high {
		if middle := (low + high) / 2; o.values[middle].number < number {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(o.values) && o.values[low].number == number
}

// value returns the value with a number, nil where there is none.
func (o *objects) value(number dom.Object) responder {
	if i, ok := o.at(number); ok {
		return o.values[i].value
	}
	return nil
}

// number returns the number of a wrapper, 0 for what is none.
func (p *Page) number(n dom.Node) dom.Object {
	if n >= wrappers && n < texts {
		return dom.Object(n - wrappers)
	}
	return dom.Object(domWrapped(int32(n)))
}

// respond performs a method of the value that an object wraps.
func (o *objects) respond(number int, c *surface.Call) dom.Node {
	if c.Object == 0 {
		c.Object = page.number(c.This)
	}
	if c.Object == 0 && number>>surface.RoomBits == surface.Controller {
		c.Object = (*frames)(page).adopt(c.This)
	}
	if value := o.value(c.Object); value != nil {
		return value.Respond(number, c)
	}
	return 0
}

// turbo_collected says that the page has collected a wrapper.
//
//go:wasmexport turbo_collected
func exportCollected(_, number int32) int32 {
	o := &page.objects
	if i, ok := o.at(dom.Object(number)); ok {
		o.values = append(o.values[:i], o.values[i+1:]...)
	}
	return 0
}
