//go:build !js

package main_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What crosses between Go and the script is written down on both sides; what
// only one of them knows is dead, or a mistake.

var (
	importDirective = regexp.MustCompile(`(?m)^//go:wasmimport turbo (\w+)\nfunc (\w+)\(`)
	exportDirective = regexp.MustCompile(`(?m)^//go:wasmexport turbo_(\w+)$`)
	primitivesBegin = regexp.MustCompile(`provide\(\{|const primitives = \{|importObject\.turbo = \{`)
	exportUsed      = regexp.MustCompile(`\bgo\.(\w+)|\b(?:call|enter|list)\("(\w+)"`)
	key             = regexp.MustCompile(`^\s*(\w+)\s*[:(,]`)
)

// TestPrimitives checks that the script provides each primitive that Go
// imports, that Go imports each that the script provides, once, and uses it.
func TestPrimitives(t *testing.T) {
	goSource := concatenated(t, "browser/*_js.go")
	imported := map[string]string{} // the Go function, by the primitive's name
	for _, match := range importDirective.FindAllStringSubmatch(goSource, -1) {
		if imported[match[1]] != "" {
			t.Errorf("the primitive %s is imported twice", match[1])
		}
		imported[match[1]] = match[2]
		if uses := regexp.MustCompile(`\b`+match[2]+`\(`).FindAllString(goSource, -1); len(uses) < 2 {
			t.Errorf("the primitive %s is imported as %s, and never used", match[1], match[2])
		}
	}
	provided := primitives(concatenated(t, "../js/*.js"))
	for _, name := range slices.Sorted(maps.Keys(imported)) {
		if !provided[name] {
			t.Errorf("no script provides the primitive %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(provided)) {
		if imported[name] == "" {
			t.Errorf("Go does not import the primitive %s, which a script provides", name)
		}
	}
	if len(imported) < 50 {
		t.Errorf("found %d primitives only", len(imported))
	}
}

// TestExports checks that each export is called by the script, and that the
// script calls no others.
func TestExports(t *testing.T) {
	exported := map[string]bool{}
	for _, match := range exportDirective.FindAllStringSubmatch(concatenated(t, "browser/*_js.go"), -1) {
		exported[match[1]] = true
	}
	called := map[string]bool{"kept": true, "begin": true} // by those who look for leaks, and by a snapshot
	for _, match := range exportUsed.FindAllStringSubmatch(concatenated(t, "../js/*.js"), -1) {
		called[match[1]+match[2]] = true
	}
	for _, loaders := range []string{"mem", "exit", "importObject", "run"} {
		delete(called, loaders)
	}
	for _, name := range slices.Sorted(maps.Keys(exported)) {
		if !called[name] {
			t.Errorf("no script calls the export turbo_%s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(called)) {
		if !exported[name] {
			t.Errorf("a script calls %s, which Go does not export", name)
		}
	}
}

// concatenated is the text of the files that match a pattern, tests left out.
func concatenated(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	var b strings.Builder
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

// primitives finds the names in the object literals that a script provides.
func primitives(source string) map[string]bool {
	names := map[string]bool{}
	for _, begin := range primitivesBegin.FindAllStringIndex(source, -1) {
		expectsKey := true
		for at, depth := begin[1], 1; depth > 0; at++ {
			if depth == 1 && expectsKey {
				match := key.FindStringSubmatch(source[at:])
				if match != nil {
					names[match[1]] = true
				}
				expectsKey = match == nil && strings.ContainsRune(" \n", rune(source[at]))
			}
			switch source[at] {
			case '{', '(', '[':
				depth++
			case '}', ')', ']':
				depth--
			case ',', '\n': // a method's body ends with a comma, or a line does
				expectsKey = expectsKey || depth == 1
			case '"', '\'', '`':
				at++
				for quote := source[at-1]; source[at] != quote; at++ {
					if source[at] == '\\' {
						at++
					}
				}
			case '/':
				if source[at+1] == '/' {
					for source[at+1] != '\n' {
						at++
					}
				}
			}
		}
	}
	return names
}
