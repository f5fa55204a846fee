package server_test

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/stream"
)

// An application that lists messages, and shows a new one to everybody.
func Example() {
	turbo := &server.Server{SecretKeyBase: "at least sixty-four random characters, kept outside of the code"}
	defer turbo.Shutdown(context.Background())

	views := template.Must(template.New("").Funcs(turbo.Funcs()).Parse(`
{{define "room"}}{{streamFrom "messages"}}<ul id="messages"></ul>{{end}}
{{define "message"}}<li>{{.}}</li>{{end}}`))

	mux := http.NewServeMux()
	turbo.Mount(mux)
	mux.HandleFunc("GET /room", func(w http.ResponseWriter, r *http.Request) {
		views.ExecuteTemplate(w, "room", nil)
	})
	mux.HandleFunc("POST /messages", func(w http.ResponseWriter, r *http.Request) {
		message := stream.Append.To("messages", stream.Template(views, "message", r.FormValue("body")))
		err := turbo.To("messages").Broadcast(r.Context(), message)
		if err == nil {
			// The author sees it by the answer, or after the redirect.
			err = stream.Response{Stream: []stream.Component{message}, Location: "/room"}.Write(w, r)
		}
		if err != nil {
			http.Error(w, "internal error", http.StatusInternalServerError)
		}
	})

	r := httptest.NewRequest("POST", "/messages?body=<hi>", nil)
	r.Header.Set("Accept", "text/vnd.turbo-stream.html, text/html")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output:
	// 200 <turbo-stream action="append" target="messages"><template><li>&lt;hi&gt;</li></template></turbo-stream>
}

func ExampleServer_StreamFrom() {
	turbo := &server.Server{StreamKeys: [][]byte{[]byte("0123456789abcdef")}}
	at, err := turbo.Position(context.Background(), "rooms") // before the page's data is read
	if err != nil {
		panic(err)
	}
	at.Epoch = "KQ5Z" // each process has its own
	fmt.Println(turbo.StreamFrom("rooms", at))
	// Output:
	// <turbo-cable-stream-source channel="Turbo::StreamsChannel" signed-stream-name="InJvb21zIg==--eb81ec0322ff4dba219b863c709a8b62455e31680ee05e9d032cc4562d48a3db" position="{&quot;rooms&quot;:{&quot;epoch&quot;:&quot;KQ5Z&quot;,&quot;offset&quot;:0}}" events=""></turbo-cable-stream-source> <nil>
}
