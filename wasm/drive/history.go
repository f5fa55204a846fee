package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// ChangeHistory brings a URL into the browser's history, as a new entry or in
// the place of the current one; an empty identifier makes a new one.
func (d *Drive) ChangeHistory(push bool, url dom.Node, identifier string) {
	p := d.Page
	index := p.Number(0, "history.currentIndex")
	how := "replaceState"
	if push {
		if !p.Is(0, "window.history.state.turbo") && p.Do(0, "exempt") != 0 {
			// The entry that is left becomes one to come back to.
			d.write("replaceState", p.Get(0, "window.location"), d.text(0, "history.restorationIdentifier"), index)
		}
		how = "pushState"
		index++
		p.Set(0, "history.currentIndex", p.Int(index))
	}
	if identifier == "" {
		identifier = p.UUID()
	}
	d.write(how, url, identifier, index)
	p.Set(0, "history.location", url)
	p.Set(0, "history.restorationIdentifier", p.String(identifier))
}

// write puts an entry with the runtime's state into the browser's history.
func (d *Drive) write(how string, url dom.Node, identifier string, index int) {
	p := d.Page
	turbo := p.Object("restorationIdentifier restorationIndex", p.String(identifier), p.Int(index))
	p.Do(0, "window.history."+how, p.Object("turbo", turbo), p.String(""), p.Get(url, "href"))
}

// What follows answers for the history (Turbo 8.0.23, history).

//turbo:method History push
func (d *Drive) pushHistory(history, url, identifier dom.Node) {
	p := d.Page
	p.Do(history, "update", p.Get(0, "window.history.pushState"), url, identifier)
}

//turbo:method History replace
func (d *Drive) replaceHistory(history, url, identifier dom.Node) {
	p := d.Page
	p.Do(history, "update", p.Get(0, "window.history.replaceState"), url, identifier)
}

// updateHistory is told by which function of the browser's to change it.
//
//turbo:method History update
func (d *Drive) updateHistory(how, url dom.Node, identifier string) {
	p := d.Page
	d.ChangeHistory(p.Same(how, p.Get(0, "window.history.pushState")), url, identifier)
}

// UpdateHistory brings a URL into the history as an action of a visit does.
func (d *Drive) UpdateHistory(action string, url, identifier dom.Node) {
	how := "window.history.pushState"
	if action == "replace" {
		how = "window.history.replaceState"
	}
	d.Page.Do(0, "history.update", d.Page.Get(0, how), url, identifier)
}

// popped handles a popstate event: a restoration visit, or, where the entry is
// not the runtime's, one that becomes so.
//
//turbo:method History popped
func (d *Drive) popped(history, event dom.Node) {
	p := d.Page
	session := p.Get(0, "session")
	url := p.Do(0, "url", p.Get(0, "window.location"))
	turbo := p.Get(event, "state.turbo")
	if p.Do(0, "exempt") != 0 && (turbo == 0 || withoutFragment(d.text(url, "href")) == withoutFragment(d.text(0, "view.lastRenderedLocation.href"))) {
		return
	}
	p.Set(history, "location", url)
	if turbo == 0 {
		p.Set(history, "currentIndex", p.Int(p.Number(history, "currentIndex")+1))
		p.Do(session, "historyPoppedWithEmptyState", url)
		return
	}
	identifier, index := p.Get(turbo, "restorationIdentifier"), p.Number(turbo, "restorationIndex")
	p.Set(history, "restorationIdentifier", identifier)
	direction := "back"
	if index > p.Number(history, "currentIndex") {
		direction = "forward"
	}
	p.Do(session, "historyPoppedToLocationWithRestorationIdentifierAndDirection", url, identifier, p.String(direction))
	if _, ok := p.Text(turbo, "restorationIndex"); !ok {
		p.Set(history, "currentIndex", 0)
		return
	}
	p.Set(history, "currentIndex", p.Int(index))
}
