//go:build linux

package main

import (
	"context"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain is our server too: the measurements start the test's binary as they
// start the command.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		panic(serveOwn(os.Args[2:]))
	}
	os.Exit(m.Run())
}

func TestAFewConnectionsAreMeasuredAndSoaked(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), config{
		Rounds: 2, Connections: 60, Few: 30, Soak: time.Second, Only: parts,
		Pace: pace{
			settle: time.Millisecond, idle: 50 * time.Millisecond, step: 50 * time.Millisecond, broadcasts: 3, steady: 100,
			commits: 10, missed: 3, history: filling{Streams: 3, Each: 20, Size: 300},
			soaking: 40, churn: 10, soakRate: 50, soakGrown: math.Inf(1),
		},
	}, &out)
	if err != nil {
		t.Fatal(err)
	}
	all := func(string) bool { return true }
	for _, row := range append(figures(60, 30), deliveryFigures(all)...) {
		_, cells, ok := strings.Cut(out.String(), "| "+row+" | ")
		if !ok || strings.HasPrefix(cells, "–") {
			t.Errorf("no figure for %q in\n%s", row, &out)
		}
	}
	if !strings.Contains(out.String(), "Nothing lost, nothing out of order") {
		t.Errorf("the soak says\n%s", &out)
	}
}

// What the load counts is what happened, or the figures mean nothing.
func TestTheLoadNoticesWhatIsLostAndWhoIsCut(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := own(executable).begin(ctx, usual)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	if err := s.load.subscribe(ctx, 3); err != nil {
		t.Fatal(err)
	}
	if _, err := s.broadcast(ctx, 3); err != nil {
		t.Fatal(err)
	}
	s.next(1) // is never sent
	if _, err := s.broadcast(ctx, 3); err != nil {
		t.Fatal(err)
	}
	if s.load.lost != 3 {
		t.Errorf("got %d lost publications, want one for each of 3", s.load.lost)
	}
	s.stop()
	if err := s.load.wait(ctx, "the end", time.Minute, func() bool { return s.load.live == 0 }); err != nil {
		t.Error(err)
	}
	if s.check(target{}) == nil {
		t.Error("the end of the server went unnoticed")
	}
}

func TestFramesArriveInPieces(t *testing.T) {
	server := func(payload string) []byte {
		b := appendFrame(nil, opText, []byte(payload))
		head := len(b) - len(payload) - 4
		b[1] &^= 0x80 // servers do not mask
		return append(b[:head:head], payload...)
	}
	for _, want := range []string{"", "{}", strings.Repeat("x", 125), strings.Repeat("y", 126), strings.Repeat("z", 60_000)} {
		whole := server(want)
		for _, n := range []int{0, 1, 2, 3, len(whole) - 1} {
			if n < len(whole) {
				if _, _, rest, err := parseFrame(whole[:n]); rest != nil || err != nil {
					t.Errorf("%d of %d bytes: got rest %q, error %v", n, len(whole), rest, err)
				}
			}
		}
		op, payload, rest, err := parseFrame(append(whole, "next"...))
		if op != opText || string(payload) != want || string(rest) != "next" || err != nil {
			t.Errorf("got %d, %.20q, %q, %v", op, payload, rest, err)
		}
	}
	if _, _, _, err := parseFrame([]byte{0xc1, 0}); err == nil {
		t.Error("a compressed frame was taken")
	}
}

func TestPublicationsAreFoundByTheirNumber(t *testing.T) {
	if got := len(publication(7)); got != publicationSize {
		t.Errorf("got %d bytes, want %d", got, publicationSize)
	}
	for message, want := range map[string]int{
		`{"identifier":"x","message":"` + publication(12) + `"}`: 12,
		`{"type":"ping","message":1}`:                            -1,
		`"@seq=12`:                                               -1,
		`"@seq=1x2@"`:                                            -1,
	} {
		got, ok := publicationIn([]byte(message))
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%.40s: got %d, %v, want %d", message, got, ok, want)
		}
	}
}

func TestTheReportComparesMedians(t *testing.T) {
	var out strings.Builder
	report(&out, []string{cpuPerFrame, keptRate, cutRate, idleCPU}, []string{"A", "B"}, []sheet{
		{cpuPerFrame: {3, 1, 2}, keptRate: {100}, cutRate: {math.Inf(1)}, idleCPU: {2}},
		{cpuPerFrame: {4, 4, 4}, keptRate: {200}, cutRate: {500}},
	})
	for _, want := range []string{
		"| | A | B | times better |\n|---|---|---|---|\n",
		"| 2.00 (1.00–3.00) | 4.00 | 2.00 |\n",
		"| 100 | 200 | 0.50 |\n",
		"| never | 500 | – |\n",
		"| 2.00 | – | – |\n",
		"missed: " + keptRate + ": behind B",
		"missed: " + idleCPU + ": more than 1.00",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant %q in it", &out, want)
		}
	}
	if got := strings.Count(out.String(), "missed"); got != 2 {
		t.Errorf("got %d missed, want 2:\n%s", got, &out)
	}
}
