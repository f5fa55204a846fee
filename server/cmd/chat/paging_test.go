package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRoomsArePaged(t *testing.T) {
	c := newTestChat(t)
	ada, token, err := c.db.createUser(t.Context(), "Ada", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	const many = 2*roomsShown + 5
	for i := range many {
		if _, err := c.db.createRoom(t.Context(), fmt.Sprintf("open %d.", i), ada, time.Now()); err != nil {
			t.Fatal(err)
		}
		ken, _, err := c.db.createUser(t.Context(), fmt.Sprintf("direct %d.", i), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.db.openDirectRoom(t.Context(), ken, []int64{ada.ID}, time.Unix(1, 0)); err != nil { // all at one time
			t.Fatal(err)
		}
	}
	b := c.newBrowser(t)
	address, _ := url.Parse(c.url)
	b.http.Jar.SetCookies(address, []*http.Cookie{{Name: "chat_session", Value: token}})

	home := b.get("/")
	if home.location != "/rooms/1" {
		t.Errorf("home: got %q, want the oldest room", home.location)
	}
	page := b.get("/rooms/1").body
	if got := strings.Count(page, `id="list_rooms_`); got != 2*roomsShown {
		t.Errorf("the sidebar: got %d rooms, want %d", got, 2*roomsShown)
	}
	wantContains(t, page, `href="/rooms">All rooms`, `href="/rooms/directs">All direct messages`, fmt.Sprintf("open %d.", many-1), fmt.Sprintf("direct %d.", many-1))

	older := regexp.MustCompile(`href="(\?before=\d+)"`)
	for path, kind := range map[string]string{"/rooms": "open", "/rooms/directs": "direct"} {
		item := regexp.MustCompile(`name">(` + kind + ` \d+\.)<`)
		var got []string
		for query := ""; ; {
			_, main, _ := strings.Cut(b.get(path+query).body, `<main`)
			for _, m := range item.FindAllStringSubmatch(main, -1) {
				got = append(got, m[1])
			}
			next := older.FindStringSubmatch(main)
			if next == nil || len(got) > many {
				break
			}
			query = next[1]
		}
		var want []string
		for i := range many {
			want = append(want, fmt.Sprintf("%s %d.", kind, many-1-i))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %d of %d: %v", path, len(got), many, got)
		}
		wantContains(t, b.get(path+"?before=1").body, "There are no more.")
	}
	// Where everything fits, nothing leads on.
	wantLacks(t, c.named(t, "Bob").get("/rooms/1").body, "All direct messages")
}

func TestBoostsArePaged(t *testing.T) {
	c := newTestChat(t)
	ada, r := c.add(t, "Ada", "Lounge")
	const many = 2*boostsShown + 5
	var messages []message
	for _, id := range []string{"k1", "k2"} {
		m, _, err := c.db.createMessage(t.Context(), r, ada, id, "applause "+id, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
	}
	for i := range many {
		for _, m := range messages[:1+(many-1-i)/(many-1)] { // the second message has one
			if _, err := c.db.createBoost(t.Context(), m, ada, fmt.Sprintf("no %d.", i), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
	}
	b := c.named(t, "Ken")
	contents := func(html string) (list []string) {
		for _, m := range regexp.MustCompile(`boost__content">(no \d+\.)<`).FindAllStringSubmatch(html, -1) {
			list = append(list, m[1])
		}
		return list
	}
	page := b.get("/rooms/1").body
	if got := len(contents(page)); got != boostsShown+1 {
		t.Errorf("the room: got %d boosts, want %d and 1", got, boostsShown)
	}
	wantContains(t, page, fmt.Sprintf(">%d earlier boosts</a>", many-boostsShown))
	if got := strings.Count(page, "earlier boost"); got != 1 {
		t.Errorf("got %d messages with earlier boosts, want 1", got)
	}
	earlier := regexp.MustCompile(`href="(/rooms/1/messages/1/boosts\?before=\d+)"`)
	const id = `id="boosts_message_k1"`
	for _, frame := range []string{"", "boosting_message_k1"} {
		got := contents(page[:strings.Index(page, "applause k2")])
		for at := page; ; {
			next := earlier.FindStringSubmatch(at)
			if next == nil {
				break
			}
			if at = b.get(next[1]).body; frame != "" {
				at = b.frame(frame, "GET", next[1], nil).body
				wantContains(t, at, `<turbo-frame id="boosting_message_k1"`)
				wantLacks(t, at, "<html")
			} else {
				wantContains(t, at, "<html", "applause k1")
			}
			got = append(contents(at), got...)
			// A new boost appears among the latest, not here.
			wantLacks(t, at, id)
			wantContains(t, at, `href="/rooms/1/messages/1/boosts">Latest boosts`)
		}
		var want []string
		for i := range many {
			want = append(want, fmt.Sprintf("no %d.", i))
		}
		if !slices.Equal(got, want) {
			t.Errorf("frame %q: got %v", frame, got)
		}
	}
	wantContains(t, b.frame("boosting_message_k1", "GET", "/rooms/1/messages/1/boosts", nil).body, id, "no "+fmt.Sprint(many-1))
	// One that is not shown can be taken back too.
	if err := c.db.deleteBoost(t.Context(), boost{ID: 1}); err != nil {
		t.Fatal(err)
	}
	if got := b.do("DELETE", "/rooms/1/messages/1/boosts/3", turboAccept, nil); got.status != http.StatusForbidden {
		t.Errorf("taking back somebody's earlier boost: got status %d, want 403", got.status)
	}
}
