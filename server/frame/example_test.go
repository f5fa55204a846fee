package frame_test

import (
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/stream"
)

func ExampleElement() {
	frame.Element{
		ID: "user_sidebar", Src: "/sidebar", Target: "_top",
		Attrs:   []stream.Attr{{Name: "data-turbo-permanent"}},
		Content: stream.Text("One moment…"),
	}.Render(context.Background(), os.Stdout)
	// Output:
	// <turbo-frame data-turbo-permanent="" id="user_sidebar" src="/sidebar" target="_top">One moment…</turbo-frame>
}

func ExampleTag() {
	page := template.Must(template.New("").Funcs(template.FuncMap{"frame": frame.Tag}).
		Parse(`{{frame "comments" "src" .Comments "loading" "lazy"}}`))
	page.Execute(os.Stdout, map[string]string{"Comments": "/posts/1/comments?page=2&sort=new"})
	// Output:
	// <turbo-frame src="/posts/1/comments?page=2&amp;sort=new" loading="lazy" id="comments"></turbo-frame>
}

// A form is a page of its own, and appears in place where a frame asks for it.
func ExampleLayout() {
	views := template.Must(template.New("").Parse(
		`{{define "page"}}<!DOCTYPE html><title>Edit</title><h1>Edit the message</h1>{{template "form" .}}{{end}}` +
			`{{define "form"}}<turbo-frame id="edit_message_1"><form method="post">…</form></turbo-frame>{{end}}`))
	edit := func(w http.ResponseWriter, r *http.Request) {
		views.ExecuteTemplate(w, frame.Layout(w, r, "page", "form"), nil)
	}
	for _, id := range []string{"", "edit_message_1"} {
		r := httptest.NewRequest("GET", "/messages/1/edit", nil)
		r.Header.Set("Turbo-Frame", id)
		w := httptest.NewRecorder()
		edit(w, r)
		fmt.Println(w.Body)
	}
	// Output:
	// <!DOCTYPE html><title>Edit</title><h1>Edit the message</h1><turbo-frame id="edit_message_1"><form method="post">…</form></turbo-frame>
	// <turbo-frame id="edit_message_1"><form method="post">…</form></turbo-frame>
}

// While it is developed, an application is told of the frame that it forgot.
func ExampleCheck() {
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<!DOCTYPE html><turbo-frame id="message_1">…</turbo-frame>`)
	})
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	r := httptest.NewRequest("GET", "/messages/1/edit", nil)
	r.Header.Set("Turbo-Frame", "edit_message_1")
	frame.Check(app, logger).ServeHTTP(httptest.NewRecorder(), r)
	// Output:
	// level=ERROR msg="frame: the response lacks the frame that requested it" frame=edit_message_1 method=GET path=/messages/1/edit status=200 has=[message_1]
}
