package stream

import (
	"strings"
	"unicode"
)

// Record is a record whose element in the page has an id.
type Record interface {
	// ModelName is the class name as Rails would spell it: "Message", "Rooms::Open".
	ModelName() string
	// DOMKey identifies the record among those of its class; empty for one not
	// yet saved. It need not be the database id.
	DOMKey() string
}

// Class is a record's class itself: DOMID(Class("Message")) is "new_message".
type Class string

// ModelName is the class name.
func (c Class) ModelName() string { return string(c) }

// DOMKey is empty.
func (c Class) DOMKey() string { return "" }

// DOMID is the id of a record's element, as Rails' dom_id builds it:
//
//	message_1                  the Message whose key is 1
//	special_message_1          the same with the prefix "special"
//	rooms_open_5               a Rooms::Open
//	new_message, edit_message  a new one or the class, without and with a prefix
//
// Several prefixes are joined by underscores.
func DOMID(r Record, prefix ...string) string {
	parts := make([]string, 0, len(prefix)+3)
	for _, p := range prefix {
		if p != "" {
			parts = append(parts, p)
		}
	}
	key := r.DOMKey()
	if key == "" && len(parts) == 0 {
		parts = append(parts, "new")
	}
	parts = append(parts, underscore(r.ModelName()))
	if key != "" {
		parts = append(parts, key)
	}
	return strings.Join(parts, "_")
}

// underscore spells a class path as Rails' param_key does: "Rooms::OpenHTML" is
// "rooms_open_html".
func underscore(class string) string {
	class = strings.ReplaceAll(class, "::", "_")
	runes := []rune(class)
	var b strings.Builder
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 {
			prev := runes[i-1]
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if unicode.IsLower(prev) || unicode.IsDigit(prev) || unicode.IsUpper(prev) && next {
				b.WriteByte('_')
			}
		}
		if r == '-' {
			r = '_'
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
