// Package stream turns messages of turbo-stream elements into changes of the
// page (Turbo 8.0.23, streams).
package stream

// Range is a span of bytes in a message; the zero Range is an absent one.
type Range struct{ Start, End int32 }

// Envelope is a turbo-stream element as the scanner saw it.
type Envelope struct {
	Element Range // from "<turbo-stream" to past its end tag
	Tag     Range // its start tag
	Content Range // inside the template; the zero Range if there is none

	// Attribute values, without quotes. They hold no character references:
	// a message with one in these attributes is declined.
	Action, Target, Targets, Method, RequestID, Scroll Range

	MaintainScroll bool // has the attribute maintain_scroll
	Conditional    bool // has the attribute version or except: it may be outdated

	// Joinable says that parsing Content gives the same nodes in every
	// ordinary flow context (div, ul, section …) and when joined with other
	// joinable contents. Content that is not joinable is Isolated: it must be
	// parsed by itself as the content of a template.
	Joinable bool
	// Roots is the number of top-level nodes that Content parses to, text
	// nodes counted; known for joinable content only.
	Roots int32
	// TextFirst and TextLast say that joinable content begins or ends with a text
	// node, which would merge with its neighbour's when joined.
	TextFirst, TextLast bool
	// Named says that an element in Content has an id.
	Named bool
	// IDs is the range in Scanner.IDs that holds the ids of Content's top-level
	// elements, in order and without empty ones. Start equals End if there are none.
	IDs Range
}
