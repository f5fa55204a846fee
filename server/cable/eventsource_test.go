package cable_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/cable"
)

// event is one that an EventSource would dispatch.
type event struct{ kind, data, id string }

// eventSource is a browser's end of a connection: it reads events as the HTML
// standard has them read.
type eventSource struct {
	t      *testing.T
	header http.Header
	cancel func()
	closed io.Closer
	events chan event
	id     string // the last
}

func events(t *testing.T, client *http.Client, address string, header map[string]string) (*eventSource, int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, "GET", strings.Replace(address, "ws", "http", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	s := &eventSource{t: t, header: resp.Header, cancel: cancel, closed: resp.Body, events: make(chan event, 10_000)}
	t.Cleanup(s.close)
	if resp.StatusCode != 200 {
		return s, resp.StatusCode
	}
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("got the type %q", got)
	}
	go func() {
		defer close(s.events)
		readEvents(resp.Body, func(e event) { s.events <- e })
	}()
	return s, 200
}

// readEvents reads a text/event-stream.
func readEvents(r io.Reader, dispatch func(event)) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 64<<20)
	in.Split(splitLine)
	var e event
	var id string
	var data strings.Builder
	for in.Scan() {
		line := in.Text()
		if line == "" {
			e.id = id
			e.data = strings.TrimSuffix(data.String(), "\n")
			if data.Len() > 0 {
				dispatch(e)
			} else if id != "" {
				dispatch(event{"id", "", id})
			}
			e = event{}
			data.Reset()
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "data":
			data.WriteString(value + "\n")
		case "event":
			e.kind = value
		case "id":
			if !strings.Contains(value, "\x00") {
				id = value
			}
		}
	}
}

func splitLine(data []byte, end bool) (int, []byte, error) {
	i := bytes.IndexAny(data, "\r\n")
	switch {
	case i < 0 || data[i] == '\r' && i+1 == len(data) && !end:
		return 0, nil, nil
	case data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n':
		return i + 2, data[:i], nil
	}
	return i + 1, data[:i], nil
}

func (s *eventSource) close() {
	s.cancel()
	s.closed.Close()
}

// next is the next event that has data.
func (s *eventSource) next() event {
	s.t.Helper()
	for {
		select {
		case e, ok := <-s.events:
			if !ok {
				s.t.Fatal("the events are over")
			}
			s.id = e.id
			if e.kind != "id" {
				return e
			}
		case <-time.After(20 * time.Second):
			s.t.Fatal("no event comes")
		}
	}
}

func (s *eventSource) want(kind, data string) {
	s.t.Helper()
	if got := s.next(); got.kind != kind || got.data != data {
		s.t.Fatalf("got %q %q, want %q %q", got.kind, got.data, kind, data)
	}
}

// ready waits until the place of every stream is known.
func (s *eventSource) ready(streams int) {
	s.t.Helper()
	for e := range s.events {
		if s.id = e.id; strings.Count(e.id, ":")+strings.Count(e.id, "-") == streams {
			return
		}
	}
	s.t.Fatal("the events are over")
}

func (s *eventSource) wantEnd() {
	s.t.Helper()
	select {
	case e, ok := <-s.events:
		if ok {
			s.t.Fatalf("got %v, want the end", e)
		}
	case <-time.After(20 * time.Second):
		s.t.Fatal("no end comes")
	}
}

// plainAddress is where a plain EventSource hears of streams.
func plainAddress(t *testing.T, address string, streams ...string) string {
	t.Helper()
	query := url.Values{}
	for _, stream := range streams {
		name, err := verifier.Sign(stream, nil)
		if err != nil {
			t.Fatal(err)
		}
		query.Add("stream", name)
	}
	return address + "?" + query.Encode()
}

func broadcast(t *testing.T, h *cable.Hub, stream string, messages ...any) {
	t.Helper()
	for _, m := range messages {
		if err := h.Broadcast(t.Context(), stream, m); err != nil {
			t.Fatal(err)
		}
	}
}
