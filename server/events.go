package server

import (
	"fmt"
	"html/template"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/stream"
)

// Events among the parts of [Server.StreamFrom] is the address of the cable, as
// /cable: the page then listens by Server-Sent Events, one connection for each
// tag, with the element that @hotwired/turbo has, too:
//
//	<turbo-stream-source src="/cable?stream=…&last-event-id=…"></turbo-stream-source>
//
// Streams of Turbo::StreamsChannel can be had so. Over HTTP/1.1 browsers open six
// connections to a host, in all pages together.
type Events string

func (e Events) tag(signed string, at broker.Position, attrs []stream.Attr) (template.HTML, error) {
	src, err := cable.EventsURL(string(e), signed, at)
	if err == nil {
		for _, a := range attrs {
			if a.Name == "channel" {
				err = fmt.Errorf("channel %q has no events", a.Value)
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
