package cable

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"time"
)

// change tells a transport that tracks subscriptions what a frame means for one of
// them.
type change struct {
	what       noted
	identifier string
	reason     Reason
}

type noted uint8

const (
	noteConfirmed noted = iota
	noteGap
	noteEnded
)

// cableEvents is the extended protocol with each message sent as an event.
type cableEvents struct{ extended }

// plainEvents serves an EventSource that knows nothing of Action Cable:
// broadcasts are plain events, and everything else is a comment or an event of
// another type.
type plainEvents struct{}

var (
	_ protocol = cableEvents{}
	_ protocol = plainEvents{}
)

// comment is sent as a ping: an EventSource ignores it.
const comment = ":\n\n"

// finalID marks the end for good: an EventSource sends it back when it
// reconnects and is then answered with status 204.
const finalID = "id: -\n"

func (p cableEvents) welcome() *frame           { return p.event(p.extended.welcome(), "") }
func (p cableEvents) ping(now time.Time) *frame { return p.event(p.extended.ping(now), "") }
func (p cableEvents) confirm(id string) *frame  { return p.event(p.extended.confirm(id), "") }
func (cableEvents) event(f *frame, id string) *frame {
	f.prefix = append(appendData([]byte(id), string(f.prefix)), '\n')
	return f
}

func (p cableEvents) reject(identifier string, reason Reason) *frame {
	return p.event(p.extended.reject(identifier, reason), "")
}

func (p cableEvents) history(identifier string, complete bool) *frame {
	return p.event(p.extended.history(identifier, complete), "")
}

func (p cableEvents) disconnect(reason Reason, reconnect bool) *frame {
	return p.event(p.extended.disconnect(reason, reconnect), finalUnless(reconnect))
}

func finalUnless(reconnect bool) string {
	if reconnect {
		return ""
	}
	return finalID
}

func (plainEvents) welcome() *frame       { return &frame{prefix: []byte(comment), single: true} }
func (plainEvents) ping(time.Time) *frame { return &frame{prefix: []byte(comment)} }
func (plainEvents) prefix(string) []byte  { return nil }
func (plainEvents) sendsPositions() bool  { return true }

func (plainEvents) confirm(identifier string) *frame {
	return &frame{single: true, change: &change{noteConfirmed, identifier, ""}}
}

func (plainEvents) reject(identifier string, reason Reason) *frame {
	f := base{}.reject("", reason)
	f.prefix = appendData([]byte("event: reject\n"), string(f.prefix))
	f.change = &change{noteEnded, identifier, cmp.Or(reason, ReasonRejected)}
	return f
}

// refresh is sent to a page that missed messages; every version of Turbo
// understands it.
const refresh = `<turbo-stream action="refresh" method="morph" scroll="preserve"></turbo-stream>`

func (plainEvents) history(identifier string, complete bool) *frame {
	if complete {
		return &frame{single: true}
	}
	return &frame{prefix: appendData(nil, refresh), single: true, change: &change{noteGap, identifier, ReasonGap}}
}

func (plainEvents) disconnect(reason Reason, reconnect bool) *frame {
	f := base{}.disconnect(reason, reconnect)
	f.prefix = append(appendData([]byte(finalUnless(reconnect)+"event: disconnect\n"), string(f.prefix)), '\n')
	return f
}

// encodedEvent is the frame as an event, without its id and the closing empty
// line. It is encoded once for all connections that share the frame.
func encodedEvent(f *frame, plain bool) []byte {
	f.once.Do(func() {
		text := string(f.body.data)
		switch {
		case !plain:
			f.prepared = appendData(nil, string(f.text()))
		case strings.HasPrefix(strings.TrimSpace(text), `"`) && json.Unmarshal(f.body.data, &text) == nil:
			f.prepared = appendData(nil, text)
		default: // not a string, so not markup
			f.prepared = appendData([]byte("event: json\n"), text)
		}
	})
	return f.prepared.([]byte)
}

// appendData writes a text as the data lines of an event. CR, LF and CRLF all
// end a line, as in HTML.
func appendData(b []byte, text string) []byte {
	for rest := []byte(text); ; {
		b = append(b, "data: "...)
		i := bytes.IndexAny(rest, "\r\n")
		if i < 0 {
			return append(append(b, rest...), '\n')
		}
		b = append(append(b, rest[:i]...), '\n')
		if rest[i] == '\r' && i+1 < len(rest) && rest[i+1] == '\n' {
			i++
		}
		rest = rest[i+1:]
	}
}
