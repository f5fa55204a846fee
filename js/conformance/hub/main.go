// Command hub serves the cable for clients that others wrote, which
// conformance/interop.mjs connects to it, and does what they have to get along
// with: it broadcasts, cuts connections and restarts, as it is told to by POST.
// It prints its address, and ends with its standard input.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/broker/memory"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/streamname"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "hub:", err)
		os.Exit(1)
	}
}

// keeps is how many messages a stream keeps.
const keeps = 50

var verifier = &streamname.Verifier{Keys: [][]byte{[]byte("a key for interoperation")}}

// place is where clients connect to, whichever hub serves there at the moment.
type place struct {
	hub atomic.Pointer[cable.Hub]

	mu      sync.Mutex // guards sockets
	sockets map[net.Conn]struct{}
}

func run(until io.Reader, out io.Writer) error {
	p := &place{sockets: make(map[net.Conn]struct{})}
	p.hub.Store(newHub())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cable", func(w http.ResponseWriter, r *http.Request) { p.hub.Load().ServeHTTP(w, r) })
	mux.HandleFunc("POST /sign", func(w http.ResponseWriter, r *http.Request) {
		name, err := verifier.Sign(r.FormValue("stream"), nil)
		answer(w, name, err)
	})
	mux.HandleFunc("POST /broadcast", func(w http.ResponseWriter, r *http.Request) { answer(w, "", p.broadcast(r)) })
	mux.HandleFunc("POST /disconnect", func(w http.ResponseWriter, r *http.Request) {
		answer(w, "", p.hub.Load().Disconnect(r.Context(), r.FormValue("user"), r.FormValue("reconnect") == "true"))
	})
	mux.HandleFunc("POST /unsubscribe", func(w http.ResponseWriter, r *http.Request) {
		answer(w, "", p.hub.Load().Unsubscribe(r.Context(), r.FormValue("user"), r.FormValue("stream")))
	})
	mux.HandleFunc("POST /cut", func(http.ResponseWriter, *http.Request) { p.cut() })
	mux.HandleFunc("POST /restart", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		answer(w, "", p.hub.Swap(newHub()).Shutdown(ctx))
	})
	server := &http.Server{Handler: mux, ConnState: p.watch}
	go server.Serve(listener)
	fmt.Fprintln(out, listener.Addr())
	io.Copy(io.Discard, until)
	return server.Close()
}

func answer(w http.ResponseWriter, text string, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	io.WriteString(w, text)
}

// far is a broker that histories take a while from, as over a network, so that
// broadcasts come in between.
type far struct{ *memory.Broker }

func (b far) History(ctx context.Context, stream string, since broker.Position) ([]broker.Publication, error) {
	time.Sleep(2 * time.Millisecond)
	pubs, err := b.Broker.History(ctx, stream, since)
	time.Sleep(2 * time.Millisecond)
	return pubs, err
}

func newHub() *cable.Hub {
	return &cable.Hub{
		Verifier:     verifier,
		Broker:       far{&memory.Broker{HistorySize: keeps}},
		PingInterval: 200 * time.Millisecond,
		MaxCommands:  1000,
		Authenticate: func(r *http.Request) (cable.User, error) {
			user := r.URL.Query().Get("user")
			if user == "nobody" {
				return cable.User{}, cable.ErrUnauthorized
			}
			return cable.User{ID: user}, nil
		},
		Channels: map[string]cable.Channel{"EchoChannel": {
			Perform: func(_ context.Context, s *cable.Subscription, action string, data json.RawMessage) error {
				return s.Transmit(map[string]any{"action": action, "data": data})
			},
		}},
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}
}

// broadcast broadcasts a list of pairs, a stream and a message.
func (p *place) broadcast(r *http.Request) error {
	var list [][2]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
		return err
	}
	for _, pair := range list {
		var stream string
		if err := json.Unmarshal(pair[0], &stream); err != nil {
			return err
		}
		if err := p.hub.Load().Broadcast(r.Context(), stream, pair[1]); err != nil {
			return err
		}
	}
	return nil
}

func (p *place) watch(c net.Conn, state http.ConnState) {
	if state == http.StateHijacked {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sockets[c] = struct{}{}
	}
}

// cut ends all WebSockets as a network does, without a word.
func (p *place) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.sockets {
		c.Close()
	}
	clear(p.sockets)
}
