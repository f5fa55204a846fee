package browser

import (
	"strconv"

	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/drive"
	"github.com/turbowasm/turbowasm/wasm/form"
)

// visits is the page as visits need it. What the page has of a visit are
// properties of its wrapper.
type visits Page

func (vs *visits) page() *Page { return (*Page)(vs) }

var _ drive.VisitPage = (*visits)(nil)

//go:noinline
func (vs *visits) of(v *drive.Visit) dom.Node { return vs.page().Wrapper(v.Object) }

//go:noinline
func (vs *visits) part(v *drive.Visit, path string) dom.Node { return vs.page().Get(vs.of(v), path) }

//go:noinline
func (vs *visits) ofView(method string, args ...dom.Node) dom.Node {
	return vs.page().Do(0, "view."+method, args...)
}

//go:noinline
func (vs *visits) tell(v *drive.Visit, method string, value dom.Node) {
	vs.page().Do(0, "session.adapter."+method, vs.of(v), value)
}

func (vs *visits) Make(v *drive.Visit, url, options dom.Node) error {
	v.Object = vs.page().objects.add(v)
	_, err := vs.page().Call(0, "visit", vs.page().Int(int(v.Object)), url, options)
	return err
}

func (vs *visits) Find(n dom.Node) *drive.Visit {
	v, _ := vs.page().objects.value(vs.page().number(n)).(*drive.Visit)
	return v
}

func (vs *visits) URLs(v *drive.Visit) (to, from string) {
	said := vs.page().Texts(vs.of(v), "location.href|referrer.href")
	return said[0].Value, said[1].Value
}

func (vs *visits) ChangeHistory(v *drive.Visit, action drive.Action, identifier string) {
	session.drive.UpdateHistory(string(action), vs.part(v, "location"), vs.page().String(identifier))
}

func (vs *visits) Step(v *drive.Visit, method string, args ...dom.Node) dom.Node {
	return vs.page().doOf(v.Object, vs.of(v), method, args)
}

func (vs *visits) Time(v *drive.Visit, mark string) {
	vs.Step(v, "recordTimingMetric", vs.page().String(mark))
}

func (vs *visits) Tell(v *drive.Visit, method string) {
	vs.tell(v, method, 0)
}

func (vs *visits) TellDelegate(v *drive.Visit, method string) {
	wrapper := vs.of(v)
	vs.page().Do(wrapper, "delegate."+method, wrapper)
}

func (vs *visits) Fails(v *drive.Visit, status int) {
	vs.tell(v, "visitRequestFailedWithStatusCode", vs.page().Int(status))
}

func (vs *visits) Follow(v *drive.Visit) bool {
	p, wrapper := vs.page(), vs.of(v)
	to, response := p.Get(wrapper, "redirectedToLocation"), p.Get(wrapper, "response")
	if to == 0 || response == 0 || !p.Is(response, "redirected") {
		return false
	}
	p.Do(0, "session.adapter.visitProposedToLocation", to, p.Object("action response shouldCacheSnapshot willRender",
		p.String("replace"), response, dom.False, dom.False))
	return true
}

func (vs *visits) Stay() { session.drive.Unbusy() }

func (vs *visits) Request(v *drive.Visit) {
	p, wrapper := vs.page(), vs.of(v)
	if p.Is(wrapper, "request") {
		return
	}
	request := p.Do(0, "newRequest", wrapper, p.Get(wrapper, "location"))
	p.Set(wrapper, "request", request)
	p.Do(request, "perform")
}

func (vs *visits) Cancel(v *drive.Visit) {
	if request := vs.part(v, "request"); request != 0 {
		vs.page().Do(request, "cancel")
	}
}

func (vs *visits) AcceptStreams(request dom.Node) {
	vs.page().Do(request, "acceptResponseType", vs.page().String(form.StreamType))
}

func (vs *visits) Read(response dom.Node, then func(html dom.Node, r drive.Response)) {
	p := vs.page()
	p.Then(p.Get(response, "responseHTML"), func(html dom.Node) {
		if html == 0 {
			html = p.String("")
		}
		r, _ := vs.response(response, "statusCode|redirected|isHTML")
		then(html, r)
	})
}

func (vs *visits) Type(response dom.Node) string {
	text, _ := vs.page().Text(response, "contentType")
	return text
}

func (vs *visits) Move(v *drive.Visit, response dom.Node) {
	to := dom.Node(0)
	if vs.page().Is(response, "redirected") {
		to = vs.page().Get(response, "location")
	}
	vs.page().Set(vs.of(v), "redirectedToLocation", to)
}

func (vs *visits) Record(v *drive.Visit, response dom.Node) {
	vs.page().Set(vs.of(v), "response", response)
}

func (vs *visits) Answer(response dom.Node, status int, html dom.Node) dom.Node {
	return session.drive.Answer(response, vs.page().Int(status), html)
}

func (vs *visits) Response(v *drive.Visit) (r drive.Response, ok bool) {
	r, said := vs.response(vs.of(v), "response.statusCode|response.redirected|response.responseHTML.length|response")
	r.HTML = said[2].OK // the page keeps the text
	return r, said[3].Is()
}

// response reads what a response says of itself.
func (vs *visits) response(n dom.Node, paths string) (r drive.Response, said []dom.Text) {
	said = vs.page().Texts(n, paths)
	r.Status, _ = strconv.Atoi(said[0].Value)
	r.Redirected, r.HTML = said[1].Is(), said[2].Is()
	return r, said
}

func (vs *visits) ParsedResponse(v *drive.Visit) dom.Node {
	html := vs.part(v, "response.responseHTML")
	if html == 0 {
		html = vs.page().String("")
	}
	return session.drive.Parsed(html)
}

func (vs *visits) Preloaded(v *drive.Visit) dom.Node {
	if html := vs.part(v, "snapshotHTML"); html != 0 {
		return session.drive.Parsed(html)
	}
	return 0
}

func (vs *visits) Cached(v *drive.Visit) dom.Node {
	return vs.ofView("getCachedSnapshotForLocation", vs.part(v, "location"))
}

func (vs *visits) Copy(snapshot dom.Node) dom.Node { return vs.page().Do(snapshot, "clone") }

func (vs *visits) HasAnchor(snapshot dom.Node, anchor string) bool {
	return session.drive.Asks(snapshot, "hasAnchor", vs.page().String(anchor))
}

func (vs *visits) Previewable(snapshot dom.Node) bool {
	return vs.page().Is(snapshot, "isPreviewable")
}

func (vs *visits) Cache(v *drive.Visit, then func(cached dom.Node)) {
	p := vs.page()
	snapshot, wrapper := vs.part(v, "snapshot"), p.Keep(vs.of(v))
	told := func(cached dom.Node) {
		if cached != 0 {
			then(cached)
		}
		p.Drop(wrapper)
	}
	if p.Own(0, "view.cacheSnapshot") >= 0 {
		session.drive.CacheSnapshot(snapshot, told)
	} else {
		p.Then(p.Do(0, "view.cacheSnapshot", snapshot), told)
	}
}

func (vs *visits) StaysPut(v *drive.Visit) bool {
	return vs.page().Is(0, "view.forceReloaded") || session.drive.Asks(0, "view.shouldPreserveScrollPosition", vs.of(v))
}

func (vs *visits) ScrollToTop() { vs.ofView("scrollToTop") }

func (vs *visits) ScrollToAnchor(anchor string) {
	vs.ofView("scrollToAnchor", vs.page().String(anchor))
}

func (vs *visits) ScrollBack(v *drive.Visit) bool {
	position := vs.part(v, "restorationData.scrollPosition")
	if position != 0 {
		vs.ofView("scrollToPosition", position)
	}
	return position != 0
}

//go:wasmimport turbo differing
func domDiffering(before, after int32) int32

// Differing returns the elements of two lists that are in one of them alone.
func (p *Page) Differing(before, after dom.Node) (gone, come []dom.Node) {
	n := domDiffering(int32(before), int32(after))
	if n < 0 {
		return nil, nil
	}
	count := int(n & 0xffff)
	all := list(int32(count) + n>>16)
	return all[:count], all[count:]
}
