package turbotest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/turbotest"
)

// t stands for the test's own.
var t testing.TB = quiet{}

// newApp is an application that adds messages and shows them to everybody.
func newApp(b cable.Broker) http.Handler {
	turbo := &server.Server{StreamKeys: [][]byte{[]byte("0123456789abcdef")}, Cable: cable.Hub{Broker: b}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /messages", func(w http.ResponseWriter, r *http.Request) {
		message := stream.Append.To("messages", stream.Text(r.FormValue("body")), stream.MaintainScroll)
		turbo.To("room").Broadcast(r.Context(), message)
		stream.Response{Stream: []stream.Component{message}, Location: "/room"}.Write(w, r)
	})
	mux.HandleFunc("GET /messages/1/edit", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, frame.Layout(w, r, "<h1>Edit</h1>", "")+`<turbo-frame id="edit_message_1"><form></form></turbo-frame>`)
	})
	return mux
}

// A form is answered with streams, which everybody hears.
func Example() {
	recorder := new(turbotest.Recorder)
	app := newApp(recorder)
	want := turbotest.Want{Action: stream.Append, Target: "messages", Attrs: []stream.Attr{stream.MaintainScroll}, Content: "it's me"}

	heard := turbotest.AssertBroadcasts(t, recorder, "room", 1, func() {
		w := httptest.NewRecorder()
		app.ServeHTTP(w, turbotest.Form("POST", "/messages", url.Values{"body": {"it's me"}}))
		turbotest.AssertStream(t, turbotest.Response(t, w.Result(), http.StatusOK), want)
	})
	turbotest.AssertStream(t, heard, want)
	fmt.Println(heard.Streams()[0])
	// Output:
	// <turbo-stream maintain_scroll="true" action="append" target="messages">it&#39;s me
}

// A frame gets its part, and nothing of the page around it.
func ExampleAssertFrame() {
	w := httptest.NewRecorder()
	newApp(nil).ServeHTTP(w, turbotest.FromFrame(httptest.NewRequest("GET", "/messages/1/edit", nil), "edit_message_1"))
	answer := turbotest.Response(t, w.Result(), http.StatusOK)
	part := turbotest.AssertFrame(t, answer, turbotest.Frame{ID: "edit_message_1"})
	turbotest.AssertSelect(t, part, "form", 1)
	turbotest.AssertSelect(t, answer, "h1", 0)
	fmt.Println(part.Body)
	// Output:
	// <form></form>
}

// What is wanted and is not there is said with what is.
func ExampleAssertStream() {
	w := httptest.NewRecorder()
	newApp(nil).ServeHTTP(w, turbotest.Form("POST", "/messages", url.Values{"body": {"hi"}}))
	answer := turbotest.Response(t, w.Result(), http.StatusOK)
	turbotest.AssertStream(t, answer, turbotest.Want{Action: stream.Prepend, Target: "messages"})
	turbotest.AssertNoStream(t, answer, turbotest.Want{Action: stream.Remove})
	// Output:
	// FAIL: got 0 of <turbo-stream action="prepend" target="messages">, want 1
	// found
	// 	<turbo-stream maintain_scroll="true" action="append" target="messages">hi
}

// One or more streams are broadcast, and nothing to others.
func ExampleAssertBroadcasts() {
	recorder := new(turbotest.Recorder)
	app := newApp(recorder)
	send := func(body string) {
		app.ServeHTTP(httptest.NewRecorder(), turbotest.Form("POST", "/messages", url.Values{"body": {body}}))
	}
	turbotest.AssertNoBroadcasts(t, recorder, []any{"room", 1}, func() {
		heard := turbotest.AssertBroadcasts(t, recorder, "room", turbotest.Any, func() { send("hi") })
		fmt.Println(heard.Streams()[0].Content)
	})
	// Output:
	// hi
}

// Broadcasts that are sent later are waited for.
func ExampleRecorder_Next() {
	recorder := new(turbotest.Recorder)
	turbo := &server.Server{StreamKeys: [][]byte{[]byte("0123456789abcdef")}, Cable: cable.Hub{Broker: recorder}}
	turbo.To("room").BroadcastRefresh("")
	fmt.Println(recorder.Next(t, "room").Body)
	// Output:
	// <turbo-stream action="refresh"></turbo-stream>
}

// Messages can be looked at without a test, too.
func ExampleParse() {
	m := turbotest.Parse(`<turbo-stream action="morph" targets=".row" class="x"><template><td>1</td></template></turbo-stream>`)
	for _, s := range m.Streams() {
		fmt.Println(s.Action, s.Targets, s.Attrs, s.Content)
	}
	// Output:
	// morph .row [{class x}] <td>1</td>
}

// quiet is a test that says what it has to say on the standard output.
type quiet struct{ testing.TB }

func (quiet) Helper()                      {}
func (quiet) Errorf(text string, v ...any) { fmt.Printf("FAIL: "+text+"\n", v...) }
func (quiet) Fatalf(text string, v ...any) { fmt.Printf("FATAL: "+text+"\n", v...) }
