// Command chat is a small group chat and the end-to-end test bed of the runtime:
// rooms for everyone and direct rooms for a few, messages that can be edited and
// deleted, and boosts. Everything updates live in every window, and everything
// works without JavaScript.
//
//	chat [-addr localhost:8080] [-db chat.db] [-turbo js/dist] [-dev]
//	     [-public https://chat.example.com] [-proxies 127.0.0.1,10.0.0.0/8]
//	     [-redis redis://localhost:6379]
//
// The environment variables PORT, CHAT_DB, CHAT_PUBLIC and REDIS_URL set the
// defaults of -addr, -db, -public and -redis. Processes with the same database
// and the same Redis form one chat, behind any load balancer; rate limits apply
// to each process. Broadcasts are written in the transaction of the change and
// published by whichever process is running. The runtime is read from the
// directory that "turbowasm dist" wrote; without it the pages work as plain HTML,
// and the log says so. Behind a proxy that terminates TLS, set -public to the
// address that browsers use, and -proxies to the proxy's own addresses: without
// them all visitors share the rate limits of one address.
//
// SIGTERM and SIGINT end it with status 0: running requests are finished, pages
// are told to reconnect, and clients that do not disconnect are cut off after a
// few seconds. A second signal ends it at once.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // lets a second signal kill the process
	c := config{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	flag.StringVar(&c.Addr, "addr", "localhost:"+cmp.Or(os.Getenv("PORT"), "8080"), "`address` to listen on")
	flag.StringVar(&c.DB, "db", cmp.Or(os.Getenv("CHAT_DB"), "chat.db"), "database `file`, created with sample data if missing")
	flag.StringVar(&c.Turbo, "turbo", "js/dist", "`directory` of the built runtime")
	flag.BoolVar(&c.Dev, "dev", false, "show frames and streams without effect in the page")
	flag.StringVar(&c.Redis, "redis", os.Getenv("REDIS_URL"), "`address` of the Redis that several processes share; empty for a single process")
	public := flag.String("public", os.Getenv("CHAT_PUBLIC"), "`address` that browsers use, such as https://chat.example.com, if the chat is behind a proxy")
	proxies := flag.String("proxies", "", "comma-separated addresses and `networks` of proxies whose X-Forwarded-For header is trusted")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	err := c.setPublic(*public)
	if err == nil {
		err = c.setProxies(*proxies)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := run(ctx, c); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// setPublic sets the address that browsers use.
func (c *config) setPublic(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "") {
		err = errors.New("give a scheme and a host only, like https://chat.example.com")
	}
	if err != nil {
		return fmt.Errorf("chat: public address %q: %w", address, err)
	}
	c.Public = &url.URL{Scheme: u.Scheme, Host: u.Host}
	return nil
}

// setProxies sets the addresses and networks of proxies.
func (c *config) setProxies(list string) error {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if one == "" {
			continue
		}
		p, err := netip.ParsePrefix(one)
		if !strings.Contains(one, "/") {
			var addr netip.Addr
			addr, err = netip.ParseAddr(one)
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		if err != nil {
			return fmt.Errorf("chat: proxy %q: %w", one, err)
		}
		c.Proxies = append(c.Proxies, p)
	}
	return nil
}
