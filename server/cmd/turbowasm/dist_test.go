package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestMakeFiles(t *testing.T) {
	files, err := makeFiles(t.Context(), "./testdata/probe", false, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"turbo.js":         {"export const Turbo", "import.meta.url", "LICENSE-go.txt"},
		"turbo.umd.js":     {"define.amd", "LICENSE-go.txt"},
		"turbo-rails.js":   {"export const Turbo", "_method", "LICENSE-go.txt"},
		"turbo.wasm":       {wasmMagic, buildSection},
		"turbo.d.ts":       {"renderStreamMessage"},
		"turbo-rails.d.ts": {"cable"},
		"LICENSE":          {"MIT License", "Copyright (c) 2026 The turbowasm authors"},
		"LICENSE-go.txt":   {"Copyright 2009 The Go Authors"},
		"package.json":     {`"turbowasm"`, `"./turbo-rails"`, `"version": "0.0.0"`},
	}
	for name, texts := range want {
		for _, text := range texts {
			if !bytes.Contains(files[name], []byte(text)) {
				t.Errorf("%s does not contain %q", name, text)
			}
		}
	}
	if len(files) != len(want) {
		t.Errorf("got %d files, want %d", len(files), len(want))
	}
	if ours, err := os.ReadFile("../../../LICENSE"); err != nil || !bytes.Equal(files["LICENSE"], ours) {
		t.Errorf("LICENSE is not that of the repository (%v)", err)
	}
}

func TestWriteFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public", "turbo")
	for _, content := range []string{"before", strings.Repeat("after ", 1000)} {
		err := writeFiles(dir, map[string][]byte{"turbo.js": []byte(content), "turbo.wasm": []byte(content), "turbo.d.ts": []byte(content)}, false)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
			if err != nil {
				t.Fatal(err)
			}
			got[entry.Name()] = unpack(t, entry.Name(), data)
		}
		want := map[string]string{}
		for _, name := range []string{"turbo.js", "turbo.js.gz", "turbo.js.br", "turbo.wasm", "turbo.wasm.gz", "turbo.wasm.br", "turbo.d.ts"} {
			want[name] = content
		}
		if !maps.Equal(got, want) {
			t.Errorf("got %v", got)
		}
	}
}

func unpack(t *testing.T, name string, data []byte) string {
	t.Helper()
	var r io.Reader = bytes.NewReader(data)
	switch filepath.Ext(name) {
	case ".gz":
		var err error
		if r, err = gzip.NewReader(r); err != nil {
			t.Fatal(err)
		}
	case ".br":
		r = brotli.NewReader(r)
	}
	unpacked, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(unpacked)
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
		{"an unknown command", []string{"compile"}, "bad usage"},
		{"build without a package", []string{"build"}, "bad usage"},
		{"new without a directory", []string{"new"}, "bad usage"},
		{"dev with too much", []string{"dev", "a", "b", "c"}, "bad usage"},
		{"dist without a directory", []string{"dist"}, "bad usage"},
		{"dist with two directories", []string{"dist", "a", "b"}, "bad usage"},
		{"an unknown flag", []string{"dist", "-fast", "a"}, "bad usage"},
		{"size with an argument", []string{"size", "a"}, "bad usage"},
		{"a main package that does not exist", []string{"dist", "-main", "./testdata/none", file}, "none"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			err := run(t.Context(), c.args, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
		})
	}
	if err := writeFiles(file, map[string][]byte{"turbo.js": nil}, false); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a directory that is a file: got error %v", err)
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
