// Package stream builds and serves turbo-stream markup.
//
// An [Element] is one <turbo-stream>. It is built by calling To (one element
// by id) or ToAll (every element matching a CSS selector) on an [Action], and
// its content is a [Component]: anything that renders itself.
//
//	stream.Append.To("messages", stream.Template(tmpl, "message", m))
//	stream.Replace.To("message_1", stream.Text("<edited>"), stream.MaintainScroll)
//	stream.Remove.ToAll(".typing", nil)
//	stream.Action("console_log").To("", nil, stream.Attr{Name: "message", Value: "hi"})
//
// A [Response] sends elements to a client that accepts them, and a page or a
// redirect to any other. The markup is that of turbo-rails 2.0.21, byte for
// byte.
package stream
