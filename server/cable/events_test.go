package cable_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/streamname"
)

const refreshed = `<turbo-stream action="refresh" method="morph" scroll="preserve"></turbo-stream>`

func TestAnEventSourceGoesOnWhereItWas(t *testing.T) {
	h := &cable.Hub{Broker: &memory.Broker{HistorySize: 5}}
	address, _ := serve(t, h)
	address = plainAddress(t, address, "a", "b")
	one, _ := events(t, http.DefaultClient, address, nil)
	one.ready(2)
	broadcast(t, h, "a", "1", "two\nlines", map[string]int{"x": 1})
	one.want("", "1")
	one.want("", "two\nlines")
	one.want("json", `{"x":1}`)
	broadcast(t, h, "b", "b1")
	one.want("", "b1")
	if want := ":3,:1"; !strings.HasSuffix(one.id, want) {
		t.Errorf("got the id %q, want …%s", one.id, want)
	}
	one.close()

	broadcast(t, h, "b", "b2", "b3")
	broadcast(t, h, "a", "4")
	for name, header := range map[string]map[string]string{
		"by the browser's header":  {"Last-Event-ID": one.id},
		"by the first page's wish": nil,
	} {
		t.Run(name, func(t *testing.T) {
			at := address
			if header == nil {
				at += "&last-event-id=" + url.QueryEscape(one.id)
			}
			two, _ := events(t, http.DefaultClient, at, header)
			two.want("", "4")
			two.want("", "b2")
			two.want("", "b3")
			two.close()
			three, _ := events(t, http.DefaultClient, at, map[string]string{"Last-Event-ID": two.id})
			three.ready(2)
			if three.id != two.id {
				t.Errorf("got the id %q, want %q", three.id, two.id)
			}
		})
	}
}

func TestAnEventSourceThatMissedSomethingIsTold(t *testing.T) {
	h := &cable.Hub{Broker: &memory.Broker{HistorySize: 2}}
	address, _ := serve(t, h)
	at, err := h.Position(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	broadcast(t, h, "a", 1, 2, 3, 4, 5)
	address = plainAddress(t, address, "a", "b")
	epoch := at.Epoch
	for name, test := range map[string]struct{ id, want string }{
		"all that is kept":         {epoch + ":3,:0", ""},
		"one more":                 {epoch + ":2,:0", refreshed},
		"what is to come":          {epoch + ":9,", refreshed},
		"another epoch":            {"x:5,", refreshed},
		"no place":                 {":5,:6", refreshed},
		"no number":                {epoch + ":x,", refreshed},
		"one stream fewer":         {epoch + ":5", refreshed},
		"a second stream not told": {epoch + ":5,", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := events(t, http.DefaultClient, address, map[string]string{"Last-Event-ID": test.id})
			if test.want == "" {
				s.ready(2)
				return
			}
			s.want("", test.want)
			for !strings.HasSuffix(s.id, ":5,:0") { // and then it is up to date
				e := <-s.events
				s.id = e.id
			}
		})
	}
}

// Whatever is sent while it subscribes and comes back, it gets all of it once.
func TestAnEventSourceGetsEverythingOnce(t *testing.T) {
	h := &cable.Hub{Broker: &memory.Broker{HistorySize: 10_000, HistoryBytes: 64 << 20}}
	address, _ := serve(t, h)
	address = plainAddress(t, address, "a", "b")
	const n = 2000
	first, _ := events(t, http.DefaultClient, address, nil)
	first.ready(2)
	go func() {
		for i := range n {
			h.Broadcast(context.Background(), "a", fmt.Sprint("a", i))
			h.Broadcast(context.Background(), "b", fmt.Sprint("b", i))
		}
	}()
	s, got := first, map[string]int{}
	for got["a"]+got["b"] < 2*n {
		for range 300 {
			e := s.next()
			name := e.data[:1]
			if want := fmt.Sprint(name, got[name]); e.data != want {
				t.Fatalf("got %q, want %q", e.data, want)
			}
			got[name]++
			if got["a"]+got["b"] == 2*n {
				break
			}
		}
		s.close()
		s, _ = events(t, http.DefaultClient, address, map[string]string{"Last-Event-ID": s.id})
	}
}

func TestWhatIsFinalForAnEventSource(t *testing.T) {
	var allowed atomic.Bool
	allowed.Store(true)
	expiring, err := verifier.Sign("a", &streamname.SignOptions{Expires: time.Now().Add(50 * time.Millisecond)})
	if err != nil {
		t.Fatal(err)
	}
	h := &cable.Hub{
		Authenticate: func(r *http.Request) (cable.User, error) {
			if r.URL.Query().Has("stranger") {
				return cable.User{}, cable.ErrUnauthorized
			}
			return cable.User{ID: "ada"}, nil
		},
		Authorize: func(_ context.Context, _ *cable.Subscription, stream string) error {
			if stream == "secret" || stream == "room" && !allowed.Load() {
				return cable.ErrRejected
			}
			return nil
		},
	}
	address, _ := serve(t, h)
	leave := func(t *testing.T) {
		allowed.Store(false)
		if err := h.Unsubscribe(t.Context(), "ada", "room"); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		address string
		then    func(*testing.T)
		want    []string
	}{
		"a stranger":        {plainAddress(t, address, "a") + "&stranger", nil, []string{"disconnect unauthorized"}},
		"a bad name":        {address + "?stream=forged--00", nil, []string{"reject ", "disconnect rejected"}},
		"no permission":     {plainAddress(t, address, "secret"), nil, []string{"reject ", "disconnect rejected"}},
		"a long name":       {address + "?stream=" + strings.Repeat("x", 4000), nil, []string{"reject identifier_size", "disconnect identifier_size"}},
		"one that expires":  {address + "?stream=" + url.QueryEscape(expiring), nil, []string{"reject expired", "disconnect expired"}},
		"one that is taken": {plainAddress(t, address, "room"), leave, []string{"reject revoked", "disconnect revoked"}},
		"a user sent away": {plainAddress(t, address, "a"), func(t *testing.T) {
			if err := h.Disconnect(t.Context(), "ada", false); err != nil {
				t.Fatal(err)
			}
		}, []string{"disconnect remote"}},
	} {
		t.Run(name, func(t *testing.T) {
			allowed.Store(true)
			s, _ := events(t, http.DefaultClient, test.address, nil)
			if test.then != nil {
				s.ready(1)
				test.then(t)
			}
			for _, want := range test.want {
				kind, reason, _ := strings.Cut(want, " ")
				e := s.next()
				if e.kind != kind || !strings.Contains(e.data, `"reason":"`+reason+`"`) && reason != "" {
					t.Fatalf("got %v, want %s", e, want)
				}
			}
			s.wantEnd()
			if _, status := events(t, http.DefaultClient, test.address, map[string]string{"Last-Event-ID": s.id}); status != http.StatusNoContent {
				t.Errorf("the next attempt: got %d", status)
			}
		})
	}
}

func TestOneStreamOfTwoIsTakenFromAnEventSource(t *testing.T) {
	h := &cable.Hub{Authenticate: func(*http.Request) (cable.User, error) { return cable.User{ID: "ada"}, nil }}
	address, _ := serve(t, h)
	address = plainAddress(t, address, "a", "b", "a")
	s, _ := events(t, http.DefaultClient, address, nil)
	s.ready(2)
	if err := h.Unsubscribe(t.Context(), "ada", "a"); err != nil {
		t.Fatal(err)
	}
	s.want("reject", `{"type":"reject_subscription","reason":"revoked"}`)
	broadcast(t, h, "a", "not told")
	broadcast(t, h, "b", "told")
	s.want("", "told")
	s.close()
	broadcast(t, h, "b", "later")
	s, _ = events(t, http.DefaultClient, address, map[string]string{"Last-Event-ID": s.id})
	s.want("", "later")
	if !strings.HasPrefix(s.id, "-,") {
		t.Errorf("got the id %q", s.id)
	}
}

func TestAnEventSourceComesBackFromWhatPasses(t *testing.T) {
	gate := errors.New("the database is away")
	for name, test := range map[string]struct {
		hub  *cable.Hub
		want string
	}{
		"who cannot be authenticated now": {&cable.Hub{Authenticate: func(*http.Request) (cable.User, error) { return cable.User{}, gate }}, "unavailable"},
		"who cannot be authorized now":    {&cable.Hub{Authorize: func(context.Context, *cable.Subscription, string) error { return gate }}, "unavailable"},
		"one too many":                    {&cable.Hub{MaxConnections: 1}, "too_many_connections"},
	} {
		t.Run(name, func(t *testing.T) {
			address, _ := serve(t, test.hub)
			address = plainAddress(t, address, "a")
			if test.hub.MaxConnections == 1 {
				s, _ := events(t, http.DefaultClient, address, nil)
				s.ready(1)
			}
			s, status := events(t, http.DefaultClient, address, nil)
			if status != 200 { // an EventSource gives up at any other
				t.Fatalf("got %d", status)
			}
			s.want("disconnect", `{"type":"disconnect","reason":"`+test.want+`","reconnect":true}`)
			s.wantEnd()
			if s.id != "" {
				t.Errorf("got the id %q", s.id)
			}
		})
	}
}

func TestEventsOfActionCable(t *testing.T) {
	h, address, at, data := history(t)
	command := func(text string) string { return "command=" + url.QueryEscape(text) }
	subscribe := func(history string) string {
		return command(`{"command":"subscribe","identifier":"{\"channel\":\"Room\"}","history":` + history + `}`)
	}
	s, _ := events(t, http.DefaultClient, address+"?"+subscribe(at(4))+"&"+
		command(`{"command":"message","identifier":"{\"channel\":\"Room\"}","data":"{}"}`)+"&"+command("nonsense"), nil)
	for _, want := range []string{`{"type":"welcome"}`, confirmed, data("5", 5), historyConfirmed} {
		s.want("", want)
	}
	broadcast(t, h, "room", "a\r\nb\x00")
	s.want("", data(`"a\r\nb\u0000"`, 6))
	s, _ = events(t, http.DefaultClient, address+"?"+subscribe(at(1)), nil)
	for _, want := range []string{`{"type":"welcome"}`, confirmed, historyRejected} {
		s.want("", want)
	}
}

func TestPagesOfOtherOriginsHearEventsWhereAllowed(t *testing.T) {
	h := &cable.Hub{AllowedOrigins: []string{"https://static.example"}}
	address, _ := serve(t, h)
	address = plainAddress(t, address, "a")
	s, status := events(t, http.DefaultClient, address, map[string]string{"Origin": "https://static.example"})
	if got := s.header.Get("Access-Control-Allow-Origin") + " " + s.header.Get("Access-Control-Allow-Credentials"); status != 200 || got != "https://static.example true" {
		t.Errorf("got %d, %q", status, got)
	}
	for name, want := range map[string]string{"Vary": "Origin", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"} {
		if got := s.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if _, status := events(t, http.DefaultClient, address, map[string]string{"Origin": "https://evil.example"}); status != 404 {
		t.Errorf("another origin: got %d", status)
	}
}

func TestPingsOfEventsAreComments(t *testing.T) {
	address, _ := serve(t, &cable.Hub{PingInterval: 20 * time.Millisecond, IdleTimeout: time.Second})
	resp := unread(t, address)
	began, b, text := time.Now(), make([]byte, 1), ""
	for strings.Count(text, "\n:\n") < 20 || time.Since(began) < 1500*time.Millisecond { // longer than who gives no sign of life may stay
		if _, err := resp.Body.Read(b); err != nil {
			t.Fatalf("%v after %q", err, text)
		}
		text += string(b)
	}
}

// unread opens events of the stream a that nobody reads.
func unread(t *testing.T, address string) *http.Response {
	t.Helper()
	r, err := http.NewRequest("GET", strings.Replace(plainAddress(t, address, "a"), "ws", "http", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func TestASlowEventSourceIsCut(t *testing.T) {
	for name, hub := range map[string]*cable.Hub{
		"by what waits":  {MaxBacklog: 100 << 10, WriteTimeout: time.Minute},
		"by taking none": {WriteTimeout: 100 * time.Millisecond, MaxBacklog: 100 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan cable.Reason, 1)
			hub.OnDisconnect = func(_ context.Context, _ cable.Connection, reason cable.Reason) { ended <- reason }
			address, _ := serve(t, hub)
			resp := unread(t, address)
			eventually(t, "the subscription", func() bool { return hub.Stats().Subscriptions == 1 })
			big := strings.Repeat("x", 64<<10)
			for range 1000 {
				broadcast(t, hub, "a", big)
				if hub.Stats().Subscriptions == 0 {
					break
				}
			}
			if name == "by what waits" {
				io.Copy(io.Discard, resp.Body) // who reads again gets the farewell
			}
			if got := <-ended; got != cable.ReasonTooSlow {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestEventsEndWhenTheirServerShutsDown(t *testing.T) {
	h := &cable.Hub{Verifier: verifier, Logger: slog.New(slog.DiscardHandler)}
	web := httptest.NewServer(h)
	defer web.Close()
	s, _ := events(t, http.DefaultClient, plainAddress(t, web.URL, "a"), nil)
	s.ready(1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := web.Config.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	s.want("disconnect", `{"type":"disconnect","reason":"server_restart","reconnect":true}`)
	s.wantEnd()
	if err := h.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestAFrozenEventSourceDoesNotHoldUpShutdown(t *testing.T) {
	h := &cable.Hub{Verifier: verifier, Logger: slog.New(slog.DiscardHandler), WriteTimeout: time.Minute, MaxBacklog: 100 << 20}
	address, _ := serve(t, h)
	unread(t, address)
	eventually(t, "the subscription", func() bool { return h.Stats().Subscriptions == 1 })
	for range 300 {
		broadcast(t, h, "a", strings.Repeat("x", 64<<10))
	}
	began := time.Now()
	if err := h.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestEventsByHTTP2(t *testing.T) {
	h := &cable.Hub{PingInterval: 10 * time.Millisecond}
	serve(t, h)
	web := httptest.NewUnstartedServer(h)
	web.EnableHTTP2 = true
	web.Config.ReadTimeout, web.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	web.StartTLS()
	defer web.Close()
	defer h.Shutdown(context.Background())
	address := plainAddress(t, web.URL, "a")
	s, _ := events(t, web.Client(), address, nil)
	s.ready(1)
	time.AfterFunc(120*time.Millisecond, func() { h.Broadcast(context.Background(), "a", "late") }) // the server's own time-outs are over
	s.want("", "late")
	big := strings.Repeat("0123456789\n", 50_000)
	broadcast(t, h, "a", big)
	s.want("", big)
	s.close()
	s, _ = events(t, web.Client(), address, map[string]string{"Last-Event-ID": s.id})
	broadcast(t, h, "a", "again")
	s.want("", "again")
	if err := h.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.want("disconnect", `{"type":"disconnect","reason":"server_restart","reconnect":true}`)
	s.wantEnd()
}

func TestEventsNeedAFlusher(t *testing.T) {
	h := &cable.Hub{Verifier: verifier, Logger: slog.New(slog.DiscardHandler)}
	wrap := map[string]func(http.ResponseWriter) http.ResponseWriter{
		"one that hides it":    func(w http.ResponseWriter) http.ResponseWriter { return opaque{w} },
		"one that has neither": func(w http.ResponseWriter) http.ResponseWriter { return httptest.NewRecorder() },
		"one that unwraps":     func(w http.ResponseWriter) http.ResponseWriter { return wrapped{opaque{w}} },
	}
	for name, around := range wrap {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				inner := around(w)
				h.ServeHTTP(inner, r)
				if rec, ok := inner.(*httptest.ResponseRecorder); ok {
					w.WriteHeader(rec.Code)
					w.Write(rec.Body.Bytes())
				}
			}))
			defer web.Close()
			s, status := events(t, http.DefaultClient, plainAddress(t, web.URL, "a"), nil)
			if name == "one that unwraps" {
				s.ready(1)
				s.close()
				eventually(t, "the end", func() bool { return h.Stats().Connections == 0 })
				return
			}
			text, _ := io.ReadAll(s.closed.(io.Reader))
			if status != 500 || !strings.Contains(string(text), "this method, or Unwrap") {
				t.Errorf("got %d %q", status, text)
			}
		})
	}
}
