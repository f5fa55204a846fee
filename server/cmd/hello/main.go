// Command hello serves one list: whoever writes a line shows it to everybody.
package main

import (
	"cmp"
	"context"
	"html/template"
	"log"
	"net/http"
	"os"
	"slices"
	"sync"

	"github.com/turbowasm/turbowasm/server"
	"github.com/turbowasm/turbowasm/server/assets"
	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/stream"
)

// A line has an ID so that a page which shows it already replaces it when it is broadcast.
type line struct {
	ID   int
	Text string
}

const html = `{{define "page"}}<!DOCTYPE html>
<title>Hello</title>
{{.Turbo}}
{{streamFrom .At "lines"}}
<ul id="lines">{{range .Lines}}{{template "line" .}}{{end}}</ul>
{{template "form"}}{{end}}
{{define "form"}}<form id="form" action="/lines" method="post"><input name="line" required> <button>Write</button></form>{{end}}
{{define "line"}}<li id="line_{{.ID}}">{{.Text}}</li>{{end}}`

func main() {
	turbo := &server.Server{SecretKeyBase: os.Getenv("SECRET_KEY_BASE")}
	turbo.Cable.Authorize = func(context.Context, *cable.Subscription, string) error { return nil } // anybody may listen
	views := template.Must(template.New("").Funcs(turbo.Funcs()).Parse(html))
	runtime, err := assets.New("/turbo/", os.DirFS("static"))
	if err != nil {
		log.Fatal(err)
	}
	var mu sync.Mutex // guards lines
	var lines []line
	mux := http.NewServeMux()
	mux.Handle("/turbo/", runtime)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		at, err := turbo.Position(r.Context(), "lines") // taken before the lines are read, so that the page misses none
		if err != nil {
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		mu.Lock()
		now := slices.Clone(lines)
		mu.Unlock()
		views.ExecuteTemplate(w, "page", map[string]any{"Turbo": runtime.Tags(""), "At": at, "Lines": now})
	})
	mux.HandleFunc("POST /lines", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		added := line{len(lines), r.FormValue("line")}
		lines = append(lines, added)
		mu.Unlock()
		turbo.To("lines").Broadcast(r.Context(), stream.Append.To("lines", stream.Template(views, "line", added))) // to everybody
		emptied := stream.Replace.To("form", stream.Template(views, "form", nil))
		stream.Response{Stream: []stream.Component{emptied}, Location: "/"}.Write(w, r) // without JavaScript: a redirect
	})
	if err := turbo.Mount(mux); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("localhost:"+cmp.Or(os.Getenv("PORT"), "8080"), mux))
}
