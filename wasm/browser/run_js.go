package browser

import (
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/drive"
	"github.com/turbowasm/turbowasm/wasm/frame"
	"github.com/turbowasm/turbowasm/wasm/stream"
	"github.com/turbowasm/turbowasm/wasm/turbo"
)

// Kinds of reports to the page.
const (
	reportError  = iota // the text of an error
	reportThrown        // what the page threw
	reportPanic         // a failure of the runtime: an event as well
)

// Run starts s on the page and serves it for as long as the page lasts.
func Run(s *turbo.Session) {
	Start(s)
	select {}
}

// Start starts s on the page and returns; the program must stay alive.
func Start(s *turbo.Session) {
	domScratch(exportScratch(1<<12), 1<<12)
	domLiterals(int32(uintptr(unsafe.Pointer(&page)))) // the linker puts them before all variables
	page, session = &Page{}, s
	actions = actions[:0]
	for _, builtin := range stream.Builtin {
		actions = append(actions, builtin.Perform)
	}
	s.Start(page)
	versions = stream.Versions{IsRecentRequest: page.IsRecentRequest, Source: func(template dom.Node) string {
		html, _ := page.Text(template, "innerHTML")
		return html
	}}
	driver = &drive.Drive{Page: page, Rendered: versions.Forget}
	driver.Start()
	frames = &frame.Frames{Drive: driver}
	frames.Start()
	*views = stream.Views{Page: page}
	for name, action := range s.Actions {
		domAddAction(name, int32(len(actions)))
		actions = append(actions, action)
	}
	domReady()
}

// Report writes an error to the console, what the page threw as it is.
func (p *Page) Report(what string, err error) {
	if err == dom.ErrPage {
		domReport(reportThrown, what)
		return
	}
	domReport(reportError, what+": "+err.Error())
}

func (p *Page) IsRecentRequest(id string) bool { return domRecentRequest(id) > 0 }
