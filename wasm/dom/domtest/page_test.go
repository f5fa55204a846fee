package domtest_test

import (
	"testing"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/dom/domtest"
	"github.com/turbowasm/turbowasm/wasm/stream"
)

var (
	_ stream.BatchPage = (*domtest.Page)(nil)
	_ domtest.Subject  = (*domtest.Page)(nil)
)

func TestPageConforms(t *testing.T) {
	domtest.Conform(t, func(source string) domtest.Subject { return domtest.New("<body>" + source) })
}

func TestPageRunsCustomElements(t *testing.T) {
	p := domtest.New(`<x-a id="1"></x-a><p id="p"></p><template><x-a id="2"></x-a></template>`)
	var log []string
	note := func(what string) func(dom.Node) {
		return func(n dom.Node) {
			id, _ := p.Attr(n, dom.ID)
			log = append(log, what+id)
			p.Remove(n)
		}
	}
	p.Define("x-a", domtest.Element{Connected: note("+"), Disconnected: func(n dom.Node) {
		id, _ := p.Attr(n, dom.ID)
		log = append(log, "-"+id)
	}})
	p.Call(func() { p.AppendChild(p.ElementByID("p"), p.Fragment(`<x-a id="3"></x-a><b><x-a id="4"></x-a></b>`)) })
	got, want := join(log), "+1 -1 +3 -3 +4 -4"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := p.HTML(), `<p id="p"><b></b></p><template><x-a id="2"></x-a></template>`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPageKeepsTime(t *testing.T) {
	p := domtest.New("")
	var log []string
	note := func(what string) func() { return func() { log = append(log, what) } }
	p.Timeout(20, note("c"))
	p.Timeout(10, note("a"))
	p.Timeout(10, note("b"))
	p.Hidden = true
	p.AwaitRepaint(note("f"))
	p.Repaint(note("r"))
	p.Advance(9)
	if p.NextRepaint() {
		t.Error("a hidden page was repainted")
	}
	p.Advance(1)
	p.Hidden = false
	p.NextRepaint()
	p.Advance(100)
	if got, want := join(log), "r a b f c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPageRefusesReleasedHandles(t *testing.T) {
	p := domtest.New(`<p id="x"></p>`)
	var kept dom.Node
	p.Call(func() { kept = p.ElementByID("x") })
	for name, misuse := range map[string]func(){
		"a handle after its call":    func() { p.Remove(kept) },
		"a handle asked for outside": func() { p.ElementByID("x") },
		"no node":                    func() { p.Call(func() { p.Remove(0) }) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			misuse()
		}()
	}
}

func join(log []string) (joined string) {
	for i, s := range log {
		if i > 0 {
			joined += " "
		}
		joined += s
	}
	return joined
}
