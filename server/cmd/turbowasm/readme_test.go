package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// root is the directory of this module.
var root = filepath.Join("..", "..", "..")

// documents returns the guides by their path in the module.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := entry.Name(); entry.IsDir() && (base == "node_modules" || base == "dist" || base == "scenarios" || len(base) > 1 && base[0] == '.') {
			return fs.SkipDir
		}
		if path.Ext(name) == ".md" {
			text, err := os.ReadFile(filepath.Join(root, name))
			texts[name] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// Every snippet in a guide is part of a file that a test runs.
func TestGuidesShowWhatIsTested(t *testing.T) {
	shows := map[string][]string{
		"README.md":            {"server/cmd/hello/main.go", "wasm/example/toast/main.go", "testdata/embed/static-site/index.html"},
		"js/loading.md":        {"testdata/embed/static-site/index.html"},
		"server/testing.md":    {"server/turbotest/example_test.go", "server/cmd/turbowasm/settled_test.go"},
		"server/deployment.md": {"server/assets/example_test.go", "server/cmd/turbowasm/starter/Dockerfile"},
	}
	texts := documents(t)
	snippet := regexp.MustCompile("(?ms)^```(?:go|html|dockerfile)\n(.*?)^```$")
	for name, files := range shows {
		var sources string
		for _, file := range files {
			source, err := os.ReadFile(filepath.Join(root, file))
			if err != nil {
				t.Fatal(err)
			}
			sources += string(source) + "\n"
		}
		snippets := snippet.FindAllStringSubmatch(texts[name], -1)
		if len(snippets) == 0 {
			t.Errorf("%s has no snippets", name)
		}
		for _, s := range snippets {
			if !strings.Contains(sources, s[1]) {
				t.Errorf("%s has a snippet that is not part of %s:\n%s", name, strings.Join(files, ", "), s[1])
			}
		}
	}
	if n := strings.Count(texts["README.md"], "\n"); n > 200 {
		t.Errorf("README.md has %d lines, want 200 at most", n)
	}
}

// Links lead to files and headings that exist.
func TestGuidesLinkToWhatIsThere(t *testing.T) {
	texts := documents(t)
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	anchor := func(heading string) string {
		heading = regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(heading), "")
		return strings.ReplaceAll(heading, " ", "-")
	}
	for name, text := range texts {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(found[1], "://") {
				continue
			}
			file, heading, _ := strings.Cut(found[1], "#")
			if file = path.Join(path.Dir(name), file); strings.HasPrefix(found[1], "#") {
				file = name
			}
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s links to %s: %v", name, found[1], err)
			}
			has := heading == ""
			for line := range strings.Lines(texts[file]) {
				has = has || strings.HasPrefix(line, "#") && anchor(strings.TrimSpace(strings.TrimLeft(line, "#"))) == heading
			}
			if !has {
				t.Errorf("%s links to %s: no such heading", name, found[1])
			}
		}
	}
}

// The README's server, with two visitors.
func TestHello(t *testing.T) {
	dir := t.TempDir()
	files, err := makeFiles(t.Context(), runtimePackage, false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if err := writeFiles(filepath.Join(dir, "static"), files, true); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "hello")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, modulePath+"/server/cmd/hello").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	url := serveCommand(t, dir, binary)
	browser := newBootBrowser(t)
	one, two := browser.open(t, url), browser.open(t, url)
	listens := poll(`window.Turbo && document.querySelector("turbo-cable-stream-source[connected]")`)
	two.run(listens)
	one.run(listens,
		chromedp.Evaluate(`document.querySelector("input").value = "<hello>"; document.querySelector("form").requestSubmit()`, nil),
		poll(`lines.textContent == "<hello>" && !document.querySelector("input").value`))
	two.run(poll(`lines.children.length == 1 && lines.textContent == "<hello>"`), chromedp.Reload(), listens, poll(`lines.children.length == 1`))
}

// serveCommand runs a server that reads PORT, in a directory, until the test
// ends, and returns its URL.
func serveCommand(t *testing.T, dir, name string, args ...string) (url string) {
	t.Helper()
	free, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	_, port, _ := net.SplitHostPort(address)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PORT="+port)
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { cancel(); <-ended; ended <- nil })
	url = fmt.Sprintf("http://localhost:%s/", port)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if res, err := http.Get(url); err == nil {
			res.Body.Close()
			return url
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s has ended: %v", name, cmp.Or(err, fs.ErrClosed))
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not answer on %s", name, url)
		}
	}
}
