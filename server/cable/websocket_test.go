package cable_test

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/cable"
)

func TestTLSInThisProcess(t *testing.T) {
	h := &cable.Hub{PingInterval: 20 * time.Millisecond, MaxBacklog: 100 << 20}
	plain, _ := serve(t, h)
	web := httptest.NewTLSServer(h)
	defer web.Close()
	d := websocket.Dialer{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	ws, _, err := d.Dial("wss"+strings.TrimPrefix(web.URL, "https"), map[string][]string{"Origin": {web.URL}})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	c := &client{t, ws}
	past := func(want string) {
		t.Helper()
		for {
			got := c.next()
			if got == want {
				return
			}
			if !strings.HasPrefix(got, `{"type":"ping"`) {
				t.Fatalf("got %.100s, want %.100s", got, want)
			}
		}
	}
	past(`{"type":"welcome"}`)
	rooms := signed(t, "rooms")
	c.command("subscribe", rooms)
	past(confirmation(rooms))
	big := strings.Repeat("x", 300_000)
	for i := range 10 {
		if err := h.Broadcast(t.Context(), "rooms", fmt.Sprint(i, big)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10 {
		past(data(rooms, quoted(fmt.Sprint(i, big))))
	}
	if _, _, err := websocket.DefaultDialer.Dial(plain, map[string][]string{"Origin": {strings.Replace(plain[:len(plain)-len("/cable")], "ws", "https", 1)}}); err == nil {
		t.Error("a page by TLS was let in without")
	}
	if err := h.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	past(`{"type":"disconnect","reason":"server_restart","reconnect":true}`)
	c.wantClose(websocket.CloseNormalClosure)
}

func TestCompressionIsAsked(t *testing.T) {
	for _, on := range []bool{false, true} {
		h := &cable.Hub{Compression: on, MaxFrame: 4 << 10, Channels: echoes()}
		url, _ := serve(t, h)
		d := websocket.Dialer{EnableCompression: true}
		ws, resp, err := d.Dial(url, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		if got := strings.Contains(resp.Header.Get("Sec-Websocket-Extensions"), "permessage-deflate"); got != on {
			t.Errorf("compression %t: got %t", on, got)
		}
		c := &client{t, ws}
		c.want(`{"type":"welcome"}`)
		rooms := signed(t, "rooms")
		c.subscribe(rooms)
		text := strings.Repeat("<div>hello</div>", 500)
		if err := h.Broadcast(t.Context(), "rooms", text); err != nil {
			t.Fatal(err)
		}
		c.want(data(rooms, string(mustJSON(text))))
		c.settle()
		if !on {
			continue
		}
		// A small frame may become a large text: the limit is the text's.
		c.send(strings.Repeat(" ", 1<<20))
		c.wantClose(websocket.CloseMessageTooBig)
	}
}

// The hub's frames are read as they are written, one after the other, also
// where several come in one piece.
func TestCommandsThatComeInPieces(t *testing.T) {
	h := &cable.Hub{Channels: echoes()}
	url, _ := serve(t, h)
	var raw net.Conn
	d := websocket.Dialer{NetDial: func(network, addr string) (c net.Conn, err error) {
		raw, err = net.Dial(network, addr)
		return raw, err
	}}
	ws, _, err := d.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	c := &client{t, ws}
	c.want(`{"type":"welcome"}`)
	id := func(i int) string {
		return fmt.Sprintf(`{"channel":"EchoChannel","i":%d,"x":%q}`, i, strings.Repeat("y", i*20))
	}
	var stream bytes.Buffer
	for i := range 50 {
		text := []byte(`{"command":"subscribe","identifier":` + quoted(id(i)) + `}`)
		stream.WriteByte(0x81)
		if len(text) > 125 {
			stream.Write([]byte{0x80 | 126, byte(len(text) >> 8), byte(len(text))})
		} else {
			stream.WriteByte(0x80 | byte(len(text)))
		}
		stream.Write([]byte{0, 0, 0, 0}) // a mask that changes nothing
		stream.Write(text)
	}
	all := stream.Bytes()
	for n := 1; len(all) > 0; n = n*3%4001 + 1 {
		n = min(n, len(all))
		if _, err := raw.Write(all[:n]); err != nil {
			t.Fatal(err)
		}
		all = all[n:]
	}
	for i := range 50 {
		c.want(confirmation(id(i)))
	}
}

func TestParametersCountAsTheyAreWritten(t *testing.T) {
	got := make(chan string, 1)
	h := &cable.Hub{Channels: map[string]cable.Channel{"RoomChannel": {
		Subscribe: func(_ context.Context, s *cable.Subscription) error {
			var params struct {
				RoomID int `json:"room_id"`
				Name   string
			}
			err := s.Params(&params)
			got <- fmt.Sprint(params, err)
			return err
		},
	}}}
	url, _ := serve(t, h)
	c := join(t, url)
	c.subscribe(`{"channel":"RoomChannel","room_id":5,"ROOM_ID":6,"name":"x","Name":"y"}`)
	if got, want := <-got, "{5 y} <nil>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// BenchmarkCompression measures what the documentation says about it.
func BenchmarkCompression(b *testing.B) {
	var html strings.Builder
	for i := range 8 {
		fmt.Fprintf(&html, `<div id="message_%d" class="message" data-user="%d"><a href="/users/%d"><span class="avatar" data-hue="%d">%c%c</span></a><div class="body"><b>User %d</b> <time datetime="2026-01-%02dT12:%02d:00Z">12:%02d</time><p>Words that differ, %d of them.</p></div></div>`,
			i*7919, i*31, i*31, i, 'A'+i, 'Z'-i, i*31, i+1, i*5, i*5, i*13)
	}
	text := []byte(data(`{"channel":"Turbo::StreamsChannel"}`, quoted(html.String())))
	var out bytes.Buffer
	w, err := flate.NewWriter(io.Discard, 1)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		out.Reset()
		w.Reset(&out)
		w.Write(text)
		w.Flush()
	}
	b.ReportMetric(float64(len(text)), "bytes")
	b.ReportMetric(float64(out.Len()), "deflated")
}

// AnyCable's clients can be set to ask for signs of life, and to give them.
func TestACommandAsksForASignOfLife(t *testing.T) {
	url, log := serve(t, &cable.Hub{})
	c := join(t, url)
	c.send(`{"command":"pong"}`)
	c.send(`{"command":"ping"}`)
	c.want(`{"type":"pong"}`)
	if got := log.String(); strings.Contains(got, "refused") {
		t.Errorf("logged: %s", got)
	}
}
