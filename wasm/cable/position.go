package cable

import "strconv"

// Place is a position in a stream: how far a page has been told of it. Offsets
// count the messages of an epoch from 1; each epoch counts its own messages.
type Place struct {
	Stream, Epoch string
	Offset        int64
}

// Verdict says what the page does with a message.
type Verdict int32

// What the page does with a message.
//
//turbo:numbers
const (
	Drop    Verdict = iota // nothing: it was for the consumer itself, or has been delivered before
	Deliver                // to the subscriptions with its identifier, if it has one
	Hold                   // keep it until Page.Release
)

const (
	answerWithin = 5000 // milliseconds that a server may take for a history
	holdAtMost   = 1000 // messages that wait for earlier ones
	askAtMost    = 3    // histories in a row that leave messages missing
)

// feed is what is known of the streams of an identifier. It lives as long as
// the identifier has a subscription.
type feed struct {
	identifier string
	places     []Place
	confirmed  bool    // at least once
	from       float64 // when the server was last heard from, if it still has to send what came since
	asking     int     // histories that are not answered yet
	asked      int     // histories since a message was delivered
	held       int     // messages that the page keeps
}

func (f *feed) find(stream string) *Place {
	for i := range f.places {
		if f.places[i].Stream == stream {
			return &f.places[i]
		}
	}
	return nil
}

// feed returns what is known of an identifier, nil if nothing is.
func (c *Consumer) feed(identifier string) *feed {
	for _, f := range c.feeds {
		if f.identifier == identifier {
			return f
		}
	}
	return nil
}

func (c *Consumer) makeFeed(identifier string) *feed {
	f := c.feed(identifier)
	if f == nil {
		f = &feed{identifier: identifier}
		c.feeds = append(c.feeds, f)
	}
	return f
}

func (c *Consumer) dropFeed(identifier string) {
	for i, f := range c.feeds {
		if f.identifier == identifier {
			c.feeds = append(c.feeds[:i:i], c.feeds[i+1:]...)
			c.release(f, false)
			return
		}
	}
}

// Show says that the page was rendered with a stream up to this place, for an
// identifier that has, or is about to have, a subscription. Later messages are
// requested again, earlier ones are ignored from here on.
func (c *Consumer) Show(identifier string, shown Place) {
	f := c.makeFeed(identifier)
	known := f.find(shown.Stream)
	behind := known == nil || known.Epoch != shown.Epoch || shown.Offset < known.Offset
	if known == nil {
		f.places = append(f.places, shown)
	} else {
		*known = shown
	}
	if s := c.first(identifier); behind && s != nil && s.status != idle && (c.page.State() == Open || c.listening && c.active()) {
		c.history(f)
	}
}

// since says what a server is asked to send of a feed: what came after the
// places, and for streams without one what it sent since it was last heard from.
// It is empty if there is nothing to ask for.
func (c *Consumer) since(f *feed) string {
	if !c.extended && !c.listening {
		return ""
	}
	text := ""
	if f.from > 0 {
		text = strconv.Itoa(int(f.from / 1000))
	}
	for _, p := range f.places {
		text += "\x00" + p.Stream + "\x00" + p.Epoch + "\x00" + strconv.Itoa(int(p.Offset))
	}
	return text
}

// history asks for what a feed lacks.
func (c *Consumer) history(f *feed) {
	if since := c.since(f); since != "" {
		if c.listening {
			f.asking++
			c.renew()
			return
		}
		c.page.Send(History, f.identifier, since)
		f.asking++
		c.start(Answer, answerWithin)
	}
}

// place decides about a message with a place.
func (c *Consumer) place(f *feed, at Place) Verdict {
	known := f.find(at.Stream)
	switch {
	case known != nil && known.Epoch == at.Epoch && at.Offset <= known.Offset:
		return Drop
	case known != nil && known.Epoch == at.Epoch && at.Offset == known.Offset+1:
		known.Offset = at.Offset
	case f.asking > 0 && f.held < holdAtMost: // it may have overtaken what was asked for
		f.held++
		return Hold
	case known == nil && f.asking == 0:
		f.places = append(f.places, at)
	case known.Epoch == at.Epoch && f.asking == 0 && f.asked < askAtMost:
		f.asked++
		f.held++
		c.history(f)
		return Hold
	default:
		c.gap(f)
		if known := f.find(at.Stream); known == nil {
			f.places = append(f.places, at)
		} else {
			*known = at
		}
		return Deliver
	}
	f.asked = 0
	return Deliver
}

// answered says that a history is complete. What is held waits for the last one
// that was requested, which has whatever an earlier one lacks.
func (c *Consumer) answered(f *feed) {
	if f.asking--; f.asking == 0 {
		f.from = 0
		c.release(f, true)
	}
}

// lost says that the connection is lost: for streams without a place, the server
// is asked by the time of the last message.
func (c *Consumer) lost() {
	for _, f := range c.feeds {
		if f.confirmed && f.from == 0 {
			f.from = c.Monitor.PingedAt
		}
	}
}

// gap says that messages are lost for good: whoever shows the streams has to get
// them in another way. Streams go on with the next message.
func (c *Consumer) gap(f *feed) {
	f.asking, f.asked, f.from, f.places = 0, 0, 0, nil
	for _, s := range c.subscriptions {
		if s.identifier == f.identifier && !s.removed {
			c.page.Notify(s.id, Gap)
		}
	}
	c.release(f, true)
}

// release makes the page hand in again what it holds, or forget it.
func (c *Consumer) release(f *feed, again bool) {
	if f.held > 0 {
		f.held = 0
		c.page.Release(f.identifier, again)
	}
}

// unanswered gives up the histories that the server has not sent.
func (c *Consumer) unanswered() {
	for _, f := range c.feeds {
		if f.asking > 0 {
			c.gap(f)
		}
	}
}
