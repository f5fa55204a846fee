package turbo

import (
	"errors"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Page is the page that the program runs in. There is one.
type Page struct {
	host  host
	later later

	streams []Stream  // for the next ones: to make many at once is faster
	targets []Element // the same
}

// Root is the html element.
func (p *Page) Root() Element { return p.element(p.now().Root()) }

// Body is the body of the page. Each visit brings a new one.
func (p *Page) Body() Element { return p.element(p.now().Body()) }

// ByID is the element with an id.
func (p *Page) ByID(id string) Element {
	if n, ok := p.spot(id); ok {
		return p.element(n)
	}
	return p.element(p.found(id, p.host.ElementByID(id)))
}

// Find is the first element that matches a CSS selector.
func (p *Page) Find(selector string) Element { return p.Root().Find(selector) }

// FindAll are the elements that match a CSS selector, in order.
func (p *Page) FindAll(selector string) []Element { return p.Root().FindAll(selector) }

// Window is the page's window, through which everything else can be reached.
func (p *Page) Window() Value { return p.value(p.now().Get(0, "window")) }

// URL is the address of the page.
func (p *Page) URL() string { return p.Window().Text("location.href") }

// The actions of a visit: how it changes the history.
const (
	Advance = "advance" // a new entry; "" is the same
	Replace = "replace" // in place of the current entry
)

// Visit visits an address as a click on a link does. It fails if the address is
// not valid.
func (p *Page) Visit(location, action string) error {
	if action == "" {
		action = Advance
	}
	options := p.now().Object("")
	p.now().Set(options, "action", p.now().String(action))
	_, err := p.turbo().Call("visit", location, p.value(options))
	return err
}

// RenderStream performs a message of <turbo-stream> elements, as if the server
// had sent it.
func (p *Page) RenderStream(message HTML) error {
	_, err := p.turbo().Call("renderStreamMessage", message)
	return err
}

// turbo is the API of the page's scripts.
func (p *Page) turbo() Value { return p.Window().Get("Turbo") }

// After calls back after ms milliseconds, unless cancelled before. It may be
// called from any goroutine. A page that waits is settled, unless ms is 0: then
// a goroutine comes back to it.
func (p *Page) After(ms int, callback func()) (cancel func()) {
	timer := p.host.Idle
	if ms <= 0 {
		timer = p.host.Timeout
	}
	return timer(ms, func() { p.safely("a timer", callback) })
}

// Report writes an error to the console.
func (p *Page) Report(err error) { p.now().Report("turbo", err) }

// On calls back for each event of a name that reaches the document, until off is
// called.
func (p *Page) On(event string, listener func(Event)) (off func()) {
	return p.listen(p.now().Document(), event, listener)
}

// listen adds a listener that an AbortController removes, so that the listener
// does not keep the element alive.
func (p *Page) listen(n dom.Node, event string, listener func(Event)) (off func()) {
	function, release := p.now().Listener(func(value dom.Node) {
		p.safely("listening to "+event, func() { listener(Event{p.value(value)}) })
	})
	window := p.Window()
	none, err := window.Get("Array").Call("of")
	controller, err2 := window.Get("Reflect").Call("construct", window.Get("AbortController"), none)
	options := p.value(p.now().Object(""))
	err3 := options.Set("signal", controller.Get("signal"))
	_, err4 := p.value(n).Call("addEventListener", event, p.value(function), options)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		p.now().Report("turbo: listen to "+event, err)
	}
	controller = controller.Keep()
	return func() {
		if controller.Exists() {
			controller.Call("abort")
			controller.Drop()
			controller = Value{}
			release()
		}
	}
}
