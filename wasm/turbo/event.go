package turbo

// Event is an event of the page. It is valid until the listener returns.
type Event struct{ value Value }

// Value is the event as a value of the page.
func (e Event) Value() Value { return e.value }

// Target is the element to which the event was dispatched.
func (e Event) Target() Element { return e.value.Get("target").Element() }

// Detail is the detail of Turbo's events, and of an application's own.
func (e Event) Detail() Value { return e.value.Get("detail") }

// PreventDefault prevents the default action of the event, if it is cancelable.
func (e Event) PreventDefault() { e.value.Call("preventDefault") }

// pause holds the default action back until it is resumed, with or without a value.
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

// BeforeVisit is turbo:before-visit: a link is about to be followed. If it is
// prevented, the page stays.
type BeforeVisit struct{ Event }

// URL is where the visit goes.
func (e BeforeVisit) URL() string { return e.Detail().Text("url") }

// OnBeforeVisit listens to turbo:before-visit until off is called.
func (p *Page) OnBeforeVisit(listener func(BeforeVisit)) (off func()) {
	return p.On("turbo:before-visit", func(e Event) { listener(BeforeVisit{e}) })
}

// OnLoad listens to turbo:load: the first page has loaded, or the page of a visit
// is shown.
func (p *Page) OnLoad(listener func(Event)) (off func()) { return p.On("turbo:load", listener) }

// BeforeFetchRequest is turbo:before-fetch-request: a request is about to be
// sent. If it is prevented, the request waits.
type BeforeFetchRequest struct{ Event }

// URL is the address of the request.
func (e BeforeFetchRequest) URL() string { return e.Detail().Text("url.href") }

// Method is the method of the request, in upper case.
func (e BeforeFetchRequest) Method() string { return e.Detail().Text("fetchOptions.method") }

// SetHeader sets a header of the request.
func (e BeforeFetchRequest) SetHeader(name, value string) {
	e.Detail().Get("fetchOptions.headers").Set(name, value)
}

// Pause holds the request back until resume is called, in this call or a later one.
func (e BeforeFetchRequest) Pause() (resume func()) { return e.pause(nil) }

// OnBeforeFetchRequest listens to turbo:before-fetch-request until off is called.
func (p *Page) OnBeforeFetchRequest(listener func(BeforeFetchRequest)) (off func()) {
	return p.On("turbo:before-fetch-request", func(e Event) { listener(BeforeFetchRequest{e}) })
}

// BeforeRender is turbo:before-render: a page has arrived and is about to be shown.
type BeforeRender struct{ Event }

// Body is the new body, which is not in the page yet.
func (e BeforeRender) Body() Element { return e.Detail().Get("newBody").Element() }

// IsPreview reports whether it is a cached page that is shown until the server
// responds.
func (e BeforeRender) IsPreview() bool {
	_, is := e.value.page.Root().Attr("data-turbo-preview")
	return is
}

// Morphs reports whether the page is morphed.
func (e BeforeRender) Morphs() bool { return e.Detail().Text("renderMethod") == "morph" }

// Pause holds rendering back until resume is called.
func (e BeforeRender) Pause() (resume func()) { return e.pause(nil) }

// OnBeforeRender listens to turbo:before-render until off is called.
func (p *Page) OnBeforeRender(listener func(BeforeRender)) (off func()) {
	return p.On("turbo:before-render", func(e Event) { listener(BeforeRender{e}) })
}

// SubmitEnd is turbo:submit-end: the submission of a form has ended, with or
// without a response.
type SubmitEnd struct{ Event }

// Form is the submitted form.
func (e SubmitEnd) Form() Element { return e.Target() }

// Success reports whether the response has a status of success.
func (e SubmitEnd) Success() bool { return e.Detail().Is("success") }

// Status is the status of the response, 0 if there is none.
func (e SubmitEnd) Status() int { return int(e.Detail().Number("fetchResponse.response.status")) }

// OnSubmitEnd listens to turbo:submit-end until off is called.
func (p *Page) OnSubmitEnd(listener func(SubmitEnd)) (off func()) {
	return p.On("turbo:submit-end", func(e Event) { listener(SubmitEnd{e}) })
}

// BeforeStreamRender is turbo:before-stream-render: a stream has arrived and is
// about to be performed. If it is prevented, the stream is not performed. When
// something listens, an element is made for every stream, which takes longer.
type BeforeStreamRender struct{ Event }

// Stream is the <turbo-stream>.
func (e BeforeStreamRender) Stream() Element { return e.Target() }

// OnBeforeStreamRender listens to turbo:before-stream-render until off is called.
func (p *Page) OnBeforeStreamRender(listener func(BeforeStreamRender)) (off func()) {
	return p.On("turbo:before-stream-render", func(e Event) { listener(BeforeStreamRender{e}) })
}

// BeforeMorphElement is turbo:before-morph-element: an element is about to be
// morphed or removed. If it is prevented, the element stays as it is.
type BeforeMorphElement struct{ Event }

// Current is the element in the page.
func (e BeforeMorphElement) Current() Element { return e.Target() }

// New is what it is to become; it does not exist if the element is to be removed.
func (e BeforeMorphElement) New() Element { return e.Detail().Get("newElement").Element() }

// OnBeforeMorphElement listens to turbo:before-morph-element until off is called.
func (p *Page) OnBeforeMorphElement(listener func(BeforeMorphElement)) (off func()) {
	return p.On("turbo:before-morph-element", func(e Event) { listener(BeforeMorphElement{e}) })
}

// FrameMissing is turbo:frame-missing: a response lacks the frame that requested
// it. If it is prevented, Turbo writes no error into the frame.
type FrameMissing struct{ Event }

// Frame is the frame that requested the response.
func (e FrameMissing) Frame() Element { return e.Target() }

// URL is the address of the response.
func (e FrameMissing) URL() string { return e.Detail().Text("response.url") }

// OnFrameMissing listens to turbo:frame-missing until off is called.
func (p *Page) OnFrameMissing(listener func(FrameMissing)) (off func()) {
	return p.On("turbo:frame-missing", func(e Event) { listener(FrameMissing{e}) })
}
