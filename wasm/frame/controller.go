package frame

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// A Controller loads one frame. What it decides on is kept here; the page's own
// values, such as the element and the request, are properties of the wrapper, and
// what a frame says about itself are attributes of the element. Frames.New makes
// controllers; the zero Controller is of no use.
type Controller struct {
	dom.Object

	frames    *Frames
	connected bool
	loading   bool   // the promise of a load waits
	loaded    bool   // a load has finished
	failed    bool   // the last load has brought no answer
	morphs    bool   // the next rendering morphs
	quiet     bool   // the source changes without being loaded
	action    string // of the visit that the next load is to be, "" if none
	shown     string // the source of what the frame shows
	complete  bool   // the frame was complete with that
}

func (c *Controller) wrapper() dom.Node { return c.frames.Objects.Wrapper(c.Object) }

func (c *Controller) part(name string) dom.Node { return c.frames.Parts.Get(c.wrapper(), name) }

func (c *Controller) element() dom.Node { return c.part(partElement) }

// Action is that of the visit that the next load is to be.
//
//turbo:getter FrameController action
func (c *Controller) Action() (action string, ok bool) { return c.action, c.action != "" }

//turbo:setter FrameController action
func (c *Controller) setAction(action string) { c.action = action }

// Active reports whether the frame is in the page and loads its source.
//
//turbo:getter FrameController isActive
func (c *Controller) Active() bool {
	return c.connected && c.frames.Elements.Is(c.element(), "isActive")
}

// SetSource changes the source without loading it.
//
//turbo:setter FrameController sourceURL
func (c *Controller) SetSource(src string) {
	c.quiet = true
	c.frames.Loads.SetSource(c.element(), src)
	c.quiet = false
}

// Connect begins to load a frame that came into the page, or to wait until it is
// seen.
//
//turbo:method FrameController connect
func (c *Controller) Connect() {
	if c.connected {
		return
	}
	f, element := c.frames, c.element()
	c.connected = true
	c.settle(element)
	switch {
	case !f.lazy(element):
		c.load()
	case c.complete:
		c.loaded = true // it comes back from the cache
	default:
		c.observe(partAppearance, true)
	}
	c.observe(partFormLinks, true)
	c.observe(partFormSubmit, true)
}

// observe starts or stops one of the observers.
func (c *Controller) observe(observer string, on bool) {
	method := "stop"
	if on {
		method = "start"
	}
	c.frames.Objects.Do(c.part(observer), method)
}

// cancel aborts the request that is under way.
func (c *Controller) cancel() {
	if request := c.part(partRequest); request != 0 {
		c.frames.Objects.Do(request, "cancel")
	}
}

// Disconnect ends what a frame waits for when it leaves the page.
//
//turbo:method FrameController disconnect
func (c *Controller) Disconnect() {
	if !c.connected {
		return
	}
	f, element := c.frames, c.element()
	c.connected = false
	c.observe(partAppearance, false)
	c.observe(partFormLinks, false)
	c.observe(partFormSubmit, false)
	if !f.Elements.HasAttr(element, "recurse") {
		c.cancel()
	}
	// Nothing else holds the renderings that wait for one that nobody resumes.
	f.Parts.Delete(c.part(partView), renderingOf)
}

// settle remembers what the frame shows now that no load is under way.
func (c *Controller) settle(element dom.Node) {
	c.failed = false
	c.shown = c.frames.source(element)
	c.complete = c.frames.Elements.HasAttr(element, "complete")
}

// SourceChanged loads a frame whose src attribute has changed.
//
//turbo:method FrameController sourceURLChanged
func (c *Controller) SourceChanged() {
	if c.quiet {
		return
	}
	f, element := c.frames, c.element()
	if f.source(element) == "" {
		c.cancel()
	}
	if f.Elements.Is(element, "isConnected") {
		f.Elements.RemoveAttr(element, "complete")
	}
	if c.loaded || !f.lazy(element) {
		c.load()
	}
}

// Reload loads a frame again, by morphing if its refresh attribute asks for that,
// and returns the promise of the load.
//
//turbo:method FrameController sourceURLReloaded
func (c *Controller) Reload() (promise dom.Node) {
	f, element := c.frames, c.element()
	src := f.source(element)
	refresh, _ := f.Elements.Attr(element, "refresh")
	c.morphs = src != "" && refresh == "morph"
	f.Elements.RemoveAttr(element, "complete")
	f.Loads.SetSource(element, "")
	f.Loads.SetSource(element, src)
	return f.Parts.Get(element, loadedOf)
}

// load loads the source of a frame if that is possible and necessary.
func (c *Controller) load() {
	f, self, element := c.frames, c.wrapper(), c.element()
	src := f.source(element)
	if src == "" || !c.connected || f.disabled(element) || f.Elements.HasAttr(element, "complete") || !f.Elements.Is(element, "isActive") {
		return
	}
	url := f.Requests.URL(src)
	if url == 0 {
		f.Console.Reject()
		return
	}
	request := f.Loads.Request(self, url, element)
	c.cancel()
	f.Parts.Set(self, partRequest, request)
	f.Parts.Set(self, partPromise, f.Loads.Promise(element))
	c.loading = true
	f.Objects.Do(request, "perform")
	c.observe(partAppearance, false)
}

// finish resolves the promise of the load that is under way.
func (c *Controller) finish() {
	if c.loading {
		c.loading = false
		c.loaded = true
		f, self := c.frames, c.wrapper()
		promise := f.Parts.Get(self, partPromise)
		f.Parts.Delete(self, partPromise)
		f.Parts.Delete(self, partRequest)
		f.Objects.Do(promise, "resolve")
	}
}

// DisabledChanged loads a frame that is no longer disabled.
//
//turbo:method FrameController disabledChanged
func (c *Controller) DisabledChanged() {
	if f, element := c.frames, c.element(); f.disabled(element) {
		c.cancel()
	} else if !f.lazy(element) {
		c.load()
	}
}

// LoadingChanged waits for a frame that became lazy to be seen, and loads one that
// became eager.
//
//turbo:method FrameController loadingStyleChanged
func (c *Controller) LoadingChanged() {
	lazy := c.frames.lazy(c.element())
	c.observe(partAppearance, lazy)
	if !lazy {
		c.load()
	}
}

// Appeared loads a lazy frame that is seen.
//
//turbo:method FrameController elementAppearedInViewport
func (c *Controller) Appeared(element dom.Node) {
	f := c.frames
	f.Visits.Propose(c.wrapper(), element, link.VisitAction(f.Elements, element))
	c.load()
}

// Loading reports whether a form is being submitted. As upstream's, it resolves
// the promise of the load if none is.
//
//turbo:getter FrameController isLoading
func (c *Controller) Loading() bool {
	if c.part(partSubmission) != 0 {
		return true
	}
	c.finish()
	return false
}

// Shown is the source of what the frame shows while that is not its own, "" for
// content without a source; ok is false at other times.
//
//turbo:getter FrameController shown
func (c *Controller) Shown() (src string, ok bool) {
	f, element := c.frames, c.element()
	src, has := f.Elements.Attr(element, "src")
	return c.shown, (c.loading || c.failed) && !f.disabled(element) && !(has && src == c.shown)
}

// Whole reports whether the frame was complete with what it shows.
//
//turbo:getter FrameController whole
func (c *Controller) Whole() bool { return c.complete }
