//go:build linux

// Command chaos checks that nothing is lost or duplicated between a transaction
// and the page, whatever fails. It writes updates through package outbox
// (PostgreSQL) to streams with subscribed clients and browser pages. Two
// servers and Redis run as separate processes. Meanwhile connections are cut,
// stalled and slowed down, servers are restarted and killed, Redis is killed
// and emptied, clients sleep past the end of the history, and pages are left
// and returned to. In the end every client must show what the database
// contains, and must never have been shown anything else: no entry lost,
// duplicated or out of order, unless the client was told of a gap and fetched
// the state again.
//
//	chaos [-short] [-seed 1] [-pages=false] [-js js] [-without resume]
//
// Clients are pages without a browser. Real pages are driven by
// js/chaos/pages.mjs; some use the npm packages, and the entries they lose are
// counted.
//
// It prints the seed, with which a run does the same again, although the timing
// depends on the machine. Everything stays on the loopback interface. It exits
// with status 1 after a mistake, and prints the last events of the first client
// concerned.
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

// long and short are the two sizes of a run.
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
	brief := flag.Bool("short", false, "write 5,000 updates instead of 100,000")
	seed := flag.Uint64("seed", 0, "seed of the random choices; 0 picks one")
	js := flag.String("js", "js", "`directory` of the scripts, with dist and node_modules")
	pages := flag.Bool("pages", true, "also use real pages, which need Node and browsers")
	without := flag.String("without", "", "part of the delivery to remove, to check that the run then fails")
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
