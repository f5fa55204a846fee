package drive

import "github.com/turbowasm/turbowasm/wasm/dom"

// mergeHead brings the head of the next page into the document (Turbo 8.0.23,
// head merging) and calls back when its stylesheets are there.
//
//turbo:method PageRenderer mergeHead
func (d *Drive) mergeHead(r dom.Node, then then) {
	p := d.Page
	merging := p.Keep(p.Do(r, "mergeProvisionalElements"))
	p.DoThen(r, "copyNewHeadStylesheetElements", func(ok bool) {
		defer p.Drop(merging)
		if !ok {
			then(false)
			return
		}
		merged := func(dom.Node) {
			if p.Is(r, "willRender") {
				p.Do(r, "removeUnusedDynamicStylesheetElements")
			}
			then(true)
		}
		if merging > dom.Null {
			p.Then(merging, merged)
		} else {
			merged(0)
		}
	})
	p.Do(r, "copyNewHeadScriptElements")
}

// mergeProvisional exchanges the elements that belong to one page.
//
//turbo:method PageRenderer mergeProvisionalElements
func (d *Drive) mergeProvisional(r dom.Node) {
	p := d.Page
	gone, come := p.Differing(p.Get(r, "currentHeadProvisionalElements"), p.Get(r, "newHeadProvisionalElements"))
	for _, n := range gone {
		p.Do(0, "document.head.removeChild", n)
	}
	for _, n := range come {
		p.Do(0, "document.head.appendChild", n)
	}
}

// copyStylesheets adds the stylesheets that are new, and waits for them.
//
//turbo:method PageRenderer copyNewHeadStylesheetElements
func (d *Drive) copyStylesheets(r dom.Node, then then) {
	p := d.Page
	waiting := 1
	loaded := func() {
		if waiting--; waiting == 0 {
			then(true)
		}
	}
	for _, n := range p.Items(p.Get(r, "newHeadStylesheetElements")) {
		waiting++
		d.whenLoaded(n, loaded)
		p.Do(0, "document.head.appendChild", n)
	}
	p.Then(0, func(dom.Node) { p.Then(0, func(dom.Node) { loaded() }) })
}

// whenLoaded calls back once a stylesheet was loaded, or not, or for too long.
func (d *Drive) whenLoaded(n dom.Node, loaded func()) {
	p := d.Page
	var cancel func()
	done, release := p.Once(func(dom.Node) {
		cancel()
		loaded()
	})
	for _, event := range [...]string{"load", "error"} {
		p.Do(n, "addEventListener", p.String(event), done)
	}
	cancel = p.Timeout(2000, func() {
		release()
		loaded()
	})
}

//turbo:method PageRenderer copyNewHeadScriptElements
func (d *Drive) copyScripts(r dom.Node) {
	p := d.Page
	for _, n := range p.Items(p.Get(r, "newHeadScriptElements")) {
		p.Do(0, "document.head.appendChild", p.Do(0, "activated", n))
	}
}

//turbo:method PageRenderer removeUnusedDynamicStylesheetElements
func (d *Drive) removeUnusedStyles(r dom.Node) {
	p := d.Page
	for _, n := range p.Items(p.Get(r, "unusedDynamicStylesheetElements")) {
		p.Do(0, "document.head.removeChild", n)
	}
}
