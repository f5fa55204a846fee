package turbo

// Event is an event of the page's. It is good until the listener returns.
type Event struct{ value Value }

// Value is the event as any other value of the page's.
func (e Event) Value() Value { return e.value }

// Target is the element that the event happened to.
func (e Event) Target() Element { return e.value.Get("target").Element() }

// Detail is what Turbo's events, and an application's own, tell more.
func (e Event) Detail() Value { return e.value.Get("detail") }

// PreventDefault prevents what would follow, where that can be prevented.
func (e Event) PreventDefault() { e.value.Call("preventDefault") }

// pause prevents what would follow until it is resumed, with a value or none.
func (e Event) pause(value any) (resume func()) {
	e.PreventDefault()
	detail := e.Detail().Keep()
	return func() {
		if detail.Exists() {
			detail.Call("resume", value)
			detail.Drop()
			detail = Value{}
		}
	}
}

// BeforeVisit is turbo:before-visit: a link is about to be followed. To prevent
// it keeps the page.
type BeforeVisit struct{ Event }

// URL is where the visit goes.
func (e BeforeVisit) URL() string { return e.Detail().Text("url") }

// OnBeforeVisit listens to turbo:before-visit, until off is called.
func (p *Page) OnBeforeVisit(listener func(BeforeVisit)) (off func()) {
	return p.On("turbo:before-visit", func(e Event) { listener(BeforeVisit{e}) })
}

// OnLoad listens to turbo:load: the page is there, the first one and each after
// a visit.
func (p *Page) OnLoad(listener func(Event)) (off func()) { return p.On("turbo:load", listener) }

// BeforeFetchRequest is turbo:before-fetch-request: something is about to be
// requested. To prevent it puts the request off.
type BeforeFetchRequest struct{ Event }

// URL is what is requested.
func (e BeforeFetchRequest) URL() string { return e.Detail().Text("url.href") }

// Method is the request's, in upper case.
func (e BeforeFetchRequest) Method() string { return e.Detail().Text("fetchOptions.method") }

// SetHeader gives the request a header.
func (e BeforeFetchRequest) SetHeader(name, value string) {
	e.Detail().Get("fetchOptions.headers").Set(name, value)
}

// Pause puts the request off until resume is called, in this call or a later one.
func (e BeforeFetchRequest) Pause() (resume func()) { return e.pause(nil) }

// OnBeforeFetchRequest listens to turbo:before-fetch-request, until off is called.
func (p *Page) OnBeforeFetchRequest(listener func(BeforeFetchRequest)) (off func()) {
	return p.On("turbo:before-fetch-request", func(e Event) { listener(BeforeFetchRequest{e}) })
}

// BeforeRender is turbo:before-render: a page has come and is about to be shown.
type BeforeRender struct{ Event }

// Body is the new body, not in the page yet.
func (e BeforeRender) Body() Element { return e.Detail().Get("newBody").Element() }

// IsPreview reports whether it is a cached page that is shown until the server
// has answered.
func (e BeforeRender) IsPreview() bool {
	_, is := e.value.page.Root().Attr("data-turbo-preview")
	return is
}

// Morphs reports whether the page becomes the new one by a morph.
func (e BeforeRender) Morphs() bool { return e.Detail().Text("renderMethod") == "morph" }

// Pause puts the rendering off until resume is called.
func (e BeforeRender) Pause() (resume func()) { return e.pause(nil) }

// OnBeforeRender listens to turbo:before-render, until off is called.
func (p *Page) OnBeforeRender(listener func(BeforeRender)) (off func()) {
	return p.On("turbo:before-render", func(e Event) { listener(BeforeRender{e}) })
}

// SubmitEnd is turbo:submit-end: a form was answered, or was not.
type SubmitEnd struct{ Event }

// Form is the form.
func (e SubmitEnd) Form() Element { return e.Target() }

// Success reports whether the answer has a status of success.
func (e SubmitEnd) Success() bool { return e.Detail().Is("success") }

// Status is that of the answer, 0 without one.
func (e SubmitEnd) Status() int { return int(e.Detail().Number("fetchResponse.response.status")) }

// OnSubmitEnd listens to turbo:submit-end, until off is called.
func (p *Page) OnSubmitEnd(listener func(SubmitEnd)) (off func()) {
	return p.On("turbo:submit-end", func(e Event) { listener(SubmitEnd{e}) })
}

// BeforeStreamRender is turbo:before-stream-render: a stream has come and is
// about to be performed. To prevent it leaves the stream out. Who listens has
// every stream made an element, which takes longer.
type BeforeStreamRender struct{ Event }

// Stream is the <turbo-stream>.
func (e BeforeStreamRender) Stream() Element { return e.Target() }

// OnBeforeStreamRender listens to turbo:before-stream-render, until off is called.
func (p *Page) OnBeforeStreamRender(listener func(BeforeStreamRender)) (off func()) {
	return p.On("turbo:before-stream-render", func(e Event) { listener(BeforeStreamRender{e}) })
}

// BeforeMorphElement is turbo:before-morph-element: an element is about to
// become another. To prevent it leaves the element as it is.
type BeforeMorphElement struct{ Event }

// Current is the element of the page.
func (e BeforeMorphElement) Current() Element { return e.Target() }

// New is what it is to become, none where it is to go.
func (e BeforeMorphElement) New() Element { return e.Detail().Get("newElement").Element() }

// OnBeforeMorphElement listens to turbo:before-morph-element, until off is called.
func (p *Page) OnBeforeMorphElement(listener func(BeforeMorphElement)) (off func()) {
	return p.On("turbo:before-morph-element", func(e Event) { listener(BeforeMorphElement{e}) })
}

// FrameMissing is turbo:frame-missing: an answer lacks the frame that asked for
// it. To prevent it keeps Turbo from saying so in the frame.
type FrameMissing struct{ Event }

// Frame is the frame.
func (e FrameMissing) Frame() Element { return e.Target() }

// URL is that of the answer.
func (e FrameMissing) URL() string { return e.Detail().Text("response.url") }

// OnFrameMissing listens to turbo:frame-missing, until off is called.
func (p *Page) OnFrameMissing(listener func(FrameMissing)) (off func()) {
	return p.On("turbo:frame-missing", func(e Event) { listener(FrameMissing{e}) })
}
