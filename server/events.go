package server

import (
	"fmt"
	"html/template"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/stream"
)

// Events, among the parts of [Server.StreamFrom], is the address of the cable,
// such as /cable. The page then listens over Server-Sent Events, with one
// connection per tag, using an element that @hotwired/turbo has too:
// tag, with the element that @hotwired/turbo has, too:
//
//	<turbo-stream-source src="/cable?stream=…&last-event-id=…"></turbo-stream-source>
//
// It supports the streams of Turbo::StreamsChannel only. Over HTTP/1.1,
// browsers open at most six connections to a host, all tabs together.
type Events string

func (e Events) tag(signed string, at broker.Position, attrs []stream.Attr) (template.HTML, error) {
	src, err := cable.EventsURL(string(e), signed, at)
	if err == nil {
		for _, a := range attrs {
			if a.Name == "channel" {
				err = fmt.Errorf("channel %q is not available over Server-Sent Events, only Turbo::StreamsChannel is", a.Value)
			}
		}
	}
	var tag stream.HTML
	if err == nil {
		tag, err = stream.Tag("turbo-stream-source", append(attrs, stream.Attr{Name: "src", Value: src})...)
	}
	if err != nil {
		return "", fmt.Errorf("server: stream from: %w", err)
	}
	return template.HTML(tag), nil
}
