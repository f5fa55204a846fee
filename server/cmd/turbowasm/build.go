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

// buildID identifies what the scripts and the wasm have to agree on: it is a
// hash of the scripts' sources, which number everything that crosses between
// them, and of the names that the wasm imports and exports. Other code may
// change without changing it.
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

// stamp adds the custom section with the build id.
func stamp(wasm []byte, build string) []byte {
	body := append(binary.AppendUvarint(nil, uint64(len(buildSection))), buildSection+build...)
	return append(wasm[:len(wasm):len(wasm)], joinSections([]wasmSection{{customSection, body}})[len(wasmMagic):]...)
}
