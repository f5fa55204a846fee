package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"testing/fstest"

	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/turbotest"
)

func TestALineAppearsInAllPages(t *testing.T) {
	recorder := new(turbotest.Recorder)
	board, err := NewBoard("at least sixteen bytes of secret", fstest.MapFS{}, recorder)
	if err != nil {
		t.Fatal(err)
	}
	do := func(r *http.Request, status int) turbotest.Markup {
		w := httptest.NewRecorder()
		board.ServeHTTP(w, r)
		return turbotest.Response(t, w.Result(), status)
	}
	broadcast := turbotest.AssertBroadcasts(t, recorder, "lines", 1, func() {
		answer := do(turbotest.Form("POST", "/lines", url.Values{"line": {"<hello>"}}), http.StatusOK)
		turbotest.AssertStream(t, answer, turbotest.Want{Action: "toast", Target: "toasts"})
	})
	turbotest.AssertStream(t, broadcast, turbotest.Want{Action: stream.Append, Target: "lines", Content: "&lt;hello>"})

	// It also works without JavaScript.
	plain := httptest.NewRequest("POST", "/lines?line=two", nil)
	do(plain, http.StatusSeeOther)
	page := do(httptest.NewRequest("GET", "/", nil), http.StatusOK)
	turbotest.AssertSelect(t, page, "#lines > li", 2)
	turbotest.AssertSelect(t, page, "turbo-cable-stream-source", 1)

	turbotest.AssertNoBroadcasts(t, recorder, "lines", func() { do(turbotest.Form("POST", "/lines", url.Values{"line": {" "}}), http.StatusSeeOther) })
}
