package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/turbowasm/turbowasm/server/cable"
)

// cookieAge is how long a session lasts, in the browser and in the database.
const cookieAge = 365 * 24 * time.Hour

// hashToken returns what the database stores of a session's token, which itself
// exists only in the cookie: whoever reads the database cannot impersonate its
// users. The token is random and long, so a plain hash suffices.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// createUser creates a user; token is the secret for their cookie.
func (s *store) createUser(ctx context.Context, name string, now time.Time) (u user, token string, err error) {
	u, token = user{Name: name}, rand.Text()
	err = s.db.QueryRowContext(ctx, `INSERT INTO users (name, token, created_at) VALUES (?, ?, ?) RETURNING id`,
		name, hashToken(token), now.UnixMilli()).Scan(&u.ID)
	if err != nil {
		return user{}, "", fmt.Errorf("chat: create user %q: %w", name, err)
	}
	return u, token, nil
}

// userByToken finds the owner of a cookie, or returns errNotFound.
func (s *store) userByToken(ctx context.Context, token string, now time.Time) (user, error) {
	var u user
	err := s.db.QueryRowContext(ctx, `SELECT id, name FROM users WHERE token = ? AND created_at > ?`,
		hashToken(token), now.Add(-cookieAge).UnixMilli()).Scan(&u.ID, &u.Name)
	if err != nil {
		return user{}, fmt.Errorf("chat: find user: %w", found(err))
	}
	return u, nil
}

// endSession invalidates a user's cookie. The user remains as the author of
// their messages.
func (s *store) endSession(ctx context.Context, u user) error {
	// No token has this hash.
	if err := affected(s.db.ExecContext(ctx, `UPDATE users SET token = ? WHERE id = ?`, "ended "+rand.Text(), u.ID)); err != nil {
		return fmt.Errorf("chat: end session of user %d: %w", u.ID, err)
	}
	return nil
}

// hashTokens hashes the tokens of a database that stores them in plain text.
func hashTokens(ctx context.Context, tx *store) error {
	rows, err := tx.db.QueryContext(ctx, `SELECT id, token FROM users`)
	if err != nil {
		return err
	}
	defer rows.Close()
	tokens := map[int64]string{}
	for rows.Next() {
		var id int64
		var token string
		if err := rows.Scan(&id, &token); err != nil {
			return err
		}
		tokens[id] = token
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for id, token := range tokens {
		if _, err := tx.db.ExecContext(ctx, `UPDATE users SET token = ? WHERE id = ?`, hashToken(token), id); err != nil {
			return err
		}
	}
	return nil
}

// sessionCookie is the cookie of a session.
func (a *app) sessionCookie(r *http.Request, token string, age time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: a.cookieName(r), Value: token, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: a.secure(r),
	}
}

func (a *app) cookieName(r *http.Request) string {
	if a.secure(r) {
		return "__Host-chat_session" // browsers do not let another host set it
	}
	return "chat_session"
}

// secure reports whether the browser uses https, to this server or to the
// proxy.
func (a *app) secure(r *http.Request) bool {
	return r.TLS != nil || a.config.Public != nil && a.config.Public.Scheme == "https"
}

// visitor finds the user of a request, or returns errNotFound.
func (a *app) visitor(r *http.Request) (user, error) {
	cookie, err := r.Cookie(a.cookieName(r))
	if err != nil {
		return user{}, errNotFound
	}
	return a.db.userByToken(r.Context(), cookie.Value, time.Now())
}

// authenticate finds the user of a cable connection.
func (a *app) authenticate(r *http.Request) (cable.User, error) {
	u, err := a.visitor(r)
	if errors.Is(err, errNotFound) {
		err = fmt.Errorf("%w: %w", cable.ErrUnauthorized, err) // final; after any other error the page retries
	}
	if err != nil {
		return cable.User{}, err
	}
	return cable.User{ID: u.key(), Data: u}, nil
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
	again := welcomePage{page: page{Whole: true}, Name: r.FormValue("name"), Next: localPath(r.FormValue("next"))}
	name, err := line(again.Name, maxUserName)
	if err != nil {
		again.Error = "Your name " + err.Error() + "."
		return a.render(w, http.StatusUnprocessableEntity, "welcome", again)
	}
	if fast := (tooFast{}); errors.As(a.allow(r, user{}, joining), &fast) {
		again.Error = fast.sentence()
		return a.render(w, fast.status(w), "welcome", again)
	}
	_, token, err := a.db.createUser(r.Context(), name, time.Now())
	if err != nil {
		return err
	}
	http.SetCookie(w, a.sessionCookie(r, token, cookieAge))
	http.Redirect(w, r, again.Next, http.StatusSeeOther)
	return nil
}

// showSession offers signing out.
func (a *app) showSession(w http.ResponseWriter, r *http.Request, u user) error {
	p, err := a.pageFor(r, u, "Sign out")
	if err != nil {
		return err
	}
	return a.render(w, http.StatusOK, "session", p)
}

// deleteSession signs out, in all windows of the browser.
func (a *app) deleteSession(w http.ResponseWriter, r *http.Request, u user) error {
	if err := a.db.endSession(r.Context(), u); err != nil {
		return err
	}
	if err := a.turbo.Cable.Disconnect(context.WithoutCancel(r.Context()), u.key(), false); err != nil {
		a.logger.ErrorContext(r.Context(), "chat: disconnect", "user", u.ID, "error", err)
	}
	http.SetCookie(w, a.sessionCookie(r, "", -time.Second))
	http.Redirect(w, r, "/welcome", http.StatusSeeOther)
	return nil
}

// localPath keeps redirects on this site: it returns "/" for anything but a
// local path.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(s, "/") ||
		strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}
