package turbotest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/streamname"
	"github.com/turbowasm/turbowasm/server/turbotest"
)

// failing is a test that keeps what it says.
type failing struct {
	testing.TB
	said []string
}

func (f *failing) Helper()                      {}
func (f *failing) Errorf(text string, v ...any) { f.said = append(f.said, fmt.Sprintf(text, v...)) }
func (f *failing) Fatalf(text string, v ...any) { f.Errorf(text, v...) }

const message = `<turbo-stream maintain_scroll="true" action="append" target="list"><template><li id="a">it&#39;s</li><template><b>x</b></template></template></turbo-stream>
<turbo-stream action="remove" targets=".gone"></turbo-stream><turbo-stream action="update" target="list"><template></template></turbo-stream>`

const page = `<!DOCTYPE html><html><head><title>x</title></head><body><table><tr><td><turbo-frame id="outer" class="wide" loading="lazy" src="/outer">
<turbo-frame id="inner" target="_top">text</turbo-frame></turbo-frame></td></tr></table>
<template><turbo-frame id="hidden"></turbo-frame><turbo-stream action="remove" target="hidden"></turbo-stream></template></body></html>`

func response(status int, mediaType, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {mediaType}}, Body: io.NopCloser(strings.NewReader(body))}
}

// Each assertion holds, or says what was wanted and what there is.
func TestAssertions(t *testing.T) {
	streams, frames := turbotest.Parse(message), turbotest.Parse(page)
	for _, c := range []struct {
		sentence string
		assert   func(testing.TB)
		said     []string // none means that it holds
	}{
		{"a stream by action and target", func(t testing.TB) {
			turbotest.AssertStream(t, streams, turbotest.Want{Action: stream.Append, Target: "list"})
		}, nil},
		{"a stream by targets", func(t testing.TB) { turbotest.AssertStream(t, streams, turbotest.Want{Targets: ".gone"}) }, nil},
		{"a stream by an attribute, text and an element", func(t testing.TB) {
			turbotest.AssertStream(t, streams, turbotest.Want{Attrs: []stream.Attr{stream.MaintainScroll}, Content: "it's", Select: "li#a"})
		}, nil},
		{"content that is spelled otherwise", func(t testing.TB) { turbotest.AssertStream(t, streams, turbotest.Want{Content: `<LI id=a>it's`}) }, nil},
		{"two streams", func(t testing.TB) { turbotest.AssertStream(t, streams, turbotest.Want{Target: "list", Count: 2}) }, nil},
		{"some streams", func(t testing.TB) {
			turbotest.AssertStream(t, streams, turbotest.Want{Target: "list", Count: turbotest.Any})
		}, nil},
		{"some streams where there are none", func(t testing.TB) {
			turbotest.AssertStream(t, streams, turbotest.Want{Target: "none", Count: turbotest.Any})
		}, []string{`got 0 of <turbo-stream target="none">, want at least 1`}},
		{"some elements", func(t testing.TB) { turbotest.AssertSelect(t, frames, "turbo-frame", turbotest.Any) }, nil},
		{"some elements where there are none", func(t testing.TB) { turbotest.AssertSelect(t, frames, "form", turbotest.Any) },
			[]string{`got 0 of "form", want at least 1`}},
		{"another action", func(t testing.TB) {
			turbotest.AssertStream(t, streams, turbotest.Want{Action: stream.Prepend, Target: "list", Content: "it's"})
		}, []string{`got 0 of <turbo-stream action="prepend" target="list"> with "it's", want 1`, "found\n", `<turbo-stream action="remove" targets=".gone">`}},
		{"one of two", func(t testing.TB) { turbotest.AssertStream(t, streams, turbotest.Want{Target: "list"}) },
			[]string{`got 2 of <turbo-stream target="list">, want 1`}},
		{"another value of an attribute", func(t testing.TB) {
			turbotest.AssertStream(t, streams, turbotest.Want{Attrs: []stream.Attr{{Name: "maintain_scroll", Value: "no"}}})
		}, []string{`got 0 of <turbo-stream maintain_scroll="no">`}},
		{"content that is not there", func(t testing.TB) { turbotest.AssertStream(t, streams, turbotest.Want{Content: "<li>it's</li>"}) },
			[]string{`with "<li>it's</li>", want 1`}},
		{"a match in a template within", func(t testing.TB) { turbotest.AssertStream(t, streams, turbotest.Want{Select: "b"}) },
			[]string{`with a match of "b", want 1`}},
		{"a selector that is none", func(t testing.TB) { turbotest.AssertStream(t, streams, turbotest.Want{Select: "["}) },
			[]string{`selector "["`}},
		{"a stream in a page without any", func(t testing.TB) { turbotest.AssertStream(t, frames, turbotest.Want{}) },
			[]string{"found no stream in\n", "<!DOCTYPE html>"}},
		{"no stream", func(t testing.TB) { turbotest.AssertNoStream(t, streams, turbotest.Want{Action: stream.Replace}) }, nil},
		{"no stream where one is", func(t testing.TB) { turbotest.AssertNoStream(t, streams, turbotest.Want{Target: "list"}) },
			[]string{`got 2 of <turbo-stream target="list">, want none`, "found\n"}},
		{"streams of a response", func(t testing.TB) {
			m := turbotest.Response(t, response(200, "text/vnd.turbo-stream.html; charset=utf-8", message), 200)
			turbotest.AssertStream(t, m, turbotest.Want{Count: 3})
		}, nil},
		{"streams that a page ignores", func(t testing.TB) {
			turbotest.AssertStream(t, turbotest.Response(t, response(200, "text/html", message), 200), turbotest.Want{Count: 3})
		}, []string{"the response is text/html, want text/vnd.turbo-stream.html"}},
		{"streams without a type", func(t testing.TB) {
			turbotest.AssertStream(t, turbotest.Response(t, response(200, "", message), 200), turbotest.Want{Count: 3})
		}, []string{"the response is no media type, want"}},
		{"another status", func(t testing.TB) { turbotest.Response(t, response(500, "text/plain", "it broke"), 200) },
			[]string{"the response has status 500, want 200\n\tit broke"}},
		{"a long answer is cut", func(t testing.TB) { turbotest.Response(t, response(500, "", strings.Repeat("é", 5000)), 200) }, []string{"é…"}},
		{"a frame", func(t testing.TB) {
			part := turbotest.AssertFrame(t, frames, turbotest.Frame{ID: "inner", Target: "_top", Content: "text"})
			if part.Body != "text" {
				t.Errorf("got %q in it", part.Body)
			}
		}, nil},
		{"a frame in a table, with another in it", func(t testing.TB) {
			turbotest.AssertFrame(t, frames, turbotest.Frame{ID: "outer", Src: "/outer", Loading: "lazy", Attrs: []stream.Attr{{Name: "class", Value: "wide"}}, Content: `<turbo-frame id="inner" target="_top">text</turbo-frame>`})
		}, nil},
		{"another frame", func(t testing.TB) { turbotest.AssertFrame(t, frames, turbotest.Frame{ID: "none", Src: "/outer"}) },
			[]string{`got 0 of <turbo-frame id="none" src="/outer">, want 1`, `<turbo-frame class="wide" id="outer" src="/outer" loading="lazy">`}},
		{"no frame", func(t testing.TB) { turbotest.AssertNoFrame(t, frames, turbotest.Frame{ID: "hidden"}) }, nil},
		{"no frame where one is", func(t testing.TB) { turbotest.AssertNoFrame(t, frames, turbotest.Frame{Content: "text", ID: "inner"}) },
			[]string{`got 1 of <turbo-frame id="inner"> with "text", want none`}},
		{"elements", func(t testing.TB) { turbotest.AssertSelect(t, frames, "td > turbo-frame, title", 2) }, nil},
		{"too few elements", func(t testing.TB) { turbotest.AssertSelect(t, frames, "td", 2) }, []string{`got 1 of "td", want 2, in`}},
		{"elements of nothing", func(t testing.TB) { turbotest.AssertSelect(t, turbotest.Markup{}, "td", 0) }, nil},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			test := &failing{TB: t}
			c.assert(test)
			if c.said == nil && test.said != nil {
				t.Fatalf("it failed: %s", test.said)
			}
			if c.said != nil && len(test.said) == 0 {
				t.Fatal("it did not fail")
			}
			for _, part := range c.said {
				if !strings.Contains(test.said[0], part) {
					t.Errorf("got %s\nwant %q in it", test.said[0], part)
				}
			}
		})
	}
}

func TestRequestsAreThoseOfTurbo(t *testing.T) {
	r := turbotest.FromFrame(turbotest.Form("PATCH", "/messages/1", url.Values{"body": {"a b"}}), "edit")
	if got := r.FormValue("body"); got != "a b" || r.Method != "PATCH" || !stream.Accepts(r) || r.Header.Get("Turbo-Frame") != "edit" {
		t.Errorf("a form in a frame: %s with body %q, headers %v", r.Method, got, r.Header)
	}
	r = turbotest.Form("GET", "/messages?page=1", url.Values{"q": {"a b"}})
	if r.URL.String() != "/messages?q=a+b" || stream.Accepts(r) {
		t.Errorf("a search: %s, headers %v", r.URL, r.Header)
	}
	r = turbotest.FromFrame(httptest.NewRequest("GET", "/", nil), "a")
	if got := r.Header.Get("Accept"); got != "text/html, application/xhtml+xml" {
		t.Errorf("a frame accepts %q", got)
	}
	if !stream.Accepts(turbotest.AcceptStreams(r)) {
		t.Error("no streams are accepted")
	}
}

func TestRecorder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorder := new(turbotest.Recorder)
		turbo := &server.Server{StreamKeys: [][]byte{[]byte("0123456789abcdef")}, Cable: cable.Hub{Broker: recorder}}
		defer turbo.Shutdown(context.Background())
		send := func(name string) {
			if err := turbo.To(name).Broadcast(t.Context(), stream.Remove.To("a", nil), stream.Remove.To("b", nil)); err != nil {
				t.Error(err)
			}
		}
		heard := turbotest.AssertBroadcasts(t, recorder, "room", 4, func() { send("room"); send("other"); send("room") })
		turbotest.AssertStream(t, heard, turbotest.Want{Target: "b", Count: 2})
		turbotest.AssertNoBroadcasts(t, recorder, "room", func() { send("other") })

		// A stream of records, as the page's tag names it.
		record := streamname.GlobalID{App: "chat", Class: "Room", ID: "1"}
		turbotest.AssertBroadcasts(t, recorder, []any{record, "messages"}, turbotest.Any, func() {
			send(record.Param() + ":messages")
		})
		turbotest.AssertNoBroadcasts(t, recorder, record, func() { send("room") })
		if got := len(recorder.Messages([]string{record.Param(), "messages"})); got != 1 {
			t.Errorf("got %d messages of a record's, want 1", got)
		}
		recorder.Next(t, []any{record, "messages"})

		test := &failing{TB: t}
		turbotest.AssertBroadcasts(test, recorder, "room", 1, func() { send("room") })
		turbotest.AssertBroadcasts(test, recorder, "room", 1, func() {})
		turbotest.AssertNoBroadcasts(test, recorder, "room", func() { turbo.To("room").BroadcastJSON(t.Context(), map[string]int{"typing": 1}) })
		for i, want := range []string{
			"got 2 streams broadcast to \"room\", want 1\nfound\n\t<turbo-stream action=\"remove\" target=\"a\">",
			"got 0 streams broadcast to \"room\", want 1\nfound no stream",
			"got a broadcast to \"room\", want none\n\t{\"typing\":1}",
		} {
			if i >= len(test.said) || !strings.Contains(test.said[i], want) {
				t.Errorf("said %q, want %q", test.said, want)
			}
		}
		if got := len(recorder.Messages("room")); got != 5 {
			t.Errorf("got %d messages, want 4", got)
		}
		at, err := turbo.Position(t.Context(), "room")
		if err != nil || at.Offset != 5 {
			t.Errorf("the broker behind is at %v (%v)", at, err)
		}

		// An outbox repeats what it does not know to have been taken.
		for _, sequence := range []uint64{7, 7, 6, 8} {
			if err := turbo.Cable.PublishOnce(t.Context(), "once", []byte(`"x"`), "epoch", sequence); err != nil {
				t.Error(err)
			}
		}
		if got := len(recorder.Messages("once")); got != 2 {
			t.Errorf("got %d messages of an outbox, want 2", got)
		}

		// A refresh is sent half a second later.
		turbo.To("later").BroadcastRefresh("1")
		turbotest.AssertStream(t, recorder.Next(t, "later"), turbotest.Want{Action: stream.Refresh, Attrs: []stream.Attr{{Name: "request-id", Value: "1"}}})
		turbo.To("later").BroadcastRefresh("2")
		turbotest.AssertStream(t, recorder.Next(t, "later"), turbotest.Want{Attrs: []stream.Attr{{Name: "request-id", Value: "2"}}})
	})
}

func TestNextEndsTheTestThatWaitsInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		test := &failing{TB: t}
		new(turbotest.Recorder).Next(test, "room")
		if len(test.said) != 1 || test.said[0] != `no broadcast to "room" within 10 s` {
			t.Errorf("said %q", test.said)
		}
	})
}
