package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/stream"
)

const (
	maxBoost    = 16 // characters
	boostsShown = 20 // per message at a time
)

// boost is a short reaction to a message.
type boost struct {
	ID      int64
	Message string // path of the message
	Booster user
	Content string
}

// ModelName and DOMKey yield ids such as boost_3.
func (b boost) ModelName() string { return "Boost" }

// DOMKey is the database id.
func (b boost) DOMKey() string { return strconv.FormatInt(b.ID, 10) }

// Path is the path of the boost.
func (b boost) Path() string { return b.Message + "/boosts/" + b.DOMKey() }

// loadBoosts adds the latest boosts to messages, oldest first. The list must be
// sorted by id.
func (s *store) loadBoosts(ctx context.Context, list []message) error {
	if len(list) == 0 {
		return nil
	}
	first, last := list[0], list[len(list)-1]
	rows, err := s.db.QueryContext(ctx, `SELECT b.message_id, b.id, b.content, u.id, u.name, b.here - b.back
		FROM (SELECT b.*, COUNT(*) OVER (PARTITION BY b.message_id) AS here,
				ROW_NUMBER() OVER (PARTITION BY b.message_id ORDER BY b.id DESC) AS back
			FROM boosts b JOIN messages m ON m.id = b.message_id
			WHERE b.message_id BETWEEN ? AND ? AND m.room_id = ?) b
		JOIN users u ON u.id = b.booster_id
		WHERE b.back <= ? ORDER BY b.id`, first.ID, last.ID, first.RoomID, boostsShown)
	if err != nil {
		return fmt.Errorf("chat: list boosts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var b boost
		var earlier int
		if err := rows.Scan(&id, &b.ID, &b.Content, &b.Booster.ID, &b.Booster.Name, &earlier); err != nil {
			return fmt.Errorf("chat: list boosts: %w", err)
		}
		i, ok := slices.BinarySearchFunc(list, id, func(m message, id int64) int { return cmp.Compare(m.ID, id) })
		if ok {
			b.Message = list[i].Path()
			if list[i].Boosts = append(list[i].Boosts, b); len(list[i].Boosts) == 1 {
				list[i].EarlierBoosts = earlier
			}
		}
	}
	return rows.Err()
}

// boostsBefore returns a message with the boosts before the given one, oldest
// first.
func (s *store) boostsBefore(ctx context.Context, m message, before int64) (message, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT b.id, b.content, u.id, u.name, COUNT(*) OVER ()
		FROM boosts b JOIN users u ON u.id = b.booster_id
		WHERE b.message_id = ? AND b.id < ? ORDER BY b.id DESC LIMIT ?`, m.ID, before, boostsShown)
	if err != nil {
		return m, fmt.Errorf("chat: list boosts: %w", err)
	}
	defer rows.Close()
	m.Boosts, m.EarlierBoosts, m.LaterBoosts = nil, 0, true
	for rows.Next() {
		b := boost{Message: m.Path()}
		if err := rows.Scan(&b.ID, &b.Content, &b.Booster.ID, &b.Booster.Name, &m.EarlierBoosts); err != nil {
			return m, fmt.Errorf("chat: list boosts: %w", err)
		}
		m.Boosts = append(m.Boosts, b)
	}
	m.EarlierBoosts -= len(m.Boosts)
	slices.Reverse(m.Boosts)
	return m, rows.Err()
}

// boost finds a boost of a message, or returns errNotFound.
func (s *store) boost(ctx context.Context, m message, key string) (boost, error) {
	b := boost{Message: m.Path()}
	err := s.db.QueryRowContext(ctx, `SELECT b.id, b.content, u.id, u.name FROM boosts b JOIN users u ON u.id = b.booster_id
		WHERE b.message_id = ? AND b.id = ?`, m.ID, key).Scan(&b.ID, &b.Content, &b.Booster.ID, &b.Booster.Name)
	if err != nil {
		return boost{}, fmt.Errorf("chat: find boost %q: %w", key, found(err))
	}
	return b, nil
}

// createBoost adds a boost to a message.
func (s *store) createBoost(ctx context.Context, m message, booster user, content string, now time.Time) (boost, error) {
	b := boost{Message: m.Path(), Booster: booster, Content: content}
	err := s.db.QueryRowContext(ctx, `INSERT INTO boosts (message_id, booster_id, content, created_at)
		SELECT id, ?, ?, ? FROM messages WHERE id = ? RETURNING id`,
		booster.ID, content, now.UnixMilli(), m.ID).Scan(&b.ID)
	if err != nil {
		return boost{}, fmt.Errorf("chat: boost message %d: %w", m.ID, found(err))
	}
	return b, nil
}

// deleteBoost removes a boost, or returns errNotFound.
func (s *store) deleteBoost(ctx context.Context, b boost) error {
	if err := affected(s.db.ExecContext(ctx, `DELETE FROM boosts WHERE id = ?`, b.ID)); err != nil {
		return fmt.Errorf("chat: delete boost %d: %w", b.ID, err)
	}
	return nil
}

// boostsPage shows a message with some of its boosts.
type boostsPage struct {
	page
	Room    room
	Message message
}

// showBoosts shows the boosts after a new one was added, or those before
// another one.
func (a *app) showBoosts(w http.ResponseWriter, r *http.Request, u user) error {
	room, m, err := a.messageOf(r, u)
	if err != nil {
		return err
	}
	before := beforeID(r)
	if before == 0 {
		return a.renderPart(w, r, "boosting", m, room.Path()+"#"+stream.DOMID(m))
	}
	if m, err = a.db.boostsBefore(r.Context(), m, before); err != nil {
		return err
	}
	if frame.Layout(w, r, false, true) {
		return a.render(w, http.StatusOK, "boosting", m)
	}
	p, err := a.pageFor(r, u, "Boosts")
	if err != nil {
		return err
	}
	return a.render(w, http.StatusOK, "boosts_page", boostsPage{p, room, m})
}

// newBoostPage asks for a boost other than the quick ones.
type newBoostPage struct {
	page
	Room           room
	Message        message
	Content, Error string
}

func (a *app) newBoost(w http.ResponseWriter, r *http.Request, u user) error {
	room, m, err := a.messageOf(r, u)
	if err != nil {
		return err
	}
	return a.renderNewBoost(w, r, u, http.StatusOK, "new_boost_frame", newBoostPage{Room: room, Message: m})
}

// renderNewBoost sends the page that asks for a boost, or its frame.
func (a *app) renderNewBoost(w http.ResponseWriter, r *http.Request, u user, status int, part string, p newBoostPage) (err error) {
	if p.page, err = a.pageFor(r, u, "Boost"); err != nil {
		return err
	}
	return a.render(w, status, frame.Layout(w, r, "new_boost", part), p)
}

func (a *app) createBoost(w http.ResponseWriter, r *http.Request, u user) error {
	room, m, err := a.messageOf(r, u)
	if err != nil {
		return err
	}
	content, err := line(r.FormValue("content"), maxBoost)
	if err == nil {
		err = a.allow(r, u, boosting)
	}
	if err != nil {
		sentence, status := refused(w, "A boost", err)
		return a.renderNewBoost(w, r, u, status, "boosting_again",
			newBoostPage{Room: room, Message: m, Content: r.FormValue("content"), Error: sentence})
	}
	err = a.change(r.Context(), func(ctx context.Context, tx *store) error {
		b, err := tx.createBoost(ctx, m, u, content, time.Now())
		if err != nil {
			return err
		}
		part := stream.Append.To(stream.DOMID(m, "boosts"), stream.Template(a.views, "boost", b), stream.MaintainScroll)
		return a.outbox.To(room.messagesStream()).Broadcast(ctx, tx.db, part)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, m.Path()+"/boosts", http.StatusSeeOther)
	return nil
}

func (a *app) deleteBoost(w http.ResponseWriter, r *http.Request, u user) error {
	room, m, err := a.messageOf(r, u)
	if err != nil {
		return err
	}
	b, err := a.db.boost(r.Context(), m, r.PathValue("boost"))
	if err != nil {
		return err
	}
	if b.Booster.ID != u.ID {
		return fmt.Errorf("chat: boost %d of user %d: %w", b.ID, b.Booster.ID, errForbidden)
	}
	part := stream.Remove.To(stream.DOMID(b), nil, stream.MaintainScroll)
	err = a.change(r.Context(), func(ctx context.Context, tx *store) error {
		if err := tx.deleteBoost(ctx, b); err != nil {
			return err
		}
		return a.outbox.To(room.messagesStream()).Broadcast(ctx, tx.db, part)
	})
	if err != nil {
		return err
	}
	return stream.Response{Stream: []stream.Component{part}, Location: room.Path() + "#" + stream.DOMID(m)}.Write(w, r)
}
