package browser

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/drive"
)

// What follows renders on behalf of visits.

func (vs *visits) Keep(v *drive.Visit, value dom.Node) (kept dom.Node, drop func()) {
	p := vs.page()
	wrapper := p.Keep(vs.of(v))
	kept = p.Keep(value)
	return kept, func() {
		p.Drop(wrapper)
		p.Drop(kept)
	}
}

func (vs *visits) NextFrame(v *drive.Visit, value dom.Node, then func(value dom.Node, done func())) (cancel func()) {
	p := vs.page()
	value, drop := vs.Keep(v, value)
	came := false
	next, release := p.Once(func(dom.Node) {
		came = true
		// What renders begins in a microtask of its own.
		p.Then(0, func(dom.Node) { then(value, drop) })
	})
	if state, _ := p.Text(0, "document.visibilityState"); state == "hidden" {
		p.Do(0, "window.setTimeout", next)
		return nil
	}
	number := p.Number(p.Do(0, "window.requestAnimationFrame", next), "")
	return func() {
		if came {
			return
		}
		p.Do(0, "window.cancelAnimationFrame", p.Int(number))
		release()
		drop()
	}
}

func (vs *visits) Rerouted(v *drive.Visit, value dom.Node, then func(value dom.Node, done func())) bool {
	p, wrapper := vs.page(), vs.of(v)
	if p.Own(wrapper, "render") >= 0 {
		return false
	}
	value, drop := vs.Keep(v, value)
	function, _ := p.Once(func(promise dom.Node) {
		promise = p.Keep(promise)
		then(value, func() {
			p.Do(promise, "resolve")
			p.Drop(promise)
			drop()
		})
	})
	p.Do(wrapper, "render", p.Do(0, "callback", function))
	return true
}

func (vs *visits) Call(function dom.Node, then func(ok bool)) {
	vs.page().Await(vs.page().Do(function, "call"), func(_ dom.Node, failed bool) { then(!failed) })
}

func (vs *visits) Rendered(then func()) {
	if promise := vs.page().Get(0, "view.renderPromise"); promise != 0 {
		vs.page().Then(promise, func(dom.Node) { then() })
		return
	}
	then()
}

func (vs *visits) ShowSnapshot(v *drive.Visit, snapshot dom.Node, preview bool, then func(ok bool)) {
	vs.page().DoThen(vs.of(v), "renderPageSnapshot", then, snapshot, vs.page().Bool(preview))
}

func (vs *visits) ShowPage(v *drive.Visit, snapshot dom.Node, preview, will bool, then func(ok bool)) {
	session.drive.ShowPage(snapshot, preview, will, vs.of(v), then)
}

func (vs *visits) ShowError(v *drive.Visit, snapshot dom.Node, then func(ok bool)) {
	session.drive.ShowError(snapshot, vs.of(v), then)
}

func (vs *visits) Transition(v *drive.Visit, snapshot dom.Node, will bool, change func(then func(ok bool)), then func(ok bool)) {
	p := vs.page()
	if before := vs.part(v, "transitioned"); before != 0 {
		p.Then(before, func(dom.Node) { change(then) })
		return
	}
	if !will || !session.drive.Asks(0, "view.shouldTransitionTo", snapshot) || !p.Is(0, "document.startViewTransition") {
		change(then)
		return
	}
	rendered := false
	start, _ := p.Once(func(resolve dom.Node) {
		resolve = p.Keep(resolve)
		change(func(ok bool) {
			rendered = ok
			p.Do(resolve, "call")
			p.Drop(resolve)
		})
	})
	finished := p.Do(0, "transition", start)
	p.Set(vs.of(v), "transitioned", finished)
	p.Then(finished, func(dom.Node) { then(rendered) })
}
