package js_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/js"
)

var importFrom = regexp.MustCompile(`(?m)^(?:import|export)\b[^"\n]*?(?:\n[^"]*?)?from "\./([\w-]+\.js)"|^import "\./([\w-]+\.js)"`)

// TestModulesImportInNoCircle keeps the scripts in layers: what a module imports
// does not import it, not even by way of others.
func TestModulesImportInNoCircle(t *testing.T) {
	names, err := fs.Glob(js.Sources, "*.js")
	if err != nil {
		t.Fatal(err)
	}
	imports, edges := map[string][]string{}, 0
	for _, name := range names {
		text, err := fs.ReadFile(js.Sources, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range importFrom.FindAllStringSubmatch(string(text), -1) {
			imports[name] = append(imports[name], match[1]+match[2])
			edges++
		}
	}
	if edges < len(names) {
		t.Errorf("%d modules import %d times only", len(names), edges)
	}
	done := map[string]bool{}
	var visit func(name string, path []string)
	visit = func(name string, path []string) {
		if i := slices.Index(path, name); i >= 0 {
			t.Errorf("a circle: %s", strings.Join(append(path[i:], name), " imports "))
			return
		}
		if done[name] {
			return
		}
		for _, other := range imports[name] {
			visit(other, append(path, name))
		}
		done[name] = true
	}
	for _, name := range names {
		visit(name, nil)
	}
}
