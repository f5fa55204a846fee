// Command rails-import-map serves two pages as a Rails application with
// importmap-rails does: its own code imports @hotwired/turbo-rails, and the
// import map says that this is turbowasm.
//
//	rails-import-map DIR
//
// DIR is what "turbowasm dist" wrote. The address is printed.
package main

import (
	"fmt"
	"html/template"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/turbowasm/turbowasm/server/assets"
)

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{.Title}}</title>
<link rel="icon" href="data:,">
<meta name="turbo-wasm" content="{{.Wasm}}">
<link rel="preload" href="{{.Wasm}}" as="fetch" type="application/wasm" crossorigin>
<script type="importmap" data-turbo-track="reload">{
  "imports": {
    {{range $name, $address := .Imports}}"{{$name}}": "{{$address}}",
    {{end}}"application": "/assets/application.js"
  }
}</script>
<link rel="modulepreload" href="{{index .Imports "@hotwired/turbo-rails"}}">
<script type="module">import "application"</script>
</head>
<body>
<h1>{{.Title}}</h1>
<a id="link" href="{{.Other}}">The other</a>
<ul id="list"></ul>
</body>
</html>
`))

// application is the application's own entry point, unchanged.
const application = `import { Turbo, cable } from "@hotwired/turbo-rails"
window.imported = Turbo.visit && cable.getConsumer
`

func main() {
	runtime, err := assets.New("/turbo/", os.DirFS(os.Args[1]))
	if err != nil {
		log.Fatal(err)
	}
	wasm, err := runtime.URL("turbo.wasm")
	if err != nil {
		log.Fatal(err)
	}
	imports := runtime.Imports()
	show := func(title, other string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			data := map[string]any{"Title": title, "Other": other, "Wasm": wasm, "Imports": imports}
			if err := page.Execute(w, data); err != nil {
				log.Print(err)
			}
		}
	}
	mux := http.NewServeMux()
	mux.Handle("/turbo/", runtime)
	mux.HandleFunc("GET /{$}", show("One", "/two"))
	mux.HandleFunc("GET /two", show("Two", "/"))
	mux.HandleFunc("GET /assets/application.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		fmt.Fprint(w, application)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}
