// Package turbo is for an application's own Go in the page, compiled together
// with the runtime: stream actions, listeners of Turbo's events, and whatever
// else the page has to do, without JavaScript and without syscall/js.
//
//	func main() {
//		app := &turbo.App{
//			Actions: map[string]turbo.Action{"toast": toast},
//			Ready: func(p *turbo.Page) {
//				p.OnBeforeVisit(func(e turbo.BeforeVisit) { … })
//			},
//		}
//		app.Run()
//	}
//
//	// <turbo-stream action="toast" target="toasts" message="Saved"></turbo-stream>
//	func toast(s *turbo.Stream) error {
//		for _, target := range s.Targets() {
//			target.Append(turbo.Fill(`<p class="toast">{}</p>`, s.Attr("message")))
//		}
//		return nil
//	}
//
// It is built by
//
//	turbowasm build -o static ./page
//
// which writes turbo.js and turbo.wasm for pages to load as they load the
// runtime alone. What visitors download grows by what is used: 20 to 30 KB for
// a few actions, 150 KB for package fmt.
//
// # What lasts how long
//
// Everything runs in calls from the page: an action, a listener, what [Page.After]
// waits for. An [Element] or a [Value] is good until such a call returns; what
// is needed later is found again, or kept by Keep until Drop. A [Page] lasts.
//
// Calls are short: while one runs, the page does nothing else. What waits (a
// channel, a timer of package time) does so on a goroutine of its own, which
// comes back to the page through [Page.After].
//
// # Errors
//
// An action's error, and its panic, is written to the console with the opening
// tag of the stream; a listener's panic with the name of its event. Whatever
// comes next is performed all the same. Only what no program recovers from ends
// the runtime: a panic on another goroutine, os.Exit, endless recursion. The
// page then is an ordinary page.
package turbo
