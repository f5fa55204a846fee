package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
)

const (
	modulePath     = "github.com/turbowasm/turbowasm"
	runtimePackage = modulePath + "/wasm"
)

// A program is a main package for GOOS=js and the directory to run the go
// command in, so that the package is found and its toolchain is the one used.
type program struct {
	Package string
	Dir     string // empty for the current directory
}

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
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
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

// compile builds the program into a wasm binary. With names it keeps the
// function names, which size reads and browsers do not need.
func (p program) compile(ctx context.Context, names bool) ([]byte, error) {
	dir, err := os.MkdirTemp("", "turbowasm-")
	if err != nil {
		return nil, fmt.Errorf("turbowasm: compile %q: %w", p.Package, err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "turbo.wasm")
	args := append([]string{"build", "-o", file}, buildFlags(names)...)
	if _, err := p.goCommand(ctx, append(args, p.Package)...); err != nil {
		return nil, err
	}
	wasm, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("turbowasm: compile %q: %w", p.Package, err)
	}
	return wasm, nil
}

func buildFlags(names bool) []string {
	flags := []string{"-trimpath", "-buildvcs=false"}
	if !names {
		flags = append(flags, "-ldflags=-s -w")
	}
	return flags
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
