package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// A program does the same at every start until it needs its page: the Go
// runtime makes its heap and scheduler, packages fill their tables. Snapshot
// runs a program here up to where package browser waits for a page, and returns
// the program that goes on from there: its memory and its globals have the
// values that they had then, and its export run fills Go's random states anew
// and says that there is a page. Pages get there in a fraction of the time, for
// most of the time of a cold start went into compiling what runs once.
//
// What stays the same in every page: the seeds of maps made before, the key that
// all hashes begin with, and where the scheduler's order of chance begins. Maps
// made later have seeds of their own.
//
// A program of an application does not wait: what it does in main, and when it
// is ready, is for each page, and it is returned as it is. One that waits has to
// come to that point with no more than memory, time that passes and one random
// seed: else it is an error.
func snapshot(ctx context.Context, wasm []byte) ([]byte, error) {
	sections, err := wasmSections(wasm)
	if err != nil {
		return nil, err
	}
	m := moduleState{sections: sections}
	if err := m.read(); err != nil {
		return nil, fmt.Errorf("turbowasm: read wasm: %w", err)
	}
	if m.begin < m.imported {
		return wasm, nil
	}
	waits, err := m.execute(ctx)
	if err != nil {
		return nil, fmt.Errorf("turbowasm: snapshot: %w", err)
	}
	if !waits {
		return wasm, nil
	}
	states := randomStates(m.memory)
	if len(states) != 2 { // the process's and the thread's
		return nil, fmt.Errorf("turbowasm: snapshot: %d random states in memory", len(states))
	}
	return m.write(states)
}

const (
	i32, i64, i64Const = 0x7f, 0x7e, 0x42

	pageSize = 1 << 16
	patience = 30 * time.Second // of the builder with a program that computes
	// Between the arguments that Go's loader writes and the program's data lie
	// some KB that nobody uses after the start (cmd/link, wasmMinDataAddr).
	argsStart, dataStart = 4096, 4096 + 8192
	globalName           = "turbowasm_global_%d"
	beginName            = "turbo_begin" // package browser
)

type moduleState struct {
	sections  []wasmSection
	imported  int // functions
	random    int // index of the function that gives random bytes
	run       int // index of the function that starts the program
	begin     int // index of the function that says that there is a page
	functions []int
	globals   []global
	memory    []byte
}

// global is a variable of the module.
type global struct {
	kind  byte
	value int
}

func (m *moduleState) section(id byte) *wasmSection {
	for i := range m.sections {
		if m.sections[i].id == id {
			return &m.sections[i]
		}
	}
	return &wasmSection{}
}

func (m *moduleState) read() error {
	r := &wasmReader{data: m.section(importSection).body}
	names := r.functionImports()
	m.imported, m.random = len(names), slices.Index(names, "gojs.runtime.getRandomData")
	if r.err != nil || m.random < 0 {
		return cmp.Or(r.err, errors.New("no import of random data"))
	}

	r = &wasmReader{data: m.section(functionSection).body}
	for range r.uint() {
		m.functions = append(m.functions, r.uint())
	}
	if r.err != nil {
		return r.err
	}

	m.run, m.begin = -1, -1
	r = &wasmReader{data: m.section(exportSection).body}
	for n := r.uint(); n > 0 && r.err == nil; n-- {
		name, kind, index := string(r.bytes(r.uint())), r.byte(), r.uint()
		switch {
		case name == "run" && kind == 0:
			m.run = index
		case name == beginName && kind == 0:
			m.begin = index
		}
	}
	if r.err != nil || m.run < m.imported {
		return cmp.Or(r.err, errors.New("no export run"))
	}

	r = &wasmReader{data: m.section(globalSection).body}
	for n := r.uint(); n > 0 && r.err == nil; n-- {
		kind, mutable := r.byte(), r.byte()
		op := r.byte()
		if mutable != 1 || !(kind == i32 && op == i32Const || kind == i64 && op == i64Const) || r.sint() != 0 || r.byte() != endExpr {
			return cmp.Or(r.err, errors.New("global of unknown kind"))
		}
		m.globals = append(m.globals, global{kind: kind})
	}
	if r.err != nil {
		return r.err
	}

	r = &wasmReader{data: m.section(memorySection).body}
	if n, flags := r.uint(), r.byte(); n != 1 || flags != 0 {
		return cmp.Or(r.err, errors.New("memory of unknown kind"))
	}
	return nil
}

// execute runs the program until it waits for a page, and takes down its state.
func (m *moduleState) execute(ctx context.Context) (waits bool, err error) {
	exporting := slices.Clone(m.sections)
	for i, s := range exporting {
		if s.id == exportSection {
			r := &wasmReader{data: s.body}
			body := binary.AppendUvarint(nil, uint64(r.uint()+len(m.globals)))
			body = append(body, r.data...)
			for g := range m.globals {
				name := fmt.Sprintf(globalName, g)
				body = append(append(binary.AppendUvarint(body, uint64(len(name))), name...), 3)
				body = binary.AppendUvarint(body, uint64(g))
			}
			exporting[i].body = body
		}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	engine := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithCloseOnContextDone(true))
	defer engine.Close(ctx)
	compiled, err := engine.CompileModule(ctx, joinSections(exporting))
	if err != nil {
		return false, err
	}
	var wants error
	dependent := func(module, name string) api.GoModuleFunc {
		return func(context.Context, api.Module, []uint64) {
			wants = fmt.Errorf("it asks for %s.%s while it waits for a page", module, name)
			panic(wants)
		}
	}
	if err := provide(ctx, engine, compiled, new(uint64), &waits, dependent); err != nil {
		return false, err
	}
	module, err := engine.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return false, err
	}
	memory := module.ExportedMemory("mem")
	if memory == nil {
		return false, errors.New("no export mem")
	}
	if err := runProgram(ctx, module); err != nil && (waits || wants == nil) {
		return false, cmp.Or(wants, err)
	}
	if !waits {
		return false, nil
	}
	for i := range m.globals {
		value := module.ExportedGlobal(fmt.Sprintf(globalName, i)).Get()
		m.globals[i].value = int(value)
		if m.globals[i].kind == i32 {
			m.globals[i].value = int(int32(value))
		}
	}
	data, ok := memory.Read(0, memory.Size())
	if !ok {
		return false, errors.New("memory cannot be read")
	}
	m.memory = slices.Clone(data)
	return true, nil
}

// runProgram calls a program's export run as Go's loader does, with its name
// as the one argument and no environment.
func runProgram(ctx context.Context, module api.Module) error {
	const argv = argsStart + 8
	module.Memory().Write(argsStart, []byte("js\x00"))
	module.Memory().Write(argv, binary.LittleEndian.AppendUint64(nil, argsStart))
	_, err := module.ExportedFunction("run").Call(ctx, 1, argv)
	return err
}

// provide gives a program what it imports. Time passes evenly from now on, for
// the builder's program from a past that is long over in every page: each build
// is the same, and clocks only go forward. A program that asks whether there is a
// page hears that there is none, by a mark that no page gives, and waits is set;
// it is nil where there is one. Others gives the functions that are the page's.
func provide(ctx context.Context, engine wazero.Runtime, compiled wazero.CompiledModule, now *uint64, waits *bool, others func(module, name string) api.GoModuleFunc) error {
	seeds := 0
	known := map[string]api.GoModuleFunc{
		"gojs.runtime.nanotime1": func(_ context.Context, m api.Module, stack []uint64) {
			*now += 1000
			m.Memory().WriteUint64Le(uint32(stack[0])+8, *now)
		},
		"gojs.runtime.getRandomData": func(ctx context.Context, m api.Module, stack []uint64) {
			if seeds++; seeds > 1 {
				others("gojs", "runtime.getRandomData")(ctx, m, stack)
				return
			}
			at, _ := m.Memory().ReadUint64Le(uint32(stack[0]) + 8)
			length, _ := m.Memory().ReadUint64Le(uint32(stack[0]) + 16)
			seed := make([]byte, length)
			for i := range seed {
				seed[i] = byte(i + 1)
			}
			m.Memory().Write(uint32(at), seed)
		},
		"gojs.runtime.resetMemoryDataView": func(context.Context, api.Module, []uint64) {},
	}
	if waits != nil {
		known["turbo.mark"] = func(ctx context.Context, m api.Module, stack []uint64) {
			if *waits {
				others("turbo", "mark")(ctx, m, stack)
				return
			}
			*waits = true
			stack[0] = api.EncodeI32(-1)
		}
	}
	modules := map[string]wazero.HostModuleBuilder{}
	for _, f := range compiled.ImportedFunctions() {
		module, name, _ := f.Import()
		if modules[module] == nil {
			modules[module] = engine.NewHostModuleBuilder(module)
		}
		function := known[module+"."+name]
		if function == nil {
			function = others(module, name)
		}
		modules[module].NewFunctionBuilder().WithGoModuleFunction(function, f.ParamTypes(), f.ResultTypes()).Export(name)
	}
	for _, builder := range modules {
		if _, err := builder.Instantiate(ctx); err != nil {
			return err
		}
	}
	return nil
}

// The state of a ChaCha8 generator of package internal/chacha8rand: 32 numbers
// that come next, and the seed that they are made of.
const randomNumbers, randomSeed = 32 * 8, 4 * 8

// randomStates finds the states of Go's random generators, from which come
// the seeds of maps: those of every page must be its own.
func randomStates(memory []byte) (addresses []int) {
	u64 := binary.LittleEndian.Uint64
	for at := 0; at+randomNumbers+randomSeed <= len(memory); at += 8 {
		seed := [randomSeed]byte(memory[at+randomNumbers:])
		if u64(memory[at:]) == 0 || u64(seed[:]) == 0 || u64(seed[8:]) == 0 {
			continue
		}
		if r := rand.NewChaCha8(seed); r.Uint64() == u64(memory[at:]) && r.Uint64() == u64(memory[at+8:]) {
			addresses = append(addresses, at)
		}
	}
	return addresses
}

// write makes the module that goes on where the program waits.
func (m *moduleState) write(states []int) ([]byte, error) {
	// What run does instead: each call reads where to write and how much, as
	// Go's own calls of it do, from behind its argument.
	code := []byte{0} // no locals
	at := dataStart - 24*len(states) - 8
	for _, state := range states {
		clear(m.memory[at : at+8])
		binary.LittleEndian.PutUint64(m.memory[at+8:], uint64(state))
		binary.LittleEndian.PutUint64(m.memory[at+16:], randomNumbers+randomSeed)
		code = appendSint(append(code, i32Const), at)
		code = binary.AppendUvarint(append(code, 0x10), uint64(m.random)) // call
		at += 24
	}
	code = binary.AppendUvarint(append(code, 0x10), uint64(m.begin))
	code = append(code, endExpr)

	sections := slices.Clone(m.sections)
	for i, s := range sections {
		r := &wasmReader{data: s.body}
		var body []byte
		switch s.id {
		case functionSection:
			n := r.uint()
			body = append(binary.AppendUvarint(nil, uint64(n+1)), r.data...)
			body = binary.AppendUvarint(body, uint64(m.functions[m.run-m.imported]))
		case codeSection:
			n := r.uint()
			body = append(binary.AppendUvarint(nil, uint64(n+1)), r.data...)
			body = append(binary.AppendUvarint(body, uint64(len(code))), code...)
		case exportSection:
			n := r.uint()
			body = binary.AppendUvarint(nil, uint64(n-1))
			for ; n > 0; n-- {
				name, kind, index := r.bytes(r.uint()), r.byte(), r.uint()
				switch string(name) {
				case beginName:
					continue // run calls it, and nobody may again
				case "run":
					index = m.imported + len(m.functions)
				}
				body = append(append(binary.AppendUvarint(body, uint64(len(name))), name...), kind)
				body = binary.AppendUvarint(body, uint64(index))
			}
		case globalSection:
			body = binary.AppendUvarint(nil, uint64(len(m.globals)))
			for _, g := range m.globals {
				op := byte(i32Const)
				if g.kind == i64 {
					op = i64Const
				}
				body = append(appendSint(append(body, g.kind, 1, op), g.value), endExpr)
			}
		case memorySection:
			body = binary.AppendUvarint([]byte{1, 0}, uint64(len(m.memory)/pageSize))
		case dataSection:
			body = writeSegments(m.memory)
		default:
			continue
		}
		if r.err != nil {
			return nil, fmt.Errorf("turbowasm: read wasm: section %d: %w", s.id, r.err)
		}
		sections[i].body = body
	}
	return joinSections(sections), nil
}

// writeSegments leaves out long runs of zeros, of which a heap is full.
func writeSegments(memory []byte) []byte {
	const run = 1 << 12
	zeros := make([]byte, run)
	var segments []byte
	count := 0
	for at := 0; at < len(memory); {
		if memory[at] == 0 {
			at++
			continue
		}
		end := len(memory)
		if i := bytes.Index(memory[at:], zeros); i >= 0 {
			end = at + i
		}
		segments = appendSegment(segments, at, memory[at:end])
		count++
		at = end
	}
	return append(binary.AppendUvarint(nil, uint64(count)), segments...)
}
