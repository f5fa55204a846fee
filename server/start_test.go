package server_test

import (
	"context"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/streamname"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func TestWhatIsWrongIsSaidAtTheStart(t *testing.T) {
	long := strings.Repeat("long ", 10)
	for name, s := range map[string]*server.Server{
		"a short secret":      {SecretKeyBase: "s3cr3t"},
		"a short old secret":  {SecretKeyBase: long, OldSecretKeyBases: []string{"s3cr3t"}},
		"an empty old secret": {SecretKeyBase: long, OldSecretKeyBases: []string{""}},
		"a short key":         {StreamKeys: [][]byte{[]byte("k")}},
		"an empty key":        {StreamKeys: [][]byte{nil}},
		"a negative limit":    {SecretKeyBase: long, Cable: cable.Hub{MaxFrame: -1}},
		"an absurd queue":     {SecretKeyBase: long, QueueSize: 1 << 40},
	} {
		s.Cable.Logger = quiet
		mux := http.NewServeMux()
		if err := s.Mount(mux); err == nil {
			t.Errorf("%s was mounted", name)
		} else if strings.Contains(name, "short") && !errors.Is(err, streamname.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
		if tag, err := s.StreamFrom("rooms"); err == nil && strings.Contains(name, "short") {
			t.Errorf("%s signed %s", name, tag)
		}
		w := httptest.NewRecorder()
		s.Ready().ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: ready, %d", name, w.Code)
		}
	}
	var log strings.Builder
	s := &server.Server{}
	s.Cable.Logger = slog.New(slog.NewTextHandler(&log, nil))
	if err := s.Start(); err != nil || !strings.Contains(log.String(), "SecretKeyBase is not set") {
		t.Errorf("without a secret: %v, and the log says %q", err, &log)
	}
}

func TestSecretsRotate(t *testing.T) {
	old, secret := strings.Repeat("old ", 10), strings.Repeat("new ", 10)
	sign := func(s *server.Server) string {
		t.Helper()
		signed, err := s.Verifier().Sign("rooms", nil)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	sha1, err := streamname.DeriveKeySHA1(old)
	if err != nil {
		t.Fatal(err)
	}
	before := sign(&server.Server{SecretKeyBase: old})
	ancient := sign(&server.Server{StreamKeys: [][]byte{sha1}})
	now := &server.Server{SecretKeyBase: secret, OldSecretKeyBases: []string{old}}
	if sign(now) != sign(&server.Server{SecretKeyBase: secret}) {
		t.Error("the new secret does not sign")
	}
	if _, err := now.Verifier().Verify(before, ""); err != nil {
		t.Errorf("a name of the old secret: %v", err)
	}
	if _, err := now.Verifier().Verify(ancient, ""); !errors.Is(err, streamname.ErrSignature) {
		t.Errorf("a name by SHA-1, unasked: %v", err)
	}
	migrating := &server.Server{SecretKeyBase: secret, OldSecretKeyBases: []string{old}, AcceptSHA1: true}
	if _, err := migrating.Verifier().Verify(ancient, ""); err != nil || sign(migrating) != sign(now) {
		t.Errorf("a name by SHA-1: %v", err)
	}
}

func TestTheTagCanExpireAndHaveAPurpose(t *testing.T) {
	s := &server.Server{SecretKeyBase: strings.Repeat("secret ", 10)}
	until := time.Now().Add(time.Hour).Truncate(time.Millisecond).UTC()
	tag, err := s.StreamFrom("rooms", streamname.SignOptions{Expires: until}, streamname.SignOptions{Purpose: "RoomChannel"}, stream.Attr{Name: "channel", Value: "RoomChannel"})
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(tag), `signed-stream-name="`)
	signed, _, _ := strings.Cut(rest, `"`)
	got, err := s.Verifier().Open(signed)
	if want := (streamname.Name{Stream: "rooms", Purpose: "RoomChannel", Expires: until}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

// Wherever the hub is mounted, and before any other method was called.
func TestTheCableWorksOnAnyPathOfAnyMux(t *testing.T) {
	for name, mount := range map[string]func(s *server.Server) http.Handler{
		"Mount": func(s *server.Server) http.Handler {
			mux := http.NewServeMux()
			if err := s.Mount(mux); err != nil {
				t.Error(err)
			}
			return mux
		},
		"a mux, without Mount": func(s *server.Server) http.Handler {
			mux := http.NewServeMux()
			mux.Handle("/cable", &s.Cable)
			return mux
		},
		"a prefix that is stripped": func(s *server.Server) http.Handler {
			mux := http.NewServeMux()
			mux.Handle("/cable", http.StripPrefix("/cable", &s.Cable))
			return mux
		},
		"nothing around it": func(s *server.Server) http.Handler { return &s.Cable },
	} {
		t.Run(name, func(t *testing.T) {
			s := &server.Server{SecretKeyBase: strings.Repeat("secret ", 10)}
			s.Cable.Logger = quiet
			web := httptest.NewServer(mount(s))
			defer web.Close()
			defer s.Shutdown(context.Background())
			ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(web.URL, "http")+"/cable", nil)
			if err != nil {
				t.Fatal(err)
			}
			defer ws.Close()
			signed, err := s.Verifier().Sign("rooms", nil)
			if err != nil {
				t.Fatal(err)
			}
			ws.WriteJSON(map[string]string{"command": "subscribe", "identifier": `{"channel":"Turbo::StreamsChannel","signed_stream_name":"` + signed + `"}`})
			for _, want := range []string{"welcome", "confirm_subscription"} {
				var f struct{ Type string }
				if err := ws.ReadJSON(&f); err != nil || f.Type != want {
					t.Fatalf("got %q, %v, want %q", f.Type, err, want)
				}
			}
			if s.Cable.Verifier != nil {
				t.Error("a field was written to")
			}
		})
	}
}

func TestABroadcastOutlivesItsRequest(t *testing.T) {
	s, b, _ := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the sender has closed the tab
	part := stream.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, err := io.WriteString(w, "x")
		return err
	})
	if err := s.To("a").Broadcast(ctx, part); err != nil {
		t.Error(err)
	}
	if err := s.To("a").BroadcastJSON(ctx, 1); err != nil {
		t.Error(err)
	}
	if got, want := b.take(), "a \"x\"\na 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A request that is being answered while the server stops still reaches the
// pages that are connected.
func TestShutdownLetsRequestsBroadcast(t *testing.T) {
	s := &server.Server{SecretKeyBase: strings.Repeat("secret ", 10)}
	s.Cable.Logger = quiet
	mux := http.NewServeMux()
	if err := s.Mount(mux); err != nil {
		t.Fatal(err)
	}
	mux.Handle("GET /readyz", s.Ready())
	mux.Handle("GET /healthz", s.Live())
	inside, go_ := make(chan struct{}), make(chan struct{})
	mux.HandleFunc("POST /messages", func(w http.ResponseWriter, r *http.Request) {
		close(inside)
		<-go_
		if err := s.To("rooms").Broadcast(r.Context(), stream.Text("stored")); err != nil {
			t.Error(err)
		}
	})
	s.Drain = func(ctx context.Context) error { return s.To("rooms").Broadcast(ctx, stream.Text("written")) }
	web := httptest.NewServer(mux)
	defer web.Close()
	status := func(path string) int {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code
	}
	if status("/readyz") != 200 || status("/healthz") != 200 {
		t.Error("not ready")
	}
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(web.URL, "http")+"/cable", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	signed, err := s.Verifier().Sign("rooms", nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.WriteJSON(map[string]string{"command": "subscribe", "identifier": `{"channel":"Turbo::StreamsChannel","signed_stream_name":"` + signed + `"}`})
	type frame struct{ Type, Message, Reason string }
	wants := func(want frame) {
		t.Helper()
		var got frame
		if err := ws.ReadJSON(&got); err != nil || got != want {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
	}
	wants(frame{Type: "welcome"})
	wants(frame{Type: "confirm_subscription"})
	posted := make(chan error, 1)
	go func() {
		resp, err := http.Post(web.URL+"/messages", "text/plain", nil)
		if err == nil {
			resp.Body.Close()
		}
		posted <- err
	}()
	<-inside
	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(context.Background(), web.Config) }()
	for status("/readyz") != http.StatusServiceUnavailable {
		time.Sleep(time.Millisecond)
	}
	if status("/healthz") != 200 {
		t.Error("a server that stops is not dead")
	}
	close(go_)
	wants(frame{Message: "stored"})
	wants(frame{Message: "written"})
	wants(frame{Type: "disconnect", Reason: "server_restart"})
	ws.Close()
	if err := errors.Join(<-posted, <-stopped); err != nil {
		t.Error(err)
	}
	if err := s.To("rooms").Broadcast(t.Context(), stream.Text("late")); err != nil {
		t.Errorf("a late broadcast: %v", err)
	}
	refused := errors.New("the database is away")
	s.Drain = func(context.Context) error { return refused }
	if err := s.Shutdown(t.Context()); !errors.Is(err, refused) {
		t.Errorf("got %v, want %v", err, refused)
	}
}

// What an application imports costs what it uses.
func TestTheServerImportsNoEngine(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.FieldsSeq(string(out)) {
		for _, heavy := range []string{"centrifug", "rueidis", "prometheus", "protobuf"} {
			if strings.Contains(dep, heavy) {
				t.Errorf("it imports %s", dep)
			}
		}
	}
}

// Templates are often parsed before the rest is there.
func TestFieldsMayBeSetAfterFuncs(t *testing.T) {
	s := new(server.Server)
	funcs := s.Funcs()
	late := new(tape)
	s.SecretKeyBase, s.Cable.Broker, s.Cable.Logger = strings.Repeat("secret ", 10), late, quiet
	if err := s.Mount(http.NewServeMux()); err != nil {
		t.Fatal(err)
	}
	if _, err := funcs["streamFrom"].(func(...any) (template.HTML, error))("a"); err != nil {
		t.Error(err)
	}
	if err := s.To("a").BroadcastJSON(t.Context(), 1); err != nil || late.take() != "a 1" {
		t.Errorf("the broker that was set after Funcs was not used: %v", err)
	}
	s.Cable.Broker = nil
	if err := s.Mount(http.NewServeMux()); err == nil || !strings.Contains(err.Error(), "Broker was set after") {
		t.Errorf("a broker that is set after the first use: got %v", err)
	}
	s.Cable.Broker, s.SecretKeyBase = late, strings.Repeat("another ", 10)
	if err := s.Mount(http.NewServeMux()); err == nil || !strings.Contains(err.Error(), "was set after the first use") {
		t.Errorf("a secret that is set after the first use: got %v", err)
	}
}
