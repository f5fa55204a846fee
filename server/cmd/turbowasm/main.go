// Command turbowasm builds, weighs and tests the browser runtime with the Go
// toolchain alone.
//
//	turbowasm new [-module NAME] DIR
//	turbowasm dev [-o DIR] [-addr HOST:PORT] [PAGE [SERVER]]
//	turbowasm build [-o DIR] [-debug] [-plain] PAGE
//	turbowasm dist [-main package] [-debug] [-plain] [-hash] DIR
//	turbowasm check URL
//	turbowasm release [-main package] VERSION DIR
//	turbowasm size [-main package]
//	turbowasm browsertest [go test flags] [packages]
//	turbowasm need chromium|firefox-esr|package...
//
// Dist writes turbo.js (ES module), turbo.umd.js (classic script, sets
// window.Turbo), turbo-rails.js (ES module in place of @hotwired/turbo-rails),
// turbo.wasm, each with a .br and a .gz beside it, type declarations and the
// licences that travel with them. It works in any directory:
//
//	go run github.com/turbowasm/turbowasm/server/cmd/turbowasm dist ./public
//
// -main names another main package to compile in place of the stock runtime,
// for an application that adds Go code of its own to the page.
// The Go runtime's diagnostics are left out, as far as they are known: those of
// another version than Go 1.26 stay, with a word about it. What a panic says
// reaches the console in any case.
// -debug keeps the diagnostics, and the names and lines of functions, for
// tracebacks and the browser's profiler; the wasm is then half as heavy again. -plain leaves out
// the compressed files, which take most of the time.
//
// -hash puts a hash of the content into the names of scripts and wasm, which
// browsers may then keep for good; files of earlier builds stay where they are,
// for pages that were loaded before. turbo.html is a page to copy: it has the
// names, and the hash of the script for the browser to check.
//
// Check asks a server for the turbo.wasm in a folder (a URL that ends with a
// slash) or at an address, and fails where it is sent uncompressed, which is
// eight times as much, as another type than application/wasm, or not to be kept.
//
// Release writes turbowasm-VERSION.zip, with what dist writes, and SHA256SUMS,
// for those without Go.
//
// Build is dist for an application's own Go in the page (see package
// wasm/turbo): PAGE is its main package, as ./page, and -o the directory, static
// unless it says otherwise.
//
// New writes an application to begin with: a server, a page with Go of its own,
// a test, a Dockerfile. The directory must be empty, or not be there yet.
//
// Dev builds PAGE (./page) into the directory, runs SERVER (the current
// directory) with PORT in its environment, and serves it on -addr
// (localhost:8080). When a file changes it builds again, and open pages load
// themselves anew; when a build fails, what ran before goes on. Without a SERVER
// that is a command, the files of the current directory are served.
//
// Size prints what the runtime weighs, by file and by package, and fails when
// it is over budget.
//
// Browsertest runs go test for GOOS=js in Chromium, with the module of DOM
// primitives that the shipped program imports.
//
// Need installs Debian packages that the tests run, where they are missing.
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

// run executes one subcommand. Results go to stdout, progress to stderr.
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
			flags.BoolVar(&f.hash, "hash", false, "put a hash of the content into names")
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
		flags.StringVar(&s.module, "module", "", "`name` of the module, by default that of the directory")
		flags.StringVar(&s.checkout, "replace", "", "take this module from a `directory`")
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

// define adds the flags that dist and build have.
func (f *form) define(flags *flag.FlagSet) {
	flags.BoolVar(&f.debug, "debug", false, "keep names and lines of functions")
	flags.BoolVar(&f.plain, "plain", false, "leave out the compressed files")
}

// parse reads flags, which say themselves what is wrong with them.
func parse(flags *flag.FlagSet, args []string) error {
	err := flags.Parse(args)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		return errUsage
	}
	return err
}
