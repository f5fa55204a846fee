package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/turbowasm/turbowasm/js"
)

// Budgets, in bytes after brotli. The scripts are ours alone, without Go's
// wasm_exec.js.
const (
	wasmBudget   = 439_000
	scriptBudget = 24_100
)

const exampleBuild = "0123456789abcdef" // as long as a build's

// size prints what a page loads and what each package has its part in, and
// returns an error when a budget is exceeded.
func size(ctx context.Context, mainPackage string, stdout, progress io.Writer) error {
	fmt.Fprintf(progress, "compiling %s\n", mainPackage)
	p, err := findProgram(ctx, mainPackage)
	if err != nil {
		return err
	}
	wasm, err := p.compile(ctx, shipped, progress)
	if err != nil {
		return err
	}
	wasm, names, err := shorten(wasm)
	if err != nil {
		return err
	}
	wasmExec, err := p.wasmExec(ctx)
	if err != nil {
		return err
	}

	out := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "raw\tgzip -9\tbrotli 11\tbudget\t ")
	var over []string
	row := func(name string, data []byte, budget int) {
		compressed, limit := len(brotlied(data)), ""
		if budget > 0 {
			limit = fmt.Sprint(budget)
		}
		if budget > 0 && compressed > budget {
			over = append(over, fmt.Sprintf("%s is %d bytes over", name, compressed-budget))
		}
		fmt.Fprintf(out, "%d\t%d\t%d\t%s\t %s\n", len(data), len(gzipped(data)), compressed, limit, name)
	}
	row("turbo.wasm", wasm, wasmBudget)
	for _, s := range scripts {
		whole, err := bundle(js.Sources, s.entry, wasmExec, exampleBuild, names, s.format)
		if err != nil {
			return err
		}
		ours, err := bundle(js.Sources, s.entry, "", exampleBuild, names, s.format)
		if err != nil {
			return err
		}
		row(s.name, whole, 0)
		row(s.name+" without wasm_exec.js", ours, scriptBudget)
	}
	fmt.Fprintln(out)
	if err := writePackages(ctx, p, wasm, out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("turbowasm: over budget: %s", strings.Join(over, "; "))
	}
	return nil
}

// writePackages prints the code of each package, for which it compiles the
// program once more with names, and the data beside it. Each is compressed by
// itself, which says how they compare; the sum is more than the whole.
func writePackages(ctx context.Context, p program, wasm []byte, out io.Writer) error {
	named, err := p.compile(ctx, named, io.Discard)
	if err != nil {
		return err
	}
	list, err := p.goCommand(ctx, "list", "-deps", p.Package)
	if err != nil {
		return err
	}
	functions, err := wasmFunctions(named)
	if err != nil {
		return err
	}
	sections, err := wasmSections(wasm)
	if err != nil {
		return err
	}
	packages := symbolPrefixes(strings.Fields(string(list)), p.Package)
	parts := map[string][]byte{}
	for _, s := range sections {
		if s.id == dataSection {
			parts["(data: literals, types, function tables)"] = s.body
		}
	}
	for _, f := range functions {
		name := packageOf(f.name, packages)
		parts[name] = append(parts[name], f.code...)
	}
	type part struct {
		name            string
		raw, gzip, brot int
	}
	var rows []part
	for name, data := range parts {
		rows = append(rows, part{name, len(data), len(gzipped(data)), len(brotlied(data))})
	}
	slices.SortFunc(rows, func(a, b part) int { return b.brot - a.brot })
	fmt.Fprintln(out, "raw\tgzip -9\tbrotli 11\t\t code of package")
	for _, r := range rows {
		fmt.Fprintf(out, "%d\t%d\t%d\t\t %s\n", r.raw, r.gzip, r.brot, r.name)
	}
	return nil
}

// The linker replaces what is no word character in the names it writes to wasm.
var mangled = regexp.MustCompile(`[^\w.]`)

// symbolPrefixes maps the prefix of a package's symbols to its import path.
func symbolPrefixes(paths []string, mainPackage string) map[string]string {
	prefixes := map[string]string{"main": mainPackage}
	for _, path := range paths {
		prefixes[mangled.ReplaceAllString(path, "_")] = path
	}
	return prefixes
}

// packageOf names the package that a mangled symbol belongs to: the longest
// prefix before a dot that is one. An instance of a generic function counts as
// the generic function's.
func packageOf(symbol string, prefixes map[string]string) string {
	for end := len(symbol); end > 0; end = strings.LastIndexByte(symbol[:end], '.') {
		if path, ok := prefixes[symbol[:end]]; ok {
			return path
		}
	}
	return "(made by the compiler)"
}
