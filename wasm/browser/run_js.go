package browser

import (
	"errors"
	"runtime"
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/stream"
	"github.com/turbowasm/turbowasm/wasm/surface"
)

// Program is what an application adds to the runtime. The zero Program adds
// nothing.
type Program struct {
	// Ready is called once, before anything that waits for the runtime.
	Ready func(p *Page)

	add func() // adds the actions
}

// Add adds stream actions, by the names that the action attribute gives. flush is
// called when actions that performed streams without elements are over, and before
// anything else touches the page.
func (p *Program) Add(own map[string]stream.Action, flush func()) {
	p.add = func() {
		performer := &stream.Own{Flush: func() {
			flush()
			page.Resume()
		}}
		for name, action := range own {
			index := len(actions)
			domAddAction(name, int32(index))
			actions = append(actions, action)
			if name != "" {
				performer.Actions = append(performer.Actions, stream.OwnAction{Name: name, Index: index, Perform: guarded(action)})
			}
		}
		batch.Own = performer
	}
}

// Run starts the runtime on its page and serves it for as long as the page
// lasts.
func Run(p Program) {
	Start(p)
	select {}
}

// begun is closed when a program that was written down as its builder ran it
// (turbowasm's snapshot.go) goes on in a page.
var begun = make(chan struct{})

//go:wasmexport turbo_begin
func exportBegin() {
	close(begun)
	runtime.Gosched() // lets Start go on
}

// Start starts the runtime on its page and returns; the program must stay alive.
func Start(p Program) {
	memory := exportScratch(1 << 12)
	page = page.next()
	batch = stream.Batch{Page: page, Report: page.Report}
	actions = actions[:0]
	for _, builtin := range stream.Builtin {
		actions = append(actions, builtin.Perform)
	}
	versions = stream.Versions{IsRecentRequest: page.IsRecentRequest, Source: func(template dom.Node) string {
		html, _ := page.Text(template, "innerHTML")
		return html
	}}
	assemble(page)
	*views = stream.Views{Page: page}
	// Without an application's code, all until here is the same in every page. A
	// mark below zero says that there is none yet.
	if p.Ready == nil && p.add == nil && domMark() < 0 {
		<-begun
	}
	domScratch(memory, 1<<12)
	domLiterals(int32(uintptr(unsafe.Pointer(&page))), boxes.at()) // the linker puts them before all variables
	if p.add != nil {
		p.add()
	}
	if p.Ready != nil {
		p.ready()
	}
	domReady()
}

// ready calls Ready as the page would.
func (p Program) ready() {
	var result int32
	defer domRelease(domMark())
	defer guard(page.begin(), &result, "getting ready")
	p.Ready(page)
}

// guarded is an action as a batch performs it. A panic is reported here, and as an
// error to whoever performs the stream.
func guarded(action stream.Action) stream.Action {
	return func(e stream.Element) (err error) {
		outer := page.begin()
		defer func() {
			page.leave(outer)
			if r := recover(); r != nil {
				err = errors.New(panicked(performing, r))
			}
		}()
		return action(e)
	}
}

// Report writes an error to the console. What the page threw is written as it is.
func (p *Page) Report(what string, err error) {
	if err == dom.ErrPage {
		domReport(surface.ReportThrown, what)
		return
	}
	domReport(surface.ReportError, what+": "+err.Error())
}

// Resume lets goroutines run that are ready to. Otherwise they would wait until
// something else resumes the program. If package syscall/js is linked in, they run
// in a timer of the page, after the current call: a goroutine that waits for the
// page must not run within a call from it. Without that package, no goroutine can
// wait for the page.
func (p *Page) Resume() {
	if domResume() == 0 {
		runtime.Gosched()
	}
}

// Shared reports whether package syscall/js is linked in, through which the
// program may ask the page for anything.
func (p *Page) Shared() bool { return domResume() != 0 }

func (p *Page) IsRecentRequest(id string) bool {
	return p.Do(0, "session.recentRequests.has", p.String(id)) != 0
}
