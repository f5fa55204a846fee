package cable

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

const opened = "0 open; 0 initialized 1; 0 send subscribe a"

// places are cases of the extended protocol.
var places = []struct{ name, steps, want string }{
	{
		"what the page shows is where a subscription begins",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 6; history a; data a s e 7",
		opened + " since s e 5; 0 connected 1; 0 deliver a e 6; 0 deliver a e 7",
	}, {
		"a server without places is not asked for any",
		"show a s e 5; create a; open; welcome; confirm a; close; wait 0; open; welcome",
		opened + "; 0 connected 1; 0 interrupted 1; 0 open; 0 send subscribe a",
	}, {
		"a lost connection goes on where it ended",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 8; close; wait 0; open actioncable-v1-ext-json; welcome; confirm a; data a s e 9; history a",
		opened + "; 0 connected 1; 0 deliver a e 8; 0 interrupted 1; 0 open; 0 send subscribe a since s e 8; 0 reconnected 1; 0 deliver a e 9",
	}, {
		"a message that comes again is left out",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 8; data a s e 8; data a s e 7; data a s e 9",
		opened + "; 0 connected 1; 0 deliver a e 8; 0 deliver a e 9",
	}, {
		"a message that overtakes a history waits for it",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 9; data a s e 8; data a s e 6; data a s e 7; data a s e 8; history a",
		opened + " since s e 5; 0 connected 1; 0 deliver a e 6; 0 deliver a e 7; 0 deliver a e 8; 0 deliver a e 9",
	}, {
		"a message that is missing is asked for",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 1; data a s e 3; data a s e 2; history a",
		opened + "; 0 connected 1; 0 deliver a e 1; 0 send history a since s e 1; 0 deliver a e 2; 0 deliver a e 3",
	}, {
		"a message that stays missing is a gap",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 1; data a s e 3; history a; history a; history a; data a s e 4",
		opened + "; 0 connected 1; 0 deliver a e 1; 0 send history a since s e 1; 0 send history a since s e 1; 0 send history a since s e 1; " +
			"0 gap 1; 0 deliver a e 3; 0 deliver a e 4",
	}, {
		"a history that is gone is a gap, and the next message goes on",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 31; no history a; data a s e 32",
		opened + " since s e 5; 0 connected 1; 0 gap 1; 0 deliver a e 31; 0 deliver a e 32",
	}, {
		"a history that does not come is a gap",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 8; wait 4999; wait 1; data a s e 9",
		opened + " since s e 5; 0 connected 1; 5000 gap 1; 5000 deliver a e 8; 5000 deliver a e 9",
	}, {
		"another epoch is a gap",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 1; data a s f 1; data a s f 2",
		opened + "; 0 connected 1; 0 deliver a e 1; 0 gap 1; 0 deliver a f 1; 0 deliver a f 2",
	}, {
		"a page that shows less is sent the rest again",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 1; data a s e 2; show a s e 1; data a s e 3; data a s e 2; history a",
		opened + "; 0 connected 1; 0 deliver a e 1; 0 deliver a e 2; 0 send history a since s e 1; 0 deliver a e 2; 0 deliver a e 3",
	}, {
		"a page that shows more is not told again",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 1; show a s e 3; data a s e 2; data a s e 3; data a s e 4",
		opened + "; 0 connected 1; 0 deliver a e 1; 0 deliver a e 4",
	}, {
		"what the page held is asked for anew when the connection is lost",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 9; close; wait 0; open actioncable-v1-ext-json; welcome; confirm a; data a s e 6; history a",
		opened + " since s e 5; 0 connected 1; 0 interrupted 1; 0 open; 0 send subscribe a since s e 5; 0 reconnected 1; 0 deliver a e 6",
	}, {
		"without a place a subscription goes on from the time of the last message",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; wait 3000; ping; close; wait 0; open actioncable-v1-ext-json; welcome; confirm a; data a s e 9; data a s e 8; history a",
		opened + "; 0 connected 1; 3000 interrupted 1; 3000 open; 3000 send subscribe a since 1700000003; 3000 reconnected 1; 3000 deliver a e 8; 3000 deliver a e 9",
	}, {
		"a subscription that was removed forgets its place",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 8; unsubscribe 1; create a",
		opened + "; 0 connected 1; 0 deliver a e 8; 0 send unsubscribe a; 0 initialized 2; 0 send subscribe a",
	}, {
		"messages without a place are delivered as they come",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; data; confirm a; data",
		opened + " since s e 5; 0 connected 1",
	}, {
		"a page that is back opens a lost connection at once",
		"random 0.9; create a; open; welcome; confirm a; close; resume; resume; wait 3000",
		opened + "; 0 connected 1; 0 interrupted 1; 0 open",
	},
}

// A server keeps the last messages of a stream, sends histories that live
// messages overtake, cuts the connection, loses its memory, and the page is
// rendered anew at random: what it shows is complete and in order up to what it
// was told of, or it was told of a gap.
func TestAPageShowsEveryMessageOnce(t *testing.T) {
	for seed := range uint64(3000) {
		if t.Run(fmt.Sprint(seed), func(t *testing.T) { newTown(t, seed).live() }); t.Failed() {
			return
		}
	}
}

const keeps = 6 // messages of a stream's history

type town struct {
	t      *testing.T
	random *rand.Rand
	*script
	epoch  int
	top    int64     // of the server's stream
	queue  []Message // on their way to the page
	open   bool      // the server side of the connection
	listen bool      // it is subscribed
	shown  int64     // by the page, in epoch seen
	seen   int
	gap    bool // and it has not been rendered anew since
}

func newTown(t *testing.T, seed uint64) *town {
	w := &town{t: t, random: rand.New(rand.NewPCG(seed, 1)), script: newScript(), top: 3}
	w.consumer = New(w)
	return w
}

func (w *town) place(offset int64) Place { return Place{"s", fmt.Sprint(w.epoch), offset} }

func (w *town) message(offset int64) Message {
	return Message{Identifier: "a", Place: w.place(offset)}
}

func (w *town) Close() { w.script.Close(); w.open = false }

func (w *town) Send(command Command, identifier, since string) {
	w.script.Send(command, identifier, since)
	switch command {
	case Subscribe:
		w.queue = append(w.queue, Message{Type: Confirm, Identifier: "a"})
		w.listen = true
	case Unsubscribe:
		w.listen = false
		return
	}
	if since == "" {
		return
	}
	p := w.place(max(0, w.top-keeps)) // where there is only a time, all that is kept
	if f := w.consumer.feed("a"); len(f.places) > 0 {
		p = f.places[0]
	} else if !w.gap {
		w.t.Fatalf("asked since %q though the page shows %d", since, w.shown)
	}
	if p.Epoch != fmt.Sprint(w.epoch) || p.Offset > w.top || p.Offset < w.top-keeps {
		w.queue = append(w.queue, Message{Type: RejectHistory, Identifier: "a"})
		return
	}
	for offset := p.Offset + 1; offset <= w.top; offset++ {
		if w.random.IntN(4) == 0 { // a live message overtakes
			w.publish()
		}
		w.queue = append(w.queue, w.message(offset))
	}
	w.queue = append(w.queue, Message{Type: ConfirmHistory, Identifier: "a"})
}

func (w *town) publish() {
	w.top++
	if w.listen && w.open {
		w.queue = append(w.queue, w.message(w.top))
	}
}

func (w *town) Notify(subscription int32, event Event) {
	if event == Gap {
		w.gap = true
	}
	w.script.Notify(subscription, event)
}

func (w *town) Release(_ string, again bool) {
	held := w.held
	w.held = nil
	if !again {
		return
	}
	slices.SortStableFunc(held, func(a, b Message) int { return int(a.Place.Offset - b.Place.Offset) })
	for _, m := range held {
		w.take(m)
	}
}

func (w *town) take(m Message) {
	switch w.consumer.Receive(m) {
	case Hold:
		w.held = append(w.held, m)
	case Deliver:
		if m.Type != Data {
			w.t.Fatalf("a message of type %d is delivered", m.Type)
		}
		if !w.gap && (m.Place.Epoch != fmt.Sprint(w.seen) || m.Place.Offset != w.shown+1) {
			w.t.Fatalf("got %v, the page shows %d of epoch %d\n%s", m.Place, w.shown, w.seen, w.trace)
		}
		w.shown = m.Place.Offset
		fmt.Sscan(m.Place.Epoch, &w.seen)
	}
}

// render is what a visit or a refresh does: the page shows what was true a
// moment ago.
func (w *town) render() {
	w.seen, w.shown, w.gap = w.epoch, max(0, w.top-int64(w.random.IntN(3))), false
	w.consumer.Show("a", w.place(w.shown))
}

func (w *town) hear() {
	if len(w.queue) == 0 || w.state != Open {
		return
	}
	m := w.queue[0]
	w.queue = w.queue[1:]
	w.take(m)
}

func (w *town) connect() {
	if w.state == Connecting {
		w.state, w.open, w.listen, w.queue = Open, true, false, nil
		w.consumer.Opened(extended)
		w.queue = append(w.queue, Message{Type: Welcome})
	}
}

func (w *town) cut() {
	if w.state != Closed {
		w.state, w.open, w.listen, w.queue = Closed, false, false, nil
		w.consumer.Closed()
	}
}

func (w *town) live() {
	w.render()
	w.script.random = w.random.Float64()
	if err := w.consumer.Subscribe(1, "a"); err != nil {
		w.t.Fatal(err)
	}
	for range 150 {
		switch w.random.IntN(20) {
		case 0:
			w.cut()
		case 1:
			w.epoch++
			w.top = 0
			w.cut()
		case 2:
			w.render()
		case 3:
			w.wait(float64(w.random.IntN(3000)))
		case 4, 5, 6, 7, 8, 9:
			w.publish()
		case 10:
			w.connect()
		default:
			w.hear()
		}
	}
	// At rest the page shows all of it, or knows that it does not.
	for range 200 {
		w.connect()
		w.hear()
		if w.state != Open {
			w.wait(500)
		}
	}
	w.publish()
	w.hear()
	if len(w.queue) > 0 || len(w.held) > 0 {
		w.t.Fatalf("messages wait: %v, held %v", w.queue, w.held)
	}
	if !w.gap && (w.seen != w.epoch || w.shown != w.top) {
		w.t.Fatalf("the page shows %d of epoch %d, the server has %d of epoch %d\n%s", w.shown, w.seen, w.top, w.epoch, w.trace)
	}
}
