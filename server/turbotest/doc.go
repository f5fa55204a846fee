// Package turbotest tests what an application sends to pages: the streams of a
// response, the frames of a page, and broadcasts. Its assertions correspond to
// those of turbo-rails 2.0.21.
//
//	w := httptest.NewRecorder()
//	app.ServeHTTP(w, turbotest.Form("POST", "/messages", url.Values{"body": {"hi"}}))
//	answer := turbotest.Response(t, w.Result(), http.StatusOK)
//	turbotest.AssertStream(t, answer, turbotest.Want{Action: stream.Append, Target: "messages", Content: "hi"})
//
// [FromFrame] turns a request into one from a frame, and [AssertFrame] finds
// the frame in the response. A [Recorder] used as a server's broker passes
// everything on and records it for [AssertBroadcasts] and others.
package turbotest
