package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Action is what a stream does with its target. The constants are those of
// Turbo 8.0.23. Any other value is a custom action, for example
// Action("console_log").
type Action string

// The built-in actions. A refresh is built by [RefreshPage].
const (
	Append  Action = "append"
	Prepend Action = "prepend"
	Before  Action = "before"
	After   Action = "after"
	Replace Action = "replace"
	Update  Action = "update"
	Remove  Action = "remove"
	Refresh Action = "refresh"
)

// Attr is an additional attribute of an element. Names are written unchanged
// (maintain_scroll keeps its underscore), values are escaped.
type Attr struct {
	Name, Value string
}

// Attributes that the runtime knows.
var (
	// Morph makes replace and update morph the target instead of exchanging it.
	Morph = Attr{"method", "morph"}
	// MaintainScroll keeps what the user is looking at in place while the
	// target changes.
	MaintainScroll = Attr{"maintain_scroll", "true"}
)

// Version gives a stream a version: a lock version, a timestamp, or any other
// increasing number. The runtime skips a stream that is older than what the
// page shows of its subject, or that it has already performed, whichever way it
// arrived: the response to a form and its broadcast take effect once. The
// subject is the target of replace, update and remove; for other actions it is
// the first id in the content.
func Version(n int64) Attr { return Attr{"version", strconv.FormatInt(n, 10)} }

// Except keeps the page that made the request with the id requestID from
// performing the stream. An empty id has no effect.
func Except(requestID string) Attr { return Attr{"except", requestID} }

// Element is one <turbo-stream>. Its zero value is invalid: Action is required.
// Remove and refresh have no content; for any other action a nil Content is an
// empty template. Target takes precedence over Targets; both may be empty.
type Element struct {
	Action  Action
	Target  string // id of the one element to act on
	Targets string // CSS selector of the elements to act on
	Attrs   []Attr // written before action, in order
	Content Component
}

// To builds the element that performs a on the element whose id is target.
// See [DOMID] for ids of records.
func (a Action) To(target string, content Component, attrs ...Attr) Element {
	return Element{Action: a, Target: target, Content: content, Attrs: attrs}
}

// ToAll builds the element that performs a on every element matching the CSS
// selector.
func (a Action) ToAll(selector string, content Component, attrs ...Attr) Element {
	return Element{Action: a, Targets: selector, Content: content, Attrs: attrs}
}

// RefreshPage builds the element that makes the page reload. The page that made the
// request with the id requestID ignores it; with an empty id, none does. Attributes
// such as method="morph" and scroll="preserve" override the settings of the page.
func RefreshPage(requestID string, attrs ...Attr) Element {
	if requestID != "" {
		attrs = append([]Attr{{"request-id", requestID}}, attrs...)
	}
	return Element{Action: Refresh, Attrs: attrs}
}

// Spread delays a refresh in each page by a random part of d, so that many pages do
// not load at the same moment. Only pages with this runtime support it.
func Spread(d time.Duration) Attr {
	return Attr{"spread", strconv.FormatInt(d.Milliseconds(), 10)}
}

// Render writes the element. If its content fails or a name is invalid, it returns
// an error and writes nothing.
//
//	<turbo-stream maintain_scroll="true" action="append" target="t"><template>…</template></turbo-stream>
func (e Element) Render(ctx context.Context, w io.Writer) error {
	var b bytes.Buffer
	if err := e.write(ctx, &b); err != nil {
		return fmt.Errorf("stream: render %q: %w", e.Action, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (e Element) write(ctx context.Context, b *bytes.Buffer) error {
	if e.Action == "" {
		return errors.New("the element has no action")
	}
	b.WriteString("<turbo-stream")
	attrs := append(slices.Clone(e.Attrs), Attr{"action", string(e.Action)})
	if e.Target != "" {
		attrs = append(attrs, Attr{"target", e.Target})
	} else if e.Targets != "" {
		attrs = append(attrs, Attr{"targets", e.Targets})
	}
	if err := writeAttrs(b, attrs); err != nil {
		return err
	}
	b.WriteString(">")
	if e.Action != Remove && e.Action != Refresh {
		b.WriteString("<template>")
		if e.Content != nil {
			if err := e.Content.Render(ctx, b); err != nil {
				return err
			}
		}
		b.WriteString("</template>")
	}
	b.WriteString("</turbo-stream>")
	return nil
}

// Tag writes an empty element of any other name, with its attributes in order.
func Tag(name string, attrs ...Attr) (HTML, error) {
	var b bytes.Buffer
	b.WriteString("<" + name)
	if err := writeAttrs(&b, attrs); err != nil {
		return "", fmt.Errorf("stream: tag %q: %w", name, err)
	}
	b.WriteString("></" + name + ">")
	return HTML(b.String()), nil
}

func writeAttrs(b *bytes.Buffer, attrs []Attr) error {
	for i, a := range attrs {
		if !validName(a.Name) {
			return fmt.Errorf("invalid attribute name %q", a.Name)
		}
		if slices.ContainsFunc(attrs[:i], func(o Attr) bool { return o.Name == a.Name }) {
			return fmt.Errorf("duplicate attribute %q", a.Name) // an HTML parser keeps only the first
		}
		b.WriteString(" " + a.Name + `="`)
		escaper.WriteString(b, a.Value) // a bytes.Buffer never fails
		b.WriteString(`"`)
	}
	return nil
}

// validName reports whether an HTML parser reads a name back as the same name.
func validName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'<>/=", r) || 'A' <= r && r <= 'Z'
	})
}

// Render renders parts one after the other, into what a broadcast or a response
// holds.
func Render(ctx context.Context, parts ...Component) (HTML, error) {
	var b bytes.Buffer
	for _, p := range parts {
		if err := p.Render(ctx, &b); err != nil {
			return "", err
		}
	}
	return HTML(b.String()), nil
}
