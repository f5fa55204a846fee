// Command chat is a small group chat, and the end-to-end test bed of the
// runtime: rooms for all and direct ones for a few, messages that can be edited
// and deleted, boosts, all of it live in every window, and all of it usable
// without JavaScript.
//
//	chat [-addr localhost:8080] [-db chat.db] [-turbo js/dist] [-dev]
//
// The environment variables PORT and CHAT_DB set the defaults of the first two.
// The runtime is read from the directory that "turbowasm dist" wrote; without
// it the pages work as plain HTML, and the log says so.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c config
	flag.StringVar(&c.Addr, "addr", "localhost:"+cmp.Or(os.Getenv("PORT"), "8080"), "`address` to listen on")
	flag.StringVar(&c.DB, "db", cmp.Or(os.Getenv("CHAT_DB"), "chat.db"), "database `file`, made and seeded if missing")
	flag.StringVar(&c.Turbo, "turbo", "js/dist", "`directory` of the built runtime")
	flag.BoolVar(&c.Dev, "dev", false, "show on the page when the answer to a frame lacks it")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	c.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(ctx, c); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
