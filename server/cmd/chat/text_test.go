package main

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestSegmentsFindWebAddresses(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []segment
	}{
		{"no address", "just text", []segment{{"just text", ""}}},
		{"an address alone", "https://a.example/x?y=1#z", []segment{{"https://a.example/x?y=1#z", "https://a.example/x?y=1#z"}}},
		{"an address in a sentence", "See http://a.example/x, or not.", []segment{{"See ", ""}, {"http://a.example/x", "http://a.example/x"}, {", or not.", ""}}},
		{"brackets around and inside", "(https://a.example/b_(c))", []segment{{"(", ""}, {"https://a.example/b_(c)", "https://a.example/b_(c)"}, {")", ""}}},
		{"two in a row", "https://a.example\nhttps://b.example", []segment{{"https://a.example", "https://a.example"}, {"\n", ""}, {"https://b.example", "https://b.example"}}},
		{"other schemes are text", "javascript:alert(1) ftp://a.example", []segment{{"javascript:alert(1) ftp://a.example", ""}}},
		{"markup ends an address", "https://a.example/<b>", []segment{{"https://a.example/", "https://a.example/"}, {"<b>", ""}}},
		{"nothing", "", nil},
	} {
		if got := segments(c.body); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzSegmentsAreTheBody(f *testing.F) {
	f.Add("See (https://a.example/b_(c)), or http://b.example!")
	f.Add("https://...")
	f.Fuzz(func(t *testing.T, body string) {
		var joined strings.Builder
		for _, s := range segments(body) {
			joined.WriteString(s.Text)
			if s.URL != "" && !strings.EqualFold(s.URL[:4], "http") {
				t.Errorf("got a link to %q", s.URL)
			}
		}
		if got := joined.String(); got != body {
			t.Errorf("got %q, want %q", got, body)
		}
	})
}

func TestEmojiOnly(t *testing.T) {
	for body, want := range map[string]bool{
		"🔥":       true,
		"👍🏽 ❤️":   true,
		"👩‍👩‍👧":   true,
		"ok 👍":    false,
		"1":       false,
		"":        false,
		" ":       false,
		"🔥🔥🔥🔥🔥🔥🔥": false,
	} {
		if got := emojiOnly(body); got != want {
			t.Errorf("%q: got %v, want %v", body, got, want)
		}
	}
}

func TestThreadFollowsAuthorAndTime(t *testing.T) {
	midnight := time.Date(2026, 3, 4, 0, 0, 0, 0, time.Local)
	at := func(minute int, by int64) message {
		return message{Creator: user{ID: by}, Created: midnight.Add(time.Duration(minute) * time.Minute)}
	}
	list := []message{at(-10, 1), at(-6, 1), at(-1, 1), at(1, 1), at(2, 2), at(3, 2)}
	thread(list)
	for i, want := range []struct{ threaded, newDay bool }{
		{false, true}, {true, false}, {false, false}, {false, true}, {false, false}, {true, false},
	} {
		if list[i].Threaded != want.threaded || list[i].NewDay != want.newDay {
			t.Errorf("message %d: got threaded %v, new day %v; want %v", i, list[i].Threaded, list[i].NewDay, want)
		}
	}
}
