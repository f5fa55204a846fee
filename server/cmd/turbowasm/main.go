// Command turbowasm builds, checks and tests the browser runtime. It needs only
// the Go toolchain.
//
//	turbowasm new [-module NAME] [-replace CHECKOUT] DIR
//	turbowasm dev [-o DIR] [-addr HOST:PORT] [PAGE [SERVER]]
//	turbowasm build [-o DIR] [-debug] [-plain] PAGE
//	turbowasm dist [-main package] [-debug] [-plain] [-hash] DIR
//	turbowasm check URL
//	turbowasm release [-main package] VERSION DIR
//	turbowasm size [-main package]
//	turbowasm browsertest [go test flags] [packages]
//	turbowasm need chromium|firefox-esr|package...
//
// New writes a starter application to DIR, which must be empty or not exist: a
// server, a page with Go code of its own, a test and a Dockerfile. -replace
// uses the turbowasm module of a checkout instead of a published version.
//
// Dev builds PAGE (./page) into a directory (static), runs the server in
// package SERVER (the current directory), and serves it on -addr
// (localhost:8080). When a file changes it builds again, restarts the server
// and reloads open pages; if a build fails, the previous server keeps running.
// The server's environment contains PORT, TURBOWASM_DEV=1 and, unless it is set
// already, a random SECRET_KEY_BASE. If SERVER is not a command, dev serves the
// files of the current directory.
//
// Build compiles an application's own Go for the page (see package wasm/turbo).
// PAGE is its main package, such as ./page. It writes the same files as dist,
// to the directory static or to that given by -o.
//
// Dist writes turbo.js (an ES module), turbo.umd.js (a classic script that sets
// window.Turbo), turbo-rails.js (an ES module that replaces
// @hotwired/turbo-rails), turbo.wasm, a .br and a .gz of each of them, type
// declarations, an example page, and the licences of the code in them. It works
// in any directory:
//
//	go run github.com/turbowasm/turbowasm/server/cmd/turbowasm@latest dist ./public
//
// -main compiles another main package instead of the standard runtime. -plain
// omits the compressed files, which take most of the time. -hash adds a hash of
// the content to the names of scripts and wasm, so that browsers may cache them
// forever; files of earlier builds are kept, for pages loaded before.
// turbo.html is an example page to copy, with the current names and the
// integrity hash of the script. -debug keeps the diagnostics of the Go runtime
// and the names and lines of functions, for tracebacks and the browser's
// profiler; the wasm is then about half as large again. Without -debug the
// diagnostics of Go 1.26 are removed; with another version of Go some remain,
// and a message says so. Messages of panics reach the console in either case.
//
// Check requests turbo.wasm from a server, given its URL or that of its folder,
// which ends with a slash. It fails if the file is sent uncompressed, which is
// eight times as large, with another type than application/wasm, or with
// headers that forbid caching.
//
// Release writes turbowasm-VERSION.zip, with the files of dist, and SHA256SUMS,
// for users without Go.
//
// Size prints the weight of the runtime by file and by package, and fails if it
// exceeds the budget.
//
// Browsertest runs go test for GOOS=js in Chromium, with the DOM primitives
// that the runtime imports.
//
// Need installs Debian packages that the tests require, if they are missing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

const usage = `usage:
  turbowasm new [-module NAME] [-replace CHECKOUT] DIR
  turbowasm dev [-o DIR] [-addr HOST:PORT] [PAGE [SERVER]]
  turbowasm build [-o DIR] [-debug] [-plain] PAGE
  turbowasm dist [-main package] [-debug] [-plain] [-hash] DIR
  turbowasm check URL
  turbowasm release [-main package] VERSION DIR
  turbowasm size [-main package]
  turbowasm browsertest [go test flags] [packages]
  turbowasm need package...
`

var errUsage = errors.New("bad usage")

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run runs one subcommand. Results go to stdout, progress to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return errUsage
	}
	flags := flag.NewFlagSet("turbowasm "+args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	switch args[0] {
	case "dist", "size", "release":
		mainPackage := flags.String("main", runtimePackage, "main `package` to compile")
		var f form
		if args[0] == "dist" {
			f.define(flags)
			flags.BoolVar(&f.hash, "hash", false, "add a hash of the content to file names")
		}
		if err := parse(flags, args[1:]); err != nil {
			return err
		}
		switch {
		case args[0] == "size" && flags.NArg() == 0:
			return size(ctx, *mainPackage, stdout, stderr)
		case args[0] == "release" && flags.NArg() == 2:
			return release(ctx, *mainPackage, flags.Arg(0), flags.Arg(1), stderr)
		case args[0] == "dist" && flags.NArg() == 1:
			if err := dist(ctx, *mainPackage, flags.Arg(0), f, stderr); err != nil {
				return err
			}
			return heavy(flags.Arg(0), f.plain, stderr)
		}
	case "check":
		if err := parse(flags, args[1:]); err != nil {
			return err
		}
		if flags.NArg() == 1 {
			return check(ctx, flags.Arg(0), stdout)
		}
	case "build":
		dir := flags.String("o", "static", "`directory` to write to")
		var f form
		f.define(flags)
		if err := parse(flags, args[1:]); err != nil {
			return err
		}
		if flags.NArg() == 1 {
			return dist(ctx, flags.Arg(0), *dir, f, stderr)
		}
	case "new":
		s := starter{}
		flags.StringVar(&s.module, "module", "", "module `name`; the default is the name of the directory")
		flags.StringVar(&s.checkout, "replace", "", "use the turbowasm module in this `directory` instead of a published version")
		if err := parse(flags, args[1:]); err != nil {
			return err
		}
		if flags.NArg() == 1 {
			return s.write(ctx, flags.Arg(0), stderr)
		}
	case "dev":
		d := dev{Page: "./page", Server: ".", Progress: stderr}
		flags.StringVar(&d.Static, "o", "static", "`directory` to write to")
		flags.StringVar(&d.Addr, "addr", "localhost:8080", "`address` to serve on")
		if err := parse(flags, args[1:]); err != nil {
			return err
		}
		if flags.NArg() > 0 {
			d.Page = flags.Arg(0)
		}
		if flags.NArg() > 1 {
			d.Server = flags.Arg(1)
		}
		if flags.NArg() < 3 {
			return d.run(ctx)
		}
	case "browsertest":
		return browserTest(ctx, args[1:], stdout, stderr)
	case "need":
		return need(ctx, args[1:], stderr)
	case "-h", "-help", "--help", "help":
		fmt.Fprint(stdout, usage)
		return nil
	}
	fmt.Fprint(stderr, usage)
	return errUsage
}

// define adds the flags that dist and build share.
func (f *form) define(flags *flag.FlagSet) {
	flags.BoolVar(&f.debug, "debug", false, "keep diagnostics and function names, for tracebacks and profilers")
	flags.BoolVar(&f.plain, "plain", false, "omit the compressed files, which is much faster")
}

// parse parses flags. The flag set has already printed any error.
func parse(flags *flag.FlagSet, args []string) error {
	err := flags.Parse(args)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		return errUsage
	}
	return err
}
