package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestNumbersAreFresh(t *testing.T) {
	got, err := os.ReadFile("../numbers.js")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != render() {
		t.Error("js/numbers.js is stale: go generate ./js")
	}
}

// Each constant of package surface that the page tells by is in the table
// once, so that a new one is not forgotten.
func TestNumbersAreComplete(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), "../../wasm/surface/told.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range parsed.Scope.Objects {
		if name.Kind == ast.Con && name.Name != "ReportError" && strings.Count(string(source), "surface."+name.Name+"}") != 1 {
			t.Errorf("surface.%s is not in the table once", name.Name)
		}
	}
	used := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^export const (\w+)`).FindAllStringSubmatch(render(), -1) {
		if used[match[1]] {
			t.Errorf("two constants are called %s", match[1])
		}
		used[match[1]] = true
	}
}

// The script takes its own actions for Go's: refresh, which Go does not
// perform, would be taken for one that the application has replaced, and every
// stream then be an element in the page.
func TestActionsAreThoseThatGoPerforms(t *testing.T) {
	if want := `actions = ["append", "prepend", "before", "after", "replace", "update", "remove"]`; !strings.Contains(render(), want) {
		t.Errorf("got %s without %s", render(), want)
	}
}
