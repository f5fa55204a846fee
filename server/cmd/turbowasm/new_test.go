package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// newStarter writes the starter into a new directory.
func newStarter(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "board")
	s := starter{checkout: filepath.Join("..", "..", "..")}
	if err := s.write(t.Context(), dir, t.Output()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestNewWritesAnApplicationWhoseTestsPass(t *testing.T) {
	dir := newStarter(t)
	for _, args := range [][]string{{"vet", "./..."}, {"test", "./..."}, {"tool", "turbowasm", "build", "-plain", "./page"}} {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	for _, name := range []string{"static/turbo.js", "static/turbo.wasm", ".gitignore", "Dockerfile", "go.sum"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if err := (starter{}).write(t.Context(), dir, t.Output()); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("overwrote existing files: %v", err)
	}
}

// An application under development is built and served, rebuilt when it changes, and its pages reload.
func TestDevBuildsAgainWhatChanges(t *testing.T) {
	dir := newStarter(t)
	t.Chdir(dir)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	said, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	d := dev{Page: "./page", Server: ".", Static: "static", Addr: "localhost:0", Progress: w}
	devCtx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		ended <- d.run(devCtx)
		w.Close()
	}()
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		buffer, rest := make([]byte, 4096), ""
		for {
			n, err := said.Read(buffer)
			rest += string(buffer[:n])
			for {
				line, after, ok := strings.Cut(rest, "\n")
				if !ok {
					break
				}
				lines <- line
				rest = after
			}
			if err != nil {
				return
			}
		}
	}()
	until := func(part string) string {
		t.Helper()
		for line := range lines {
			t.Log(line)
			if strings.Contains(line, part) {
				return line
			}
		}
		t.Fatalf("dev ended without %q", part)
		return ""
	}
	address := strings.TrimPrefix(until("open http://localhost:"), "open ")

	b := newBootBrowser(t)
	tab := b.open(t, address)
	write := func(line, thanks string) {
		t.Helper()
		tab.run(
			rest,
			chromedp.Evaluate(`document.querySelector("input").value = "`+line+`"; document.querySelector("form").requestSubmit()`, nil),
			rest,
			holds(`document.querySelector("#lines").textContent.includes("`+line+`") && document.querySelector(".toast")?.textContent == "`+thanks+`" && !document.querySelector("input").value`))
	}
	write("one", "Thank you")
	tab.run(holds(`!!window.turboCheck`)) // the starter checks its pages during development
	edit := func(name, before, after string) {
		t.Helper()
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), before) {
			t.Fatalf("%s: no %q (%v)", name, before, err)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(text), before, after, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	edit("page/main.go", `s.Attr("message"))`, `s.Attr("message") + "!")`)
	tab.run(poll(`!document.querySelector("#lines li")`)) // reloaded, from a new server
	write("two", "Thank you!")

	edit("page.html", "<h1>Board</h1>", "<h1>{{</h1>")
	edit("main.go", "package main", "package main // changed")
	until("the server exited")
	edit("page.html", "<h1>{{</h1>", "<h1>Walls</h1>")
	tab.run(poll(`document.querySelector("h1")?.textContent == "Walls"`))

	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
