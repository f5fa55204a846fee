package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// binary makes a WebAssembly binary of one data section and a custom one.
func dataBinary(body ...byte) []byte {
	return joinSections([]wasmSection{{customSection, []byte("\x04kept")}, {dataSection, body}})
}

func TestShrinkJoinsSegments(t *testing.T) {
	// Three segments, not in the order of their addresses: "bc" at 70, "a" at
	// 66 and "d" at 200, whose addresses take one byte and two.
	wasm := dataBinary(3,
		0, i32Const, 0xc6, 0x00, endExpr, 2, 'b', 'c',
		0, i32Const, 0xc2, 0x00, endExpr, 1, 'a',
		0, i32Const, 0xc8, 0x01, endExpr, 1, 'd')
	got, err := shrink(wasm, false)
	if err != nil {
		t.Fatal(err)
	}
	memory := "a\x00\x00\x00bc" + strings.Repeat("\x00", 128) + "d"
	want := dataBinary(append([]byte{1, 0, i32Const, 0xc2, 0x00, endExpr, byte(len(memory)) | 0x80, 1}, memory...)...)
	if !bytes.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	again, err := shrink(got, false)
	if err != nil || !bytes.Equal(again, got) {
		t.Errorf("a second time: got %q, error %v", again, err)
	}
}

func TestShrinkRefuses(t *testing.T) {
	for _, c := range []struct {
		sentence string
		wasm     []byte
		want     string
	}{
		{"what is no wasm", []byte("\x7fELF"), "not a WebAssembly binary"},
		{"a cut binary", dataBinary(1, 0, i32Const, 0, endExpr, 1, 'a')[:12], "unexpected end"},
		{"a cut segment", dataBinary(1, 0, i32Const, 0, endExpr, 9, 'a'), "unexpected end"},
		{"a passive segment", dataBinary(1, 1, 1, 'a'), "unknown kind"},
		{"a computed address", dataBinary(1, 0, i32Const, 0, 0x6a, endExpr, 1, 'a'), "constant address"},
		{"an address of too many bytes", dataBinary(1, 0, i32Const, 0x80, 0x80, 0x80, 0x80, 0x80, 0, endExpr, 1, 'a'), "32 bits"},
		{"segments gigabytes apart", dataBinary(2, 0, i32Const, 0, endExpr, 1, 'a', 0, i32Const, 0x80, 0x80, 0x80, 0x80, 0x02, endExpr, 1, 'b'), "between segments"},
		{"a program without Go's function table", dataBinary(1, 0, i32Const, 0, endExpr, 1, 'a'), "no function table"},
		{"a function table that leads nowhere", dataBinary(append([]byte{1, 0, i32Const, 0, endExpr, 80}, "\xf1\xff\xff\xff\x00\x00\x01\x08\x01"+strings.Repeat("\x00", 70)+"\x01"...)...), "unknown shape"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			before := slices.Clone(c.wasm)
			if _, err := shrink(c.wasm, true); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
			if !bytes.Equal(before, c.wasm) {
				t.Error("the input was changed")
			}
		})
	}
}

func FuzzShrink(f *testing.F) {
	f.Add(dataBinary(1, 0, i32Const, 0, endExpr, 1, 'a'))
	f.Add([]byte(wasmMagic))
	f.Fuzz(func(t *testing.T, wasm []byte) {
		once, err := shrink(wasm, false)
		if err != nil {
			return
		}
		if twice, err := shrink(once, false); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("a second time: got %q, want %q (error %v)", twice, once, err)
		}
	})
}

func TestPackageOf(t *testing.T) {
	prefixes := symbolPrefixes([]string{"runtime", "internal/runtime/maps", "golang.org/x/sync", "example.com/app/wasm"}, "example.com/app/wasm")
	for symbol, want := range map[string]string{
		"runtime.mallocgc":                    "runtime",
		"internal_runtime_maps._Map_.Get":     "internal/runtime/maps",
		"golang.org_x_sync.Group.Go.func1":    "golang.org/x/sync",
		"main.main":                           "example.com/app/wasm",
		"type_.eq.runtime.x":                  "(made by the compiler)",
		"wasm_export_run":                     "(made by the compiler)",
		"example.com_app_wasm.render.deferwr": "example.com/app/wasm",
	} {
		if got := packageOf(symbol, prefixes); got != want {
			t.Errorf("%s: got %s, want %s", symbol, got, want)
		}
	}
}
