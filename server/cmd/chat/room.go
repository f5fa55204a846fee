package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/streamname"
)

const (
	maxRoomName = 60 // characters
	// roomsStream is the stream of the sidebar that everyone shares.
	roomsStream = "rooms"
	// pageSize is how many messages a page shows.
	pageSize = 40
	// roomsShown is how many rooms a page or the sidebar shows.
	roomsShown = 30
)

// room is an open room, or the direct room of a few users.
type room struct {
	ID      int64
	Name    string // of a direct room: see seenBy
	Members []user // of a direct room, by name; nil if it is open
	Others  []user // its members without the viewer
}

// Direct reports whether only its members may enter the room.
func (r room) Direct() bool { return r.Members != nil }

// ModelName and DOMKey yield ids such as messages_rooms_open_5.
func (r room) ModelName() string {
	if r.Direct() {
		return "Rooms::Direct"
	}
	return "Rooms::Open"
}

// DOMKey is the database id.
func (r room) DOMKey() string { return strconv.FormatInt(r.ID, 10) }

// GlobalID identifies the room in stream names.
func (r room) GlobalID() streamname.GlobalID {
	return streamname.GlobalID{App: appName, Class: r.ModelName(), ID: r.DOMKey()}
}

// messagesStream is the stream of the room's messages.
func (r room) messagesStream() string { return r.GlobalID().Param() + ":messages" }

// Path is the path of the room's page.
func (r room) Path() string { return "/rooms/" + r.DOMKey() }

// createRoom creates an open room.
func (s *store) createRoom(ctx context.Context, name string, creator user, now time.Time) (room, error) {
	r := room{Name: name}
	err := s.db.QueryRowContext(ctx, `INSERT INTO rooms (name, creator_id, created_at) VALUES (?, ?, ?) RETURNING id`,
		name, creator.ID, now.UnixMilli()).Scan(&r.ID)
	if err != nil {
		return room{}, fmt.Errorf("chat: create room %q: %w", name, err)
	}
	return r, nil
}

// rooms lists the last n open rooms, newest first; if before is not 0, those
// with smaller ids.
func (s *store) rooms(ctx context.Context, before int64, n int) ([]room, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, name FROM rooms
		WHERE direct_key IS NULL AND (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?`, before, before, n)
	if err != nil {
		return nil, fmt.Errorf("chat: list rooms: %w", err)
	}
	defer rows.Close()
	var all []room
	for rows.Next() {
		var r room
		if err := rows.Scan(&r.ID, &r.Name); err != nil {
			return nil, fmt.Errorf("chat: list rooms: %w", err)
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// firstRoom finds the oldest open room, or returns errNotFound.
func (s *store) firstRoom(ctx context.Context) (room, error) {
	var r room
	err := s.db.QueryRowContext(ctx, `SELECT id, name FROM rooms WHERE direct_key IS NULL ORDER BY id LIMIT 1`).Scan(&r.ID, &r.Name)
	if err != nil {
		return room{}, fmt.Errorf("chat: find the first room: %w", found(err))
	}
	return r, nil
}

// roomFor finds a room that a user may enter, or returns errNotFound.
func (s *store) roomFor(ctx context.Context, u user, key string) (room, error) {
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return room{}, fmt.Errorf("chat: find room %q: %w", key, errNotFound)
	}
	r := room{ID: id}
	var direct bool
	err = s.db.QueryRowContext(ctx, `SELECT name, direct_key IS NOT NULL FROM rooms WHERE id = ?`, id).Scan(&r.Name, &direct)
	if err == nil && direct {
		r, err = s.directRoom(ctx, u, r.ID)
	}
	if err != nil {
		return room{}, fmt.Errorf("chat: find room %q: %w", key, found(err))
	}
	return r, nil
}

// roomPage shows a room with its latest messages, or with those before one of
// them.
type roomPage struct {
	page
	Room     room
	Messages []message
	Earlier  int64           // id with which to request earlier messages; 0 if there are none
	At       broker.Position // of the room's stream, taken before the messages were read
	Past     bool            // these are not the latest messages, so new ones do not appear here
	Draft    draft
}

// draft is the content of the composer: after an error, what had been typed.
type draft struct {
	Body, Error string
}

// newRoomPage asks for a room's name.
type newRoomPage struct {
	page
	Name, Error string
}

// showHome redirects to the oldest room, where everyone meets.
func (a *app) showHome(w http.ResponseWriter, r *http.Request, _ user) error {
	first, err := a.db.firstRoom(r.Context())
	to := first.Path()
	if errors.Is(err, errNotFound) {
		to, err = "/rooms/new", nil
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (a *app) showRoom(w http.ResponseWriter, r *http.Request, u user) error {
	room, err := a.roomOf(r, u)
	if err != nil {
		return err
	}
	return a.renderRoom(w, r, u, room, http.StatusOK, draft{})
}

func (a *app) renderRoom(w http.ResponseWriter, r *http.Request, u user, room room, status int, d draft) error {
	before := beforeID(r)
	p := roomPage{Room: room, Draft: d, Past: before > 0, At: a.position(r, room, "messages")}
	var err error
	// One more than needed shows whether there are earlier ones.
	if p.Messages, err = a.db.messages(r.Context(), room, before, pageSize+1); err != nil {
		return err
	}
	if len(p.Messages) > pageSize {
		p.Messages = p.Messages[1:]
		p.Earlier = p.Messages[0].ID
	}
	thread(p.Messages)
	if p.page, err = a.pageFor(r, u, room.Name); err != nil {
		return err
	}
	return a.render(w, status, "room", p)
}

func (a *app) newRoom(w http.ResponseWriter, r *http.Request, u user) error {
	p, err := a.pageFor(r, u, "New room")
	if err != nil {
		return err
	}
	return a.render(w, http.StatusOK, "new_room", newRoomPage{page: p})
}

func (a *app) createRoom(w http.ResponseWriter, r *http.Request, u user) error {
	name, err := line(r.FormValue("name"), maxRoomName)
	if err == nil {
		err = a.allow(r, u, opening)
	}
	if err != nil {
		p, pageErr := a.pageFor(r, u, "New room")
		if pageErr != nil {
			return pageErr
		}
		sentence, status := refused(w, "The name", err)
		return a.render(w, status, "new_room", newRoomPage{page: p, Name: r.FormValue("name"), Error: sentence})
	}
	var created room
	err = a.change(r.Context(), func(ctx context.Context, tx *store) (err error) {
		if created, err = tx.createRoom(ctx, name, u, time.Now()); err != nil {
			return err
		}
		part := stream.Prepend.To("shared_rooms", stream.Template(a.views, "room_item", created))
		return a.outbox.To(roomsStream).Broadcast(ctx, tx.db, part)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, created.Path(), http.StatusSeeOther)
	return nil
}

// roomsPage lists open rooms, or the viewer's direct rooms.
type roomsPage struct {
	page
	List  []room
	Older int64 // id with which to request older rooms; 0 if there are none
}

func (a *app) showRooms(w http.ResponseWriter, r *http.Request, u user) error {
	list, err := a.db.rooms(r.Context(), beforeID(r), roomsShown+1)
	if err != nil {
		return err
	}
	return a.renderRooms(w, r, u, "Rooms", list)
}

// renderRooms sends a page of rooms. If there are older ones, the list has one
// more than the page shows.
func (a *app) renderRooms(w http.ResponseWriter, r *http.Request, u user, title string, list []room) (err error) {
	p := roomsPage{List: list}
	if len(list) > roomsShown {
		p.List = list[:roomsShown]
		p.Older = p.List[roomsShown-1].ID
	}
	if p.page, err = a.pageFor(r, u, title); err != nil {
		return err
	}
	return a.render(w, http.StatusOK, "rooms_page", p)
}

// beforeID returns the id before which a page of a list ends, or 0 for the
// first page.
func beforeID(r *http.Request) int64 {
	id, err := strconv.ParseInt(r.FormValue("before"), 10, 64)
	if err != nil {
		return 0
	}
	return max(id, 0)
}

// roomOf finds the room named by a request's path, if the user may enter it.
func (a *app) roomOf(r *http.Request, u user) (room, error) {
	return a.db.roomFor(r.Context(), u, r.PathValue("room"))
}
