package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

// seeds are the rooms of a new chat, oldest first; visitors enter the first
// one. Messages start with their author's name, boosts follow after |.
var seeds = []struct {
	room     string
	messages []string
}{
	{"Lounge", []string{
		"Ada: Morning, everyone ☀️",
		"Grace: Morning! Coffee is on.",
		"Grace: The good beans, before anybody asks. | ☕ Ada | ❤️ Ken",
		"Ken: I moved the plants away from the radiator, they looked unhappy. | 🌱 Grace",
		"Ada: Is anybody new around today? Say hello, nobody bites here.",
		"Grace: And if you want to see something: open this page in a second window, next to this one, and write a line. 👀",
		"Ken: It arrives before I let go of the key. | 🎉 Ada | ⚡ fast! Grace",
		"Ada: 🔥",
	}},
	{"Workshop", []string{
		"Ken: How does it work, in one sentence?",
		"Ada: The server renders a message once, as HTML, and sends the same few lines to every page that listens.",
		"Ada: The page puts them where they belong. That part is Go as well, compiled to WebAssembly. | 👍 Ken",
		"Ken: What happens without JavaScript?",
		"Ada: You press Send, the page loads again, your message is there. Like 1999, and it never breaks. | 😂 Grace | ❤️ Ken",
	}},
	{"Field notes", []string{
		"Grace: Found the moth. Taped it into the log book. | 👏 Ada",
		"Ken: The log book wants a word with you.",
		"Grace: Notes on the protocol, for later: https://docs.anycable.io/misc/action_cable_protocol",
	}},
}

// seed fills an empty database; it does nothing if there are users or rooms.
func (s *store) seed(ctx context.Context, now time.Time) error {
	err := s.change(ctx, func(tx *store) error {
		var used bool
		err := tx.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM rooms)`).Scan(&used)
		if err != nil || used {
			return err
		}
		insert := func(query string, args ...any) (int64, error) {
			res, err := tx.db.ExecContext(ctx, query, args...)
			if err != nil {
				return 0, err
			}
			return res.LastInsertId()
		}
		users := map[string]int64{}
		for _, name := range []string{"Ada", "Grace", "Ken"} {
			// No token has this hash, so nobody can sign in as these three.
			users[name], err = insert(`INSERT INTO users (name, token, created_at) VALUES (?, ?, ?)`, name, rand.Text(), now.UnixMilli())
			if err != nil {
				return err
			}
		}
		for _, seed := range seeds {
			room, err := insert(`INSERT INTO rooms (name, creator_id, created_at) VALUES (?, ?, ?)`, seed.room, users["Ada"], now.UnixMilli())
			if err != nil {
				return err
			}
			at := now.Add(-2 * time.Minute * time.Duration(len(seed.messages)))
			for _, written := range seed.messages {
				parts := strings.Split(written, " | ")
				author, body, _ := strings.Cut(parts[0], ": ")
				message, err := insert(`INSERT INTO messages (room_id, creator_id, client_message_id, body, created_at, updated_at)
					VALUES (?, ?, ?, ?, ?, ?)`, room, users[author], strings.ToLower(rand.Text()), body, at.UnixMilli(), at.UnixMilli())
				if err != nil {
					return err
				}
				for _, b := range parts[1:] {
					space := strings.LastIndex(b, " ")
					_, err := insert(`INSERT INTO boosts (message_id, booster_id, content, created_at) VALUES (?, ?, ?, ?)`,
						message, users[b[space+1:]], b[:space], at.UnixMilli())
					if err != nil {
						return err
					}
				}
				at = at.Add(2 * time.Minute)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("chat: seed: %w", err)
	}
	return nil
}
