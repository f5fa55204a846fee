//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// streamName is what everybody listens to.
const streamName = "bench"

// target is a server that can be measured.
type target struct {
	name  string
	start func(ctx context.Context) (*running, error)
}

// running is a server that is being measured.
type running struct {
	*process
	address netip.AddrPort
	dialect dialect
	publish func(ctx context.Context, messages []string) error
	signed  string // the stream's name, of ours
}

// centrifugo is the open-source Centrifugo as its module is published, with a
// channel that keeps a history as ours does and asks for a signed subscription.
func centrifugo(binary, dir string) target {
	return target{"Centrifugo", func(ctx context.Context) (*running, error) {
		const key = "bench"
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		config, err := json.Marshal(map[string]any{
			"http_server": map[string]any{"address": address.Addr().String(), "port": fmt.Sprint(address.Port())},
			"http_api":    map[string]any{"key": key},
			"debug":       map[string]any{"enabled": true},
			"health":      map[string]any{"enabled": true},
			"log":         map[string]any{"level": "error"},
			"channel":     map[string]any{"without_namespace": map[string]any{"history_size": 100, "history_ttl": "300s"}},
			"client": map[string]any{
				"allow_anonymous_connect_without_token": true,
				"allowed_origins":                       []string{"http://" + address.String()},
				"token":                                 map[string]any{"hmac_secret_key": key},
			},
		})
		if err != nil {
			return nil, err
		}
		file := filepath.Join(dir, "centrifugo.json")
		if err := os.WriteFile(file, config, 0o600); err != nil {
			return nil, err
		}
		p, err := begin(exec.CommandContext(ctx, binary, "--config", file), func(p *process, _ *bufio.Reader) error {
			p.url = "http://" + address.String()
			return untilHealthy(ctx, p)
		})
		if err != nil {
			return nil, err
		}
		return &running{process: p, address: address, dialect: centrifugeDialect(streamName, token(key)), publish: func(ctx context.Context, messages []string) error {
			commands := make([]any, len(messages))
			for i, m := range messages {
				commands[i] = map[string]any{"publish": map[string]any{"channel": streamName, "data": m}}
			}
			return post(ctx, p.url+"/api/batch", map[string]string{"X-API-Key": key}, map[string]any{"commands": commands})
		}}, nil
	}}
}

// token is a JSON Web Token that lets an anonymous user subscribe.
func token(key string) string {
	b64 := base64.RawURLEncoding
	body := b64.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + b64.EncodeToString([]byte(`{"sub":"","channel":"`+streamName+`"}`))
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(body))
	return body + "." + b64.EncodeToString(mac.Sum(nil))
}

// installCentrifugo builds Centrifugo outside of our module.
func installCentrifugo(ctx context.Context, version, dir string) (binary string, err error) {
	cmd := exec.CommandContext(ctx, "go", "install", "github.com/centrifugal/centrifugo/v6@"+version)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("install Centrifugo %s (-beside \"\" measures without it): %w\n%s", version, err, out)
	}
	return filepath.Join(dir, "centrifugo"), nil
}

func freeAddress() (netip.AddrPort, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return netip.AddrPort{}, err
	}
	defer l.Close()
	return netip.ParseAddrPort(l.Addr().String())
}

func untilHealthy(ctx context.Context, p *process) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		_, err := p.get(ctx, "/health")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// post sends JSON.
func post(ctx context.Context, url string, headers map[string]string, body any) error {
	return ask(ctx, url, headers, body, nil)
}

// ask sends JSON and reads the answer's into answer, unless that is nil.
func ask(ctx context.Context, url string, headers map[string]string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	data, err = io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %.200s", url, res.Status, data)
	}
	if err == nil && answer != nil {
		err = json.Unmarshal(data, answer)
	}
	return err
}
