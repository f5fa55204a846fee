package main

import (
	"context"
	"flag"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/broker/redis/redistest"
	"github.com/turbowasm/turbowasm/server/outbox"
	"github.com/turbowasm/turbowasm/server/stream"
	"github.com/turbowasm/turbowasm/server/turbotest"
)

// The moments at which mainThatDies kills itself.
const (
	beforePublishing = "between the commit and the broadcast"
	afterPublishing  = "between the broadcast and its removal from the outbox"
)

// dying kills the process at its first broadcast.
type dying struct {
	outbox.Publisher
	when string
}

func (d dying) PublishOnce(ctx context.Context, to string, message []byte, epoch string, sequence uint64) error {
	if d.when == afterPublishing {
		if err := d.Publisher.PublishOnce(ctx, to, message, epoch, sequence); err != nil {
			return err
		}
	}
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // until that has happened
}

// mainThatDies is main, as far as tests need it, with a relay that dies.
func mainThatDies(when string) {
	c := config{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	flag.StringVar(&c.Addr, "addr", "", "")
	flag.StringVar(&c.DB, "db", "", "")
	flag.StringVar(&c.Turbo, "turbo", "", "")
	flag.StringVar(&c.Redis, "redis", "", "")
	flag.Parse()
	ctx := context.Background()
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		panic(err)
	}
	db, err := openStore(ctx, c.DB)
	if err == nil {
		err = db.seed(ctx, time.Now())
	}
	if err != nil {
		panic(err)
	}
	a, err := newApp(ctx, db, os.DirFS(c.Turbo), c)
	if err != nil {
		panic(err)
	}
	a.outbox.Publisher = dying{a.outbox.Publisher, when}
	c.Logger.Info("chat: serving", "url", "http://"+listener.Addr().String())
	panic(a.serve(ctx, listener))
}

// lastPost sends a message to the process, which dies of it.
func (p *stoppable) lastPost(t *testing.T, path string, form url.Values) {
	t.Helper()
	res, err := p.browser.http.PostForm("http://"+p.host+path, form)
	if err == nil { // it was quick enough to answer
		res.Body.Close()
	}
	if status, logged := p.stopped(t); status != -1 || p.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("got status %d, want the process killed; it logged\n%s", status, logged)
	}
}

func TestWhatWasStoredIsBroadcastAfterARestart(t *testing.T) {
	for _, when := range []string{beforePublishing, afterPublishing} {
		t.Run("killed "+when, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "chat.db")
			startMain(t, when, "-db", file).lastPost(t, "/rooms/1/messages", url.Values{"body": {"the last word"}})

			db, err := openStore(t.Context(), file)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			sent := new(turbotest.Recorder)
			a, err := newApp(t.Context(), db, fstest.MapFS{}, config{Logger: slog.New(slog.DiscardHandler), Broker: sent})
			if err != nil {
				t.Fatal(err)
			}
			stop := a.relay()
			defer stop()
			name := room{ID: 1}.messagesStream()
			wantContains(t, sent.Next(t, name).Body, "the last word")
			err = a.change(t.Context(), func(ctx context.Context, tx *store) error {
				return a.outbox.To(name).Broadcast(ctx, tx.db, stream.Text("and on"))
			})
			if err != nil {
				t.Fatal(err)
			}
			wantContains(t, sent.Next(t, name).Body, "and on")
			if n, _, err := a.outbox.Backlog(t.Context()); n > 1 || err != nil { // the row goes a moment after the message
				t.Errorf("got %d broadcasts that still wait, %v", n, err)
			}
		})
	}
}

func TestWhatWasStoredIsBroadcastOnceByWhoeverLives(t *testing.T) {
	for _, when := range []string{beforePublishing, afterPublishing} {
		t.Run("killed "+when, func(t *testing.T) {
			const room = "/rooms/1"
			say := func(body string) url.Values { return url.Values{"body": {body}} }
			file := filepath.Join(t.TempDir(), "chat.db")
			shared := []string{"-db", file, "-redis", redistest.Start(t).Address}
			one, two := startMain(t, when, shared...), startProcess(t, shared...)
			ken := two.browser.listen(room)
			identifier, position := one.browser.source(room)

			two.cmd.Process.Signal(syscall.SIGSTOP) // or it might be quicker, and one would live
			one.lastPost(t, room+"/messages", say("while two lives"))
			two.cmd.Process.Signal(syscall.SIGCONT)
			hear(t, ken, "while two lives")
			two.browser.post(room+"/messages", say("two says"))
			if got := count(t, ken, "while two lives", "two says"); got != 0 {
				t.Errorf("who was connected: got it %d more times", got)
			}

			// Nobody is left, and then somebody comes.
			waitEmpty(t, file)
			two.cmd.Process.Kill()
			two.cmd.Wait()
			startMain(t, when, shared...).lastPost(t, room+"/messages", say("while nobody lives"))
			three := startProcess(t, shared...)
			for _, missed := range []string{"while two lives", "while nobody lives"} {
				ada := (&browser{t, three.browser.chat, one.browser.http}).resume(identifier, position)
				last := "three says, looking back " + strconv.Itoa(len(missed))
				three.browser.post(room+"/messages", say(last))
				if got := count(t, ada, missed, last, `"confirm_history"`); got != 1 {
					t.Errorf("who comes back to where the page was: got %q %d times", missed, got)
				}
			}
		})
	}
}

// waitEmpty waits until nothing waits in the outbox of a chat.
func waitEmpty(t *testing.T, file string) {
	t.Helper()
	db, err := openStore(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for end := time.Now().Add(patience); ; {
		n, _, err := (&outbox.Box{DB: db.pool, Dialect: outbox.SQLite}).Backlog(t.Context())
		if err != nil || time.Now().After(end) {
			t.Fatalf("%d broadcasts wait in the outbox, %v", n, err)
		}
		if n == 0 {
			return
		}
	}
}

// count counts the messages with a part, those at one place once, as a page
// leaves out repetitions of places, until each of some others has come.
func count(t *testing.T, ws *websocket.Conn, part string, until ...string) int {
	t.Helper()
	got := map[string]bool{}
	for {
		message := hear(t, ws, `"identifier"`)
		_, place, hasPlace := strings.Cut(message, `"stream_id"`)
		if !hasPlace {
			place = strconv.Itoa(len(got))
		}
		is := func(part string) bool { return strings.Contains(message, part) }
		if is(part) {
			got[place] = true
		}
		if until = slices.DeleteFunc(until, is); len(until) == 0 {
			return len(got)
		}
	}
}
