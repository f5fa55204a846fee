package cable

import (
	"fmt"
	"strconv"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
)

// The subprotocols that this package speaks.
const (
	subprotocol         = "actioncable-v1-json"
	extendedSubprotocol = "actioncable-v1-ext-json" // AnyCable's, with positions and histories
)

// subprotocols in order of preference.
var subprotocols = []string{extendedSubprotocol, subprotocol}

// protocol encodes what is sent to a client. A connection keeps one for life.
// Implementations are comparable, so that a frame can be encoded once for all
// connections with the same protocol.
type protocol interface {
	welcome() *frame
	ping(now time.Time) *frame
	confirm(identifier string) *frame
	// reject includes a reason unless it is empty; rejections by the
	// application have none.
	reject(identifier string, reason Reason) *frame
	disconnect(reason Reason, reconnect bool) *frame
	// history follows the messages of a requested history.
	history(identifier string, complete bool) *frame
	// prefix precedes the body of the identifier's messages, which is JSON; a
	// closing brace follows it.
	prefix(identifier string) []byte
	// sendsPositions reports whether each message includes its position in its stream.
	sendsPositions() bool
}

// base is actioncable-v1-json.
type base struct{}

// extended is actioncable-v1-ext-json.
type extended struct{ base }

func (extended) sendsPositions() bool { return true }

var (
	_ protocol = base{}
	_ protocol = extended{}
)

var (
	welcome = []byte(`{"type":"welcome"}`)
	pong    = []byte(`{"type":"pong"}`)
)

func (base) welcome() *frame      { return &frame{prefix: welcome, single: true} }
func (base) sendsPositions() bool { return false }

func (base) ping(now time.Time) *frame {
	return &frame{prefix: append(strconv.AppendInt([]byte(`{"type":"ping","message":`), now.Unix(), 10), '}')}
}

func (base) confirm(identifier string) *frame {
	return &frame{prefix: []byte(`{"identifier":` + quote(identifier) + `,"type":"confirm_subscription"}`), single: true}
}

func (base) reject(identifier string, reason Reason) *frame {
	text := `"type":"reject_subscription"`
	if identifier != "" {
		text = `"identifier":` + quote(identifier) + `,` + text
	}
	if reason != "" {
		text += `,"reason":` + quote(string(reason))
	}
	return &frame{prefix: []byte(`{` + text + `}`), single: true}
}

func (base) disconnect(reason Reason, reconnect bool) *frame {
	return &frame{prefix: fmt.Appendf(nil, `{"type":"disconnect","reason":%s,"reconnect":%t}`, quote(string(reason)), reconnect), single: true}
}

func (base) prefix(identifier string) []byte {
	return []byte(`{"identifier":` + quote(identifier) + `,"message":`)
}

// encodePosition encodes the position that follows the body of a message.
func encodePosition(p broker.Publication) []byte {
	return fmt.Appendf(nil, `,"stream_id":%s,"epoch":%s,"offset":%d`, quote(p.Stream), quote(p.Position.Epoch), p.Position.Offset)
}

func (base) history(identifier string, complete bool) *frame {
	kind := "reject_history"
	if complete {
		kind = "confirm_history"
	}
	return &frame{prefix: []byte(`{"type":"` + kind + `","identifier":` + quote(identifier) + `}`)}
}
