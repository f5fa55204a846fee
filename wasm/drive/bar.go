package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// What follows answers for the progress bar (Turbo 8.0.23, progress bar).

const trickling = 300 // ms

//turbo:method ProgressBar show
func (d *Drive) showProgress(bar dom.Node) {
	p := d.Page
	if !p.Is(bar, "visible") {
		p.Set(bar, "visible", dom.True)
		p.Do(bar, "installProgressElement")
		p.Do(bar, "startTrickling")
	}
}

//turbo:method ProgressBar hide
func (d *Drive) hideProgress(bar dom.Node) {
	p := d.Page
	if !p.Is(bar, "visible") || p.Is(bar, "hiding") {
		return
	}
	p.Set(bar, "hiding", dom.True)
	bar = p.Keep(bar)
	faded, _ := p.Once(func(dom.Node) {
		p.Do(bar, "uninstallProgressElement")
		p.Do(bar, "stopTrickling")
		p.Set(bar, "visible", dom.False)
		p.Set(bar, "hiding", dom.False)
		p.Drop(bar)
	})
	p.Do(bar, "fadeProgressElement", faded)
}

//turbo:method ProgressBar setValue
func (d *Drive) setProgress(bar, value dom.Node) {
	p := d.Page
	p.Set(bar, "value", p.Fraction(p.Float(value, "")))
	p.Do(bar, "refresh")
}

//turbo:method ProgressBar installStylesheetElement
func (d *Drive) installBarStyle(bar dom.Node) {
	p := d.Page
	p.Do(0, "document.head.prepend", p.Get(bar, "stylesheetElement"))
}

//turbo:method ProgressBar installProgressElement
func (d *Drive) installProgress(bar dom.Node) {
	p := d.Page
	element := p.Get(bar, "progressElement")
	style := p.Get(element, "style")
	p.Set(style, "width", p.String("0"))
	p.Set(style, "opacity", p.String("1"))
	p.Do(0, "document.documentElement.insertBefore", element, p.Get(0, "document.body"))
	p.Do(bar, "refresh")
}

//turbo:method ProgressBar fadeProgressElement
func (d *Drive) fadeProgress(bar, faded dom.Node) {
	p := d.Page
	p.Do(bar, "progressElement.style.setProperty", p.String("opacity"), p.String("0"))
	p.Do(0, "window.setTimeout", faded, p.Int(trickling*3/2))
}

//turbo:method ProgressBar uninstallProgressElement
func (d *Drive) uninstallProgress(bar dom.Node) { d.Page.Remove(d.Page.Get(bar, "progressElement")) }

//turbo:method ProgressBar startTrickling
func (d *Drive) startTrickling(bar dom.Node) {
	p := d.Page
	if !p.Is(bar, "trickleInterval") {
		p.Set(bar, "trickleInterval", p.Do(0, "window.setInterval", p.Get(bar, "trickle"), p.Int(trickling)))
	}
}

//turbo:method ProgressBar stopTrickling
func (d *Drive) stopTrickling(bar dom.Node) {
	p := d.Page
	p.Do(0, "window.clearInterval", p.Get(bar, "trickleInterval"))
	p.Delete(bar, "trickleInterval")
}

//turbo:method ProgressBar refresh
func (d *Drive) refreshProgress(bar dom.Node) {
	p := d.Page
	bar = p.Keep(bar)
	p.AwaitRepaint(func() {
		width := d.text(p.Fraction(10+p.Float(bar, "value")*90), "")
		p.Do(bar, "progressElement.style.setProperty", p.String("width"), p.String(width+"%"))
		p.Drop(bar)
	})
}
