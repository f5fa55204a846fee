package main

import (
	"cmp"
	"encoding/binary"
	"fmt"
)

const (
	localGet, localTee, localSet, i64Add = 0x20, 0x22, 0x21, 0x7c

	// The linker numbers the functions that have a body from here on, and an
	// address in a program is such a number and 16 bits for the place in it
	// (cmd/link/internal/wasm, asm.go).
	firstFunction, placeBits = 0x1000, 16
)

// shortenReturns makes what a Go program writes down before each call, the
// address to return to, compress well. As a constant it is different in every
// function, and there are tens of thousands of them: 3 % of the compressed
// program. A function that calls at least twice keeps its own number in a local
// instead, to which it adds the place.
//
// The engine knows the sum when it optimizes, as the local is set only once.
func shortenReturns(sections []wasmSection) error {
	var parameters, functions []int // of types; types of functions
	for i, s := range sections {
		r := &wasmReader{data: s.body}
		switch s.id {
		case typeSection:
			for range r.uint() {
				r.byte() // a function
				n := r.uint()
				r.bytes(n)
				r.bytes(r.uint()) // results
				parameters = append(parameters, n)
			}
		case functionSection:
			for range r.uint() {
				functions = append(functions, r.uint())
			}
		case codeSection:
			n := r.uint()
			if r.err == nil && n != len(functions) {
				r.fail(fmt.Errorf("%d functions have %d bodies", len(functions), n))
			}
			body := binary.AppendUvarint(nil, uint64(n))
			for number := 0; number < n && r.err == nil; number++ {
				code := r.bytes(r.uint())
				if t := functions[number]; t < len(parameters) && r.err == nil {
					code, r.err = shortenReturnsOf(code, parameters[t], firstFunction+number)
				}
				body = append(binary.AppendUvarint(body, uint64(len(code))), code...)
			}
			sections[i].body = body
		}
		if r.err != nil {
			return fmt.Errorf("turbowasm: read wasm: section %d: %w", s.id, r.err)
		}
	}
	return nil
}

// shortenReturnsOf rewrites the code of one function. The new local follows the
// parameters, so that in all functions of Go's convention it is the same.
func shortenReturnsOf(code []byte, parameters, number int) ([]byte, error) {
	isReturn := func(in instruction) bool {
		return in.op == i64Const && in.value>>placeBits == int64(number)
	}
	locals := &wasmReader{data: code}
	groups := locals.uint()
	declared := locals.data
	for range groups {
		locals.uint()
		locals.byte()
	}
	declared = declared[:len(declared)-len(locals.data)]
	calls := 0
	r := &wasmReader{data: locals.data}
	for len(r.data) > 0 {
		if isReturn(r.instruction()) {
			calls++
		}
	}
	if err := cmp.Or(locals.err, r.err); err != nil || calls < 2 {
		return code, err
	}

	out := binary.AppendUvarint(nil, uint64(groups+1))
	out = append(append(out, 1, i64), declared...)
	out = appendSint(append(out, i64Const), number<<placeBits)
	out = binary.AppendUvarint(append(out, localSet), uint64(parameters))
	r = &wasmReader{data: locals.data}
	for len(r.data) > 0 {
		switch in := r.instruction(); {
		case in.op >= localGet && in.op <= localTee && in.value >= int64(parameters):
			out = binary.AppendUvarint(append(out, in.op), uint64(in.value)+1)
		case isReturn(in):
			out = binary.AppendUvarint(append(out, localGet), uint64(parameters))
			out = append(appendSint(append(out, i64Const), int(in.value&(1<<placeBits-1))), i64Add)
		default:
			out = append(out, in.raw...)
		}
	}
	return out, nil
}

// An instruction has the value of its one operand, where it has one that counts:
// an index, an offset, a constant.
type instruction struct {
	op    byte
	value int64
	raw   []byte
}

// instruction reads one of those that Go's compiler emits. Others are errors.
func (r *wasmReader) instruction() instruction {
	before := r.data
	in := instruction{op: r.byte()}
	switch op := in.op; {
	case op <= 0x01, op == 0x05, op == endExpr, op == 0x0f, op == 0x1a, op == 0x1b, op >= 0x45 && op <= 0xc4:
	case op == 0x0c, op == 0x0d, op == 0x10, op >= localGet && op <= 0x24: // branches, calls, variables
		in.value = int64(r.uint())
	case op >= 0x02 && op <= 0x04: // blocks
		in.value = r.sint64()
	case op == 0x0e: // branch table
		for n := r.uint() + 1; n > 0 && r.err == nil; n-- {
			r.uint()
		}
	case op == 0x11: // indirect call
		in.value = int64(r.uint())
		r.uint()
	case op >= 0x28 && op <= 0x3e: // loads and stores
		r.uint()
		in.value = int64(r.uint())
	case op == 0x3f, op == 0x40: // size of memory
		r.byte()
	case op == i32Const, op == i64Const:
		in.value = r.sint64()
	case op == 0x43:
		r.bytes(4)
	case op == 0x44:
		r.bytes(8)
	case op == 0xfc:
		switch kind := r.uint(); {
		case kind <= 7: // conversions that saturate
		case kind == 10: // copy memory
			r.bytes(2)
		case kind == 11: // fill memory
			r.byte()
		default:
			r.fail(fmt.Errorf("unknown instruction 0xfc %d", kind))
		}
	default:
		r.fail(fmt.Errorf("unknown instruction %#x", op))
	}
	in.raw = before[:len(before)-len(r.data)]
	return in
}
