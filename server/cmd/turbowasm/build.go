package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
)

// buildSection is the custom section of turbo.wasm that names its build.
const buildSection = "turbowasm"

// buildID names what the scripts and the wasm must agree about: a hash of the
// scripts' sources, where whatever crosses is numbered, and of the names that
// the wasm imports and exports. Code behind those may change without it.
func buildID(sources fs.FS, wasm []byte) (string, error) {
	sections, err := wasmSections(wasm)
	if err != nil {
		return "", err
	}
	names, err := fs.Glob(sources, "*.js")
	if err != nil {
		return "", fmt.Errorf("turbowasm: name the build: %w", err)
	}
	hash := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(sources, name)
		if err != nil {
			return "", fmt.Errorf("turbowasm: name the build: %w", err)
		}
		fmt.Fprintf(hash, "%s %d\n%s", name, len(text), text)
	}
	for _, s := range sections {
		r := &wasmReader{data: s.body}
		switch s.id {
		case importSection:
			fmt.Fprintf(hash, "%q", r.functionImports())
		case exportSection:
			fmt.Fprintf(hash, "%q", r.exports())
		}
		if r.err != nil {
			return "", fmt.Errorf("turbowasm: name the build: section %d: %w", s.id, r.err)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:8]), nil
}

// stamp adds the section that names a build.
func stamp(wasm []byte, build string) []byte {
	body := append(binary.AppendUvarint(nil, uint64(len(buildSection))), buildSection+build...)
	return append(wasm[:len(wasm):len(wasm)], joinSections([]wasmSection{{customSection, body}})[len(wasmMagic):]...)
}
