//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/evanw/esbuild/pkg/api"
)

// pageKind is the kind of a page: which scripts it uses and in which browser.
type pageKind struct {
	Kind    string `json:"kind"`
	Browser string `json:"browser"`
}

const (
	ours   = "ours"
	events = "events" // ours, over Server-Sent Events
	theirs = "theirs" // the npm packages
)

// browsers are real pages, driven by js/chaos/pages.mjs.
type browsers struct {
	cmd    *exec.Cmd
	input  io.WriteCloser
	output *bufio.Reader
}

// pageState is what a page shows and what happened to it.
type pageState struct {
	Name, Kind string
	Counts     map[string]int
	Mistakes   []string
	Set        int
	Lists      []pageList
	Events     []string
}

type pageList struct {
	ID    int
	Gap   bool // it was told of a gap and has not rendered again yet
	Count int  // the value of an element that is updated with every entry
	Items []pageItem
}

// pageItem is an entry as shown by a page.
type pageItem struct {
	N    int
	Text string
}

func (i *pageItem) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&i.N, &i.Text})
}

// bundle bundles the npm packages as an application would.
func bundle(js, dir string) error {
	result := api.Build(api.BuildOptions{
		Stdin:  &api.StdinOptions{Contents: `import "@hotwired/turbo-rails"`, ResolveDir: js},
		Bundle: true, Format: api.FormatIIFE, Outfile: filepath.Join(dir, "turbo.umd.js"), Write: true,
	})
	if len(result.Errors) > 0 {
		return fmt.Errorf("bundle @hotwired/turbo-rails (run npm ci in js if js/node_modules is missing): %s", result.Errors[0].Text)
	}
	return nil
}

// openPages opens pages and moves them until calm.
func openPages(ctx context.Context, c config, base string) (*browsers, error) {
	told, err := json.Marshal(map[string]any{
		"base": base, "seed": c.Seed % 1_000_000, "pages": c.Pages, "moveEvery": c.MoveEvery.Milliseconds() / 2, "freeze": c.Freeze.Milliseconds(),
	})
	if err != nil {
		return nil, err
	}
	b := &browsers{cmd: exec.Command("node", filepath.Join(c.JS, "chaos/pages.mjs"), string(told))}
	b.cmd.Stderr = os.Stderr
	if b.input, err = b.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	b.output = bufio.NewReader(output)
	if err := b.cmd.Start(); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	var ready string
	if err := b.hear(ctx, &ready); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// hear reads an answer.
func (b *browsers) hear(ctx context.Context, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { b.input.Close() }) // ends the pages and thereby the read
	defer stop()
	line, err := b.output.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, answer)
	}
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	return nil
}

// rest stops the moves.
func (b *browsers) rest(ctx context.Context) error {
	var calm string
	if _, err := io.WriteString(b.input, "calm\n"); err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	return b.hear(ctx, &calm)
}

func (b *browsers) state(ctx context.Context) (states []pageState, err error) {
	if _, err := io.WriteString(b.input, "state\n"); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	return states, b.hear(ctx, &states)
}

func (b *browsers) close() {
	b.input.Close()
	kill := time.AfterFunc(15*time.Second, func() { b.cmd.Process.Kill() })
	defer kill.Stop()
	b.cmd.Wait()
}

// compare describes what is wrong with a page, compared with the database. It
// is empty if the page shows the last entries of each stream, in order. missing
// is the number of missing entries.
func (p *pageState) compare(seed uint64, streams int, tops []int) (missing, doubled int, why string) {
	say := func(format string, args ...any) {
		if why == "" {
			why = fmt.Sprintf(format, args...)
		}
	}
	if p.Set < 0 {
		say("there is no page")
		return 0, 0, why
	}
	if p.Kind == events && p.Counts["event sources"] == 0 {
		say("it listens to no event source")
	}
	want := set(p.Set, streams)
	if len(p.Lists) != len(want) {
		say("it has %d lists, not %d", len(p.Lists), len(want))
	}
	for i, list := range p.Lists {
		if i >= len(want) || list.ID != want[i] {
			say("it has a list %d", list.ID)
			continue
		}
		top := tops[list.ID]
		if list.Gap {
			say("it was told of a gap in stream %d and was not rendered anew", list.ID)
		}
		if list.Count != top {
			say("it says that stream %d has %d entries, not %d", list.ID, list.Count, top)
		}
		before, seen := 0, map[int]bool{}
		for _, item := range list.Items {
			if item.Text != text(seed, list.ID, item.N) {
				say("entry %d of stream %d says %q", item.N, list.ID, item.Text)
			}
			if seen[item.N] {
				doubled++
			}
			if seen[item.N] = true; before > 0 && item.N != before+1 {
				say("entry %d of stream %d comes after %d", item.N, list.ID, before)
			}
			before = item.N
		}
		first := top - lines + 1 // it shows at least these
		if len(list.Items) > 0 {
			first = min(first, list.Items[0].N)
		}
		for n := max(1, first); n <= top; n++ {
			if !seen[n] {
				missing++
				say("entry %d of stream %d is missing", n, list.ID)
			}
		}
	}
	return missing, doubled, why
}

func (p *pageState) String() string { return p.Name }
func (p *pageState) events() string { return "  " + strings.Join(p.Events, "\n  ") + "\n" }

// counts formats what was counted on pages, in a fixed order.
func (p *pageState) counts() string {
	var all []string
	for _, name := range []string{"entries", "event sources", "visits", "times back", "times forward", "documents", "reloads", "reloads by hand", "freezes", "gaps", "lost", "doubled", "out of order"} {
		if n := p.Counts[name]; n > 0 || name == "gaps" || name == "lost" || name == "doubled" || name == "out of order" {
			all = append(all, fmt.Sprintf("%d %s", n, name))
		}
	}
	return strings.Join(all, ", ")
}
