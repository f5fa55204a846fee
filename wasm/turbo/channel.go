package turbo

import (
	"errors"
	"maps"
	"slices"

	"github.com/turbowasm/turbowasm/wasm/dom"
)

// Channel is a subscription to a channel of the server's, over the cable that
// the <turbo-cable-stream-source>s of the page use too. It outlives visits.
type Channel struct {
	page         *Page
	subscription Value // kept; none before the page has made it, nor after the end
	connected    bool
	over         bool
	releases     []func() // of what the page may call
}

// Subscriber is told what happens to a subscription, each time in a call from
// the page. What is nil is not told.
type Subscriber struct {
	// Connected says that the server has confirmed, the first time or again.
	Connected func(reconnected bool)
	// Disconnected says that the connection is lost. It comes back by itself,
	// unless it is final.
	Disconnected func(final bool)
	// Rejected says that the server refuses the subscription, which is over.
	Rejected func()
	// Received brings a message: what its JSON stands for.
	Received func(message Value)
}

// Subscribe subscribes to a channel by the name of its class, with parameters
// such as [Value.Set] takes. A panic of the subscriber's is reported with that
// name.
//
//	room := p.Subscribe("RoomChannel", map[string]any{"id": 7}, turbo.Subscriber{Received: show})
func (p *Page) Subscribe(channel string, params map[string]any, s Subscriber) *Channel {
	c := &Channel{page: p}
	identifier := p.value(p.now().Object(""))
	identifier.Set("channel", channel) // first, as elements of the page have it
	p.fill(identifier, params)
	mixin := p.value(p.now().Object(""))
	on := func(name string, told func(Value)) {
		function, release := p.now().Listener(func(n dom.Node) {
			p.safely("channel "+channel+": "+name, func() { told(p.value(n)) })
		})
		mixin.Set(name, p.value(function))
		c.releases = append(c.releases, release)
	}
	on("connected", func(v Value) {
		c.connected = true
		if s.Connected != nil {
			s.Connected(v.Is("reconnected"))
		}
	})
	on("disconnected", func(v Value) {
		c.connected = false
		if s.Disconnected != nil {
			s.Disconnected(!v.Is("willAttemptReconnect"))
		}
	})
	on("rejected", func(Value) {
		c.end()
		if s.Rejected != nil {
			s.Rejected()
		}
	})
	on("received", func(v Value) {
		if s.Received != nil {
			s.Received(v)
		}
	})
	made, err := p.turbo().Get("cable").Call("subscribeTo", identifier, mixin)
	if err != nil {
		c.end()
		p.now().Report("turbo: channel "+channel, err)
		return c
	}
	made.Then(func(subscription Value, failed bool) {
		switch {
		case failed:
			c.end()
		case c.over: // given up before it was made
			subscription.Call("unsubscribe")
		default:
			c.subscription = subscription.Keep()
		}
	})
	return c
}

// Perform has the server's channel perform an action with data such as
// [Value.Set] takes. Its error says that the channel is not connected, so that
// nothing was sent; whether what was sent arrives only the server can say.
func (c *Channel) Perform(action string, data map[string]any) error {
	if !c.connected {
		return errNotConnected
	}
	values := c.page.value(c.page.now().Object(""))
	c.page.fill(values, data)
	sent, err := c.subscription.Call("perform", action, values)
	if err == nil && !sent.Exists() {
		err = errNotConnected
	}
	return err
}

var errNotConnected = errors.New("turbo: the channel is not connected")

// Unsubscribe ends the subscription: nothing is told any more.
func (c *Channel) Unsubscribe() {
	if c.subscription.Exists() {
		c.subscription.Call("unsubscribe")
	}
	c.end()
}

// end lets go of what the page has of the channel.
func (c *Channel) end() {
	c.over, c.connected = true, false
	c.subscription.Drop()
	c.subscription = Value{}
	for _, release := range c.releases {
		release()
	}
	c.releases = nil
}

// fill sets properties, in the order of their names: an identifier is a text to
// the server.
func (p *Page) fill(object Value, properties map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		object.Set(name, properties[name])
	}
}
