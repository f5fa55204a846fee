package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/turbowasm/turbowasm/js"
)

const browserRunner = "github.com/agnivade/wasmbrowsertest"

// browserTest runs "go test" for GOOS=js with args, running each test binary in
// a headless Chromium. The runner serves the wasm_exec.js that it finds under
// GOROOT, so it is given one consisting of Go's script and testing.js, which
// adds the imports of package browser to the class Go.
func browserTest(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if err := need(ctx, []string{"chromium"}, stderr); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "turbowasm-")
	if err != nil {
		return fmt.Errorf("turbowasm: prepare browser tests: %w", err)
	}
	defer os.RemoveAll(dir)

	wasmExec, err := program{}.wasmExec(ctx)
	if err != nil {
		return err
	}
	imports, err := bundle(js.Sources, "testing.js", "", "", nil, api.FormatIIFE)
	if err != nil {
		return err
	}
	lib := filepath.Join(dir, "lib", "wasm")
	if err := os.MkdirAll(lib, 0o755); err != nil {
		return fmt.Errorf("turbowasm: prepare browser tests: %w", err)
	}
	if err := writeFile(lib, "wasm_exec.js", []byte(wasmExec+"\n"+string(imports))); err != nil {
		return err
	}

	runner := filepath.Join(dir, "wasmbrowsertest")
	build := exec.CommandContext(ctx, "go", "build", "-o", runner, browserRunner)
	build.Stderr = stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("turbowasm: build %q: %w", browserRunner, err)
	}

	// A Go program for js accepts at most 8 KB of environment, so the tests get
	// only what the runner and its browser need.
	execArgs := []string{"env", "-i", "GOROOT=" + dir, "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), runner}
	for i, arg := range execArgs {
		if strings.ContainsAny(arg, " \t\n'\"") {
			execArgs[i] = strconv.Quote(arg)
		}
	}
	test := exec.CommandContext(ctx, "go", append([]string{"test", "-exec", strings.Join(execArgs, " ")}, args...)...)
	test.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	test.Stdout, test.Stderr = stdout, stderr
	if err := test.Run(); err != nil {
		return fmt.Errorf("turbowasm: browser tests: %w", err)
	}
	return nil
}
