package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// A startedProgram runs outside of a page. What it asks for is noted.
type startedProgram struct {
	api.Module
	asked []string
	now   uint64
}

// instantiate makes a program. Its page is there, unless waits takes down that the
// program has heard that there is none.
func instantiate(t *testing.T, wasm []byte, waits *bool) *startedProgram {
	t.Helper()
	ctx := t.Context()
	engine := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	t.Cleanup(func() { engine.Close(context.Background()) })
	compiled, err := engine.CompileModule(ctx, wasm)
	if err != nil {
		t.Fatal(err)
	}
	p := &startedProgram{}
	err = provide(ctx, engine, compiled, &p.now, waits, func(module, name string) api.GoModuleFunc {
		return func(_ context.Context, m api.Module, stack []uint64) {
			if name == "runtime.getRandomData" {
				at, _ := m.Memory().ReadUint64Le(uint32(stack[0]) + 8)
				length, _ := m.Memory().ReadUint64Le(uint32(stack[0]) + 16)
				m.Memory().Write(uint32(at), bytes.Repeat([]byte{7}, int(length)))
				return
			}
			p.asked = append(p.asked, fmt.Sprint(module, ".", name, stack))
			if len(stack) > 0 {
				stack[0] = 0
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Module, err = engine.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *startedProgram) memory() []byte {
	data, _ := p.Memory().Read(0, p.Memory().Size())
	return slices.Clone(data)
}

func (p *startedProgram) call(t *testing.T, name string, args ...uint64) uint64 {
	t.Helper()
	results, err := p.ExportedFunction(name).Call(t.Context(), args...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return append(results, 0)[0]
}

// isSnapshot says whether a program's export run is the function that snapshots
// have for it, behind all that were compiled.
func isSnapshot(t *testing.T, wasm []byte) bool {
	t.Helper()
	sections, err := wasmSections(wasm)
	if err != nil {
		t.Fatal(err)
	}
	m := moduleState{sections: sections}
	m.read() // globals that do not begin at zero are an error
	return m.run == m.imported+len(m.functions)-1
}

// TestSnapshot compares a program that starts with one that goes on from its
// snapshot: memory and what they do are the same.
func TestSnapshot(t *testing.T) {
	ctx := t.Context()
	p, err := findProgram(ctx, runtimePackage)
	if err != nil {
		t.Fatal(err)
	}
	wasm, err := p.compile(ctx, debugging, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	written, err := snapshot(ctx, wasm)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := snapshot(ctx, wasm); err != nil || !bytes.Equal(written, again) {
		t.Errorf("a second build differs from the first (error %v)", err)
	}

	starts, goesOn := instantiate(t, wasm, new(bool)), instantiate(t, written, nil)
	if err := runProgram(ctx, starts); err != nil {
		t.Fatal(err)
	}
	before := goesOn.memory()
	want := starts.memory()
	if len(before) != len(want) || !bytes.Equal(before[dataStart:], want[dataStart:]) {
		t.Errorf("memory differs: %d bytes from a start, %d from a snapshot", len(want), len(before))
	}
	if got, want := goesOn.call(t, "getsp"), starts.call(t, "getsp"); got != want {
		t.Errorf("stack pointer: got %d, want %d", got, want)
	}
	// A program that is told that there is no page asks it for nothing.
	if len(starts.asked) > 0 {
		t.Errorf("asked for something before the page is there: %q", starts.asked)
	}

	shipped, err := p.compile(ctx, shipped, t.Output())
	if err != nil || !isSnapshot(t, shipped) {
		t.Errorf("what is shipped is no snapshot (error %v)", err)
	}

	// From there both go on alike, at the same time.
	goesOn.now = starts.now
	starts.call(t, "turbo_begin")
	if err := runProgram(ctx, goesOn); err != nil {
		t.Fatal(err)
	}
	// Random states are a page's own, and nothing else is.
	states := randomStates(want)
	after := goesOn.memory()
	for _, at := range states {
		if bytes.Equal(after[at:at+randomNumbers], before[at:at+randomNumbers]) {
			t.Errorf("the random state at %d is everybody's", at)
		}
		copy(after[at:], before[at:at+randomNumbers+randomSeed])
	}
	if want := starts.memory(); len(states) != 2 || !bytes.Equal(after[dataStart:], want[dataStart:]) {
		t.Errorf("%d random states; or memory differs after the start", len(states))
	}
	for _, p := range []*startedProgram{starts, goesOn} {
		p.call(t, "turbo_kept", 0, 0)
		p.call(t, "turbo_arena", 1<<20)
		p.call(t, "turbo_scratch", 1<<16)
	}
	if !slices.Equal(starts.asked, goesOn.asked) || !strings.Contains(strings.Join(starts.asked, " "), "turbo.ready[]") {
		t.Errorf("a start asks for %q,\na snapshot for %q", starts.asked, goesOn.asked)
	}
	if got, want := goesOn.call(t, "getsp"), starts.call(t, "getsp"); got != want || goesOn.Memory().Size() != starts.Memory().Size() {
		t.Errorf("stack pointer or memory: got %d and %d, want %d and %d", got, goesOn.Memory().Size(), want, starts.Memory().Size())
	}

	// What is asked for where the page is there from the start is the same, its
	// addresses included.
	ordinary := instantiate(t, wasm, nil)
	if err := runProgram(ctx, ordinary); err != nil {
		t.Fatal(err)
	}
	if got := ordinary.asked; len(got) < 3 || got[0] != "turbo.mark[0]" || !slices.Equal(got[1:], goesOn.asked[:len(got)-1]) {
		t.Errorf("an ordinary start asks for %q,\na snapshot for %q", got, goesOn.asked)
	}
}

// TestSnapshotOfApplications keeps programs as they are that have code of an
// application: its start is for each page.
func TestSnapshotOfApplications(t *testing.T) {
	for _, program := range []string{toastApp, "./testdata/channel", "./testdata/ending", "./testdata/probe"} {
		var said strings.Builder
		p, err := findProgram(t.Context(), program)
		if err != nil {
			t.Fatal(err)
		}
		wasm, err := p.compile(t.Context(), shipped, &said)
		if err != nil {
			t.Fatal(err)
		}
		if said.Len() > 0 {
			t.Errorf("%s: said %q", program, said.String())
		}
		if isSnapshot(t, wasm) {
			t.Errorf("%s is a snapshot", program)
		}
	}
}
