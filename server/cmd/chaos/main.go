//go:build linux

// Command chaos shows that nothing is lost and nothing comes twice on the way
// from a transaction to the page, whatever fails. It writes updates through
// package outbox (PostgreSQL) to streams that clients and pages in browsers
// listen to, two servers and Redis being processes of their own, while
// connections are cut, held up and slow, servers are restarted and killed, Redis
// is killed and emptied, clients sleep for longer than the history lasts, and
// pages are left and come back to.
// In the end everybody has to show what the database has, and must never have
// been shown anything else: no entry lost, doubled or out of order, unless the
// client was told of a gap and fetched the state anew.
//
//	chaos [-short] [-seed 1] [-pages=false] [-js js] [-without resume]
//
// Clients are what pages have without a browser. Pages are driven by
// js/chaos/pages.mjs; some have the npm packages, of which is counted what they
// lose.
//
// The seed is printed; what is done is then the same, though when it happens is
// up to the machine. Everything stays on the loopback. It ends by itself, with
// status 1 and the last events of the first client that is wrong if there is one.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// windows are the real pages.
var windows = []pageKind{{ours, "chromium"}, {ours, "chromium"}, {events, "chromium"}, {ours, "firefox"}, {theirs, "chromium"}, {theirs, "chromium"}}

// long and short are the forms of a run.
var (
	long = config{
		Updates: 100_000, Rate: 200, Streams: 50, Clients: 200, Writers: 6, History: 60, Rounds: 4,
		Life: 30 * time.Second, MoveEvery: 20 * time.Second, Freeze: 12 * time.Second, Patience: 90 * time.Second, Pages: windows,
	}
	short = config{
		Updates: 5000, Rate: 150, Streams: 50, Clients: 100, Writers: 4, History: 25, Rounds: 1,
		Life: 12 * time.Second, MoveEvery: 8 * time.Second, Freeze: 6 * time.Second, Patience: 60 * time.Second, Pages: windows,
	}
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		if err := serveJSON(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	brief := flag.Bool("short", false, "5,000 updates in place of 100,000")
	seed := flag.Uint64("seed", 0, "what chance begins with; 0 is any")
	js := flag.String("js", "js", "`directory` of the scripts, with dist and node_modules")
	pages := flag.Bool("pages", true, "real pages too, which need Node and browsers")
	without := flag.String("without", "", "what to take out, to see that it is missed")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := long
	if *brief {
		c = short
	}
	c.Seed, c.Without = *seed, *without
	if !*pages {
		c.Pages = nil
	}
	var err error
	if c.JS, err = filepath.Abs(*js); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
	for c.Seed == 0 {
		c.Seed = rand.Uint64N(1_000_000)
	}
	fmt.Printf("seed %d\n", c.Seed)
	if err := try(ctx, c, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func serveJSON(told string) error {
	var s setup
	if err := json.Unmarshal([]byte(told), &s); err != nil {
		return err
	}
	return serve(s)
}
