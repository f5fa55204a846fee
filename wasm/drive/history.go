package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// ChangeHistory brings a URL into the browser's history, as a new entry or in
// the place of the current one; an empty identifier makes a new one.
func (d *Drive) ChangeHistory(push bool, url dom.Node, identifier string) {
	p := d.Page
	history := p.Get(0, "history")
	index := p.Number(history, "currentIndex")
	how := "replaceState"
	if push {
		if !p.Is(0, "window.history.state.turbo") && p.Do(0, "exempt") != 0 {
			// The entry that is left becomes one to come back to.
			d.write("replaceState", p.Get(0, "window.location"), d.text(history, "restorationIdentifier"), index)
		}
		how = "pushState"
		index++
		p.Set(history, "currentIndex", p.Int(index))
	}
	if identifier == "" {
		identifier = p.UUID()
	}
	d.write(how, url, identifier, index)
	p.Set(history, "location", url)
	p.Set(history, "restorationIdentifier", p.String(identifier))
}

// write puts an entry with the runtime's state into the browser's history.
func (d *Drive) write(how string, url dom.Node, identifier string, index int) {
	p := d.Page
	turbo, state := p.Object(), p.Object()
	p.Set(turbo, "restorationIdentifier", p.String(identifier))
	p.Set(turbo, "restorationIndex", p.Int(index))
	p.Set(state, "turbo", turbo)
	p.Do(0, how, state, p.String(d.text(url, "href")))
}

// PushHistory and ReplaceHistory are what adapters change history with.
func (d *Drive) PushHistory(url, identifier dom.Node) {
	d.ChangeHistory(true, url, d.text(identifier, ""))
}

func (d *Drive) ReplaceHistory(url, identifier dom.Node) {
	d.ChangeHistory(false, url, d.text(identifier, ""))
}

// Popped handles a popstate event: a restoration visit, or, where the entry is
// not the runtime's, one that becomes so.
func (d *Drive) Popped(event dom.Node) {
	p := d.Page
	history := p.Get(0, "history")
	url := p.Do(0, "url", p.Get(0, "window.location"))
	turbo := p.Get(event, "state.turbo")
	if p.Do(0, "exempt") != 0 && (turbo == 0 || withoutFragment(d.text(url, "href")) == withoutFragment(d.text(0, "view.lastRenderedLocation.href"))) {
		return
	}
	p.Set(history, "location", url)
	if turbo == 0 {
		p.Set(history, "currentIndex", p.Int(p.Number(history, "currentIndex")+1))
		d.ChangeHistory(false, url, "")
		p.Set(p.Get(0, "view"), "lastRenderedLocation", url)
		d.CacheSnapshot(0, func(dom.Node) {})
		return
	}
	identifier, index := p.Get(turbo, "restorationIdentifier"), p.Number(turbo, "restorationIndex")
	p.Set(history, "restorationIdentifier", identifier)
	if p.Is(0, "session.enabled") {
		options := p.Object()
		direction := "back"
		if index > p.Number(history, "currentIndex") {
			direction = "forward"
		}
		p.Set(options, "action", p.String("restore"))
		p.Set(options, "historyChanged", p.Bool(true))
		p.Set(options, "direction", p.String(direction))
		d.StartVisit(url, identifier, options)
	} else {
		d.invalidate("turbo_disabled")
	}
	if _, ok := p.Text(turbo, "restorationIndex"); !ok {
		p.Set(history, "currentIndex", 0)
		return
	}
	p.Set(history, "currentIndex", p.Int(index))
}
