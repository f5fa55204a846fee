package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/turbowasm/turbowasm/server/frame"
	"github.com/turbowasm/turbowasm/server/stream"
)

const (
	maxMembers = 8   // of a direct room
	maxPeople  = 100 // shown in the picker
)

// errMembers reports members who cannot share a direct room.
var errMembers = errors.New("these people cannot share a direct room")

// seenBy names a direct room after the members other than the given one.
func (r room) seenBy(u user) room {
	r.Others = nil
	var names []string
	for _, m := range r.Members {
		if m.ID != u.ID {
			r.Others = append(r.Others, m)
			names = append(names, m.Name)
		}
	}
	r.Name = strings.Join(names, ", ")
	return r
}

// openDirectRoom finds or creates the direct room of a user and others, and
// moves it to the top of its members' sidebars.
func (s *store) openDirectRoom(ctx context.Context, opener user, others []int64, now time.Time) (room, error) {
	ids := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(others), opener.ID))))
	if len(ids) < 2 || len(ids) > maxMembers {
		return room{}, fmt.Errorf("chat: open direct room of %d: %w", len(ids), errMembers)
	}
	key := make([]string, len(ids))
	for i, id := range ids {
		key[i] = strconv.FormatInt(id, 10)
	}
	var r room
	err := s.change(ctx, func(tx *store) error {
		var id int64
		err := tx.db.QueryRowContext(ctx, `INSERT INTO rooms (name, creator_id, created_at, opened_at, direct_key) VALUES ('', ?, ?, ?, ?)
			ON CONFLICT (direct_key) DO UPDATE SET opened_at = excluded.opened_at RETURNING id`,
			opener.ID, now.UnixMilli(), now.UnixMilli(), strings.Join(key, ",")).Scan(&id)
		for i := 0; err == nil && i < len(ids); i++ {
			err = affected(tx.db.ExecContext(ctx, `INSERT INTO memberships (user_id, room_id) SELECT id, ? FROM users WHERE id = ?
				ON CONFLICT DO UPDATE SET room_id = room_id`, id, ids[i]))
		}
		if errors.Is(err, errNotFound) {
			return errMembers // one of them does not exist
		}
		if err == nil {
			r, err = tx.directRoom(ctx, opener, id)
		}
		return err
	})
	if err != nil {
		return room{}, fmt.Errorf("chat: open direct room: %w", err)
	}
	return r, nil
}

// directRoom finds a direct room of a user, or returns errNotFound.
func (s *store) directRoom(ctx context.Context, u user, id int64) (room, error) {
	list, err := s.queryDirectRooms(ctx, u, `mine.room_id = ?`, id, 1)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("chat: find direct room %d: %w", id, errNotFound)
	}
	if err != nil {
		return room{}, err
	}
	return list[0], nil
}

// directRooms lists n of a user's direct rooms, the most recently opened first;
// if before is not 0, those that follow that one.
func (s *store) directRooms(ctx context.Context, u user, before int64, n int) ([]room, error) {
	if before == 0 {
		return s.queryDirectRooms(ctx, u, `TRUE`, n)
	}
	return s.queryDirectRooms(ctx, u, `(r.opened_at, r.id) < (SELECT opened_at, id FROM rooms WHERE id = ?)`, before, n)
}

// queryDirectRooms finds direct rooms of a user by a condition. The arguments
// of the condition come first, then the number of rooms.
func (s *store) queryDirectRooms(ctx context.Context, u user, where string, args ...any) ([]room, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT r.id, u.id, u.name
		FROM (SELECT r.id, r.opened_at FROM memberships mine JOIN rooms r ON r.id = mine.room_id
			WHERE mine.user_id = ? AND `+where+` ORDER BY r.opened_at DESC, r.id DESC LIMIT ?) r
		JOIN memberships m ON m.room_id = r.id JOIN users u ON u.id = m.user_id
		ORDER BY r.opened_at DESC, r.id DESC, u.name, u.id`, append([]any{u.ID}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("chat: list direct rooms: %w", err)
	}
	defer rows.Close()
	var list []room
	for rows.Next() {
		var id int64
		var member user
		if err := rows.Scan(&id, &member.ID, &member.Name); err != nil {
			return nil, fmt.Errorf("chat: list direct rooms: %w", err)
		}
		if len(list) == 0 || list[len(list)-1].ID != id {
			list = append(list, room{ID: id})
		}
		r := &list[len(list)-1]
		r.Members = append(r.Members, member)
	}
	for i := range list {
		list[i] = list[i].seenBy(u)
	}
	return list, rows.Err()
}

// people lists the users one may talk to, by name; if there are many, the
// newest.
func (s *store) people(ctx context.Context, except user) ([]user, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, name FROM (SELECT id, name FROM users WHERE id <> ? ORDER BY id DESC LIMIT ?)
		ORDER BY name COLLATE NOCASE, id`, except.ID, maxPeople)
	if err != nil {
		return nil, fmt.Errorf("chat: list people: %w", err)
	}
	defer rows.Close()
	var list []user
	for rows.Next() {
		var u user
		if err := rows.Scan(&u.ID, &u.Name); err != nil {
			return nil, fmt.Errorf("chat: list people: %w", err)
		}
		list = append(list, u)
	}
	return list, rows.Err()
}

// directPage is the picker for a direct room.
type directPage struct {
	page
	People []user
	Chosen map[int64]bool
	Error  string
}

func (a *app) showDirects(w http.ResponseWriter, r *http.Request, u user) error {
	list, err := a.db.directRooms(r.Context(), u, beforeID(r), roomsShown+1)
	if err != nil {
		return err
	}
	return a.renderRooms(w, r, u, "Direct messages", list)
}

func (a *app) newDirect(w http.ResponseWriter, r *http.Request, u user) error {
	return a.renderPicker(w, r, u, http.StatusOK, directPage{})
}

func (a *app) renderPicker(w http.ResponseWriter, r *http.Request, u user, status int, p directPage) (err error) {
	if p.page, err = a.pageFor(r, u, "New direct message"); err != nil {
		return err
	}
	if p.People, err = a.db.people(r.Context(), u); err != nil {
		return err
	}
	return a.render(w, status, frame.Layout(w, r, "new_direct", "new_direct_frame"), p)
}

func (a *app) createDirect(w http.ResponseWriter, r *http.Request, u user) error {
	p := directPage{Chosen: map[int64]bool{}}
	var others []int64
	for _, s := range r.Form["user"] {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			others = append(others, id)
			p.Chosen[id] = true
		}
	}
	if fast := (tooFast{}); errors.As(a.allow(r, u, opening), &fast) {
		p.Error = fast.sentence()
		return a.renderPicker(w, r, u, fast.status(w), p)
	}
	var opened room
	err := a.change(r.Context(), func(ctx context.Context, tx *store) (err error) {
		opened, err = tx.openDirectRoom(ctx, u, others, time.Now())
		for i := 0; err == nil && i < len(opened.Members); i++ {
			m := opened.Members[i]
			item := stream.Template(a.views, "room_item", opened.seenBy(m))
			err = a.outbox.To(m.roomsStream()).Broadcast(ctx, tx.db, stream.Prepend.To("direct_rooms", item))
		}
		return err
	})
	if errors.Is(err, errMembers) {
		p.Error = fmt.Sprintf("Choose somebody, at most %d.", maxMembers-1)
		return a.renderPicker(w, r, u, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, opened.Path(), http.StatusSeeOther)
	return nil
}
