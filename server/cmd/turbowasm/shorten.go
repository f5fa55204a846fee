package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// primitiveModule is the module from which a program imports the primitives
// provided by our scripts.
const primitiveModule = "turbo"

// shorten renames the imported primitives whose names contain an underscore to
// names of a letter or two. bundle renames the same properties in the scripts,
// where no other property has an underscore in its name.
func shorten(wasm []byte) (renamed []byte, names map[string]string, err error) {
	sections, err := wasmSections(wasm)
	if err != nil {
		return nil, nil, err
	}
	for i, s := range sections {
		if s.id != importSection {
			continue
		}
		r := &wasmReader{data: s.body}
		var long []string
		for _, f := range r.functionImports() {
			if name, ok := strings.CutPrefix(f, primitiveModule+"."); ok && strings.Contains(name, "_") {
				long = append(long, name)
			}
		}
		slices.Sort(long)
		names = map[string]string{}
		for i, name := range slices.Compact(long) {
			names[name] = shortName(i)
		}
		if r.err == nil {
			sections[i].body, r.err = renameImports(s.body, names)
		}
		if r.err != nil {
			return nil, nil, fmt.Errorf("turbowasm: read wasm: imports: %w", r.err)
		}
	}
	return joinSections(sections), names, nil
}

func shortName(i int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	name := letters[i%len(letters):][:1]
	if i >= len(letters) {
		name = shortName(i/len(letters)-1) + name
	}
	return name
}

// renameImports copies an import section that contains only functions, as that
// of a Go program does.
func renameImports(body []byte, names map[string]string) ([]byte, error) {
	r := &wasmReader{data: body}
	n := r.uint()
	out := binary.AppendUvarint(nil, uint64(n))
	for ; n > 0 && r.err == nil; n-- {
		module, name := string(r.bytes(r.uint())), string(r.bytes(r.uint()))
		if short, ok := names[name]; ok && module == primitiveModule {
			name = short
		}
		for _, s := range []string{module, name} {
			out = append(binary.AppendUvarint(out, uint64(len(s))), s...)
		}
		if r.byte() != 0 {
			r.fail(errors.New("an import is not a function"))
		}
		out = binary.AppendUvarint(append(out, 0), uint64(r.uint()))
	}
	return out, r.err
}
