package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/stream"
)

const (
	maxBody = 10_000 // characters
	// threadGap is how far apart consecutive messages of an author may be to
	// look like one.
	threadGap = 5 * time.Minute
)

// message is a message with everything that its row shows.
type message struct {
	ID       int64
	RoomID   int64
	Creator  user
	ClientID string // chosen by the client, or by the server if it chose none; unique
	Body     string
	Created  time.Time
	Updated  time.Time

	Boosts        []boost // some of them, oldest first
	EarlierBoosts int     // number of earlier boosts
	LaterBoosts   bool    // there are later boosts, so new ones do not appear here

	Threaded bool // follows a message of the same author: no name, no avatar
	NewDay   bool // first of its day in the list
}

// ModelName and DOMKey yield ids such as presentation_message_k3v9.
func (m message) ModelName() string { return "Message" }

// DOMKey is the client's id, which exists before the database id.
func (m message) DOMKey() string { return m.ClientID }

// Path is the path of the message.
func (m message) Path() string { return fmt.Sprintf("/rooms/%d/messages/%d", m.RoomID, m.ID) }

// Edited reports whether the body was changed.
func (m message) Edited() bool { return m.Updated.After(m.Created) }

// presentation is the id of the part that an edit replaces.
func (m message) presentation() string { return stream.DOMID(m, "presentation") }

// thread marks messages that continue their predecessor. The page's script does
// the same for messages that arrive later.
func thread(list []message) {
	for i := range list {
		m := &list[i]
		if i == 0 {
			m.NewDay = true
			continue
		}
		prev := list[i-1]
		y1, m1, d1 := prev.Created.Date()
		y2, m2, d2 := m.Created.Date()
		m.NewDay = y1 != y2 || m1 != m2 || d1 != d2
		m.Threaded = !m.NewDay && prev.Creator.ID == m.Creator.ID && m.Created.Sub(prev.Created) < threadGap
	}
}

const messageColumns = `m.id, m.room_id, u.id, u.name, m.client_message_id, m.body, m.created_at, m.updated_at
	FROM messages m JOIN users u ON u.id = m.creator_id`

func scanMessage(row interface{ Scan(...any) error }) (message, error) {
	var m message
	var created, updated int64
	err := row.Scan(&m.ID, &m.RoomID, &m.Creator.ID, &m.Creator.Name, &m.ClientID, &m.Body, &created, &updated)
	m.Created, m.Updated = time.UnixMilli(created), time.UnixMilli(updated)
	return m, err
}

// messages lists the last n messages of a room, oldest first, with their latest
// boosts; if before is not 0, those with smaller ids.
func (s *store) messages(ctx context.Context, r room, before int64, n int) ([]message, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+messageColumns+`
		WHERE m.room_id = ? AND (? = 0 OR m.id < ?) ORDER BY m.id DESC LIMIT ?`, r.ID, before, before, n)
	if err != nil {
		return nil, fmt.Errorf("chat: list messages of room %d: %w", r.ID, err)
	}
	defer rows.Close()
	var list []message
	for rows.Next() {
		m, err := scanMessage(rows)
		if err != nil {
			return nil, fmt.Errorf("chat: list messages of room %d: %w", r.ID, err)
		}
		list = append(list, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("chat: list messages of room %d: %w", r.ID, err)
	}
	slices.Reverse(list)
	return list, s.loadBoosts(ctx, list)
}

// message finds a message of a room, with its latest boosts, or returns
// errNotFound.
func (s *store) message(ctx context.Context, r room, id int64) (message, error) {
	m, err := scanMessage(s.db.QueryRowContext(ctx, `SELECT `+messageColumns+` WHERE m.room_id = ? AND m.id = ?`, r.ID, id))
	if err != nil {
		return message{}, fmt.Errorf("chat: find message %d: %w", id, found(err))
	}
	list := []message{m}
	err = s.loadBoosts(ctx, list)
	return list[0], err
}

// clientIDs matches the ids that clients may choose: they become part of
// element ids.
var clientIDs = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// errClientID reports a client id that is malformed or used by another message.
var errClientID = errors.New("client message id is malformed or already in use")

// createMessage adds a message to a room. If a message with the same client id,
// author, room and body exists, it was sent again: it is returned, and created
// is false.
func (s *store) createMessage(ctx context.Context, r room, creator user, clientID, body string, now time.Time) (m message, created bool, err error) {
	if !clientIDs.MatchString(clientID) {
		return message{}, false, fmt.Errorf("chat: create message %q: %w", clientID, errClientID)
	}
	err = s.change(ctx, func(tx *store) error {
		res, err := tx.db.ExecContext(ctx, `INSERT INTO messages (room_id, creator_id, client_message_id, body, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (client_message_id) DO NOTHING`,
			r.ID, creator.ID, clientID, body, now.UnixMilli(), now.UnixMilli())
		if err != nil {
			return err
		}
		created = affected(res, nil) == nil
		m, err = scanMessage(tx.db.QueryRowContext(ctx, `SELECT `+messageColumns+` WHERE m.client_message_id = ?`, clientID))
		if err == nil && (m.RoomID != r.ID || m.Creator.ID != creator.ID || m.Body != body) {
			return errClientID
		}
		return err
	})
	if err != nil {
		return message{}, false, fmt.Errorf("chat: create message in room %d: %w", r.ID, err)
	}
	return m, created, nil
}

// updateMessage changes a message's body, or returns errNotFound.
func (s *store) updateMessage(ctx context.Context, m message, body string, now time.Time) error {
	err := affected(s.db.ExecContext(ctx, `UPDATE messages SET body = ?, updated_at = ? WHERE id = ?`, body, now.UnixMilli(), m.ID))
	if err != nil {
		return fmt.Errorf("chat: update message %d: %w", m.ID, err)
	}
	return nil
}

// deleteMessage removes a message and its boosts, or returns errNotFound.
func (s *store) deleteMessage(ctx context.Context, m message) error {
	if err := affected(s.db.ExecContext(ctx, `DELETE FROM messages WHERE id = ?`, m.ID)); err != nil {
		return fmt.Errorf("chat: delete message %d: %w", m.ID, err)
	}
	return nil
}

func (a *app) createMessage(w http.ResponseWriter, r *http.Request, u user) error {
	room, err := a.roomOf(r, u)
	if err != nil {
		return err
	}
	d := draft{Body: r.FormValue("body")}
	body, err := text(d.Body, maxBody)
	if err == nil {
		err = a.allow(r, u, posting)
	}
	if err != nil {
		var status int
		d.Error, status = refused(w, "A message", err)
		return a.renderRoom(w, r, u, room, status, d)
	}
	clientID := r.FormValue("client_message_id")
	if clientID == "" {
		clientID = strings.ToLower(rand.Text())
	}
	var part stream.Component
	err = a.change(r.Context(), func(ctx context.Context, tx *store) error {
		m, created, err := tx.createMessage(ctx, room, u, clientID, body, time.Now())
		part = stream.Append.To(stream.DOMID(room, "messages"), stream.Template(a.views, "message", m))
		if err != nil || !created {
			return err // a repeated message was already broadcast, although perhaps not answered
		}
		return a.outbox.To(room.messagesStream()).Broadcast(ctx, tx.db, part)
	})
	if errors.Is(err, errClientID) {
		d.Error = "The message came with an id that cannot be used. Please send it once more."
		return a.renderRoom(w, r, u, room, http.StatusUnprocessableEntity, d)
	}
	if err != nil {
		return err
	}
	return stream.Response{Stream: []stream.Component{part}, Location: room.Path()}.Write(w, r)
}

// showMessage shows a message again after an edit.
func (a *app) showMessage(w http.ResponseWriter, r *http.Request, u user) error {
	room, m, err := a.messageOf(r, u)
	if err != nil {
		return err
	}
	return a.renderPart(w, r, "message_frame", m, room.Path()+"#"+stream.DOMID(m))
}

// editPage is the form to edit a message.
type editPage struct {
	page
	Room    room
	Message message
	Error   string
}

func (a *app) editMessage(w http.ResponseWriter, r *http.Request, u user) error {
	room, m, err := a.ownMessageOf(r, u)
	if err != nil {
		return err
	}
	return a.renderEdit(w, r, u, http.StatusOK, editPage{Room: room, Message: m})
}

func (a *app) renderEdit(w http.ResponseWriter, r *http.Request, u user, status int, p editPage) (err error) {
	if p.page, err = a.pageFor(r, u, "Edit message"); err != nil {
		return err
	}
	return a.render(w, status, frame.Layout(w, r, "edit_message", "edit_message_frame"), p)
}

func (a *app) updateMessage(w http.ResponseWriter, r *http.Request, u user) error {
	room, m, err := a.ownMessageOf(r, u)
	if err != nil {
		return err
	}
	body, err := text(r.FormValue("body"), maxBody)
	if err == nil {
		err = a.allow(r, u, posting)
	}
	if err != nil {
		m.Body = r.FormValue("body")
		sentence, status := refused(w, "A message", err)
		return a.renderEdit(w, r, u, status, editPage{Room: room, Message: m, Error: sentence})
	}
	m.Body, m.Updated = body, time.Now()
	part := stream.Replace.To(m.presentation(), stream.Template(a.views, "presentation", m), stream.MaintainScroll)
	err = a.change(r.Context(), func(ctx context.Context, tx *store) error {
		if err := tx.updateMessage(ctx, m, body, m.Updated); err != nil {
			return err
		}
		return a.outbox.To(room.messagesStream()).Broadcast(ctx, tx.db, part)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, m.Path(), http.StatusSeeOther)
	return nil
}

func (a *app) deleteMessage(w http.ResponseWriter, r *http.Request, u user) error {
	room, m, err := a.ownMessageOf(r, u)
	if err != nil {
		return err
	}
	part := stream.Remove.To(stream.DOMID(m), nil)
	err = a.change(r.Context(), func(ctx context.Context, tx *store) error {
		if err := tx.deleteMessage(ctx, m); err != nil {
			return err
		}
		return a.outbox.To(room.messagesStream()).Broadcast(ctx, tx.db, part)
	})
	if err != nil {
		return err
	}
	return stream.Response{Stream: []stream.Component{part}, Location: room.Path()}.Write(w, r)
}

// messageOf finds the room and the message named by a request's path.
func (a *app) messageOf(r *http.Request, u user) (room, message, error) {
	in, err := a.roomOf(r, u)
	if err != nil {
		return room{}, message{}, err
	}
	id, err := strconv.ParseInt(r.PathValue("message"), 10, 64)
	if err != nil {
		return room{}, message{}, fmt.Errorf("chat: find message %q: %w", r.PathValue("message"), errNotFound)
	}
	m, err := a.db.message(r.Context(), in, id)
	return in, m, err
}

// ownMessageOf is messageOf for what only the author may do.
func (a *app) ownMessageOf(r *http.Request, u user) (room, message, error) {
	in, m, err := a.messageOf(r, u)
	if err == nil && m.Creator.ID != u.ID {
		err = fmt.Errorf("chat: message %d of user %d: %w", m.ID, m.Creator.ID, errForbidden)
	}
	return in, m, err
}
