//go:build linux

// Command benchserver compares our server with the open-source Centrifugo, each
// in a process of its own, under a load of connections from this process:
// memory and processor time of idle subscribed connections, how soon a
// broadcast reaches all of them, how many broadcasts a thousand subscribers can
// follow, and how fast connections are made. It prints Markdown tables and
// exits.
//
//	benchserver [-rounds 3] [-connections 10000] [-soak 5m] [-beside v6.9.1]
//	            [-only load,outbox,resume,history]
//
// Both servers run with their default configuration and sign the same kind of
// subscription, to one stream with a history of a hundred. Everything stays on
// the loopback interface. Centrifugo is built from its module into a temporary
// directory. It runs on Linux only: the load uses epoll, and figures come from
// /proc.
//
// The figures for our server alone need PostgreSQL and Redis: how soon pages
// receive what was committed through an outbox (outbox); how fast clients
// resume after a restart or a lost connection, each having missed a few
// messages (resume); and how much memory kept messages take (history).
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// config says what to measure.
type config struct {
	Rounds      int
	Connections int
	Few         int      // subscribers in the throughput measurement
	Only        []string // parts to measure
	Pace        pace
	Soak        time.Duration // 0 means none
	Beside      string        // version of Centrifugo's module; empty measures only ours
}

// parts are the measurements that can be selected.
var parts = []string{"load", "outbox", "resume", "history"}

func (c config) measures(part string) bool { return slices.Contains(c.Only, part) }

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		fmt.Fprintln(os.Stderr, serveOwn(os.Args[2:]))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := config{Few: 1000, Pace: usual}
	flag.IntVar(&c.Rounds, "rounds", 3, "how often to measure each server; 0 runs only the soak")
	flag.IntVar(&c.Connections, "connections", 10_000, "number of connections in the load measurement")
	flag.DurationVar(&c.Soak, "soak", 5*time.Minute, "duration of the soak, in which connections come and go; 0 skips it")
	flag.StringVar(&c.Beside, "beside", "v6.9.1", "`version` of Centrifugo to compare with; empty for none")
	only := flag.String("only", strings.Join(parts, ","), "what to measure in addition to the soak")
	flag.Parse()
	c.Only = strings.Split(*only, ",")
	unknown := func(part string) bool { return !slices.Contains(parts, part) }
	if flag.NArg() > 0 || slices.ContainsFunc(c.Only, unknown) {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(ctx, c, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "benchserver:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c config, w io.Writer) error {
	if err := raiseFileLimit(max(c.Connections, usual.soaking)); err != nil {
		return err
	}
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "benchserver-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	targets := []target{own(executable)}
	if c.Beside != "" && c.Rounds > 0 && c.measures("load") {
		fmt.Fprintf(os.Stderr, "building Centrifugo %s\n", c.Beside)
		binary, err := installCentrifugo(ctx, c.Beside, dir)
		if err != nil {
			return err
		}
		targets = append(targets, centrifugo(binary, dir))
	}
	names, sheets := make([]string, len(targets)), make([]sheet, len(targets))
	for i, t := range targets {
		names[i], sheets[i] = t.name, sheet{}
	}
	for round := range c.Rounds {
		for i := 0; i < len(targets) && c.measures("load"); i++ {
			t := targets[i]
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, c.Rounds, t.name)
			if err := t.measureFew(ctx, c.Pace, sheets[i], c.Few); err != nil {
				return err
			}
			if err := t.measureMany(ctx, c.Pace, sheets[i], c.Connections); err != nil {
				return err
			}
		}
		if err := c.measureDelivery(ctx, sheets[0], executable, dir, round); err != nil {
			return err
		}
	}
	if c.Rounds > 0 {
		fmt.Fprintf(w, "%d connections, %d for the rates; medians of %d rounds (least–greatest); %s, %d cores shared with the load\n\n",
			c.Connections, c.Few, c.Rounds, runtime.Version(), runtime.NumCPU())
		if c.measures("load") {
			report(w, figures(c.Connections, c.Few), names, sheets)
		}
		if rows := deliveryFigures(c.measures); len(rows) > 0 {
			report(w, rows, names[:1], sheets[:1])
		}
	}
	if c.Soak > 0 {
		fmt.Fprintln(w)
		return targets[0].soak(ctx, c.Pace, w, c.Soak)
	}
	return nil
}

// measureDelivery measures what only our server has.
func (c config) measureDelivery(ctx context.Context, sh sheet, executable, dir string, round int) error {
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"outbox", func() error { return measureOutbox(ctx, c.Pace, sh, executable, dir) }},
		{"resume", func() error { return measureResume(ctx, c.Pace, sh, c.Connections, executable, dir) }},
		{"history", func() error { return measureHistory(ctx, c.Pace, sh, executable, dir) }},
	} {
		if c.measures(part.name) {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, c.Rounds, part.name)
			if err := part.measure(); err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	return nil
}
