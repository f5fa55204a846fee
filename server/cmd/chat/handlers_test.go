package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/turbotest"
)

func TestAVisitorIsAskedForANameAndReturnsToThePage(t *testing.T) {
	c := newTestChat(t)
	_, r := c.add(t, "Ada", "Lounge")
	b := c.newBrowser(t)
	got := b.get(r.Path())
	if want := "/welcome?next=%2Frooms%2F1"; got.status != http.StatusSeeOther || got.location != want {
		t.Fatalf("a page without a name: got %d to %q, want 303 to %q", got.status, got.location, want)
	}
	page := b.get(got.location)
	wantContains(t, page.body, `name="next" value="/rooms/1"`, `name="name"`)
	got = b.post("/session", url.Values{"name": {"  Grace   Hopper "}, "next": {"/rooms/1"}})
	if got.status != http.StatusSeeOther || got.location != "/rooms/1" {
		t.Fatalf("giving a name: got %d to %q, want 303 to /rooms/1", got.status, got.location)
	}
	wantContains(t, b.get(r.Path()).body, "Grace Hopper", ">GH<")
	if got := b.get("/welcome"); got.status != http.StatusSeeOther || got.location != "/" {
		t.Errorf("welcome with a name: got %d to %q, want 303 to /", got.status, got.location)
	}
}

func TestANameThatCannotBeIsAskedForAgain(t *testing.T) {
	c := newTestChat(t)
	for _, k := range []struct{ name, typed, want string }{
		{"empty", "", "must not be empty"},
		{"spaces", "   ", "must not be empty"},
		{"nothing visible", "\u200b\u2060", "must not be empty"},
		{"too long", strings.Repeat("é", 41), "must not be longer than 40 characters"},
		{"control characters", "a\x00b", "must be plain text"},
		{"no UTF-8", "a\xffb", "must be plain text"},
	} {
		t.Run(k.name, func(t *testing.T) {
			got := c.newBrowser(t).post("/session", url.Values{"name": {k.typed}, "next": {"/rooms/1"}})
			if got.status != http.StatusUnprocessableEntity {
				t.Errorf("got status %d, want 422", got.status)
			}
			wantContains(t, got.body, k.want, `value="/rooms/1"`)
		})
	}
}

func TestRedirectsStayOnTheSite(t *testing.T) {
	for next, want := range map[string]string{
		"/rooms/1":                     "/rooms/1",
		"/rooms/1?before=3":            "/rooms/1?before=3",
		"":                             "/",
		"rooms":                        "/",
		"//evil.example":               "/",
		"/\\evil.example":              "/",
		"https://evil.example/rooms/1": "/",
		"javascript:alert(1)":          "/",
		"/\t/evil.example":             "/",
	} {
		if got := localPath(next); got != want {
			t.Errorf("%q: got %q, want %q", next, got, want)
		}
	}
}

func TestEverythingWorksWithoutJavaScript(t *testing.T) {
	c := newTestChat(t)
	b := c.named(t, "Ada")
	if got := b.get("/"); got.location != "/rooms/new" {
		t.Fatalf("home without rooms: got %q, want /rooms/new", got.location)
	}
	// follow sends a form, and goes where that leads.
	follow := func(path, wantLocation string, form url.Values) string {
		t.Helper()
		at, got := path, b.post(path, form)
		for got.status == http.StatusSeeOther {
			at = got.location
			path, _, _ := strings.Cut(at, "#")
			got = b.get(path)
		}
		if got.status != http.StatusOK || at != wantLocation {
			t.Fatalf("%s: got %d at %q, want 200 at %q", path, got.status, at, wantLocation)
		}
		return got.body
	}
	page := follow("/rooms", "/rooms/1", url.Values{"name": {"Lounge"}})
	wantContains(t, page, `id="list_rooms_open_1"`, `id="messages_rooms_open_1"`, `action="/rooms/1/messages"`)

	page = follow("/rooms/1/messages", "/rooms/1", url.Values{"body": {"first\r\nsecond"}, "client_message_id": {"k1"}})
	wantContains(t, page, `id="message_k1"`, `id="presentation_message_k1"`, "first\nsecond")

	wantContains(t, b.get("/rooms/1/messages/1/edit").body, ">first\nsecond</textarea>", `value="patch"`)
	page = follow("/rooms/1/messages/1", "/rooms/1#message_k1", url.Values{"_method": {"patch"}, "body": {"third"}})
	wantContains(t, page, "third", "(edited)")
	wantLacks(t, page, "first")

	wantContains(t, b.get("/rooms/1/messages/1/boosts/new").body, "third", `name="content"`)
	page = follow("/rooms/1/messages/1/boosts", "/rooms/1#message_k1", url.Values{"content": {"👍"}})
	wantContains(t, page, `id="boost_1"`)
	page = follow("/rooms/1/messages/1/boosts/1", "/rooms/1#message_k1", url.Values{"_method": {"delete"}})
	wantLacks(t, page, `id="boost_1"`)

	page = follow("/rooms/1/messages/1", "/rooms/1", url.Values{"_method": {"delete"}})
	wantLacks(t, page, `id="message_k1"`)
	if got := b.get("/"); got.location != "/rooms/1" {
		t.Errorf("home: got %q, want /rooms/1", got.location)
	}
}

func TestTurboIsAnsweredWithTheStreamThatIsBroadcast(t *testing.T) {
	c := newTestChat(t)
	_, r := c.add(t, "Somebody", "Lounge")
	b := c.named(t, "Ada")
	const path = "/rooms/1/messages"
	for _, k := range []struct {
		name, method, path string
		form               url.Values
		want               turbotest.Want
	}{
		{"creating a message", "POST", path, url.Values{"body": {"hello"}, "client_message_id": {"k1"}},
			turbotest.Want{Action: stream.Append, Target: "messages_rooms_open_1", Select: "#message_k1", Content: "hello"}},
		{"sending it again", "POST", path, url.Values{"body": {"hello again"}, "client_message_id": {"k2"}},
			turbotest.Want{Select: "#message_k2"}},
		{"deleting it", "DELETE", path + "/2", nil,
			turbotest.Want{Action: stream.Remove, Target: "message_k2"}},
		{"deleting it through a field", "POST", path + "/1", url.Values{"_method": {"delete"}},
			turbotest.Want{Action: stream.Remove, Target: "message_k1"}},
	} {
		got := b.do(k.method, k.path, turboAccept, k.form)
		if got.status != http.StatusOK || !strings.HasPrefix(got.contentType, stream.ContentType) {
			t.Fatalf("%s: got %d, %s: %s", k.name, got.status, got.contentType, got.body)
		}
		turbotest.AssertStream(t, turbotest.Parse(got.body), k.want)
		if message := c.sent.Next(t, r.messagesStream()).Body; message != got.body {
			t.Errorf("%s: broadcast\n%s\nwant what was answered\n%s", k.name, message, got.body)
		}
	}
}

// A frame is answered with its part, and everybody else hears of the change.
func TestFramesAreAnsweredWithTheirPart(t *testing.T) {
	c := newTestChat(t)
	_, r := c.add(t, "Somebody", "Lounge")
	b := c.named(t, "Ada")
	b.post("/rooms/1/messages", url.Values{"body": {"hello"}, "client_message_id": {"k1"}})
	c.sent.Next(t, r.messagesStream()) // hello
	const path = "/rooms/1/messages/1"
	for _, k := range []struct {
		name, frame, method, path string
		form                      url.Values
		status                    int
		want, broadcast           []string
	}{
		{"beginning to edit", "edit_message_k1", "GET", path + "/edit", nil, 200,
			[]string{`<turbo-frame id="edit_message_k1">`, ">hello</textarea>", `href="/rooms/1/messages/1">Cancel`}, nil},
		{"giving up", "edit_message_k1", "GET", path, nil, 200,
			[]string{`<turbo-frame id="edit_message_k1">`, `id="presentation_message_k1"`, "hello"}, nil},
		{"an edit to nothing", "edit_message_k1", "PATCH", path, url.Values{"body": {" "}}, 422,
			[]string{`<turbo-frame id="edit_message_k1">`, "must not be empty"}, nil},
		{"an edit", "edit_message_k1", "PATCH", path, url.Values{"body": {"goodbye"}}, 200,
			[]string{`<turbo-frame id="edit_message_k1">`, `id="presentation_message_k1"`, "goodbye", "(edited)"},
			[]string{`<turbo-stream maintain_scroll="true" action="replace" target="presentation_message_k1">`, "goodbye", "(edited)"}},
		{"a quick boost", "boosting_message_k1", "POST", path + "/boosts", url.Values{"content": {"👍"}}, 200,
			[]string{`<turbo-frame id="boosting_message_k1"`, `<div id="boosts_message_k1"`, `id="boost_1"`, "👍", `<turbo-frame id="new_boost_message_k1"></turbo-frame>`},
			[]string{`<turbo-stream maintain_scroll="true" action="append" target="boosts_message_k1">`, `id="boost_1"`, "👍"}},
		{"beginning to boost", "new_boost_message_k1", "GET", path + "/boosts/new", nil, 200,
			[]string{`<turbo-frame id="new_boost_message_k1">`, `data-turbo-frame="boosting_message_k1"`, `maxlength="16"`}, nil},
		{"giving that up", "new_boost_message_k1", "GET", path + "/boosts", nil, 200,
			[]string{`<turbo-frame id="new_boost_message_k1"></turbo-frame>`}, nil},
		{"a boost of too many words", "boosting_message_k1", "POST", path + "/boosts", url.Values{"content": {"seventeen letters"}}, 422,
			[]string{`<turbo-frame id="boosting_message_k1">`, `id="boost_1"`, `<turbo-frame id="new_boost_message_k1">`, `value="seventeen letters"`, "longer than 16 characters"}, nil},
		{"taking the boost back", "boosting_message_k1", "DELETE", path + "/boosts/1", nil, 200,
			[]string{`<turbo-stream maintain_scroll="true" action="remove" target="boost_1"></turbo-stream>`},
			[]string{`<turbo-stream maintain_scroll="true" action="remove" target="boost_1"></turbo-stream>`}},
		{"the sidebar", "user_sidebar", "GET", "/sidebar", nil, 200,
			[]string{`<turbo-frame id="user_sidebar">`, `id="list_rooms_open_1"`, `<turbo-frame id="direct_rooms_control">`, "<turbo-cable-stream-source"}, nil},
		{"the picker", "direct_rooms_control", "GET", "/rooms/directs/new", nil, 200,
			[]string{`<turbo-frame id="direct_rooms_control">`, `data-turbo-frame="_top"`, "Somebody"}, nil},
		{"closing the picker", "direct_rooms_control", "GET", "/sidebar", nil, 200,
			[]string{`<turbo-frame id="direct_rooms_control">`, `href="/rooms/directs/new"`}, nil},
		{"what is not there", "edit_message_k9", "GET", "/rooms/1/messages/9/edit", nil, 404,
			[]string{`<turbo-frame id="edit_message_k9">`, "There is nothing here"}, nil},
	} {
		got := b.frame(k.frame, k.method, k.path, k.form)
		if got.status != k.status {
			t.Errorf("%s: got status %d, want %d", k.name, got.status, k.status)
		}
		wantContains(t, got.body, k.want...)
		wantLacks(t, got.body, "<html", `class="sidebar"`)
		if k.broadcast != nil {
			wantContains(t, c.sent.Next(t, r.messagesStream()).Body, k.broadcast...)
		}
	}
}

// Without a frame, the addresses that frames load are pages or lead to one.
func TestAddressesOfFramesArePagesToo(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	b := c.named(t, "Ada")
	b.post("/rooms/1/messages", url.Values{"body": {"hello"}, "client_message_id": {"k1"}})
	for path, want := range map[string]string{
		"/sidebar":                   "/",
		"/rooms/1/messages/1":        "/rooms/1#message_k1",
		"/rooms/1/messages/1/boosts": "/rooms/1#message_k1",
	} {
		if got := b.get(path); got.status != http.StatusSeeOther || got.location != want {
			t.Errorf("%s: got %d to %q, want 303 to %q", path, got.status, got.location, want)
		}
	}
	for _, path := range []string{"/rooms/1/messages/1/edit", "/rooms/1/messages/1/boosts/new", "/rooms/directs/new"} {
		got := b.get(path)
		if got.status != http.StatusOK {
			t.Errorf("%s: got status %d", path, got.status)
		}
		wantContains(t, got.body, "<!DOCTYPE html>", `class="sidebar"`, "<form ")
	}
	// A frame that has lost its session is to become the page that asks for a name.
	got := c.newBrowser(t).frame("user_sidebar", "GET", "/sidebar", nil)
	wantContains(t, got.body, `<meta name="turbo-visit-control" content="reload">`)
}

func TestAMessageWithoutClientIDGetsOne(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	got := c.named(t, "Ada").turbo("/rooms/1/messages", url.Values{"body": {"hello"}})
	if !regexp.MustCompile(`<div id="message_[a-z0-9]{20,}"`).MatchString(got.body) {
		t.Errorf("got %s", got.body)
	}
}

func TestAMessageSentAgainIsNotBroadcastAgain(t *testing.T) {
	c := newTestChat(t)
	_, r := c.add(t, "Somebody", "Lounge")
	b := c.named(t, "Ada")
	form := url.Values{"body": {"hello"}, "client_message_id": {"k1"}}
	first, again := b.turbo("/rooms/1/messages", form), b.turbo("/rooms/1/messages", form)
	if first.body != again.body || again.status != http.StatusOK {
		t.Errorf("again: got %d\n%s\nwant\n%s", again.status, again.body, first.body)
	}
	b.turbo("/rooms/1/messages", url.Values{"body": {"next"}})
	c.sent.Next(t, r.messagesStream())
	wantContains(t, c.sent.Next(t, r.messagesStream()).Body, "next")
}

func TestANewRoomIsBroadcastToEverySidebar(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	got := c.named(t, "Ada").post("/rooms", url.Values{"name": {"<b>Bold</b>"}})
	if got.status != http.StatusSeeOther || got.location != "/rooms/2" {
		t.Errorf("got %d to %q, want 303 to /rooms/2", got.status, got.location)
	}
	turbotest.AssertStream(t, c.sent.Next(t, roomsStream),
		turbotest.Want{Action: stream.Prepend, Target: "shared_rooms", Select: "#list_rooms_open_2", Content: "&lt;b>Bold&lt;/b>"})
	page := c.named(t, "Grace").get("/rooms/1").body
	newest, oldest := strings.Index(page, `id="list_rooms_open_2"`), strings.Index(page, `id="list_rooms_open_1"`)
	if newest < 0 || newest > oldest {
		t.Error("a page lists the rooms in another order than the broadcasts make")
	}
}

func TestHostileTextStaysText(t *testing.T) {
	c := newTestChat(t)
	const evil = `</textarea></template></turbo-stream><script>alert("x")</script><img src=x onerror='alert(1)'>`
	c.add(t, evil, "Lounge")
	b := c.named(t, `"><img src=x onerror=a(1)>`)
	created := b.turbo("/rooms/1/messages", url.Values{"body": {evil}, "client_message_id": {"k1"}})
	named := b.post("/rooms", url.Values{"name": {`</style><script>a()</script>`}})
	boosted := b.turbo("/rooms/1/messages/1/boosts", url.Values{"content": {`"><script>`}})
	for what, body := range map[string]string{
		"stream of the message": created.body,
		"stream of the boost":   boosted.body,
		"the room":              b.get("/rooms/1").body,
		"the room's namesake":   b.get(named.location).body,
		"the edit page":         b.get("/rooms/1/messages/1/edit").body,
		"the boost page":        b.get("/rooms/1/messages/1/boosts/new").body,
		"an empty message":      b.post("/rooms/1/messages", url.Values{"body": {""}}).body,
	} {
		for _, part := range []string{"<script>a", "<script>&", "<img", "</textarea></template>", `"><script>`} {
			if strings.Contains(body, part) {
				t.Errorf("%s: got %q in\n%s", what, part, body)
			}
		}
	}
	wantContains(t, created.body, "&lt;script&gt;")
}

func TestOnlyTheAuthorChangesAMessageOrTakesABoostBack(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	ada, ken := c.named(t, "Ada"), c.named(t, "Ken")
	ada.post("/rooms/1/messages", url.Values{"body": {"mine"}})
	ada.post("/rooms/1/messages/1/boosts", url.Values{"content": {"👍"}})
	for what, got := range map[string]answer{
		"edit page": ken.get("/rooms/1/messages/1/edit"),
		"edit":      ken.do("PATCH", "/rooms/1/messages/1", turboAccept, url.Values{"body": {"theirs"}}),
		"delete":    ken.do("DELETE", "/rooms/1/messages/1", turboAccept, nil),
		"boost":     ken.do("DELETE", "/rooms/1/messages/1/boosts/1", turboAccept, nil),
	} {
		if got.status != http.StatusForbidden {
			t.Errorf("%s: got status %d, want 403", what, got.status)
		}
	}
	wantContains(t, ada.get("/rooms/1").body, "mine", `id="boost_1"`)
}

// What differs between readers is outside the messages.
func TestMessagesLookTheSameToEverybody(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	ada, ken := c.named(t, "Ada"), c.named(t, "Ken")
	created := ada.turbo("/rooms/1/messages", url.Values{"body": {"hello"}, "client_message_id": {"k1"}})
	list := regexp.MustCompile(`(?s)<message-list.*</message-list>`)
	hers, his := list.FindString(ada.get("/rooms/1").body), list.FindString(ken.get("/rooms/1").body)
	if hers != his || hers == "" {
		t.Errorf("Ada gets\n%s\nKen gets\n%s", hers, his)
	}
	wantContains(t, created.body, `data-user-id="2"`)
	wantContains(t, ada.get("/rooms/1").body, `[data-user-id="2"] { --own: flex`)
	wantContains(t, ken.get("/rooms/1").body, `[data-user-id="3"] { --own: flex`)
}

func TestMistakesAreExplainedAndLoseNothing(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	b := c.named(t, "Ada")
	b.post("/rooms/1/messages", url.Values{"body": {"hello"}, "client_message_id": {"k1"}})
	long := strings.Repeat("x", maxBody+1)
	for _, k := range []struct {
		name, path string
		form       url.Values
		want       []string
	}{
		{"a message without text", "/rooms/1/messages", url.Values{"body": {" \n "}}, []string{"A message must not be empty."}},
		{"a message too long", "/rooms/1/messages", url.Values{"body": {long}}, []string{"longer than 10000 characters", long}},
		{"a message under an id of another", "/rooms/1/messages", url.Values{"body": {"precious"}, "client_message_id": {"k1"}}, []string{"send it once more", ">precious</textarea>"}},
		{"an edit without text", "/rooms/1/messages/1", url.Values{"_method": {"patch"}, "body": {""}}, []string{"A message must not be empty."}},
		{"an edit too long", "/rooms/1/messages/1", url.Values{"_method": {"patch"}, "body": {long}}, []string{"longer than 10000 characters", long}},
		{"a boost too long", "/rooms/1/messages/1/boosts", url.Values{"content": {"seventeen letters"}}, []string{"longer than 16 characters", `value="seventeen letters"`}},
		{"a room without name", "/rooms", url.Values{}, []string{"The name must not be empty."}},
		{"a room with too long a name", "/rooms", url.Values{"name": {long}}, []string{"longer than 60 characters", long}},
	} {
		t.Run(k.name, func(t *testing.T) {
			for _, accept := range []string{plainAccept, turboAccept} {
				got := b.do("POST", k.path, accept, k.form)
				if got.status != http.StatusUnprocessableEntity || !strings.HasPrefix(got.contentType, "text/html") {
					t.Errorf("got %d, %s; want 422 and a page", got.status, got.contentType)
				}
				wantContains(t, got.body, k.want...)
			}
		})
	}
	wantContains(t, b.get("/rooms/1").body, ">hello</div>")
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	c := newTestChat(t)
	c.add(t, "Somebody", "Lounge")
	b := c.named(t, "Ada")
	b.post("/rooms/1/messages", url.Values{"body": {"hello"}})
	b.post("/rooms", url.Values{"name": {"Workshop"}})
	for _, k := range []struct {
		name, method, path string
		form               url.Values
		headers            []string
		want               int
	}{
		{"a room that is not there", "GET", "/rooms/9", nil, nil, 404},
		{"a room that is no number", "GET", "/rooms/x", nil, nil, 404},
		{"a page that is not there", "GET", "/nothing", nil, nil, 404},
		{"a message to a room that is not there", "POST", "/rooms/9/messages", url.Values{"body": {"x"}}, nil, 404},
		{"a message of another room", "GET", "/rooms/2/messages/1/edit", nil, nil, 404},
		{"a boost that is not there", "DELETE", "/rooms/1/messages/1/boosts/7", nil, nil, 404},
		{"a form of another site", "POST", "/rooms/1/messages", url.Values{"body": {"x"}}, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a form far too large", "POST", "/rooms/1/messages", url.Values{"body": {strings.Repeat("x", maxRequest+1)}}, nil, 413},
		{"a file that is not there", "GET", "/static/secret", nil, nil, 404},
		{"a file outside", "GET", "/static/..%2fmain.go", nil, nil, 404},
	} {
		if got := b.do(k.method, k.path, turboAccept, k.form, k.headers...); got.status != k.want {
			t.Errorf("%s: got status %d, want %d", k.name, got.status, k.want)
		}
	}
}

func TestOldMessagesAreAPageBack(t *testing.T) {
	c := newTestChat(t)
	u, r := c.add(t, "Somebody", "Lounge")
	for i := range pageSize + 2 {
		if _, _, err := c.db.createMessage(t.Context(), r, u, fmt.Sprint("k", i), "x", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	b := c.named(t, "Ada")
	latest := b.get("/rooms/1").body
	wantContains(t, latest, `href="?before=3"`, `id="message_k2"`, `id="message_k41"`, `id="composer"`)
	wantLacks(t, latest, `id="message_k1"`)
	past := b.get("/rooms/1?before=3").body
	wantContains(t, past, `id="message_k0"`, `id="message_k1"`, "Jump to the newest")
	// New messages do not belong at the end of old ones.
	wantLacks(t, past, `id="message_k2"`, `id="messages_rooms_open_1"`, `id="composer"`)
	if got, want := strings.Count(past, "<turbo-cable-stream-source"), strings.Count(latest, "<turbo-cable-stream-source")-1; got != want {
		t.Errorf("got %d sources on the old page, want %d", got, want)
	}
}

func TestPagesLoadTheRuntimeAndForbidForeignScripts(t *testing.T) {
	c := newTestChat(t)
	page := c.newBrowser(t).get("/welcome").body
	wantContains(t, page, `<meta name="action-cable-url" content="/cable">`, `<meta name="turbo-wasm" content="/turbo/turbo-`)
	scripts := regexp.MustCompile(`<script[^>]*>`).FindAllString(page, -1)
	if len(scripts) != 2 || !strings.Contains(scripts[0], "/turbo/") || !strings.Contains(scripts[1], "/static/chat.js?v=") {
		t.Errorf("got scripts %q, want the runtime's before ours", scripts)
	}
	for _, path := range regexp.MustCompile(`/(?:static|turbo)/[^"]+`).FindAllString(page, -1) {
		res, err := http.Get(c.url + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("Cache-Control"); res.StatusCode != 200 || !strings.Contains(got, "immutable") {
			t.Errorf("%s: got %d, %q", path, res.StatusCode, got)
		}
		wantContains(t, res.Header.Get("Content-Security-Policy"), "script-src 'self' 'wasm-unsafe-eval';")
	}
}

func TestOnlyOnesOwnRoomsAreHeard(t *testing.T) {
	c := newTestChat(t)
	ada, r := c.add(t, "Ada", "Lounge")
	ken, _ := c.add(t, "Ken", "Workshop")
	bob, _ := c.add(t, "Bob", "Attic")
	hers, err := c.db.openDirectRoom(t.Context(), ken, []int64{ada.ID}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := c.db.openDirectRoom(t.Context(), ken, []int64{bob.ID}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		name, stream string
		ok           bool
	}{
		{"everybody's rooms", roomsStream, true},
		{"messages of an open room", r.messagesStream(), true},
		{"her own rooms", ada.roomsStream(), true},
		{"his rooms", ken.roomsStream(), false},
		{"messages of her direct room", hers.messagesStream(), true},
		{"messages of theirs", theirs.messagesStream(), false},
		{"her direct room as an open one", room{ID: hers.ID}.messagesStream(), false},
		{"theirs as an open one", room{ID: theirs.ID}.messagesStream(), false},
		{"a room that is not there", room{ID: 99}.messagesStream(), false},
		{"something else of a room", r.GlobalID().Param() + ":secrets", false},
		{"something else", "secrets", false},
	} {
		err := c.mayHear(t.Context(), ada, k.stream)
		if (err == nil) != k.ok {
			t.Errorf("%s: got error %v, want allowed %v", k.name, err, k.ok)
		}
	}
	if _, err := c.authenticate(&http.Request{Header: http.Header{}}); err == nil {
		t.Error("a connection without cookie was let in")
	}
}
