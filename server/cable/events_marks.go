package cable

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/turbowasm/turbowasm/server/broker"
)

// marks are the positions that a plain EventSource has reached in its streams,
// in the order in which it asked for them. They form the id of its last event,
// from which it continues:
//
//	KQ5Z:7,:12,-
//
// Each entry is an epoch and an offset. An epoch equal to the previous one is
// left out, an unknown position is empty, and "-" is a stream that has ended.
// Once the events have begun, only the writer uses them.
type marks []mark

type mark struct {
	signed     string
	identifier string
	stream     string // empty if the signed name is invalid
	at, now    broker.Position
	ended      bool
	skip       bool // it had ended before this request
}

// EventsURL is the URL at which an EventSource receives a stream, given its
// signed name, the hub's address and the position to start after. The zero
// Position starts with the next message.
func EventsURL(address, signed string, at broker.Position) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("cable: address of events %q: %w", address, err)
	}
	query := u.Query()
	query.Add("stream", signed)
	if at.Epoch != "" {
		query.Set("last-event-id", marks{{at: at}}.String())
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// distinct removes duplicates.
func distinct(all []string) []string {
	var once []string
	for _, s := range all {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}

// isFinal reports whether an id says that all streams have ended.
func isFinal(id string) bool {
	return id != "" && strings.Trim(id, "-,") == "" && strings.Contains(id, "-")
}

// nowhere is a position that no history covers.
var nowhere = broker.Position{Epoch: "?"}

func newMarks(signed []string, id string) marks {
	all := make(marks, len(signed))
	given := strings.Split(id, ",")
	epoch := ""
	for i := range all {
		m := &all[i]
		m.signed = signed[i]
		m.identifier = `{"channel":"` + StreamsChannel + `","signed_stream_name":` + quote(signed[i]) + `}`
		switch {
		case id == "":
		case len(given) != len(all):
			m.at = nowhere
		case given[i] == "-":
			m.ended, m.skip = true, true
		case given[i] != "":
			m.at = parsePlace(given[i], &epoch)
		}
	}
	return all
}

func parsePlace(text string, last *string) broker.Position {
	escaped, digits, _ := strings.Cut(text, ":")
	epoch, err := url.QueryUnescape(escaped)
	offset, wrong := strconv.ParseUint(digits, 10, 64)
	if epoch == "" {
		epoch = *last
	}
	if err != nil || wrong != nil || epoch == "" {
		return nowhere
	}
	*last = epoch
	return broker.Position{Epoch: epoch, Offset: offset}
}

func (all marks) String() string {
	var b strings.Builder
	epoch := ""
	for i, m := range all {
		if i > 0 {
			b.WriteByte(',')
		}
		switch {
		case m.ended:
			b.WriteByte('-')
		case m.at.Epoch != "":
			if m.at.Epoch != epoch {
				b.WriteString(url.QueryEscape(m.at.Epoch))
			}
			epoch = m.at.Epoch
			b.WriteString(":" + strconv.FormatUint(m.at.Offset, 10))
		}
	}
	return b.String()
}

// pass records the position of a message and reports whether to send it. A
// message that was sent before is left out; if one is missing, the connection
// is ended, so that the client reconnects and receives it from the history.
func (all marks) pass(c *conn, f *frame) bool {
	b := f.body
	for i := range all {
		m := &all[i]
		if m.stream != b.from || m.ended || b.at.Epoch == "" {
			continue
		}
		if m.at.Epoch == b.at.Epoch && b.at.Offset <= m.at.Offset {
			return false
		}
		if m.at.Epoch != b.at.Epoch || b.at.Offset != m.at.Offset+1 {
			c.end(ReasonGap, true)
			return false
		}
		m.at = b.at
		break
	}
	return true
}

// hear records what became of a subscription.
func (all marks) hear(c *conn, what *change) {
	over := true
	for i := range all {
		m := &all[i]
		if m.identifier == what.identifier {
			switch what.what {
			case noteConfirmed:
				if m.at.Epoch == "" {
					m.at = m.now
				}
			case noteGap:
				m.at = m.now
			case noteEnded:
				m.ended = true
			}
		}
		over = over && m.ended
	}
	if over {
		c.end(what.reason, false)
	}
}

// listenTo subscribes to the streams of all marks. If one is unavailable, the
// connection is ended so that the client tries again.
func (c *conn) listenTo(all marks) {
	c.hooks.Lock()
	defer c.hooks.Unlock()
	c.busy.Store(true)
	defer c.busy.Store(false)
	wanted := make([]*historyRequest, len(all))
	for i := range all { // before the first subscription, after which the marks belong to the writer
		var err error
		if wanted[i], err = c.wantedBy(&all[i]); err != nil {
			c.warn("connection refused", "reason", ReasonUnavailable, "error", err)
			c.end(ReasonUnavailable, true)
			return
		}
	}
	for i := range all {
		m := &all[i]
		if m.skip || c.ctx.Err() != nil || !c.allow() {
			continue
		}
		if len(m.identifier) > c.core.limits.identifier {
			c.core.observe(Event{Kind: EventRejected, Reason: ReasonIdentifier})
			c.send(c.protocol.reject(m.identifier, ReasonIdentifier))
			continue
		}
		if err := c.subscribe(m.identifier, wanted[i]); err != nil {
			c.warn("command refused", "error", err)
			if !errors.Is(err, ErrRejected) {
				c.end(ReasonUnavailable, true)
			}
		}
	}
}

// wantedBy looks up the mark's stream and its current position, before
// subscribing, so that nothing is missed in between. It returns the history
// that the client lacks.
func (c *conn) wantedBy(m *mark) (*historyRequest, error) {
	v := c.core.verifier.Load()
	if v == nil || m.ended {
		return nil, nil
	}
	name, err := v.Open(m.signed)
	if err != nil {
		return nil, nil // subscribing will reject it
	}
	err = c.core.protect("the broker", c, func() (err error) {
		m.now, err = c.core.broker.Position(c.ctx, name.Stream)
		return err
	})
	m.stream = name.Stream
	from := m.at
	if from.Epoch == "" {
		from = m.now
	}
	return &historyRequest{Streams: map[string]wirePosition{m.stream: {from.Epoch, from.Offset}}}, err
}

// receiveSubscribe carries out a command given in the URL. Only subscribe
// commands are allowed there, because a GET request must not change anything.
func (c *conn) receiveSubscribe(text string) {
	if int64(len(text)) > c.core.limits.frame {
		c.end(ReasonFrame, true)
		return
	}
	cmd, err := parseCommand([]byte(text))
	if err != nil || cmd.Command != "subscribe" {
		c.warn("command refused", "error", err)
		return
	}
	c.receive([]byte(text))
}
