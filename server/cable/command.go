package cable

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// command is what a client sends. Identifier is compared byte for byte.
type command struct {
	Command    string
	Identifier string
	Data       string          // JSON in a string
	History    *historyRequest // messages that the client asks to receive again; nil if none
}

// historyRequest says which messages of a subscription's streams a client missed: those
// after the positions it has reached, or else those since a time.
type historyRequest struct {
	Since   int64                   `json:"since"` // seconds since 1970
	Streams map[string]wirePosition `json:"streams"`
}

// wirePosition is a position in the form in which clients send it.
type wirePosition struct {
	Epoch  string `json:"epoch"`
	Offset uint64 `json:"offset"`
}

// parseCommand reads one frame, which is valid UTF-8. Keys are case-sensitive,
// although encoding/json alone would accept "COMMAND" for "command".
func parseCommand(frame []byte) (command, error) {
	object, err := parseObject(frame)
	if err != nil {
		return command{}, fmt.Errorf("frame is not a command: %w", err)
	}
	var c command
	for key, field := range map[string]*string{"command": &c.Command, "identifier": &c.Identifier, "data": &c.Data} {
		if raw, ok := object[key]; ok && string(raw) != "null" {
			if *field, err = unquote(raw); err != nil {
				return command{}, fmt.Errorf("frame is not a command: %s: %w", key, err)
			}
		}
	}
	if raw, ok := object["history"]; ok && string(raw) != "null" {
		if err := json.Unmarshal(raw, &c.History); err != nil {
			return command{}, fmt.Errorf("frame is not a command: history: %w", err)
		}
	}
	return c, nil
}

// execute carries out a command. The protocol has no reply for a command that
// fails, so the error is for the log. conn.hooks is held.
func (c *conn) execute(text []byte) error {
	cmd, err := parseCommand(text)
	if err != nil {
		return err
	}
	if len(cmd.Identifier) > c.core.limits.identifier {
		if cmd.Command == "subscribe" {
			c.core.observe(Event{Kind: EventRejected, Reason: ReasonIdentifier})
			c.send(c.protocol.reject("", ReasonIdentifier))
		}
		return fmt.Errorf("%s: the identifier has %d bytes", ReasonIdentifier, len(cmd.Identifier))
	}
	s := c.subscription(cmd.Identifier)
	switch cmd.Command {
	case "subscribe":
		if s != nil {
			return nil // already confirmed; released versions of Rails stay silent too
		}
		return c.subscribe(cmd.Identifier, cmd.History)
	case "history":
		if s == nil || cmd.History == nil || !c.protocol.sendsPositions() {
			return fmt.Errorf("history of %.200q: no such subscription, or no history requested", cmd.Identifier)
		}
		return s.sendHistory(cmd.History)
	case "unsubscribe":
		if s == nil || !c.forget(s) {
			return fmt.Errorf("unsubscribe %.200q: no such subscription", cmd.Identifier)
		}
		c.unsubscribed(s, ReasonUnsubscribed)
		return nil
	case "ping":
		c.send(&frame{prefix: pong, single: true})
		return nil
	case "pong": // shows that the client is alive; nothing else to do
		return nil
	case "message":
		if s == nil {
			return fmt.Errorf("perform on %.200q: no such subscription", cmd.Identifier)
		}
		return c.perform(s, cmd.Data)
	}
	return fmt.Errorf("unknown command %.50q", cmd.Command)
}

func (c *conn) perform(s *Subscription, data string) error {
	action, object, err := parseAction(data)
	if err == nil && s.channel.Perform == nil {
		err = errors.New("the channel has no Perform function")
	}
	if err == nil {
		err = c.core.protect("Perform", c, func() error { return s.channel.Perform(c.ctx, s, action, object) })
	}
	if err != nil {
		return fmt.Errorf("perform %.50q on %.200q: %w", action, s.identifier, err)
	}
	return nil
}

var errNoObject = errors.New("not a JSON object")

func parseObject(text []byte) (map[string]json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoObject, err)
	}
	if object == nil {
		return nil, errNoObject
	}
	return object, nil
}

// parseChannel reads the channel's class name out of an identifier.
func parseChannel(identifier string) (string, error) {
	object, err := parseObject([]byte(identifier))
	if err != nil {
		return "", fmt.Errorf("identifier: %w", err)
	}
	var name string
	if err := json.Unmarshal(object["channel"], &name); err != nil || name == "" {
		return "", errors.New("identifier lacks a channel name")
	}
	return name, nil
}

// parseAction reads the action out of a command's data.
func parseAction(data string) (string, json.RawMessage, error) {
	object, err := parseObject([]byte(data))
	if err != nil {
		return "", nil, fmt.Errorf("data: %w", err)
	}
	action := "receive"
	if raw, ok := object["action"]; ok {
		if err := json.Unmarshal(raw, &action); err != nil {
			return "", nil, fmt.Errorf("action is not a string: %w", err)
		}
	}
	return action, json.RawMessage(data), nil
}

// unquote reads a JSON string. Unlike encoding/json, it keeps escaped
// surrogates without a partner, encoded as the three bytes that UTF-8 would use
// for them, so that quote can reproduce the client's text exactly.
func unquote(raw []byte) (string, error) {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", err
	}
	if !bytes.Contains(bytes.ToLower(raw), []byte(`\ud`)) {
		return s, nil
	}
	// raw is a valid JSON string; only its surrogates need attention.
	var b strings.Builder
	for in := string(raw[1 : len(raw)-1]); in != ""; {
		next := strings.IndexByte(in, '\\')
		if next < 0 {
			b.WriteString(in)
			break
		}
		b.WriteString(in[:next])
		in = in[next:]
		if in[1] != 'u' {
			if err := json.Unmarshal([]byte(`"`+in[:2]+`"`), &s); err != nil {
				return "", err
			}
			b.WriteString(s)
			in = in[2:]
			continue
		}
		r := escaped(in)
		in = in[6:]
		if utf16.IsSurrogate(r) {
			if pair := utf16.DecodeRune(r, escaped(in)); pair != utf8.RuneError {
				r, in = pair, in[6:]
			} else {
				b.Write([]byte{0xe0 | byte(r>>12), 0x80 | byte(r>>6)&0x3f, 0x80 | byte(r)&0x3f})
				continue
			}
		}
		b.WriteRune(r)
	}
	return b.String(), nil
}

// escaped reads the \uXXXX at the start of s, or returns -1 if there is none.
func escaped(s string) rune {
	if len(s) < 6 || s[:2] != `\u` {
		return -1
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// quote writes a JSON string, with <, > and & escaped as Rails does.
func quote(s string) string {
	if utf8.ValidString(s) {
		b, _ := json.Marshal(s) // encoding a string cannot fail
		return string(b)
	}
	var b strings.Builder
	b.WriteByte('"')
	for s != "" {
		if len(s) >= 3 && s[0] == 0xed && s[1] >= 0xa0 { // a lone surrogate, as unquote encodes it
			fmt.Fprintf(&b, `\u%04x`, rune(s[0]&0xf)<<12|rune(s[1]&0x3f)<<6|rune(s[2]&0x3f))
			s = s[3:]
			continue
		}
		_, n := utf8.DecodeRuneInString(s)
		char, _ := json.Marshal(s[:n])
		b.Write(char[1 : len(char)-1])
		s = s[n:]
	}
	b.WriteByte('"')
	return b.String()
}
