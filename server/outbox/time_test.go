package outbox_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbowasm/turbowasm/server/outbox"
)

// aRelay runs a relay on a database that is not there, in a time that is not
// real. What the test changes it changes in alone.
func aRelay(t *testing.T, test func(db *fakeDB, box *outbox.Box, broker *recorder, alone func(func()), broadcast func(n int))) {
	synctest.Test(t, func(t *testing.T) {
		db, broker := newFakeDB(), newRecorder()
		db.gate = new(sync.Mutex)
		alone := func(change func()) {
			db.gate.Lock()
			defer db.gate.Unlock()
			change()
		}
		box := &outbox.Box{DB: db.open(), Dialect: outbox.SQLite, Publisher: broker, Logger: slog.New(slog.DiscardHandler)}
		if err := box.Create(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- box.Run(ctx) }()
		synctest.Wait()
		test(db, box, broker, alone, func(n int) {
			conn := &fakeConn{db: db, tx: true}
			if err := box.To("room").BroadcastJSON(ctx, fakeTx{conn}, n); err != nil {
				t.Error(err)
			}
			alone(func() { conn.end(true) })
		})
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		box.DB.Close()
	})
}

func TestARelayLooksAgainAfterItsIntervalOrWhenItIsWoken(t *testing.T) {
	aRelay(t, func(db *fakeDB, box *outbox.Box, broker *recorder, alone func(func()), broadcast func(int)) {
		broadcast(1)
		time.Sleep(26 * time.Millisecond)
		synctest.Wait()
		if got := broker.got["room"]; !slices.Equal(got, []string{"1"}) {
			t.Errorf("after an interval it has published %q", got)
		}
		broadcast(2)
		box.Wake()
		synctest.Wait()
		if got := broker.got["room"]; !slices.Equal(got, []string{"1", "2"}) {
			t.Errorf("woken it has published %q", got)
		}
		before := db.requests.Load()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, most := int(db.requests.Load()-before), int(time.Minute/(25*time.Millisecond)); got > most+10 {
			t.Errorf("with nothing to do it made %d requests in a minute", got)
		}
	})
}

func TestARelayTriesAgainLessAndLessOften(t *testing.T) {
	aRelay(t, func(db *fakeDB, box *outbox.Box, broker *recorder, alone func(func()), broadcast func(int)) {
		tries := 0
		fail := func(string) (before, after error) {
			tries++
			return errFault, nil
		}
		inASecond := func() {
			t.Helper()
			time.Sleep(time.Second)
			synctest.Wait()
			if tries < 4 || tries > 6 { // after 25, 75, 175, 375 and 775 ms
				t.Errorf("it tried %d times in a second", tries)
			}
		}
		alone(func() { broker.fail = fail })
		broadcast(1)
		inASecond()
		alone(func() { tries = 0 })
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if tries < 118 || tries > 125 { // every 5 s
			t.Errorf("it tried %d times in ten minutes", tries)
		}
		alone(func() { broker.fail = nil })
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := broker.got["room"]; !slices.Equal(got, []string{"1"}) {
			t.Errorf("5 s after the broker came back it has published %q", got)
		}
		broadcast(2)
		time.Sleep(26 * time.Millisecond)
		synctest.Wait()
		if got := broker.got["room"]; !slices.Equal(got, []string{"1", "2"}) {
			t.Errorf("then it published %q", got)
		}
		alone(func() { broker.fail, tries = fail, 0 })
		broadcast(3)
		inASecond()
	})
}
