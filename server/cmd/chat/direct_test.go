package main

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/turbotest"
)

func TestTheSamePeopleAlwaysMeetInTheSameRoom(t *testing.T) {
	ctx, db := t.Context(), newTestStore(t)
	ada, _, _ := db.createUser(ctx, "Ada", time.Now())
	ken, _, _ := db.createUser(ctx, "Ken", time.Now())
	bob, _, _ := db.createUser(ctx, "Bob", time.Now())
	open := func(u user, others ...int64) room {
		t.Helper()
		r, err := db.openDirectRoom(ctx, u, others, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := open(ada, ken.ID)
	for name, r := range map[string]room{
		"again":               open(ada, ken.ID),
		"from the other side": open(ken, ada.ID),
		"named twice":         open(ada, ken.ID, ken.ID, ada.ID),
	} {
		if r.ID != first.ID {
			t.Errorf("%s: got room %d, want %d", name, r.ID, first.ID)
		}
	}
	three := open(bob, ken.ID, ada.ID)
	if three.ID == first.ID || three.Name != "Ada, Ken" || len(three.Members) != 3 {
		t.Errorf("three of them: got %+v", three)
	}
	names := func(u user) (names []string) {
		list, err := db.directRooms(ctx, u, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			names = append(names, r.Name)
		}
		return names
	}
	if got := strings.Join(names(ken), " | "); got != "Ada, Bob | Ada" {
		t.Errorf("Ken's rooms: got %q, want the last opened first", got)
	}
	if _, err := db.openDirectRoom(ctx, ada, []int64{ken.ID}, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names(ken), " | "); got != "Ada | Ada, Bob" {
		t.Errorf("Ken's rooms after one was opened again: got %q", got)
	}
	for name, others := range map[string][]int64{
		"nobody": nil, "oneself": {ada.ID}, "somebody unknown": {ken.ID, 99}, "too many": {2, 3, 4, 5, 6, 7, 8, 9},
	} {
		if r, err := db.openDirectRoom(ctx, ada, others, time.Now()); !errors.Is(err, errMembers) {
			t.Errorf("%s: got room %v, error %v", name, r, err)
		}
	}
	if got := names(ada); len(got) != 2 {
		t.Errorf("Ada's rooms: got %q", got)
	}
}

func TestADirectRoomIsItsMembersAlone(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	ada, ken, bob := c.named(t, "Ada"), c.named(t, "Ken"), c.named(t, "Bob")
	if got := ada.post("/rooms/directs", url.Values{"user": {"3"}}); got.status != http.StatusSeeOther || got.location != "/rooms/2" {
		t.Fatalf("got %d to %q, want 303 to /rooms/2", got.status, got.location)
	}
	// Everybody is told by the name of the other.
	turbotest.AssertStream(t, c.sent.Next(t, user{ID: 3}.roomsStream()),
		turbotest.Want{Action: stream.Prepend, Target: "direct_rooms", Select: "#list_rooms_direct_2", Content: `<span class="room-item__name">Ada</span>`})
	wantContains(t, ada.get("/rooms/2").body, "<title>Ken", `id="messages_rooms_direct_2"`, "Only the two of you")
	wantContains(t, ken.get("/rooms/1").body, `id="list_rooms_direct_2"`)
	wantLacks(t, bob.get("/rooms/1").body, `id="list_rooms_direct_2"`)

	if got := ada.post("/rooms/2/messages", url.Values{"body": {"between us"}}); got.status != http.StatusSeeOther {
		t.Errorf("a message: got status %d", got.status)
	}
	wantContains(t, ken.get("/rooms/2").body, "between us")
	for path, method := range map[string]string{
		"/rooms/2":                       "GET",
		"/rooms/2/messages":              "POST",
		"/rooms/2/messages/1":            "GET",
		"/rooms/2/messages/1/boosts":     "POST",
		"/rooms/2/messages/1/boosts/new": "GET",
	} {
		got := bob.do(method, path, plainAccept, url.Values{"body": {"x"}, "content": {"x"}})
		if got.status != http.StatusNotFound {
			t.Errorf("%s %s by a stranger: got status %d, want 404", method, path, got.status)
		}
		wantLacks(t, got.body, "between us", "Ada")
	}
}

func TestThePickerWantsSomebody(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	b := c.named(t, "Ada")
	page := b.get("/rooms/directs/new").body
	wantContains(t, page, `name="user" value="1"`, "Somebody")
	wantLacks(t, page, `name="user" value="2"`) // herself
	for name, k := range map[string]struct {
		form url.Values
		want string
	}{
		"nobody":           {url.Values{}, "Choose somebody"},
		"no number":        {url.Values{"user": {"x"}}, "Choose somebody"},
		"somebody unknown": {url.Values{"user": {"1", "99"}}, `value="1" checked`},
	} {
		got := b.post("/rooms/directs", k.form)
		if got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got status %d, want 422", name, got.status)
		}
		wantContains(t, got.body, k.want)
	}
}
