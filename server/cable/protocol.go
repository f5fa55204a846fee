package cable

import (
	"fmt"
	"strconv"
	"time"
)

// subprotocol is the one that this package speaks.
const subprotocol = "actioncable-v1-json"

// protocol writes what is said to a client. A connection has one for life; it
// is comparable, and its frames are encoded once for all who have it.
type protocol interface {
	welcome() *frame
	ping(now time.Time) *frame
	confirm(identifier string) *frame
	// reject names a reason if it is not empty: one of ours, not the application's.
	reject(identifier string, reason Reason) *frame
	disconnect(reason Reason, reconnect bool) *frame
	// prefix is what stands before the body of the identifier's messages;
	// body, which is JSON, and a brace end them.
	prefix(identifier string) []byte
}

// base is actioncable-v1-json.
type base struct{}

var (
	_ protocol = base{}

	welcomeFrame = &frame{prefix: []byte(`{"type":"welcome"}`)}
	probeFrame   = &frame{probe: true}
)

func (base) welcome() *frame { return welcomeFrame }

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
