//go:build linux

// Command benchserver measures our server beside the open-source Centrifugo,
// each in a process of its own, with a load of connections from this one:
// memory and processor time of idle subscribed connections, how soon a
// broadcast reaches them all, how many broadcasts a thousand can follow, how
// fast connections are made. It prints Markdown tables and ends by itself.
//
//	benchserver [-rounds 3] [-connections 10000] [-soak 5m] [-beside v6.9.1]
//
// Both servers run as they come and sign the same kind of subscription, to one
// stream with a history of a hundred. Everything stays on the loopback.
// Centrifugo is built from its module into a temporary directory. It runs on
// Linux: the load reads by epoll, and figures come from /proc.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// config is what to measure.
type config struct {
	Rounds      int
	Connections int
	Few         int // subscribers of the throughput
	Pace        pace
	Soak        time.Duration // 0 for none
	Beside      string        // version of Centrifugo's module; empty for ours alone
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "serve" {
		fmt.Fprintln(os.Stderr, serveOwn())
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := config{Few: 1000, Pace: usual}
	flag.IntVar(&c.Rounds, "rounds", 3, "how often each server is measured; 0 for the soak alone")
	flag.IntVar(&c.Connections, "connections", 10_000, "how many connections are many")
	flag.DurationVar(&c.Soak, "soak", 5*time.Minute, "how long connections come and go; 0 for not at all")
	flag.StringVar(&c.Beside, "beside", "v6.9.1", "`version` of Centrifugo to measure too; empty for none")
	flag.Parse()
	if flag.NArg() > 0 {
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
	targets := []target{own(executable)}
	if c.Beside != "" && c.Rounds > 0 {
		dir, err := os.MkdirTemp("", "benchserver-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
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
		for i, t := range targets {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, c.Rounds, t.name)
			if err := t.measureFew(ctx, c.Pace, sheets[i], c.Few); err != nil {
				return err
			}
			if err := t.measureMany(ctx, c.Pace, sheets[i], c.Connections); err != nil {
				return err
			}
		}
	}
	if c.Rounds > 0 {
		fmt.Fprintf(w, "%d connections, %d for the rates; medians of %d rounds (least–greatest); %s, %d cores shared with the load\n\n",
			c.Connections, c.Few, c.Rounds, runtime.Version(), runtime.NumCPU())
		report(w, figures(c.Connections, c.Few), names, sheets)
	}
	if c.Soak > 0 {
		fmt.Fprintln(w)
		return targets[0].soak(ctx, c.Pace, w, c.Soak)
	}
	return nil
}
