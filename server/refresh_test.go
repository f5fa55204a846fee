package server_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/stream"
)

// refreshDelay is that of turbo-rails 2.0.21.
const refreshDelay = 500 * time.Millisecond

func TestRefreshesOfOneRequestBecomeOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b, _ := newServer(t)
		refresh := func(requestID string, attrs ...stream.Attr) {
			t.Helper()
			if err := s.To("a").BroadcastRefresh(requestID, attrs...); err != nil {
				t.Fatal(err)
			}
		}
		refresh("1")
		time.Sleep(refreshDelay - 1)
		refresh("1", stream.Morph) // puts it off
		time.Sleep(refreshDelay - 1)
		synctest.Wait()
		if got := b.take(); got != "" {
			t.Errorf("too early: %s", got)
		}
		time.Sleep(1)
		synctest.Wait()
		if got, want := b.take(), `a "<turbo-stream request-id='1' method='morph' action='refresh'></turbo-stream>"`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		time.Sleep(refreshDelay)
		synctest.Wait()
		if got := b.take(); got != "" {
			t.Errorf("sent again: %s", got)
		}
		refresh("1")
		time.Sleep(refreshDelay)
		synctest.Wait()
		if got := b.take(); got == "" {
			t.Error("a later refresh of the same request was lost")
		}
		if err := s.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestRefreshesOfOtherRequestsAndStreamsStayApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b, _ := newServer(t)
		for i, c := range []struct{ stream, request string }{{"a", "1"}, {"a", "2"}, {"a", ""}, {"b", "1"}, {"a", "1"}} {
			if err := s.To(c.stream).BroadcastRefresh(c.request); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(i+1) * time.Millisecond) // so that each has its moment
		}
		// Shutdown sends at once what waits.
		before := time.Now()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(before); d != 0 {
			t.Errorf("shutdown took %v", d)
		}
		seen := map[string]int{}
		for line := range strings.SplitSeq(b.take(), "\n") {
			seen[line]++
		}
		for _, want := range []string{
			`a "<turbo-stream request-id='1' action='refresh'></turbo-stream>"`,
			`a "<turbo-stream request-id='2' action='refresh'></turbo-stream>"`,
			`a "<turbo-stream action='refresh'></turbo-stream>"`,
			`b "<turbo-stream request-id='1' action='refresh'></turbo-stream>"`,
		} {
			if seen[want] != 1 {
				t.Errorf("%s was sent %d times", want, seen[want])
			}
		}
		if len(seen) != 4 {
			t.Errorf("sent %v", seen)
		}
	})
}

func TestRefreshesHaveALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b, _ := newServer(t)
		s.QueueSize = 1
		if err := s.To("a").BroadcastRefresh("1"); err != nil {
			t.Fatal(err)
		}
		if err := s.To("a").BroadcastRefresh("2"); !errors.Is(err, server.ErrQueueFull) {
			t.Errorf("a second of one: %v", err)
		}
		if err := s.To("a").BroadcastRefresh("1"); err != nil {
			t.Errorf("the first again: %v", err)
		}
		time.Sleep(refreshDelay)
		synctest.Wait()
		if b.take() == "" {
			t.Error("nothing was sent")
		}
	})
}

// A stream that changes all the time is refreshed all the same.
func TestRefreshesDoNotStarve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b, _ := newServer(t)
		sent := 0
		for range 100 { // half a minute
			if err := s.To("a").BroadcastRefresh(""); err != nil {
				t.Fatal(err)
			}
			time.Sleep(300 * time.Millisecond)
			synctest.Wait()
			if b.take() != "" {
				sent++
			}
		}
		if sent < 12 || sent > 16 {
			t.Errorf("sent %d times in 30 s", sent)
		}
		if err := s.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}
