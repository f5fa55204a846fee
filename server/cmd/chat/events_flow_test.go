package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// proxy is one before the chat that lets no WebSocket through, and nothing of
// the cable while it is away.
type proxy struct {
	*httptest.Server
	away atomic.Bool
}

func startProxy(t *testing.T, chat *runningChat) *proxy {
	t.Helper()
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: chat.config.Addr})
		r.Out.Host = r.In.Host
	}}
	p := &proxy{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Upgrade") != "":
			http.Error(w, "no upgrades here", http.StatusForbidden)
		case r.URL.Path == "/cable" && p.away.Load():
			http.Error(w, "nobody is there", http.StatusBadGateway)
		default:
			forward.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
	})
	return p
}

// Where WebSockets do not come through, the chat is what it is with them.
func TestFlowWithoutWebSockets(t *testing.T) {
	chat := startChat(t)
	ada := chat.enter("Ada L", lounge)
	p := startProxy(t, chat)
	ken := chat.open("Ken T")
	ken.url = p.URL
	ken.run(chromedp.Navigate(p.URL+lounge), chromedp.SetValue("#name", "Ken T"), chromedp.Submit("#name"))
	ken.waitFor(fmt.Sprintf("location.pathname == %q", lounge))
	ken.waitConnected()
	ken.mark()
	ken.run(chromedp.Evaluate(`void Turbo.cable.getConsumer().then(({ connection }) => { window.connection = connection })`, nil))
	ken.waitFor(`window.connection?.webSocket instanceof EventSource`)

	say := func(w *window, text string) {
		t.Helper()
		w.waitConnected()
		w.say(text)
		for _, w := range []*window{ada, ken} {
			w.waitMessages(text, 1)
		}
	}
	say(ada, "through the proxy")
	say(ken, "and back")

	// A visit takes other streams, and comes back to the first.
	ken.run(chromedp.Click(`//a[contains(@class, "room-item")][contains(., "Workshop")]`))
	ken.waitFor(`document.querySelector("h1").innerText.includes("Workshop")`)
	ada.waitConnected()
	ada.say("said meanwhile")
	ada.waitMessages("said meanwhile", 1)
	ken.run(chromedp.NavigateBack())
	ken.waitMessages("said meanwhile", 1)

	// What is said while the connection is away comes once it is back, once.
	ken.waitConnected()
	p.away.Store(true)
	p.CloseClientConnections()
	ken.waitFor(`!document.querySelector("` + sources + `[connected]")`)
	for i := range 3 {
		ada.waitConnected()
		ada.say(fmt.Sprint("while you were away ", i))
		ada.waitMessages(fmt.Sprint("while you were away ", i), 1)
	}
	p.away.Store(false)
	for i := range 3 {
		ken.waitMessages(fmt.Sprint("while you were away ", i), 1)
	}
	say(ken, "here again")
	ken.waitMessages("while you were away 2", 1)
	ken.checkMark()
}
