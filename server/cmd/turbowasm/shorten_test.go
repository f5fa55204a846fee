package main

import (
	"bytes"
	"encoding/binary"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/evanw/esbuild/pkg/api"
)

// importing makes a WebAssembly binary that imports functions, each named
// module.name and of the type 1.
func importing(functions ...string) []byte {
	body := binary.AppendUvarint(nil, uint64(len(functions)))
	for _, f := range functions {
		module, name, _ := strings.Cut(f, ".")
		for _, s := range []string{module, name} {
			body = append(binary.AppendUvarint(body, uint64(len(s))), s...)
		}
		body = append(body, 0, 1)
	}
	return joinSections([]wasmSection{{importSection, body}, {customSection, []byte("\x04kept")}})
}

func TestShorten(t *testing.T) {
	got, names, err := shorten(importing("gojs.debug_me", "turbo.b_b", "turbo.plain", "turbo.a_a", "turbo.b_b"))
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"a_a": "a", "b_b": "b"}; !maps.Equal(names, want) {
		t.Errorf("got names %v, want %v", names, want)
	}
	if want := importing("gojs.debug_me", "turbo.b", "turbo.plain", "turbo.a", "turbo.b"); !bytes.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if _, _, err := shorten(joinSections([]wasmSection{{importSection, []byte("\x01\x05turbo\x01a\x02\x00\x00")}})); err == nil {
		t.Error("got no error for an import of a memory")
	}
	used := map[string]bool{}
	for i := range 3000 {
		name := shortName(i)
		if used[name] {
			t.Fatalf("two primitives are called %q", name)
		}
		used[name] = true
	}
}

func TestBundleNames(t *testing.T) {
	const entry = `const make = () => ({ say_it: 1, plain: document, fetch: (url) => fetch(url) })
export const Turbo = make()
export const {
  fetch, plain
} = Turbo
`
	got, err := bundle(fstest.MapFS{"entry.js": {Data: []byte(entry)}}, "entry.js", "", "", map[string]string{"say_it": "a"}, api.FormatESModule)
	if err != nil {
		t.Fatal(err)
	}
	// The page's own fetch is meant, not the export.
	for _, part := range []string{"({a:1,plain:document,", "globalThis.fetch", ",{fetch,plain}="} {
		if !strings.Contains(string(got), part) {
			t.Errorf("got %s without %q", got, part)
		}
	}
	if strings.Contains(string(got), "say_it") || strings.Count(string(got), "export") != 1 {
		t.Errorf("got %s", got)
	}
}
