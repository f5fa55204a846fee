package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// shrink rewrites a Go program so that it compresses well.
//
// The linker leaves out runs of zeros, which splits the data into tens of
// thousands of segments, each with an address of its own: that saves plain
// bytes and costs compressed ones (9 %). They become one segment. And with
// strip, names and positions of functions are removed (see stripPositions), and
// the code has shorter constants (see shortenReturns).
func shrink(wasm []byte, strip bool) ([]byte, error) {
	sections, err := wasmSections(wasm)
	if err != nil {
		return nil, err
	}
	if strip {
		if err := shortenReturns(sections); err != nil {
			return nil, err
		}
	}
	for i, s := range sections {
		if s.id != dataSection {
			continue
		}
		start, memory, err := readData(s.body)
		if err != nil {
			return nil, err
		}
		if strip {
			if err := stripPositions(memory); err != nil {
				return nil, err
			}
		}
		sections[i].body = writeData(start, memory)
	}
	return joinSections(sections), nil
}

const (
	maxData  = 64 << 20 // a runtime has less than 1 MB
	i32Const = 0x41
	endExpr  = 0x0b
)

// readData lays out a data section's segments as they will lie in memory from
// address start on.
func readData(body []byte) (start int, memory []byte, err error) {
	type segment struct {
		address int
		data    []byte
	}
	var segments []segment
	r := &wasmReader{data: body}
	end := 0
	for n := r.uint(); n > 0 && r.err == nil; n-- {
		if kind, op := r.uint(), r.byte(); kind != 0 || op != i32Const {
			r.fail(errors.New("segment of unknown kind"))
		}
		address := r.sint()
		if r.byte() != endExpr || address < 0 {
			r.fail(errors.New("segment without a constant address"))
		}
		s := segment{address, r.bytes(r.uint())}
		if len(segments) == 0 || address < start {
			start = address
		}
		end = max(end, address+len(s.data))
		segments = append(segments, s)
	}
	if r.err == nil && end-start > maxData {
		r.fail(fmt.Errorf("%d bytes between segments", end-start))
	}
	if r.err != nil {
		return 0, nil, fmt.Errorf("turbowasm: read wasm: data: %w", r.err)
	}
	memory = make([]byte, end-start)
	for _, s := range segments {
		copy(memory[s.address-start:], s.data)
	}
	return start, memory, nil
}

func writeData(start int, memory []byte) []byte { return appendSegment([]byte{1}, start, memory) }

// appendSegment appends a segment of a data section.
func appendSegment(body []byte, address int, data []byte) []byte {
	body = append(appendSint(append(body, 0, i32Const), address), endExpr)
	return append(binary.AppendUvarint(body, uint64(len(data))), data...)
}

// stripPositions removes from a Go program's memory the names of its functions
// and the files and lines of its instructions: 13 % of the compressed program,
// which only tracebacks of panics show. The tables that the garbage collector
// and the scheduler read stay. Functions of package runtime keep their
// package's name, by which the scheduler knows its own goroutines.
//
// It knows the function table of Go 1.26 (package runtime, symtab.go: pcHeader;
// runtime2.go: _func; cmd/link, pcln.go) and fails for what does not look so.
func stripPositions(memory []byte) (err error) {
	defer func() { // an offset that leads out of memory
		if recover() != nil {
			err = errors.New("turbowasm: strip positions: function table of unknown shape")
		}
	}()
	const (
		header    = "\xf1\xff\xff\xff\x00\x00\x01\x08" // magic, padding, instruction and pointer size
		funcSize  = 44
		maxTables = 16
	)
	u32 := binary.LittleEndian.Uint32
	put := binary.LittleEndian.PutUint32

	at := bytes.Index(memory, []byte(header))
	if at < 0 || bytes.Contains(memory[at+1:], []byte(header)) {
		return errors.New("turbowasm: strip positions: no function table")
	}
	table := memory[at:]
	word := func(i int) int { return int(binary.LittleEndian.Uint64(table[8*i:])) }
	count := word(1)
	names, units, files, counters, functions := table[word(4):word(5)], table[word(5):word(6)], table[word(6):word(7)], table[word(7):word(8)], table[word(8):]

	used := make([]bool, len(counters))
	keep := func(offset uint32) {
		if offset == 0 {
			return
		}
		// Pairs of variable-length numbers, ended by a zero that is not the
		// first (package runtime, func step).
		p := int(offset)
		varint := func() {
			for {
				used[p] = true
				p++
				if counters[p-1] < 0x80 {
					return
				}
			}
		}
		for first := true; first || counters[p] != 0; first = false {
			varint()
			varint()
		}
		used[p] = true
	}
	const runtimeName = "\x00runtime.\x00"
	for i := range count {
		f := functions[u32(functions[8*i+4:]):]
		name, tables, funcdata := u32(f[4:]), int(u32(f[28:])), int(f[43])
		if tables > maxTables || funcdata > maxTables || f[42] != 0 {
			return errors.New("turbowasm: strip positions: function of unknown shape")
		}
		keep(u32(f[16:])) // stack depth
		for j := range tables {
			keep(u32(f[funcSize+4*j:]))
		}
		put(f[4:], 0)
		if bytes.HasPrefix(names[name:], []byte("runtime.")) {
			put(f[4:], 1)
		}
		put(f[20:], 0) // file
		put(f[24:], 0) // line
		put(f[32:], 0) // compilation unit
		put(f[36:], 0) // first line
	}
	for i := range counters {
		if !used[i] {
			counters[i] = 0
		}
	}
	clear(names)
	clear(units)
	clear(files)
	copy(names, runtimeName)
	return nil
}
