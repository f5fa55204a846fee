package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWithoutDiagnosticsRefusesAnotherRuntime(t *testing.T) {
	_, err := withoutDiagnostics(map[string][]byte{"trace.go": []byte("package runtime\n\nfunc StartTrace() error { return nil }\n")})
	if err == nil || !strings.Contains(err.Error(), "traceAcquire()") || strings.Contains(err.Error(), "StartTrace") {
		t.Errorf("got error %v", err)
	}
	if _, err := withoutDiagnostics(map[string][]byte{"trace.go": []byte("package")}); err == nil {
		t.Error("a file that is no Go: no error")
	}
}

func TestEditFile(t *testing.T) {
	const before = `package runtime

import (
	"internal/abi"
	"internal/goarch"
)

func blockevent(cycles int64, skip int) { println(goarch.PtrSize) }

func goroutineProfileWithLabels(p []int, labels []abi.Kind) (n int, ok bool) { return len(p), false }

func (b *mspan) reportZombies() { print("zombies") }

func readGOMEMLIMIT() int64 { return 2 }

func mheap() {
	var where = &debug.gctrace
	debug.gctrace = 2
	if debug.gctrace > 0 {
		println("trace")
	}
	if trace := traceAcquire(); trace.ok() {
		traceRelease(trace)
	}
}
`
	const after = `package runtime

import (
	"internal/abi"
	_ "internal/goarch"
)

func blockevent(cycles int64, skip int) {}

func goroutineProfileWithLabels(p []int, labels []abi.Kind) (n int, ok bool) {return 0, true}

func (b *mspan) reportZombies() {throw("found pointer to free object")}

func readGOMEMLIMIT() int64 {return 1<<63 - 1}

func mheap() {
	var where = &debug.gctrace
	debug.gctrace = 2
	if 0 > 0 {
		if false { println("trace") }
	}
	if trace := (traceLocker{}); false {
		traceRelease(trace)
	}
}
`
	got, _, err := editFile("mheap.go", []byte(before))
	if err != nil || string(got) != after {
		t.Errorf("got (error %v)\n%s", err, got)
	}
}

// TestToolchainInModuleCache compiles with a toolchain that lies in the module
// cache, where the go command puts those that it downloads.
func TestToolchainInModuleCache(t *testing.T) {
	p := program{Package: "./testdata/probe"}
	want := compileQuietly(t, p, shipped)
	root, err := p.goCommand(t.Context(), "env", "GOROOT")
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	link := filepath.Join(cache, "toolchain")
	if err := os.Symlink(string(bytes.TrimSpace(root)), link); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOROOT", link)
	t.Setenv("GOMODCACHE", cache)
	if got := compileQuietly(t, p, shipped); !bytes.Equal(got, want) {
		t.Errorf("got another program, of %d bytes, not %d", len(got), len(want))
	}
}
