package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/turbowasm/turbowasm/js"
)

const (
	modulePath     = "github.com/turbowasm/turbowasm"
	runtimePackage = modulePath + "/wasm"
)

// A program is a main package for GOOS=js, the directory to run the go command
// in, so that the package is found, and the toolchain.
type program struct {
	Package string
	Dir     string // empty for the current directory
	Root    string // GOROOT; empty for that of the go command
}

// A build says what of the names and the diagnostics of the Go runtime a
// program keeps.
type build int

const (
	shipped   build = iota // neither
	named                  // the names of functions in the wasm, else as shipped
	debugging              // both, with files and lines
)

// What is not ours is not inlined, and the garbage collector is that of Go
// 1.25: the program is 8 % smaller after compression. Nor is what runs once per
// click, form or message of the cable, which saves another 8 KB.
var buildFlags = []string{"-trimpath", "-buildvcs=false", "-gcflags=all=-l", "-gcflags=" + modulePath + "/...=",
	"-gcflags=" + modulePath + "/wasm/cable=-l", "-gcflags=" + modulePath + "/wasm/drive=-l", "-gcflags=" + modulePath + "/wasm/form=-l", "-gcflags=" + modulePath + "/wasm/frame=-l"}

// knownGo is the version of Go whose runtime we know how to make smaller.
const knownGo = "go1.26"

// findProgram locates a main package: through the current directory's module
// if that knows it, else, for packages of this module, through the module
// cache at the version that this command was built from.
func findProgram(ctx context.Context, mainPackage string) (program, error) {
	p := program{Package: mainPackage}
	_, err := p.goCommand(ctx, "list", "-f", "{{.Name}}", mainPackage)
	if err == nil || !strings.HasPrefix(mainPackage, modulePath+"/") {
		return p, err
	}
	version := moduleVersion()
	if version == "" {
		return p, err
	}
	out, err := p.goCommand(ctx, "mod", "download", "-json", modulePath+"@"+version)
	if err != nil {
		return p, err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return p, fmt.Errorf("turbowasm: locate %q: %w", modulePath, err)
	}
	p.Dir = module.Dir
	return p, nil
}

// sources are the scripts that belong to the program: those of the version of
// this module that it is compiled with, which may be another than this command's.
func (p program) sources(ctx context.Context) fs.FS {
	out, err := p.goCommand(ctx, "list", "-deps", "-f", "{{if eq .ImportPath \""+modulePath+"/wasm/browser\"}}{{.Dir}}{{end}}", p.Package)
	dir := filepath.Join(strings.TrimSpace(string(out)), "..", "..", "js")
	if _, statErr := os.Stat(filepath.Join(dir, "turbo.js")); err != nil || len(out) == 0 || statErr != nil {
		return js.Sources // vendored, perhaps, or a program without the runtime
	}
	return os.DirFS(dir)
}

// moduleVersion is the version of this module in the running binary, empty
// for one that was built from a checkout.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == modulePath && m.Version != "(devel)" && m.Replace == nil {
			return m.Version
		}
	}
	return ""
}

// goCommand runs the go command for GOOS=js and returns its standard output.
func (p program) goCommand(ctx context.Context, args ...string) ([]byte, error) {
	command := "go"
	if p.Root != "" {
		command = filepath.Join(p.Root, "bin", "go")
	}
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOEXPERIMENT="+experiments())
	if p.Root != "" {
		cmd.Env = append(cmd.Env, "GOROOT="+p.Root, "GOTOOLCHAIN=local")
	}
	if p.Dir != "" {
		cmd.Env = append(cmd.Env, "GOWORK=off", "GOFLAGS=-mod=readonly")
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("turbowasm: go %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return out, nil
}

// experiments adds ours to those that the environment asks for.
func experiments() string {
	return strings.TrimPrefix(os.Getenv("GOEXPERIMENT")+",nogreenteagc", ",")
}

// compile builds the program into a wasm binary. It says to progress when the
// toolchain is not one whose runtime it knows how to make smaller.
func (p program) compile(ctx context.Context, b build, progress io.Writer) ([]byte, error) {
	dir, err := os.MkdirTemp("", "turbowasm-")
	if err != nil {
		return nil, fmt.Errorf("turbowasm: compile %q: %w", p.Package, err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "turbo.wasm")
	args := append([]string{"build", "-o", file}, buildFlags...)
	if b == shipped {
		args = append(args, "-ldflags=-s -w")
	}
	version, err := p.goCommand(ctx, "env", "GOVERSION")
	if err != nil {
		return nil, err
	}
	known := strings.HasPrefix(string(version), knownGo)
	switch {
	case b == debugging:
	case !known:
		fmt.Fprintf(progress, "%s is not %s: names and diagnostics stay in\n", bytes.TrimSpace(version), knownGo)
	default:
		with, overlay, err := p.withOverlay(ctx, dir)
		if err != nil {
			fmt.Fprintf(progress, "the diagnostics of %s stay in: %v\n", bytes.TrimSpace(version), err)
			break
		}
		p, args = with, append(args, "-overlay="+overlay)
	}
	if _, err := p.goCommand(ctx, append(args, p.Package)...); err != nil {
		return nil, err
	}
	wasm, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("turbowasm: compile %q: %w", p.Package, err)
	}
	wasm, err = shrink(wasm, known && b == shipped)
	if err != nil || !known || b == debugging {
		return wasm, err
	}
	started, err := snapshot(ctx, wasm)
	if err != nil {
		fmt.Fprintf(progress, "the program starts anew in every page: %v\n", err)
		return wasm, nil
	}
	return started, nil
}

// wasmExec returns Go's own loader script from the toolchain that compiles
// the program; the two belong together.
func (p program) wasmExec(ctx context.Context) (string, error) {
	root, err := p.goCommand(ctx, "env", "GOROOT")
	if err != nil {
		return "", err
	}
	file := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js")
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("turbowasm: read Go's wasm_exec.js: %w", err)
	}
	return string(text), nil
}
