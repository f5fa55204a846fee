package main

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestStoreKeepsEverythingAcrossReopening(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "chat.db")
	db, err := openStore(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	now := time.UnixMilli(1_700_000_000_000)
	u, token, err := db.createUser(ctx, "Ada", now)
	if err != nil {
		t.Fatal(err)
	}
	r, err := db.createRoom(ctx, "Lounge", u, now)
	if err != nil {
		t.Fatal(err)
	}
	m, created, err := db.createMessage(ctx, r, u, "k1", "hello", now)
	if err != nil || !created {
		t.Fatalf("create message: created %v, error %v", created, err)
	}
	b, err := db.createBoost(ctx, m, u, "👍", now)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := db.secret(ctx)
	if err != nil || len(secret) < 64 {
		t.Fatalf("secret: got %q, error %v", secret, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	db, err = openStore(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got, err := db.userByToken(ctx, token, now); got != u || err != nil {
		t.Errorf("user: got %v, error %v; want %v", got, err, u)
	}
	if got, err := db.secret(ctx); got != secret || err != nil {
		t.Errorf("secret: got %q, error %v; want %q", got, err, secret)
	}
	list, err := db.messages(ctx, r, 0, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("messages: got %v, error %v; want one", list, err)
	}
	got := list[0]
	if got.Body != "hello" || got.Creator != u || !got.Created.Equal(now) || got.Edited() {
		t.Errorf("message: got %+v", got)
	}
	if len(got.Boosts) != 1 || got.Boosts[0] != b {
		t.Errorf("boosts: got %v; want %v", got.Boosts, b)
	}
}

func TestStoreRefusesADatabaseOfALaterVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.db")
	db, err := openStore(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.pool.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(migrations)+1)); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if db, err := openStore(t.Context(), path); err == nil {
		db.Close()
		t.Error("a database of a later version was opened")
	}
}

// A room of the first version is open to everybody in the next.
func TestStoreBringsAnOldDatabaseUpToDate(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "chat.db")
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = old.Exec(migrations[0].sql + `; PRAGMA user_version = 1;
		INSERT INTO users (name, token, created_at) VALUES ('Ada', 'secret', 1), ('Ken', 'token', 1);
		INSERT INTO rooms (name, creator_id, created_at) VALUES ('Lounge', 1, 1)`)
	if err != nil {
		t.Fatal(err)
	}
	old.Close()
	db, err := openStore(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ken, err := db.userByToken(ctx, "token", time.UnixMilli(2))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := db.roomFor(ctx, ken, "1"); err != nil || r.Name != "Lounge" || r.Direct() {
		t.Errorf("got %+v, error %v", r, err)
	}
	if r, err := db.openDirectRoom(ctx, ken, []int64{1}, time.Now()); err != nil || r.Name != "Ada" {
		t.Errorf("a direct room: got %+v, error %v", r, err)
	}
}

func TestStoreSeedsAnEmptyDatabaseOnce(t *testing.T) {
	ctx, db := t.Context(), newTestStore(t)
	for range 2 {
		if err := db.seed(ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	rooms, err := db.rooms(ctx, 0, 100)
	if err != nil || len(rooms) != len(seeds) {
		t.Fatalf("got %d rooms, error %v; want %d", len(rooms), err, len(seeds))
	}
	for i, r := range rooms {
		seed := seeds[len(seeds)-1-i]
		list, err := db.messages(ctx, r, 0, 100)
		if err != nil || len(list) != len(seed.messages) {
			t.Errorf("room %q: got %d messages, error %v; want %d", r.Name, len(list), err, len(seed.messages))
		}
		for _, m := range list {
			if m.Creator.Name == "" || m.Body == "" {
				t.Errorf("room %q: got a message without author or body: %+v", r.Name, m)
			}
		}
	}
}

func TestMessagesArePagedFromTheEnd(t *testing.T) {
	ctx, db := t.Context(), newTestStore(t)
	u, _, _ := db.createUser(ctx, "Ada", time.Now())
	r, _ := db.createRoom(ctx, "Lounge", u, time.Now())
	other, _ := db.createRoom(ctx, "Workshop", u, time.Now())
	for i := range 10 {
		for _, in := range []room{r, other} {
			if _, _, err := db.createMessage(ctx, in, u, fmt.Sprintf("%s-%d", in.DOMKey(), i), fmt.Sprint(i), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
	}
	bodies := func(before int64, n int) (got string, first int64) {
		list, err := db.messages(ctx, r, before, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			got += m.Body
		}
		return got, list[0].ID
	}
	got, first := bodies(0, 4)
	if got != "6789" {
		t.Errorf("the latest: got %q, want 6789", got)
	}
	if got, first = bodies(first, 4); got != "2345" {
		t.Errorf("those before: got %q, want 2345", got)
	}
	if got, _ = bodies(first, 4); got != "01" {
		t.Errorf("the first: got %q, want 01", got)
	}
}

func TestAMessageSentAgainIsTheSameMessage(t *testing.T) {
	ctx, db := t.Context(), newTestStore(t)
	ada, _, _ := db.createUser(ctx, "Ada", time.Now())
	ken, _, _ := db.createUser(ctx, "Ken", time.Now())
	r, _ := db.createRoom(ctx, "Lounge", ada, time.Now())
	other, _ := db.createRoom(ctx, "Workshop", ada, time.Now())
	first, _, err := db.createMessage(ctx, r, ada, "k1", "hello", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		in       room
		by       user
		id, body string
		ok       bool
	}{
		{"the same once more", r, ada, "k1", "hello", true},
		{"another text under its id", r, ada, "k1", "goodbye", false},
		{"somebody else's", r, ken, "k1", "hello", false},
		{"in another room", other, ada, "k1", "hello", false},
		{"an id that breaks out of an attribute", r, ada, `"><script>`, "hello", false},
		{"no id", r, ada, "", "hello", false},
	} {
		m, created, err := db.createMessage(ctx, c.in, c.by, c.id, c.body, time.Now())
		if c.ok && (err != nil || created || m.ID != first.ID) {
			t.Errorf("%s: got message %d, created %v, error %v; want %d again", c.name, m.ID, created, err, first.ID)
		}
		if !c.ok && !errors.Is(err, errClientID) {
			t.Errorf("%s: got error %v, want %v", c.name, err, errClientID)
		}
	}
	if list, _ := db.messages(ctx, r, 0, 10); len(list) != 1 {
		t.Errorf("got %d messages, want 1", len(list))
	}
}

func TestWhatIsGoneIsNotFound(t *testing.T) {
	ctx, db := t.Context(), newTestStore(t)
	u, _, _ := db.createUser(ctx, "Ada", time.Now())
	r, _ := db.createRoom(ctx, "Lounge", u, time.Now())
	m, _, _ := db.createMessage(ctx, r, u, "k1", "hello", time.Now())
	b, _ := db.createBoost(ctx, m, u, "👍", time.Now())
	if err := db.deleteMessage(ctx, m); err != nil {
		t.Fatal(err)
	}
	_, byToken := db.userByToken(ctx, "nobody's", time.Now())
	_, byRoom := db.roomFor(ctx, u, "99")
	_, byID := db.message(ctx, r, m.ID)
	_, boosted := db.createBoost(ctx, m, u, "👍", time.Now())
	for what, err := range map[string]error{
		"user by token":              byToken,
		"room":                       byRoom,
		"message":                    byID,
		"boosting a message":         boosted,
		"updating a message":         db.updateMessage(ctx, m, "x", time.Now()),
		"deleting a message":         db.deleteMessage(ctx, m),
		"deleting a message's boost": db.deleteBoost(ctx, b),
	} {
		if !errors.Is(err, errNotFound) {
			t.Errorf("%s: got error %v, want %v", what, err, errNotFound)
		}
	}
}

func TestConcurrentWritersAllSucceed(t *testing.T) {
	ctx, db := t.Context(), newTestStore(t)
	u, _, _ := db.createUser(ctx, "Ada", time.Now())
	r, _ := db.createRoom(ctx, "Lounge", u, time.Now())
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 10 {
				if _, _, err := db.createMessage(ctx, r, u, fmt.Sprintf("w%d-%d", w, i), "x", time.Now()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if list, err := db.messages(ctx, r, 0, 1000); len(list) != 80 {
		t.Errorf("got %d messages, error %v; want 80", len(list), err)
	}
}
