// Command channel subscribes to channels of the server's, and lists what it is
// told.
package main

import "github.com/turbowasm/turbowasm/wasm/turbo"

func main() {
	app := &turbo.App{Ready: ready}
	app.Run()
}

func ready(p *turbo.Page) {
	note := func(text string) { p.ByID("list").Append(turbo.Fill("<li>{}</li>", text)) }
	fail := func(err error) {
		if err != nil {
			note(err.Error())
		}
	}
	var room *turbo.Channel
	room = p.Subscribe("RoomChannel", map[string]any{"room": 7, "name": "<den>"}, turbo.Subscriber{
		Connected: func(reconnected bool) {
			note(map[bool]string{false: "connected", true: "reconnected"}[reconnected])
			fail(room.Perform("speak", map[string]any{"text": "hello", "loud": true}))
		},
		Disconnected: func(final bool) {
			note(map[bool]string{false: "disconnected", true: "disconnected for good"}[final])
			fail(room.Perform("speak", nil))
		},
		Received: func(message turbo.Value) {
			note(message.Text("text"))
			if message.Text("text") == "panic" {
				panic("too much")
			}
		},
	})
	fail(room.Perform("speak", nil))
	p.Subscribe("PrivateChannel", nil, turbo.Subscriber{Rejected: func() { note("rejected") }})
	p.Subscribe("RoomChannel", map[string]any{"room": 8}, turbo.Subscriber{Connected: func(bool) { note("given up, and told all the same") }}).Unsubscribe()
	p.On("leave", func(turbo.Event) {
		room.Unsubscribe()
		room.Unsubscribe()
		fail(room.Perform("speak", nil))
	})
}
