package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/frame"
)

//go:embed templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// quickBoosts are one click away from every message.
var quickBoosts = []string{"👍", "❤️", "😂", "🎉", "👀"}

// page is what every page of a named user shows around its content. The zero
// value is a page without a sidebar.
type page struct {
	Title   string
	User    user
	Rooms   []room
	Directs []room
	Whole   bool // never part of another page: a frame that loads it is left

	MoreRooms, MoreDirects bool // than the sidebar shows

	// Positions of the sidebar's streams, taken before its lists were read.
	RoomsAt, DirectsAt broker.Position
}

// position returns the current position of a stream. If that fails, the page
// starts when it subscribes, and the function of the tag logs the error.
func (a *app) position(r *http.Request, streamables ...any) broker.Position {
	at, _ := a.turbo.Position(r.Context(), streamables...)
	return at
}

func (a *app) pageFor(r *http.Request, u user, title string) (p page, err error) {
	p = page{Title: title, User: u, RoomsAt: a.position(r, "rooms"), DirectsAt: a.position(r, u, "rooms")}
	// One more than needed shows whether there are more.
	if p.Rooms, err = a.db.rooms(r.Context(), 0, roomsShown+1); err == nil {
		p.Directs, err = a.db.directRooms(r.Context(), u, 0, roomsShown+1)
	}
	if p.MoreRooms = len(p.Rooms) > roomsShown; p.MoreRooms {
		p.Rooms = p.Rooms[:roomsShown]
	}
	if p.MoreDirects = len(p.Directs) > roomsShown; p.MoreDirects {
		p.Directs = p.Directs[:roomsShown]
	}
	return p, err
}

// showSidebar shows the sidebar with its stream sources.
func (a *app) showSidebar(w http.ResponseWriter, r *http.Request, u user) error {
	p, err := a.pageFor(r, u, "")
	if err != nil {
		return err
	}
	return a.renderPart(w, r, "sidebar_frame", p, "/")
}

// errorPage explains what went wrong.
type errorPage struct {
	page
	Frame   string // the frame that shows it, if one made the request
	Status  int
	Message string
}

func (a *app) parseViews() (*template.Template, error) {
	t := template.New("").Funcs(a.turbo.Funcs()).Funcs(template.FuncMap{
		"turbo": func() template.HTML {
			if a.runtime == nil {
				return ""
			}
			return a.runtime.Script("") // no module imports it, and the policy allows no inline scripts
		},
		"static":      staticURL,
		"segments":    segments,
		"emojiOnly":   emojiOnly,
		"quickBoosts": func() []string { return quickBoosts },
		"clock":       func(t time.Time) string { return t.Format("15:04") },
		"day":         func(t time.Time) string { return t.Format("Monday, 2 January") },
		"iso":         func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	})
	t, err := t.ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("chat: parse templates: %w", err)
	}
	return t, nil
}

// render sends the result of the template name with data. If it fails, nothing
// has been sent.
func (a *app) render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := a.views.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("chat: render %q: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store") // a page belongs to one user and one moment
	w.WriteHeader(status)
	w.Write(b.Bytes())
	return nil
}

// renderPart answers a frame with its part of a page, and redirects browsers to
// that page.
func (a *app) renderPart(w http.ResponseWriter, r *http.Request, name string, data any, page string) error {
	if frame.Layout(w, r, true, false) {
		http.Redirect(w, r, page, http.StatusSeeOther)
		return nil
	}
	return a.render(w, http.StatusOK, name, data)
}

// staticURL returns the address of an embedded file, with a hash of its
// content, so that browsers may cache it for long.
func staticURL(name string) (string, error) {
	data, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		return "", fmt.Errorf("chat: address %q: %w", name, err)
	}
	return "/static/" + name + "?v=" + hash(data), nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}

func serveStatic(w http.ResponseWriter, r *http.Request) {
	data, err := staticFiles.ReadFile(strings.TrimPrefix(r.URL.Path, "/"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("ETag", `"`+hash(data)+`"`)
	h.Set("Cache-Control", "no-cache")
	if r.FormValue("v") == hash(data) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, r.URL.Path, time.Time{}, bytes.NewReader(data))
}
