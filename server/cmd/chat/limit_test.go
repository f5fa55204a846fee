package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestAnAllowanceIsABurstThenOneAtATime(t *testing.T) {
	var l limiter
	begin := time.Unix(1000, 0)
	hers := map[string]allowance{"hers": {3, 10 * time.Second}}
	for i, k := range []struct {
		after, wait time.Duration
	}{
		{0, 0}, {0, 0}, {0, 0}, // the burst
		{0, 10 * time.Second}, {4 * time.Second, 6 * time.Second}, // refused tries cost nothing
		{10 * time.Second, 0}, {10 * time.Second, 10 * time.Second},
		{time.Hour, 0}, {time.Hour, 0}, {time.Hour, 0}, {time.Hour, 10 * time.Second}, // no more than a burst is saved up
	} {
		if got := l.take(begin.Add(k.after), hers); got != k.wait {
			t.Errorf("try %d: got %v, want %v", i+1, got, k.wait)
		}
	}
	// Of two allowances both are taken, or none.
	both := map[string]allowance{"hers": {3, 10 * time.Second}, "the office's": {1, time.Second}}
	later := begin.Add(2 * time.Hour)
	if got := l.take(later, both); got != 0 {
		t.Errorf("both: got %v", got)
	}
	if got := l.take(later, both); got != time.Second {
		t.Errorf("the office's is used up: got %v", got)
	}
	for range 2 {
		if got := l.take(later, hers); got != 0 {
			t.Errorf("hers were taken with the office's: got %v", got)
		}
	}
}

func TestAnAllowanceThatIsWholeAgainIsForgotten(t *testing.T) {
	var l limiter
	now := time.Unix(1000, 0)
	for i := range 100_000 {
		now = now.Add(time.Millisecond)
		l.take(now, map[string]allowance{fmt.Sprint(i): {5, time.Second}})
	}
	if got := len(l.whole); got > 5000 {
		t.Errorf("got %d entries of which some 1000 matter", got)
	}
}

// stopped is a limiter whose clock stands still: nothing used comes back while
// a test is slow.
func stopped() limiter {
	now := time.Now()
	return limiter{clock: func() time.Time { return now }}
}

func TestWhoIsTooFastIsAskedToWaitAndLosesNothing(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	ada, ken := c.named(t, "Ada"), c.named(t, "Ken")
	ada.post("/rooms/1/messages", url.Values{"body": {"first"}, "client_message_id": {"k1"}})
	for _, k := range []struct {
		name, path, frame string
		form              url.Values
		deed              deed
		want              []string
	}{
		{"rooms", "/rooms", "", url.Values{"name": {"Weekend"}}, opening, []string{`value="Weekend"`}},
		{"direct rooms", "/rooms/directs", "", url.Values{"user": {"3"}}, opening, []string{`value="3" checked`}},
		{"boosts", "/rooms/1/messages/1/boosts", "boosting_message_k1", url.Values{"content": {"bravo"}}, boosting,
			[]string{`<turbo-frame id="boosting_message_k1">`, `value="bravo"`, `id="boosts_message_k1"`}},
		{"edits", "/rooms/1/messages/1", "edit_message_k1", url.Values{"_method": {"patch"}, "body": {"rewritten"}}, posting,
			[]string{`<turbo-frame id="edit_message_k1">`, ">rewritten</textarea>"}},
		{"messages", "/rooms/1/messages", "", url.Values{"body": {"precious"}}, posting, []string{">precious</textarea>"}},
	} {
		headers := []string{}
		if k.frame != "" {
			headers = append(headers, "Turbo-Frame", k.frame)
		}
		c.limits = stopped()
		for range k.deed.user.Burst {
			if got := ada.do("POST", k.path, turboAccept, k.form, headers...); got.status >= 400 {
				t.Fatalf("%s: got status %d within the allowance: %s", k.name, got.status, got.body)
			}
		}
		got := ada.do("POST", k.path, turboAccept, k.form, headers...)
		if got.status != http.StatusTooManyRequests || !strings.HasPrefix(got.contentType, "text/html") {
			t.Errorf("%s: got %d, %s; want 429 and a page", k.name, got.status, got.contentType)
		}
		wantContains(t, got.body, append(k.want, "a little fast. Please wait ")...)
		if k.name == "messages" { // somebody else may
			if got := ken.post(k.path, k.form); got.status != http.StatusSeeOther {
				t.Errorf("another user: got status %d", got.status)
			}
		}
	}
	list, err := c.db.messages(t.Context(), room{ID: 1}, 0, 1000)
	if want := posting.user.Burst + 2; err != nil || len(list) != want {
		t.Errorf("got %d messages, error %v; want %d", len(list), err, want)
	}
}

func TestAnAddressHasAnAllowanceOfItsOwn(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	c.limits = stopped()
	for range joining.address.Burst {
		c.named(t, "Ada")
	}
	got := c.newBrowser(t).post("/session", url.Values{"name": {"Eve"}, "next": {"/rooms/1"}})
	if got.status != http.StatusTooManyRequests {
		t.Errorf("one name too many: got status %d, want 429", got.status)
	}
	wantContains(t, got.body, "Please wait", `value="Eve"`, `value="/rooms/1"`)

	c.limits = stopped()
	for i := range posting.address.Burst {
		u := user{ID: int64(i/10 + 1)} // made-up users, each within their own
		if err := c.allow(&http.Request{RemoteAddr: "192.0.2.1:1"}, u, posting); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.allow(&http.Request{RemoteAddr: "192.0.2.1:2"}, user{ID: 999}, posting); err == nil {
		t.Error("one more from the same address was allowed")
	}
	if err := c.allow(&http.Request{RemoteAddr: "192.0.2.2:2"}, user{ID: 999}, posting); err != nil {
		t.Errorf("from another address: %v", err)
	}
}

func TestTheAddressIsWhatTheProxiesHaveSeen(t *testing.T) {
	var trusting config
	if err := trusting.setProxies("10.0.0.0/8, 127.0.0.1,::1"); err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		name, remote string
		forwarded    []string
		alone, want  string // without proxies and with
	}{
		{"no proxy", "192.0.2.1:5", nil, "192.0.2.1", "192.0.2.1"},
		{"a visitor who makes it up", "192.0.2.1:5", []string{"198.51.100.7"}, "192.0.2.1", "192.0.2.1"},
		{"a proxy", "127.0.0.1:5", []string{"192.0.2.1"}, "127.0.0.1", "192.0.2.1"},
		{"a visitor who makes it up to a proxy", "127.0.0.1:5", []string{"198.51.100.7, 192.0.2.1"}, "127.0.0.1", "192.0.2.1"},
		{"two proxies, two headers", "127.0.0.1:5", []string{"198.51.100.7", "192.0.2.1,10.1.2.3"}, "127.0.0.1", "192.0.2.1"},
		{"nonsense", "127.0.0.1:5", []string{"192.0.2.1, unknown"}, "127.0.0.1", "127.0.0.1"},
		{"nothing but proxies", "127.0.0.1:5", []string{"10.1.2.3"}, "127.0.0.1", "10.1.2.3"},
		{"IPv6", "[2001:db8:1:2:3::4]:5", nil, "2001:db8:1:2::/64", "2001:db8:1:2::/64"},
		{"IPv6 by a proxy", "[::1]:5", []string{"2001:db8:1:2::9"}, "::/64", "2001:db8:1:2::/64"},
		{"IPv4 in IPv6", "[::ffff:192.0.2.1]:5", nil, "192.0.2.1", "192.0.2.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = k.remote
		r.Header["X-Forwarded-For"] = k.forwarded
		if got := (&app{}).address(r); got != k.alone {
			t.Errorf("%s, none trusted: got %s, want %s", k.name, got, k.alone)
		}
		if got := (&app{config: trusting}).address(r); got != k.want {
			t.Errorf("%s: got %s, want %s", k.name, got, k.want)
		}
	}
	for _, bad := range []string{"proxy", "10.0.0.0/99", "10.0.0.1/x"} {
		if err := new(config).setProxies(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
