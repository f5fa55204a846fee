package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// patience is how long a window may take to show something. A client that lost
// its connection takes up to some twelve seconds to try again.
const patience = time.Minute

// shared are what the flows have in common, made when the first needs it and
// removed by TestMain.
var shared struct {
	once    sync.Once
	err     error
	runtime string          // directory of the built runtime
	browser context.Context // of one Chromium
	close   func()
}

// TestMain is also the chat itself, for tests that need a process of it.
func TestMain(m *testing.M) {
	switch when := os.Getenv("CHAT_TEST_MAIN"); when {
	case "":
	case "lives":
		main()
		return
	default:
		mainThatDies(when)
	}
	code := m.Run()
	if shared.close != nil {
		shared.close()
	}
	os.Exit(code)
}

// setUp builds the runtime, as "make dist" does, and starts Chromium.
func setUp() error {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		return fmt.Errorf(`the flows need Chromium, "go run ./server/cmd/turbowasm need chromium" installs it: %w`, err)
	}
	if shared.runtime, err = os.MkdirTemp("", "turbo-dist-"); err != nil {
		return err
	}
	shared.close = func() { os.RemoveAll(shared.runtime) }
	build := exec.Command("go", "run", "github.com/turbowasm/turbowasm/server/cmd/turbowasm", "dist", shared.runtime)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the runtime: %w\n%s", err, out)
	}
	allocator, closeAllocator := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("headless", "new"))...)
	browser, closeBrowser := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {})) // events that it does not know
	shared.browser = browser
	shared.close = func() {
		closeBrowser()
		closeAllocator()
		os.RemoveAll(shared.runtime)
	}
	if err := chromedp.Run(browser); err != nil {
		return fmt.Errorf("start Chromium: %w", err)
	}
	return nil
}

// runningChat is the chat as main runs it, on an address that it keeps.
type runningChat struct {
	t       *testing.T
	config  config
	stop    context.CancelFunc
	stopped chan error // nil while it is not running
}

// startChat runs a seeded chat until the test ends.
func startChat(t *testing.T) *runningChat {
	t.Helper()
	if shared.once.Do(func() { shared.err = setUp() }); shared.err != nil {
		t.Fatal(shared.err)
	}
	c := &runningChat{t: t, config: config{
		Addr:   "127.0.0.1:0",
		DB:     filepath.Join(t.TempDir(), "chat.db"),
		Turbo:  shared.runtime,
		Dev:    true,
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}}
	c.begin()
	t.Cleanup(c.end)
	return c
}

func (c *runningChat) begin() {
	c.t.Helper()
	listener, err := net.Listen("tcp", c.config.Addr)
	if err != nil {
		c.t.Fatal(err)
	}
	c.config.Addr = listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	c.stop, c.stopped = stop, make(chan error, 1)
	go func() { c.stopped <- serve(ctx, listener, c.config) }()
}

func (c *runningChat) end() {
	c.t.Helper()
	if c.stopped == nil {
		return
	}
	c.stop()
	if err := <-c.stopped; err != nil && !errors.Is(err, context.Canceled) {
		c.t.Errorf("stopping the chat: %v", err)
	}
	c.stopped = nil
}

// window is a window of a browser profile of its own.
type window struct {
	t    *testing.T
	name string
	ctx  context.Context
	url  string

	mu     sync.Mutex
	errors []string // thrown in the page and not caught
}

// open opens a window, without anybody's cookies, and runs actions in it. It
// answers every question of the page with yes.
func (c *runningChat) open(name string, actions ...chromedp.Action) *window {
	c.t.Helper()
	id, err := newWindow()
	if err != nil {
		c.t.Fatalf("open %s's window: %v", name, err)
	}
	ctx, closeWindow := chromedp.NewContext(shared.browser, chromedp.WithTargetID(id))
	w := &window{t: c.t, name: name, ctx: ctx, url: "http://" + c.config.Addr}
	c.t.Cleanup(func() {
		closeWindow()
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, text := range w.errors {
			c.t.Errorf("%s's page threw: %s", name, text)
		}
	})
	chromedp.ListenTarget(ctx, func(event any) {
		switch event := event.(type) {
		case *runtime.EventExceptionThrown:
			w.mu.Lock()
			w.errors = append(w.errors, event.ExceptionDetails.Error())
			w.mu.Unlock()
		case *cdppage.EventJavascriptDialogOpening:
			go chromedp.Run(ctx, cdppage.HandleJavaScriptDialog(true))
		}
	})
	// The first run attaches to the window for as long as its context lives.
	if err := chromedp.Run(ctx); err != nil {
		c.t.Fatalf("open %s's window: %v", name, err)
	}
	w.run(append([]chromedp.Action{
		chromedp.EmulateViewport(1000, 700),
		emulation.SetFocusEmulationEnabled(true), // else only one window would be painted
	}, actions...)...)
	return w
}

// newWindow opens a window of a new profile. chromedp's own way to do so asks
// for a tab in a window that the profile does not have yet.
func newWindow() (id target.ID, err error) {
	ctx := cdp.WithExecutor(shared.browser, chromedp.FromContext(shared.browser).Browser)
	profile, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx)
	if err != nil {
		return "", err
	}
	return target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(ctx)
}

// enter opens a window whose user gives a name and goes to a path.
func (c *runningChat) enter(name, path string) *window {
	c.t.Helper()
	w := c.open(name)
	w.run(
		chromedp.Navigate(w.url+path),
		chromedp.SetValue("#name", name),
		chromedp.Submit("#name"),
	)
	w.waitFor(fmt.Sprintf("location.pathname == %q", path))
	w.waitConnected()
	return w
}

func (w *window) run(actions ...chromedp.Action) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		w.t.Fatalf("in %s's window: %v", w.name, err)
	}
}

// value evaluates an expression in the page.
func value[T any](w *window, expression string) T {
	w.t.Helper()
	var v T
	w.run(chromedp.Evaluate(expression, &v))
	return v
}

// settle waits until nothing is under way in the page, or in the next.
func (w *window) settle() {
	w.t.Helper()
	w.run(chromedp.WaitReady("html[data-turbo-settled]", chromedp.ByQuery))
}

// check fails unless a JavaScript condition holds in the page as it is.
func (w *window) check(condition string) {
	w.t.Helper()
	if !value[bool](w, "!!("+condition+")") {
		w.t.Errorf("%s's window has not come to %s\nit shows %s", w.name, condition, w.text())
	}
}

// waitFor waits until a JavaScript condition holds, be it on the next page.
func (w *window) waitFor(condition string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var holds bool
		// It fails while one page makes way for another.
		if err := chromedp.Run(ctx, chromedp.Evaluate("document.readyState == 'complete' && !!("+condition+")", &holds)); err == nil && holds {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.t.Fatalf("%s's window never came to %s\nit shows %s", w.name, condition, w.text())
		}
	}
}

// text is what the window shows, for messages of failure.
func (w *window) text() (text string) {
	ctx, cancel := context.WithTimeout(w.ctx, time.Second)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Evaluate("location.href + '\\n' + document.body.innerText", &text)); err != nil {
		return err.Error()
	}
	return text
}

const sources = "turbo-cable-stream-source"

// waitConnected waits until the sidebar is there and everything that the page
// listens to is confirmed.
func (w *window) waitConnected() {
	w.t.Helper()
	w.settle()
	w.check(`document.querySelector("#user_sidebar[complete] ` + sources + `")`)
}

// mark leaves a mark that is lost when the page is loaded again.
func (w *window) mark() {
	w.t.Helper()
	w.run(chromedp.Evaluate(`void (window.mark = true)`, nil))
}

// checkMark fails if the page has been loaded since mark.
func (w *window) checkMark() {
	w.t.Helper()
	if !value[bool](w, `window.mark === true`) {
		w.t.Errorf("%s's page was loaded again", w.name)
	}
}

// say types a line into the composer and presses Enter.
func (w *window) say(line string) {
	w.t.Helper()
	key := func(kind input.KeyType) *input.DispatchKeyEventParams {
		return input.DispatchKeyEvent(kind).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(13)
	}
	w.run(
		chromedp.SendKeys("#composer textarea", line),
		// As one event: the page may keep the key from typing a new line.
		key(input.KeyDown).WithText("\r"),
		key(input.KeyUp),
	)
}

// openDirectRoom goes to the direct room with somebody by the picker in the
// sidebar.
func (w *window) openDirectRoom(with string) {
	w.t.Helper()
	w.run(chromedp.Click(`#direct_rooms_control [href="/rooms/directs/new"]`))
	w.settle()
	w.run(
		chromedp.Click(fmt.Sprintf(`//label[contains(., %q)]`, with)),
		chromedp.Click(".picker .button"),
	)
	w.waitConnected()
	w.check(fmt.Sprintf(`document.querySelector("h1").innerText.includes(%q) && !document.querySelector(".picker")`, with))
}

// messages finds the messages whose body begins with text, as an expression.
// One that is being edited has no body.
func messages(text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".message")].filter(m => m.querySelector(".message__body")?.textContent.startsWith(%q))`, text)
}

// waitMessages waits until there are exactly n messages that begin with text.
func (w *window) waitMessages(text string, n int) {
	w.t.Helper()
	w.waitFor(fmt.Sprintf("%s.length == %d", messages(text), n))
}

// click points at the one message that begins with text, then clicks on what
// the selector finds in it.
func (w *window) click(text, selector string) {
	w.t.Helper()
	for _, part := range []string{".message__body", selector} {
		at := value[struct{ X, Y float64 }](w, fmt.Sprintf(`(() => {
			const message = %s[0]
			message.scrollIntoView({ block: "center", behavior: "instant" })
			const { left, top, width, height } = message.querySelector(%q).getBoundingClientRect()
			return { X: left + Math.min(width, 60) / 2, Y: top + height / 2 }
		})()`, messages(text), part))
		w.run(chromedp.MouseEvent(input.MouseMoved, at.X, at.Y))
		if part == selector {
			w.run(chromedp.MouseClickXY(at.X, at.Y))
		}
	}
}
