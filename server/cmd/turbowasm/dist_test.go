package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestDist(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public", "turbo")
	if err := run(t.Context(), []string{"dist", "-main", "./testdata/probe", dir}, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for name, holds := range map[string]string{
		"turbo.js":     "export{",
		"turbo.umd.js": "document.currentScript",
		"turbo.wasm":   wasmMagic,
	} {
		plain := read(name)
		if !strings.Contains(string(plain), holds) {
			t.Errorf("%s does not contain %q", name, holds)
		}
		unzipped, err := gzip.NewReader(bytes.NewReader(read(name + ".gz")))
		if err != nil {
			t.Fatal(err)
		}
		for suffix, r := range map[string]io.Reader{".gz": unzipped, ".br": brotli.NewReader(bytes.NewReader(read(name + ".br")))} {
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%s%s unpacks to something else than %s (error %v)", name, suffix, name, err)
			}
		}
	}
	for _, name := range []string{"turbo.js", "turbo.umd.js"} {
		if !strings.Contains(string(read(name)), "LICENSE-go.txt") {
			t.Errorf("%s does not name the licence of Go's part", name)
		}
	}
	if !strings.Contains(string(read("LICENSE-go.txt")), "Copyright 2009 The Go Authors") {
		t.Error("LICENSE-go.txt is not Go's licence")
	}
	if !strings.Contains(string(read("turbo.d.ts")), "renderStreamMessage") {
		t.Error("turbo.d.ts does not declare the API")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 11 {
		t.Errorf("got %d files, want 11 (error %v)", len(entries), err)
	}
}

func TestRefuse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sentence string
		args     []string
		want     string
	}{
		{"no command", nil, "bad usage"},
		{"an unknown command", []string{"build"}, "bad usage"},
		{"dist without a directory", []string{"dist"}, "bad usage"},
		{"dist with two directories", []string{"dist", "a", "b"}, "bad usage"},
		{"an unknown flag", []string{"dist", "-fast", "a"}, "bad usage"},
		{"size with an argument", []string{"size", "a"}, "bad usage"},
		{"a main package that does not exist", []string{"dist", "-main", "./testdata/none", file}, "none"},
		{"a directory that is a file", []string{"dist", "-main", "./testdata/probe", file}, file},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			err := run(t.Context(), c.args, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
		})
	}
	if data, err := os.ReadFile(file); string(data) != "kept" {
		t.Errorf("the file is now %q (error %v)", data, err)
	}
}

func TestIsolateRefusesAnotherLoader(t *testing.T) {
	for _, text := range []string{"", "globalThis.Go = function () {}", "syntax error ("} {
		if _, err := isolate(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
