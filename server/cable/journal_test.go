package cable

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWarningsThatRepeatAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		j := &journal{logger: slog.New(slog.NewTextHandler(&log, nil))}
		for i := range 37_000 {
			j.warn("again", "i", i)
		}
		j.warn("another")
		if got := strings.Count(log.String(), "again"); got != journalBurst {
			t.Errorf("got it %d times, want %d", got, journalBurst)
		}
		if !strings.Contains(log.String(), "another") {
			t.Error("a warning of another kind was left out")
		}
		log.Reset()
		time.Sleep(journalPeriod + time.Second)
		j.warn("again")
		if want := "more=36950"; !strings.Contains(log.String(), want) {
			t.Errorf("got %q, want %s in it", log.String(), want)
		}
	})
}
