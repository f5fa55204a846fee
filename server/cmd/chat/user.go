package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/turbowasm/turbowasm/server/cable"
	"github.com/turbowasm/turbowasm/server/streamname"
)

// appName is the application in global ids.
const appName = "chat"

const maxUserName = 40 // characters

// user is somebody with a name, known by the cookie of one browser.
type user struct {
	ID   int64
	Name string
}

// GlobalID names the user in streams.
func (u user) GlobalID() streamname.GlobalID {
	return streamname.GlobalID{App: appName, Class: "User", ID: strconv.FormatInt(u.ID, 10)}
}

// roomsStream is what concerns this user's sidebar alone.
func (u user) roomsStream() string { return u.GlobalID().Param() + ":rooms" }

// Initials are one or two letters for the avatar.
func (u user) Initials() string {
	var initials string
	for i, word := range strings.Fields(u.Name) {
		if i == 2 {
			break
		}
		r, _ := utf8.DecodeRuneInString(word)
		initials += string(unicode.ToUpper(r))
	}
	return initials
}

// Hue picks one of the eight avatar colours.
func (u user) Hue() int64 { return u.ID % 8 }

// createUser makes a user; token is the secret that their cookie holds.
func (s *store) createUser(ctx context.Context, name string, now time.Time) (u user, token string, err error) {
	u, token = user{Name: name}, rand.Text()
	err = s.db.QueryRowContext(ctx, `INSERT INTO users (name, token, created_at) VALUES (?, ?, ?) RETURNING id`,
		name, token, now.UnixMilli()).Scan(&u.ID)
	if err != nil {
		return user{}, "", fmt.Errorf("chat: create user %q: %w", name, err)
	}
	return u, token, nil
}

// userByToken finds whom a cookie belongs to, or errNotFound.
func (s *store) userByToken(ctx context.Context, token string) (user, error) {
	var u user
	err := s.db.QueryRowContext(ctx, `SELECT id, name FROM users WHERE token = ?`, token).Scan(&u.ID, &u.Name)
	if err != nil {
		return user{}, fmt.Errorf("chat: find user: %w", found(err))
	}
	return u, nil
}

const (
	cookieName = "chat_session"
	cookieAge  = 365 * 24 * time.Hour
)

// visitor finds the user of a request, or errNotFound.
func (a *app) visitor(r *http.Request) (user, error) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return user{}, errNotFound
	}
	return a.db.userByToken(r.Context(), cookie.Value)
}

// authenticate finds the user of a cable connection.
func (a *app) authenticate(r *http.Request) (cable.User, error) {
	u, err := a.visitor(r)
	if err != nil {
		return cable.User{}, err
	}
	return cable.User{ID: strconv.FormatInt(u.ID, 10), Data: u}, nil
}

// welcomePage asks for a name.
type welcomePage struct {
	page
	Name, Next, Error string
}

func (a *app) showWelcome(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.FormValue("next"))
	if _, err := a.visitor(r); err == nil {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return a.render(w, http.StatusOK, "welcome", welcomePage{page: page{Whole: true}, Name: suggestName(), Next: next})
}

func (a *app) createSession(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.FormValue("next"))
	name, err := line(r.FormValue("name"), maxUserName)
	if err != nil {
		return a.render(w, http.StatusUnprocessableEntity, "welcome",
			welcomePage{page: page{Whole: true}, Name: r.FormValue("name"), Next: next, Error: "Your name " + err.Error() + "."})
	}
	_, token, err := a.db.createUser(r.Context(), name, time.Now())
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: token, Path: "/", MaxAge: int(cookieAge / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	})
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// localPath keeps a redirect on this site: anything but a path on it is "/".
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(s, "/") ||
		strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}

// suggestName invents a name for whom none comes to mind.
func suggestName() string {
	adjectives := []string{"Amber", "Brisk", "Calm", "Dapper", "Early", "Fond", "Gentle", "Hazel", "Keen", "Lucky", "Mellow", "Swift"}
	animals := []string{"Badger", "Crane", "Dormouse", "Falcon", "Gopher", "Heron", "Ibex", "Lynx", "Marten", "Otter", "Puffin", "Wren"}
	var b [2]byte
	rand.Read(b[:])
	return adjectives[int(b[0])%len(adjectives)] + " " + animals[int(b[1])%len(animals)]
}
