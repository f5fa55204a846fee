// Package turbo is for an application's own Go code in the page, compiled
// together with the runtime: stream actions, listeners for Turbo's events, and
// whatever else the page has to do, without JavaScript and without syscall/js.
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
// which writes turbo.js and turbo.wasm, to be loaded like the runtime alone. The
// download grows with what is used: by 20 to 30 KB for a few actions, by 150 KB
// for package fmt.
//
// # Lifetimes
//
// Everything runs in calls from the page: an action, a listener, a callback of
// [Page.After]. An [Element] or a [Value] is valid until such a call returns. If
// you need it later, find it again, or keep it with Keep until Drop. A [Page] is
// always valid.
//
// Keep calls short: while one runs, the page does nothing else. Code that waits
// (for a channel, or a timer of package time) does so on a goroutine of its own,
// and comes back to the page through [Page.After].
//
// # Speed
//
// Many streams in one message cost little as long as nothing listens to
// turbo:before-stream-render: what is asked of a [Stream] comes from its source,
// and what its actions append, one after another, to elements that they find by id
// is put into the page together. Whoever looks at the page finds it there: code
// that asks for something after each Append is as right, and slower.
//
// # Channels
//
// [Page.Subscribe] subscribes to channels of the server's own (the keys of
// cable.Hub's Channels), receives what they send and has them perform actions.
//
// # Tests
//
// What does not touch the page is tested as any Go. The rest runs in a browser,
// by
//
//	turbowasm browsertest ./page
//
// where a test starts the program by [App.Start], gives it streams, and looks at
// the page when Turbo.settled() has resolved: package wasm/example/poll has such
// a test. What a goroutine was given to do, and brings back by [Page.After] with
// 0, is done by then; timers are not waited for.
//
// # Errors
//
// The error or panic of an action is written to the console with the opening tag
// of the stream, the panic of a listener with the name of its event. Whatever
// comes next is performed all the same. Only what no program can recover from
// ends the runtime: a panic on another goroutine, os.Exit, endless recursion.
// The page is then an ordinary page.
package turbo
