// Package turbotest checks what an application sends to pages: the streams of
// a response, the frames of a page, what was broadcast. Its assertions are
// those of turbo-rails 2.0.21.
//
//	w := httptest.NewRecorder()
//	app.ServeHTTP(w, turbotest.Form("POST", "/messages", url.Values{"body": {"hi"}}))
//	answer := turbotest.Response(t, w.Result(), http.StatusOK)
//	turbotest.AssertStream(t, answer, turbotest.Want{Action: stream.Append, Target: "messages", Content: "hi"})
//
// A frame's request is made by [FromFrame], and its part found by [AssertFrame].
// A [Recorder] in the place of a server's broker passes everything on, and
// remembers it for [AssertBroadcasts] and the like.
package turbotest
