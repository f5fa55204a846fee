package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// tape is a broker that only remembers.
type tape struct {
	mu   sync.Mutex
	sent []string
	fail error
}

func (b *tape) Publish(_ context.Context, stream string, data []byte) (broker.Position, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return broker.Position{}, b.fail
	}
	b.sent = append(b.sent, stream+" "+string(data))
	return broker.Position{}, nil
}

func (b *tape) Subscribe(context.Context, string, func(broker.Publication)) (func(), error) {
	return func() {}, nil
}

func (b *tape) Position(context.Context, string) (broker.Position, error) {
	return broker.Position{}, nil
}

func (b *tape) History(context.Context, string, broker.Position) ([]broker.Publication, error) {
	return nil, broker.ErrGap
}

// take returns and forgets what was published, one line each.
func (b *tape) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\"`, "'").Replace(strings.Join(b.sent, "\n"))
	b.sent = nil
	return all
}

func newServer(t *testing.T) (*server.Server, *tape, *bytes.Buffer) {
	b, log := &tape{}, &bytes.Buffer{}
	s := &server.Server{StreamKeys: [][]byte{[]byte("0123456789abcdef")}}
	s.Cable.Broker = b
	s.Cable.Logger = slog.New(slog.NewTextHandler(log, nil))
	return s, b, log
}

func TestBroadcastRendersOnceAndSendsToEach(t *testing.T) {
	s, b, _ := newServer(t)
	renders := 0
	part := stream.ComponentFunc(func(_ context.Context, w io.Writer) error {
		renders++
		_, err := io.WriteString(w, "x")
		return err
	})
	err := s.To("a", "b").Broadcast(t.Context(), stream.Append.To("list", part), stream.Remove.To("y", nil))
	want := `a "<turbo-stream action='append' target='list'><template>x</template></turbo-stream><turbo-stream action='remove' target='y'></turbo-stream>"`
	want += "\nb" + want[1:]
	if got := b.take(); err != nil || got != want || renders != 1 {
		t.Errorf("got\n%s\n%v after %d renders, want\n%s", got, err, renders, want)
	}
	if err := s.To("a").Broadcast(t.Context(), stream.Element{}); err == nil || b.take() != "" {
		t.Errorf("a bad element was broadcast: %v", err)
	}
	err = s.To("a").BroadcastJSON(t.Context(), map[string]int{"roomId": 5})
	if got := b.take(); err != nil || got != `a {"roomId":5}` {
		t.Errorf("JSON: got %s, %v", got, err)
	}
	b.fail = errors.New("away")
	if err := s.To("a", "b").Broadcast(t.Context(), part); !errors.Is(err, b.fail) {
		t.Errorf("the broker's failure is lost: %v", err)
	}
}

func TestLaterKeepsTheOrderAndRefusesWhatDoesNotFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b, log := newServer(t)
		s.QueueSize = 2
		gate := make(chan struct{})
		waiting := stream.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			<-gate
			if ctx.Err() != nil {
				return ctx.Err()
			}
			_, err := io.WriteString(w, fmt.Sprint(ctx.Value(t)))
			return err
		})
		request, cancel := context.WithCancel(context.WithValue(t.Context(), t, "value"))
		later := func(part stream.Component) error { return s.To("a").BroadcastLater(request, part) }
		if err := later(waiting); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // the first is being rendered
		panics := stream.ComponentFunc(func(context.Context, io.Writer) error { panic("boom") })
		if err := errors.Join(later(panics), later(stream.Text("2"))); err != nil {
			t.Fatal(err)
		}
		if err := later(stream.Text("3")); !errors.Is(err, server.ErrQueueFull) {
			t.Errorf("a third in a queue of two: %v", err)
		}
		cancel() // the request has ended, the broadcast goes on
		close(gate)
		if err := s.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got, want := b.take(), "a \"value\"\na \"2\""; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if !strings.Contains(log.String(), "boom") {
			t.Errorf("the panic is not logged: %s", log)
		}
		if err := later(stream.Text("4")); !errors.Is(err, server.ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
		if err := s.To("a").BroadcastRefresh(""); !errors.Is(err, server.ErrClosed) {
			t.Errorf("a refresh after the end: %v", err)
		}
	})
}

func TestShutdownGivesUpWhenItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := newServer(t)
		gate := make(chan struct{})
		stuck := stream.ComponentFunc(func(context.Context, io.Writer) error { <-gate; return nil })
		if err := s.To("a").BroadcastLater(t.Context(), stuck); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), refreshDelay)
		defer cancel()
		if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(gate)
	})
}

func TestStreamFromIsTheTagOfTurboRails(t *testing.T) {
	s, _, _ := newServer(t)
	room := streamname.GlobalID{App: "campfire", Class: "Rooms::Open", ID: "5"}
	signed, err := s.Verifier().Sign(room.Param()+":messages", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		in   []any
		want string
	}{
		{"a name", []any{"rooms"}, `<turbo-cable-stream-source channel="Turbo::StreamsChannel" signed-stream-name="InJvb21zIg==--eb81ec0322ff4dba219b863c709a8b62455e31680ee05e9d032cc4562d48a3db" events=""></turbo-cable-stream-source>`},
		{"a position", []any{"rooms", broker.Position{Epoch: "e", Offset: 7}}, `<turbo-cable-stream-source channel="Turbo::StreamsChannel" signed-stream-name="InJvb21zIg==--eb81ec0322ff4dba219b863c709a8b62455e31680ee05e9d032cc4562d48a3db" position="{&quot;rooms&quot;:{&quot;epoch&quot;:&quot;e&quot;,&quot;offset&quot;:7}}" events=""></turbo-cable-stream-source>`},
		{"a record, another channel and a parameter", []any{room, "messages", stream.Attr{Name: "data-room-id", Value: "<5>"}, stream.Attr{Name: "channel", Value: "RoomMessagesChannel"}},
			`<turbo-cable-stream-source data-room-id="&lt;5&gt;" channel="RoomMessagesChannel" signed-stream-name="` + signed + `" events=""></turbo-cable-stream-source>`},
		{"events alone", []any{"rooms", broker.Position{Epoch: "e", Offset: 7}, stream.Attr{Name: "events", Value: "only"}}, `<turbo-cable-stream-source events="only" channel="Turbo::StreamsChannel" signed-stream-name="InJvb21zIg==--eb81ec0322ff4dba219b863c709a8b62455e31680ee05e9d032cc4562d48a3db" position="{&quot;rooms&quot;:{&quot;epoch&quot;:&quot;e&quot;,&quot;offset&quot;:7}}"></turbo-cable-stream-source>`},
		{"the source of any Turbo", []any{"rooms", broker.Position{Epoch: "e", Offset: 7}, server.Events("/cable?x=1")}, `<turbo-stream-source src="/cable?last-event-id=e%3A7&amp;stream=InJvb21zIg%3D%3D--eb81ec0322ff4dba219b863c709a8b62455e31680ee05e9d032cc4562d48a3db&amp;x=1"></turbo-stream-source>`},
	} {
		if got, err := s.StreamFrom(c.in...); err != nil || string(got) != c.want {
			t.Errorf("%s:\n got %s, %v\nwant %s", c.name, got, err, c.want)
		}
	}
	for _, in := range [][]any{nil, {""}, {1.5}, {"a", stream.Attr{Name: "x y"}}, {"a", stream.Attr{Name: "signed-stream-name"}}, {"a", server.Events("/cable"), stream.Attr{Name: "channel", Value: "X"}}, {"a", server.Events("::")}} {
		if got, err := s.StreamFrom(in...); err == nil || got != "" {
			t.Errorf("%v: got %q", in, got)
		}
	}
}

func TestKeysComeFromTheSecret(t *testing.T) {
	secret := strings.Repeat("0123456789abcdef", 8)
	got, err := (&server.Server{SecretKeyBase: secret}).Verifier().Sign("rooms", nil)
	want := "InJvb21zIg==--9c54584bdecc68fb9832120bbc8dee2525334759d93c48d3013e64166894e135"
	if err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	var one, two server.Server
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	one.Cable.Logger, two.Cable.Logger = quiet, quiet
	signed, err := one.Verifier().Sign("rooms", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := two.Verifier().Verify(signed, ""); !errors.Is(err, streamname.ErrSignature) {
		t.Errorf("two servers without a secret share a key: %v", err)
	}
}

func TestARequestIDIsInTheHeader(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	if got := server.RequestID(r); got != "" {
		t.Errorf("an ordinary request: got %q", got)
	}
	r.Header.Set("X-Turbo-Request-Id", "abc")
	if got := server.RequestID(r); got != "abc" {
		t.Errorf("got %q, want abc", got)
	}
}

func TestTemplatesHaveFrames(t *testing.T) {
	s := &server.Server{StreamKeys: [][]byte{[]byte("0123456789abcdef")}}
	page := template.Must(template.New("").Funcs(s.Funcs()).Parse(`{{frame "side" "src" .}}`))
	var got strings.Builder
	if err := page.Execute(&got, "/?a=1&b=2"); err != nil {
		t.Fatal(err)
	}
	if want := `<turbo-frame src="/?a=1&amp;b=2" id="side"></turbo-frame>`; got.String() != want {
		t.Errorf("got %s, want %s", &got, want)
	}
}

// A page made by the server listens to what the server broadcasts.
func TestFromPageToBroadcast(t *testing.T) {
	s := &server.Server{StreamKeys: [][]byte{[]byte("0123456789abcdef")}}
	page := template.Must(template.New("").Funcs(s.Funcs()).Parse(`<body>{{streamFrom "rooms"}}</body>`))
	mux := http.NewServeMux()
	s.Mount(mux)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { page.Execute(w, nil) })
	web := httptest.NewServer(mux)
	defer web.Close()
	defer func() {
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	resp, err := web.Client().Get(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(body), `signed-stream-name="`)
	signed, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("no source in %s", body)
	}
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(web.URL, "http")+"/cable", http.Header{"Origin": {web.URL}})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	type frame struct {
		Type, Message string
	}
	read := func() (f frame) {
		if err := ws.ReadJSON(&f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	if f := read(); f.Type != "welcome" {
		t.Fatalf("got %+v", f)
	}
	ws.WriteJSON(map[string]string{"command": "subscribe", "identifier": `{"channel":"Turbo::StreamsChannel","signed_stream_name":"` + signed + `"}`})
	if f := read(); f.Type != "confirm_subscription" {
		t.Fatalf("got %+v", f)
	}
	if err := s.To("rooms").Broadcast(t.Context(), stream.Remove.To("x", nil)); err != nil {
		t.Fatal(err)
	}
	if f := read(); f.Message != `<turbo-stream action="remove" target="x"></turbo-stream>` {
		t.Fatalf("got %+v", f)
	}
}
