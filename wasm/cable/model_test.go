package cable

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// worlds are how many random worlds a test goes through.
const worlds = 2000

// In a world without faults of the server's, whatever the network does, pages
// show every message once and in order, and are never told of a gap.
func TestAPageShowsEveryMessageOnce(t *testing.T) { liveIn(t, false, false) }

// Where the server forgets, leaves out or does not answer, they do so as well,
// or have been told of a gap.
func TestAPageShowsEveryMessageOnceOrKnowsOfAGap(t *testing.T) { liveIn(t, true, false) }

// The same, where sockets do not come through.
func TestAPageOfEventsShowsEveryMessageOnce(t *testing.T) { liveIn(t, false, true) }
func TestAPageOfEventsShowsEveryMessageOnceOrKnowsOfAGap(t *testing.T) {
	liveIn(t, true, true)
}

func liveIn(t *testing.T, faults, events bool) {
	began := time.Now()
	var delivered, gaps int
	for seed := range uint64(worlds) {
		w := newWorld(t, seed, faults)
		if events {
			w.consumer.Serve(Events)
		}
		w.live()
		delivered, gaps = delivered+w.delivered, gaps+w.gaps
		if t.Failed() {
			t.Fatalf("in the world of seed %d, of which the consumer did\n%s", seed, strings.Join(w.trace, "\n"))
		}
	}
	enough := 20 * worlds
	if events { // which are opened so often that many are never answered
		enough = 10 * worlds
	}
	if delivered < enough || faults && gaps < worlds/2 {
		t.Errorf("only %d messages were delivered, and %d gaps told", delivered, gaps)
	}
	t.Logf("%d worlds a second, %d messages, %d gaps", int(worlds/time.Since(began).Seconds()), delivered, gaps)
}

// world is a page, a server and the network between them. The model of what is
// true is the server's logs, and of what a page shows an offset for each
// stream.
type world struct {
	t      *testing.T
	random *rand.Rand
	faults bool
	atRest bool // nothing is sent any more but what is asked for
	*script

	logs map[string]*streamLog
	subs map[string]bool // the server's, on this connection
	up   []request       // on their way to the server
	asks []request       // that events are to be opened with
	with []request       // that the connection was opened with
	down []Message       // on their way to the page

	shows           map[string]*showing // by identifier
	delivered, gaps int
}

// streamLog is a stream of the server's: when each message was sent.
type streamLog struct {
	epoch int
	times []float64
	keeps int // messages at the end that have not been forgotten
}

func (l *streamLog) top() int64 { return int64(len(l.times)) }
func (l *streamLog) place(stream string, offset int64) Place {
	return Place{stream, strconv.Itoa(l.epoch), offset}
}

type request struct {
	command           Command
	identifier, since string
}

// showing is what a page shows of the streams of an identifier.
type showing struct {
	id     int32 // of its subscription, 0 if it has none
	places map[string]Place
	from   map[string]Place // where it was confirmed, of streams of which it shows nothing
	heard  bool             // of the confirmation
	gap    bool             // it was told so, and has not been rendered anew since
}

// streamsOf are the streams of each identifier: one of them is shared.
var streamsOf = map[string][]string{"a": {"s", "t"}, "b": {"s"}}

func newWorld(t *testing.T, seed uint64, faults bool) *world {
	w := &world{
		t: t, random: rand.New(rand.NewPCG(seed, 1)), faults: faults, script: newScript(),
		logs:  map[string]*streamLog{"s": {keeps: 1e6}, "t": {keeps: 1e6}},
		shows: map[string]*showing{"a": {}, "b": {}},
	}
	if faults {
		w.logs["s"].keeps, w.logs["t"].keeps = 6, 3
	}
	w.consumer = New(w)
	w.script.random = w.random.Float64()
	return w
}

func (w *world) chance(n int) bool { return w.random.IntN(n) == 0 }

// The server.

func (w *world) publish(stream string) {
	l := w.logs[stream]
	l.times = append(l.times, w.time)
	for _, identifier := range []string{"a", "b"} {
		if w.subs[identifier] && slices.Contains(streamsOf[identifier], stream) {
			// What is lost on the way to who has a place is missed by the next.
			if _, placed := w.shows[identifier].places[stream]; placed && !w.atRest && w.chance(15) {
				continue
			}
			w.send(Message{Identifier: identifier, Place: l.place(stream, l.top())})
		}
	}
}

func (w *world) send(m Message) {
	w.down = append(w.down, m)
	if m.Type == Data && w.chance(10) {
		w.down = append(w.down, m) // twice
	}
}

// serve obeys a command of the page's.
func (w *world) serve(r request) {
	switch r.command {
	case Unsubscribe:
		delete(w.subs, r.identifier)
		return
	case Subscribe:
		if w.subs[r.identifier] {
			return
		}
		w.subs[r.identifier] = true
		w.send(Message{Type: Confirm, Identifier: r.identifier})
		show := w.shows[r.identifier]
		for _, stream := range streamsOf[r.identifier] {
			if _, ok := show.from[stream]; !ok && show.id != 0 {
				show.from[stream] = w.logs[stream].place(stream, w.logs[stream].top())
			}
		}
	case History:
		if !w.subs[r.identifier] {
			return
		}
	}
	if r.since != "" && !(w.faults && w.chance(20)) { // else there is no answer
		w.answer(r)
	}
}

// answer sends a history, which what is sent meanwhile overtakes or joins.
func (w *world) answer(r request) {
	var missed []Message
	for _, after := range w.wanted(r) {
		stream, l := after.Stream, w.logs[after.Stream]
		if after.Epoch != strconv.Itoa(l.epoch) || after.Offset > l.top() || l.top()-after.Offset > int64(l.keeps) {
			w.send(Message{Type: RejectHistory, Identifier: r.identifier})
			return
		}
		for offset := after.Offset + 1; offset <= l.top(); offset++ {
			if w.faults && w.chance(40) {
				continue // it is left out
			}
			missed = append(missed, Message{Identifier: r.identifier, Place: l.place(stream, offset)})
		}
	}
	for _, m := range missed {
		if !w.atRest && w.chance(5) {
			w.publish(streamsOf[r.identifier][w.random.IntN(len(streamsOf[r.identifier]))])
		}
		w.send(m)
	}
	w.send(Message{Type: ConfirmHistory, Identifier: r.identifier})
}

// wanted are the places behind which streams are wanted.
func (w *world) wanted(r request) (places []Place) {
	parts := strings.Split(r.since, "\x00")
	placed := map[string]bool{}
	for rest := parts[1:]; len(rest) > 0; rest = rest[3:] {
		offset, err := strconv.ParseInt(rest[2], 10, 64)
		if err != nil || placed[rest[0]] {
			w.t.Fatalf("asked since %q", r.since)
		}
		placed[rest[0]] = true
		places = append(places, Place{rest[0], rest[1], offset})
	}
	seconds, err := strconv.ParseFloat(parts[0], 64)
	for _, stream := range streamsOf[r.identifier] {
		if placed[stream] || err != nil {
			continue
		}
		l := w.logs[stream]
		first := slices.IndexFunc(l.times, func(at float64) bool { return origin+at >= seconds*1000 })
		if first < 0 {
			first = len(l.times)
		}
		places = append(places, l.place(stream, max(int64(first), l.top()-int64(l.keeps))))
	}
	return places
}

// The page.

func (w *world) Close() { w.script.Close() }

func (w *world) Open(protocols string) error {
	w.lose()
	w.with, w.asks = w.asks, nil
	return w.script.Open(protocols)
}

func (w *world) Send(command Command, identifier, since string) {
	w.script.Send(command, identifier, since)
	if w.consumer.listening {
		if command != Subscribe {
			w.t.Errorf("events cannot send command %d", command)
		}
		w.asks = append(w.asks, request{command, identifier, since})
		return
	}
	w.up = append(w.up, request{command, identifier, since})
}

func (w *world) Notify(subscription int32, event Event) {
	w.script.Notify(subscription, event)
	for _, show := range w.shows {
		if show.id == subscription && (event == Connected || event == Reconnected) {
			show.heard = true
		}
		if show.id == subscription && event == Gap {
			if w.gaps++; !w.faults {
				w.t.Errorf("a gap without a fault")
			}
			show.gap = true
		}
	}
}

func (w *world) Release(identifier string, again bool) {
	var mine []Message
	w.held = slices.DeleteFunc(w.held, func(m Message) bool {
		if m.Identifier == identifier {
			mine = append(mine, m)
		}
		return m.Identifier == identifier
	})
	if again {
		slices.SortStableFunc(mine, func(a, b Message) int { return int(a.Place.Offset - b.Place.Offset) })
		for _, m := range mine {
			w.take(m)
		}
	}
}

func (w *world) take(m Message) {
	switch w.consumer.Receive(m) {
	case Hold:
		w.held = append(w.held, m)
	case Deliver:
		w.show(m)
	}
}

// show has the page show a message that is delivered.
func (w *world) show(m Message) {
	w.line("deliver %s %v", m.Identifier, m.Place)
	show, at := w.shows[m.Identifier], m.Place
	if show.id == 0 {
		return // nobody is there
	}
	w.delivered++
	known, ok := show.places[at.Stream]
	if !ok {
		known, ok = show.from[at.Stream]
		// A time is no exact place, and reaches back as far as the server remembers; and what was sent before it left
		// may come to who is there again.
		if !ok || w.faults || at.Offset <= known.Offset {
			known = Place{at.Stream, at.Epoch, at.Offset - 1}
		}
	}
	switch {
	case m.Type != Data:
		w.t.Errorf("a message of type %d is delivered", m.Type)
	case !show.gap && (at.Epoch != known.Epoch || at.Offset != known.Offset+1):
		w.t.Errorf("%v is delivered to %s, which shows %v", at, m.Identifier, known)
	}
	show.places[at.Stream] = at
}

// render is what a visit or a refresh does: the page shows what was true a
// moment ago.
func (w *world) render(identifier string) {
	show := w.shows[identifier]
	show.gap = false
	for _, stream := range streamsOf[identifier] {
		l := w.logs[stream]
		at := l.place(stream, max(0, l.top()-int64(w.random.IntN(3))))
		w.line("show %s %v", identifier, at)
		show.places[stream] = at
		w.consumer.Show(identifier, at)
	}
}

// join subscribes, from where the page is rendered or from now on.
func (w *world) join(identifier string) {
	w.last++
	show := &showing{id: w.last, places: map[string]Place{}, from: map[string]Place{}}
	w.shows[identifier] = show
	if w.chance(3) {
		w.line("%s shows nothing", identifier)
	} else {
		w.render(identifier)
	}
	if err := w.consumer.Subscribe(show.id, identifier); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) leave(identifier string) {
	w.consumer.Unsubscribe(w.shows[identifier].id)
	w.shows[identifier] = &showing{}
}

// The network.

func (w *world) connect() {
	if w.state == Connecting {
		w.state, w.subs, w.up, w.down = Open, map[string]bool{}, w.with, []Message{{Type: Welcome}}
		w.consumer.Opened(extended)
	}
}

func (w *world) cut() {
	if w.state != Closed {
		w.state = Closed
		w.lose()
		w.consumer.Closed()
	}
}

// lose loses what was under way on the connection.
func (w *world) lose() {
	w.subs, w.up, w.down = nil, nil, nil
	for _, show := range w.shows {
		if !show.heard {
			clear(show.from)
		}
	}
}

// move has a message or a command arrive.
func (w *world) move() {
	if len(w.up) > 0 && (len(w.down) == 0 || w.chance(2)) {
		r := w.up[0]
		w.up = w.up[1:]
		w.serve(r)
	} else if len(w.down) > 0 && w.state == Open {
		m := w.down[0]
		w.down = w.down[1:]
		w.take(m)
	}
}

func (w *world) live() {
	w.join("a")
	w.join("b")
	for range 200 {
		switch n := w.random.IntN(40); {
		case n == 0:
			w.cut()
		case n == 1 && w.faults && w.chance(3): // the server's memory is lost
			l := w.logs[[]string{"s", "t"}[w.random.IntN(2)]]
			l.epoch, l.times = l.epoch+1, nil
		case n == 2:
			w.render("a")
		case n == 3:
			for !w.faults && w.state == Open && len(w.up)+len(w.down) > 0 {
				w.move() // a network that takes seconds is a fault
			}
			w.wait(float64(w.random.IntN(3000)))
		case n == 4 && w.shows["b"].id != 0:
			w.leave("b")
		case n == 4:
			w.join("b")
		case n < 8:
			w.publish("s")
		case n < 11:
			w.publish("t")
		case n < 14:
			w.connect()
		default:
			w.move()
		}
	}
	// At rest a page shows all of it, or knows that it does not.
	if w.shows["b"].id == 0 {
		w.join("b")
	}
	w.atRest = true
	w.rest()
	for _, stream := range []string{"s", "t"} {
		w.publish(stream)
	}
	w.rest()
	if len(w.up) > 0 || len(w.down) > 0 || len(w.held) > 0 {
		w.t.Errorf("%v, %v and %v wait", w.up, w.down, w.held)
	}
	for identifier := range w.shows {
		for _, stream := range streamsOf[identifier] {
			show, want := w.shows[identifier], w.logs[stream].place(stream, w.logs[stream].top())
			if got := show.places[stream]; got != want && !show.gap {
				w.t.Errorf("%s shows %v at the end, want %v", identifier, got, want)
			}
		}
	}
}

// rest lets everything arrive, and what waits for an answer give up.
func (w *world) rest() {
	for open := 0; open < 14; {
		w.connect()
		for range 300 {
			w.move()
		}
		if w.state == Open {
			open++
			w.take(Message{Type: Ping}) // the connection lives
		}
		w.wait(500)
	}
}
