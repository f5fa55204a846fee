package main

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The sections of a WebAssembly binary that are read here (core specification,
// binary format, modules).
const (
	customSection   = 0
	typeSection     = 1
	importSection   = 2
	functionSection = 3
	memorySection   = 5
	globalSection   = 6
	exportSection   = 7
	codeSection     = 10
	dataSection     = 11
)

const wasmMagic = "\x00asm\x01\x00\x00\x00"

type wasmSection struct {
	id   byte
	body []byte
}

// wasmSections splits a binary. The bodies are slices of it, not copies.
func wasmSections(binary []byte) ([]wasmSection, error) {
	r := &wasmReader{data: binary}
	if string(r.bytes(len(wasmMagic))) != wasmMagic {
		return nil, errors.New("turbowasm: read wasm: not a WebAssembly binary")
	}
	var sections []wasmSection
	for len(r.data) > 0 && r.err == nil {
		id := r.byte()
		sections = append(sections, wasmSection{id, r.bytes(r.uint())})
	}
	if r.err != nil {
		return nil, fmt.Errorf("turbowasm: read wasm: %w", r.err)
	}
	return sections, nil
}

func joinSections(sections []wasmSection) []byte {
	out := []byte(wasmMagic)
	for _, s := range sections {
		out = append(out, s.id)
		out = binary.AppendUvarint(out, uint64(len(s.body)))
		out = append(out, s.body...)
	}
	return out
}

type wasmFunction struct {
	name string // empty if the binary has no names
	code []byte
}

// wasmFunctions lists the functions with a body.
func wasmFunctions(binary []byte) ([]wasmFunction, error) {
	sections, err := wasmSections(binary)
	if err != nil {
		return nil, err
	}
	var functions []wasmFunction
	imported, names := 0, map[int]string{}
	for _, s := range sections {
		r := &wasmReader{data: s.body}
		switch s.id {
		case customSection:
			if string(r.bytes(r.uint())) == "name" {
				r.functionNames(names)
			}
		case importSection:
			imported = len(r.functionImports())
		case codeSection:
			for range r.uint() {
				functions = append(functions, wasmFunction{code: r.bytes(r.uint())})
			}
		}
		if r.err != nil {
			return nil, fmt.Errorf("turbowasm: read wasm: section %d: %w", s.id, r.err)
		}
	}
	for i := range functions {
		functions[i].name = names[imported+i]
	}
	return functions, nil
}

// wasmReader reads the primitive values of the format. It keeps the first error
// and returns zeros afterwards.
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
	b := r.data[:n:n]
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

// sint reads a signed number of up to 32 bits, sint64 one of up to 64 (SLEB128).
func (r *wasmReader) sint() int     { return int(r.signed(32)) }
func (r *wasmReader) sint64() int64 { return r.signed(64) }

func (r *wasmReader) signed(bits int) int64 {
	var v int64
	for shift := 0; shift < bits; shift += 7 {
		b := r.byte()
		v |= int64(b&0x7f) << shift
		if b&0x80 == 0 {
			if b&0x40 != 0 {
				v |= -1 << (shift + 7) // nothing where that is beyond 64 bits
			}
			return v
		}
	}
	r.fail(fmt.Errorf("number exceeds %d bits", bits))
	return 0
}

func appendSint(out []byte, v int) []byte {
	for {
		b := byte(v & 0x7f)
		v >>= 7
		if v == 0 && b&0x40 == 0 || v == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

// functionImports returns the names of the functions in an import section.
func (r *wasmReader) functionImports() []string {
	var functions []string
	for n := r.uint(); n > 0 && r.err == nil; n-- {
		module, name := r.bytes(r.uint()), r.bytes(r.uint())
		switch kind := r.byte(); kind {
		case 0:
			r.uint() // type
			functions = append(functions, string(module)+"."+string(name))
		case 1:
			r.byte() // element type
			r.limits()
		case 2:
			r.limits()
		case 3:
			r.bytes(2) // type, mutability
		default:
			r.fail(fmt.Errorf("unknown kind of import: %d", kind))
		}
	}
	return functions
}

// exports returns the names in an export section.
func (r *wasmReader) exports() []string {
	var names []string
	for n := r.uint(); n > 0 && r.err == nil; n-- {
		names = append(names, string(r.bytes(r.uint())))
		r.byte() // kind
		r.uint() // index
	}
	return names
}

func (r *wasmReader) limits() {
	bounded := r.byte()
	r.uint()
	if bounded&1 == 1 {
		r.uint()
	}
}

// functionNames reads the function names of a name section (an appendix of the
// specification) into names.
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
