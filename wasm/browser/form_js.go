package browser

import (
	"github.com/turbowasm/turbowasm/wasm/dom"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/link"
)

// forms is the page as package form needs it. What the page has of a submission
// are properties of its wrapper.
type forms Page

func (f *forms) page() *Page { return (*Page)(f) }

var _ form.Page = (*forms)(nil)

func (f *forms) Attr(n dom.Node, name string) (string, bool) { return f.page().Attr(n, name) }
func (f *forms) HasAttr(n dom.Node, name string) bool        { return f.page().HasAttr(n, name) }
func (f *forms) SetAttr(n dom.Node, name, value string)      { f.page().SetAttr(n, name, value) }
func (f *forms) RemoveAttr(n dom.Node, name string)          { f.page().RemoveAttr(n, name) }

func (f *forms) Text(n dom.Node, property string) (string, bool) {
	if f.page().Is(n, property+".nodeType") {
		return "", false
	}
	return f.page().Text(n, property)
}

func (f *forms) SetText(n dom.Node, property, text string) {
	f.page().Set(n, property, f.page().String(text))
}

func (f *forms) Meta(name string) (string, bool) { return link.Meta(f.page(), name) }

func (f *forms) Cookies() string {
	cookies, _ := f.page().Text(0, "document.cookie")
	return cookies
}

func (f *forms) Decode(text string) string {
	decoded, _ := f.page().Text(f.page().Do(0, "window.decodeURIComponent", f.page().String(text)), "")
	return decoded
}

func (f *forms) URL(location string) dom.Node { return link.URL(f.page(), f.page().String(location)) }

func (f *forms) Href(url dom.Node) string {
	href, _ := f.page().Text(url, "href")
	return href
}

func (f *forms) LeavesPage(target string) bool { return link.LeavesPage(f.page(), target) }

func (f *forms) IsSafe(request dom.Node) bool { return f.page().Is(request, "isSafe") }

func (f *forms) SetHeader(request dom.Node, name, value string) {
	f.page().Set(f.page().Get(request, "headers"), name, f.page().String(value))
}

func (f *forms) Accept(request dom.Node, contentType string) {
	f.page().Do(request, "acceptResponseType", f.page().String(contentType))
}

func (f *forms) Answer(response dom.Node) form.Answer {
	return form.Answer{
		Status:     f.page().Number(response, "statusCode"),
		Redirected: f.page().Is(response, "redirected"),
		Succeeded:  f.page().Is(response, "succeeded"),
	}
}

func (f *forms) part(s *form.Submission, name string) dom.Node {
	return f.page().Get(f.page().Wrapper(s.Object), name)
}

func (f *forms) Form(s *form.Submission) dom.Node      { return f.part(s, "formElement") }
func (f *forms) Submitter(s *form.Submission) dom.Node { return f.part(s, "submitter") }

func (f *forms) Perform(s *form.Submission) dom.Node {
	return f.page().Do(f.part(s, "fetchRequest"), "perform")
}

func (f *forms) Cancel(s *form.Submission) { f.page().Do(f.part(s, "fetchRequest"), "cancel") }

func (f *forms) Make(s *form.Submission, delegate, form, submitter dom.Node, request form.Request) error {
	s.Object = f.page().objects.add(s)
	options := f.page().Object("delegate submitter method action enctype",
		delegate, submitter, f.page().String(request.Method), f.page().String(request.Action), f.page().String(request.Encoding))
	_, err := f.page().Call(0, "submission", f.page().Int(int(s.Object)), form, options)
	return err
}

func (f *forms) Record(s *form.Submission, success bool, name string, value dom.Node) {
	f.page().Set(f.page().Wrapper(s.Object), "result", f.page().Object("success "+name, f.page().Bool(success), value))
}

func (f *forms) Step(s *form.Submission, method string, args ...dom.Node) bool {
	answer := f.page().Do(f.page().Wrapper(s.Object), method, args...)
	return answer != 0 && answer != dom.False
}

func (f *forms) Tell(s *form.Submission, method string, value dom.Node) {
	f.page().Do(f.part(s, "delegate"), method, f.page().Wrapper(s.Object), value)
}

func (f *forms) Submitted(event dom.Node) (form, submitter dom.Node, ok bool) {
	if f.page().Is(event, "defaultPrevented") {
		return 0, 0, false
	}
	return f.page().Get(event, "target"), f.page().Get(event, "submitter"), true
}

func (f *forms) Confirm(s *form.Submission, message string, then func(yes bool) dom.Node) dom.Node {
	answer := f.page().Do(0, "confirm", f.page().String(message), f.Form(s), f.Submitter(s))
	promise := f.page().Do(0, "promise")
	kept, wrapper := f.page().Keep(promise), f.page().Keep(f.page().Wrapper(s.Object))
	f.page().Await(answer, func(yes dom.Node, failed bool) {
		f.page().Do(kept, "resolve", then(yes != 0 && yes != dom.False && !failed))
		f.page().Drop(kept)
		f.page().Drop(wrapper)
	})
	return promise
}

func (f *forms) Busy(submitter dom.Node, busy bool) (ok bool) {
	method := "afterSubmit"
	if busy {
		method = "beforeSubmit"
	}
	f.page().Do(f.page().Get(0, "config.forms.submitter"), method, submitter)
	return f.page().failure == nil
}

func (f *forms) Started(s *form.Submission) {
	f.page().Do(0, "submissions.add", f.page().Wrapper(s.Object))
	f.tell("turbo:submit-start", s, 0)
}

func (f *forms) Ended(s *form.Submission) {
	f.page().Do(0, "submissions.delete", f.page().Wrapper(s.Object))
	f.tell("turbo:submit-end", s, f.part(s, "result"))
}

func (f *forms) tell(event string, s *form.Submission, result dom.Node) {
	detail := f.page().Object("formSubmission", f.page().Wrapper(s.Object))
	if result != 0 {
		f.page().Do(0, "window.Object.assign", detail, result)
	}
	f.page().Dispatch(event, f.Form(s), false, detail)
}

func (f *forms) Error(text string) dom.Node { return f.page().Do(0, "error", f.page().String(text)) }
