// Command hello serves a list: every line that somebody writes appears in all open pages.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
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

type line struct{ ID, Text string }

const html = `{{define "page"}}<!DOCTYPE html><title>Hello</title>{{.Turbo}}{{streamFrom .At "lines"}}
<ul id="lines">{{range .Lines}}{{template "line" .}}{{end}}</ul>{{template "form"}}{{end}}
{{define "form"}}<form id="form" action="/lines" method="post"><input name="line" required></form>{{end}}
{{define "line"}}<li id="line_{{.ID}}">{{.Text}}</li>{{end}}`

func main() {
	turbo := &server.Server{SecretKeyBase: os.Getenv("SECRET_KEY_BASE")}
	turbo.Cable.Authorize = func(context.Context, *cable.Subscription, string) error { return nil } // anyone may subscribe
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
		at, _ := turbo.Position(r.Context(), "lines") // before reading the lines, so that none is missed; only fails with Redis
		mu.Lock()
		now := slices.Clone(lines)
		mu.Unlock()
		views.ExecuteTemplate(w, "page", map[string]any{"Turbo": runtime.Tags(""), "At": at, "Lines": now})
	})
	mux.HandleFunc("POST /lines", func(w http.ResponseWriter, r *http.Request) {
		added := line{rand.Text(), r.FormValue("line")}
		mu.Lock()
		lines = append(lines, added)
		mu.Unlock()
		turbo.To("lines").Broadcast(r.Context(), stream.Append.To("lines", stream.Template(views, "line", added))) // to all pages
		empty := stream.Replace.To("form", stream.Template(views, "form", nil))
		stream.Response{Stream: []stream.Component{empty}, Location: "/"}.Write(w, r) // a redirect without JavaScript
	})
	if err := turbo.Mount(mux); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("localhost:"+cmp.Or(os.Getenv("PORT"), "8080"), mux))
}
