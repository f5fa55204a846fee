package stream_test

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/turbowasm/turbowasm/server/stream"
)

func ExampleAction_To() {
	tmpl := template.Must(template.New("message").Parse(`<div id="{{.ID}}">{{.Body}}</div>`))
	message := struct{ ID, Body string }{"message_1", "<hi>"}
	e := stream.Append.To("messages", stream.Template(tmpl, "", message), stream.MaintainScroll)
	e.Render(context.Background(), os.Stdout)
	// Output:
	// <turbo-stream maintain_scroll="true" action="append" target="messages"><template><div id="message_1">&lt;hi&gt;</div></template></turbo-stream>
}

// One handler answers Turbo with streams and everyone else with a redirect.
func ExampleResponse() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		err := stream.Response{
			Stream: []stream.Component{
				stream.Append.To("messages", stream.HTML("<p>hi</p>")),
				stream.Remove.To("empty", nil),
			},
			Location: "/rooms/1",
		}.Write(w, r)
		if err != nil {
			http.Error(w, "internal error", http.StatusInternalServerError)
		}
	}
	for _, accept := range []string{"text/vnd.turbo-stream.html, text/html", "text/html"} {
		r := httptest.NewRequest("POST", "/messages", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		handler(w, r)
		fmt.Println(w.Code, w.Header().Get("Content-Type"), w.Header().Get("Location"), w.Body)
	}
	// Output:
	// 200 text/vnd.turbo-stream.html; charset=utf-8  <turbo-stream action="append" target="messages"><template><p>hi</p></template></turbo-stream><turbo-stream action="remove" target="empty"></turbo-stream>
	// 303  /rooms/1
}
