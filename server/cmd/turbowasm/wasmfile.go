package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// wasmModule is what size wants to know of a WebAssembly binary.
type wasmModule struct {
	functions []wasmFunction // those with a body
	data      []byte         // the data section
}

type wasmFunction struct {
	name string // empty when the binary has no names
	code []byte
}

// readWASM reads a binary's functions and data (WebAssembly core specification,
// binary format: modules; appendix: name section).
func readWASM(binary []byte) (wasmModule, error) {
	var module wasmModule
	rest, ok := bytes.CutPrefix(binary, []byte("\x00asm\x01\x00\x00\x00"))
	if !ok {
		return module, errors.New("turbowasm: read wasm: not a WebAssembly binary")
	}
	r := &wasmReader{data: rest}
	imported, names := 0, map[int]string{}
	for len(r.data) > 0 && r.err == nil {
		id := r.byte()
		section := &wasmReader{data: r.bytes(r.uint())}
		switch id {
		case 0:
			if string(section.bytes(section.uint())) == "name" {
				section.functionNames(names)
			}
		case 2:
			imported = section.functionImports()
		case 10:
			for range section.uint() {
				code := section.bytes(section.uint())
				module.functions = append(module.functions, wasmFunction{code: code})
			}
		case 11:
			module.data = section.data
		}
		if section.err != nil {
			return module, fmt.Errorf("turbowasm: read wasm: section %d: %w", id, section.err)
		}
	}
	if r.err != nil {
		return module, fmt.Errorf("turbowasm: read wasm: %w", r.err)
	}
	for i := range module.functions {
		module.functions[i].name = names[imported+i]
	}
	return module, nil
}

// wasmReader reads the primitives of the format. After the first error, which
// it keeps, it reads zeros.
type wasmReader struct {
	data []byte
	err  error
}

var errTruncated = errors.New("unexpected end")

func (r *wasmReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.data = nil
}

func (r *wasmReader) byte() byte {
	if b := r.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *wasmReader) bytes(n int) []byte {
	if n < 0 || n > len(r.data) {
		r.fail(errTruncated)
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *wasmReader) uint() int {
	v, n := binary.Uvarint(r.data)
	if n <= 0 || v > 1<<32-1 {
		r.fail(errTruncated)
		return 0
	}
	r.data = r.data[n:]
	return int(v)
}

// functionImports counts the functions among an import section's entries.
func (r *wasmReader) functionImports() int {
	functions := 0
	for n := r.uint(); n > 0 && r.err == nil; n-- {
		r.bytes(r.uint()) // module
		r.bytes(r.uint()) // name
		switch kind := r.byte(); kind {
		case 0:
			r.uint() // type
			functions++
		case 1:
			r.byte() // element type
			r.limits()
		case 2:
			r.limits()
		case 3:
			r.bytes(2) // type, mutability
		default:
			r.fail(fmt.Errorf("import of unknown kind %d", kind))
		}
	}
	return functions
}

func (r *wasmReader) limits() {
	bounded := r.byte()
	r.uint()
	if bounded&1 == 1 {
		r.uint()
	}
}

// functionNames reads the subsection of function names into names.
func (r *wasmReader) functionNames(names map[int]string) {
	for len(r.data) > 0 && r.err == nil {
		id := r.byte()
		sub := &wasmReader{data: r.bytes(r.uint())}
		if id != 1 {
			continue
		}
		for n := sub.uint(); n > 0 && sub.err == nil; n-- {
			index := sub.uint()
			names[index] = string(sub.bytes(sub.uint()))
		}
		if sub.err != nil {
			r.fail(sub.err)
		}
	}
}
