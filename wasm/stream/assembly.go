package stream

// AssemblyPage is what an assembly needs of a page.
type AssemblyPage interface {
	Page
	// ParseContents parses the contents of streams, one behind the other.
	ParseContents(html string)
	// AddStream makes a stream element from its start tag. Its template gets
	// the next roots nodes of the parsed contents or, when roots is negative,
	// what content parses to.
	AddStream(tag string, roots int32, content string)
	// AddStray adds text behind the streams made so far.
	AddStray(text string)
	// InsertStreams puts what was added into the page. It reports false, and
	// drops it, when the parsed contents did not come out even.
	InsertStreams() bool
}

// Assembly makes the stream elements of a message from its bytes. That gives
// the elements that the page's parser would give, in less time: the contents
// go through the parser together, the start tags hardly ever.
// The zero Assembly is ready for use.
type Assembly struct {
	scanner Scanner
	joined  []byte
}

// Render puts the stream elements of the message buf[from:to] into the page.
// It reports false, with nothing put, when the page must parse the message.
// buf holds Padding zero bytes behind the message.
func (a *Assembly) Render(page AssemblyPage, buf []byte, from, to int) bool {
	a.scanner.Truncate(0)
	if !a.scanner.Scan(buf, from, to) {
		return false
	}
	envelopes := a.scanner.Envelopes
	a.joined = a.joined[:0]
	textLast := false
	for i := range envelopes {
		e := &envelopes[i]
		if e.Joinable = e.Joinable && !(textLast && e.TextFirst); !e.Joinable {
			continue
		}
		a.joined = append(a.joined, buf[e.Content.Start:e.Content.End]...)
		if !empty(e.Content) {
			textLast = e.TextLast
		}
	}
	page.ParseContents(text(a.joined))
	for i := range envelopes {
		e := &envelopes[i]
		page.AddStray(text(buf[from:e.Element.Start]))
		roots := int32(-1)
		if e.Joinable {
			roots = e.Roots
		}
		page.AddStream(text(buf[e.Tag.Start:e.Tag.End]), roots, text(buf[e.Content.Start:e.Content.End]))
		from = int(e.Element.End)
	}
	page.AddStray(text(buf[from:to]))
	focused := focusedID(page)
	if !page.InsertStreams() {
		return false
	}
	if focused != "" {
		page.Frame(func() { restoreFocus(page, focused) })
	}
	return true
}
