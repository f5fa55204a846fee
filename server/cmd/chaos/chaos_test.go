//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain is a server too: trials start the test's binary as they start the
// command.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		if err := serveJSON(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// tiny is a trial that has everything, if little of it.
var tiny = config{
	Seed: 7, Updates: 1200, Rate: 300, Streams: 10, Clients: 24, Writers: 3, History: 25, Rounds: 1,
	Life: 3 * time.Second, MoveEvery: 2 * time.Second, Freeze: time.Second, Patience: 60 * time.Second,
}

func TestNothingIsLostOrDoubledWhateverFails(t *testing.T) {
	var out strings.Builder
	if err := try(t.Context(), tiny, &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if want := "Ours: 0 lost, 0 doubled, 0 out of order, 0 made up, 0 refused\n"; !strings.Contains(out.String(), want) {
		t.Errorf("got\n%s", &out)
	}
	for _, name := range []string{"gaps", "freezes", "visits", "restorations", "connections cut", "rolled back", "servers killed", "servers restarted", "Redis killed", "Redis emptied"} {
		if !strings.Contains(out.String(), " "+name) || strings.Contains(out.String(), " 0 "+name) {
			t.Errorf("there were no %s in\n%s", name, &out)
		}
	}
}

// A trial fails once any part of what keeps the promise is taken out.
func TestATrialNoticesWhatIsTakenOut(t *testing.T) {
	for part, kinds := range map[string]string{
		withoutResume: "lost",
		withoutDedupe: "doubled, out of order",
		withoutOrder:  "lost, out of order",
		withoutGap:    "lost",
		withoutOnce:   "doubled, out of order",
		withoutOutbox: "lost",
		withoutCommit: "made up",
	} {
		t.Run(part, func(t *testing.T) {
			c := tiny
			c.Without, c.Patience = part, 15*time.Second
			var out strings.Builder
			err := try(t.Context(), c, &out)
			if !errors.Is(err, errWrong) {
				t.Fatalf("got %v\n%s", err, &out)
			}
			for kind := range strings.SplitSeq(kinds, ", ") {
				if strings.Contains(err.Error(), ": "+kind+": ") {
					return
				}
			}
			t.Errorf("want %s, got %v\n%s", kinds, err, &out)
		})
	}
}

func TestAnAccountKnowsWhatIsWrong(t *testing.T) {
	const seed, id = 3, 4
	for _, c := range []struct {
		name string
		come []int // after a rendering with 10
		want string
	}{
		{"as written", []int{11, 12, 13}, ""},
		{"what the state had already", []int{9, 10, 11}, ""},
		{"one is missing", []int{11, 13}, "lost"},
		{"the first is missing", []int{12}, "lost"},
		{"one comes twice", []int{11, 11}, "doubled"},
		{"one comes late", []int{11, 12, 11}, "out of order"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &account{id: id, seed: seed}
			a.render(10)
			got := ""
			for _, n := range c.come {
				if wrong := a.take(n, text(seed, id, n)); wrong != nil {
					got = wrong.kind
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	a := &account{id: id, seed: seed}
	if wrong := a.take(1, rolledBack); wrong == nil || wrong.kind != "made up" {
		t.Errorf("got %v of an entry that never was", wrong)
	}
}
