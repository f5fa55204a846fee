package redis_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbowasm/turbowasm/server/broker"
	"github.com/turbowasm/turbowasm/server/broker/redis"
	"github.com/turbowasm/turbowasm/server/broker/redis/redistest"
)

// Whatever connections are cut, of those who publish or who listen: what is
// published once, and again after an error, arrives once and in order.
func TestNothingIsLostOrDoubledWhileConnectionsAreCut(t *testing.T) {
	const streams, each = 4, 300
	server := redistest.Start(t)
	o := &redis.Options{HistorySize: each}
	one, two, hearer := open(t, server, o), open(t, server, o), open(t, server, o)
	var ears []*ear
	for i := range streams {
		ears = append(ears, listen(t, hearer, fmt.Sprint("stream ", i)))
	}
	published := make(chan struct{}, streams*each)
	var wg sync.WaitGroup
	for i := range streams {
		wg.Go(func() {
			for n := 1; n <= each; n++ {
				// Either process may be the one that tries again.
				for try, late := 0, time.Now().Add(patience); ; try++ {
					err := []*redis.Broker{one, two}[try%2].PublishOnce(t.Context(), fmt.Sprint("stream ", i), fmt.Append(nil, n), "e", uint64(n))
					if err == nil {
						break
					}
					if time.Now().After(late) {
						t.Error(err)
						return
					}
				}
				published <- struct{}{}
			}
		})
	}
	for n := range streams * each {
		<-published
		switch n % 100 {
		case 20:
			server.Do("CLIENT", "KILL", "TYPE", "pubsub")
		case 50:
			server.Do("CLIENT", "KILL", "TYPE", "normal")
		}
	}
	wg.Wait()
	for i, e := range ears {
		got := e.until(t, fmt.Sprint(each))
		if len(got) != each {
			t.Errorf("stream %d: got %d publications", i, len(got))
		}
		for n, p := range got {
			if string(p.Data) != fmt.Sprint(n+1) || p.Position.Offset != uint64(n+1) {
				t.Fatalf("stream %d: publication %d is %s at %+v", i, n+1, p.Data, p.Position)
			}
		}
	}
}

func TestRedisComesBackFromAnOlderSnapshot(t *testing.T) {
	server := redistest.Start(t)
	p, s := open(t, server, nil), open(t, server, nil)
	e := listen(t, s, "rooms")
	publish(t, p, "rooms", `1`)
	server.Do("SAVE")
	last := publish(t, p, "rooms", `2`)
	e.until(t, `2`)
	server.Kill()
	server.Restart()
	got := e.until(t, `""`)
	if at := got[len(got)-1].Position; at.Epoch == last.Epoch || at.Offset != 1 {
		t.Errorf("after %+v it goes on at %+v", last, at)
	}
	if _, err := s.History(t.Context(), "rooms", last); !errors.Is(err, broker.ErrGap) {
		t.Errorf("since what is lost: %v", err)
	}
	publish(t, p, "rooms", `3`)
	if got := texts(e.until(t, `3`)); !slices.Equal(got, []string{`1`, `2`, `""`, `3`}) {
		t.Errorf("got %q", got)
	}
}

// port is a free one of the loopback.
func port(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// exchange checks that two brokers at an address hear each other.
func exchange(t *testing.T, address string) {
	t.Helper()
	server := &redistest.Server{Address: address}
	p, s := open(t, server, nil), open(t, server, nil)
	e := listen(t, s, "rooms:5")
	first := publish(t, p, "rooms:5", `1`)
	if err := p.PublishOnce(t.Context(), "rooms:5", []byte(`2`), "e", 1); err != nil {
		t.Fatal(err)
	}
	if got := e.until(t, `2`); len(got) != 2 || got[0].Stream != "rooms:5" {
		t.Errorf("got %q of %q", texts(got), got[0].Stream)
	}
	if pubs, err := s.History(t.Context(), "rooms:5", first); err != nil || len(pubs) != 1 {
		t.Errorf("since the first: %q, %v", texts(pubs), err)
	}
}

func TestAClusterIsUsedByItsAddress(t *testing.T) {
	node, bus := port(t), port(t)
	server := redistest.Start(t, "--port", node, "--bind", "127.0.0.1", "--cluster-enabled", "yes", "--cluster-port", bus)
	server.Do("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
	for late := time.Now().Add(patience); ; { // until the cluster serves its slots
		if answer, err := server.Try("GET", "x"); err == nil && !strings.HasPrefix(answer, "-") {
			break
		}
		if time.Now().After(late) {
			t.Fatal("the cluster does not come up")
		}
	}
	exchange(t, "redis+cluster://127.0.0.1:"+node)
}

func TestSentinelIsUsedByItsAddress(t *testing.T) {
	master, watcher := port(t), port(t)
	server := redistest.Start(t, "--port", master, "--bind", "127.0.0.1")
	dir := filepath.Dir(strings.TrimPrefix(server.Address, "unix://"))
	file := filepath.Join(dir, "sentinel.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, "port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor chat 127.0.0.1 %s 1\n", watcher, dir, master), 0o600); err != nil {
		t.Fatal(err)
	}
	sentinel := exec.Command("redis-server", file, "--sentinel")
	if err := sentinel.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		sentinel.Process.Kill()
		sentinel.Wait()
	}()
	address := "redis+sentinel://127.0.0.1:" + watcher + "?sentinel_master_name=chat"
	for late := time.Now().Add(patience); ; { // until it knows the master
		b, err := redis.Open(address, nil)
		if err == nil {
			b.Close()
			break
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
	}
	exchange(t, address)
}
