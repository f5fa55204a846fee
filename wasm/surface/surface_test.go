//go:build !js

package surface_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/wasm/surface"
)

// What the constants of a class begin with, and its kind.
var classes = map[string]struct {
	prefix string
	kind   int
}{
	"FormSubmission": {"form", surface.KindForm}, "Visit": {"visit", surface.KindVisit},
	"History": {"history", surface.KindHistory},
	"View":    {"view", surface.KindView}, "PageView": {"page", surface.KindPage},
	"BrowserAdapter": {"adapter", surface.KindAdapter}, "ProgressBar": {"bar", surface.KindBar},
	"Snapshot": {"snapshot", surface.KindSnapshot}, "PageSnapshot": {"pageSnapshot", surface.KindPageSnapshot},
	"Session": {"session", surface.KindSession}, "LinkPrefetchObserver": {"prefetcher", surface.KindPrefetcher},
	"Preloader": {"preloader", surface.KindPreloader}, "FrameController": {"frame", surface.KindFrame},
	"FrameRedirector": {"redirector", surface.KindRedirector}, "Renderer": {"renderer", surface.KindRenderer},
	"PageRenderer": {"pageRenderer", surface.KindPageRenderer}, "Class": {"morphingRenderer", surface.KindMorphingRenderer},
	"ErrorRenderer": {"errorRenderer", surface.KindErrorRenderer}, "FrameRenderer": {"frameRenderer", surface.KindFrameRenderer},
}

// The numbers of methods are the places of their names: both sides must list
// the same, in the same order.
func TestBothSidesNumberMethodsAlike(t *testing.T) {
	constants := constants(t)
	forward := regexp.MustCompile(`forward\(\{ (\w+)(?:: .*)? \}, KIND_(\w+), (requests)?(?: \+ )?(?:"([^"]*)")?(?:,\s*"([^"]*)")?\)`)
	scripts, _ := filepath.Glob("../../js/*.js")
	numbers, err := os.ReadFile("../../js/numbers.js")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, script := range scripts {
		source, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range forward.FindAllStringSubmatch(string(source), -1) {
			class, ok := classes[call[1]]
			if !ok {
				t.Errorf("%s: nothing is known of the class %s", script, call[1])
				continue
			}
			found++
			if kind := "KIND_" + call[2]; !strings.Contains(string(numbers), fmt.Sprintf("const %s = %d\n", kind, class.kind)) {
				t.Errorf("%s has the kind %s in %s, %d in Go", call[1], kind, script, class.kind)
			}
			var want []string
			for _, name := range strings.Fields(call[4] + " " + call[5]) {
				want = append(want, class.prefix+strings.ToUpper(name[:1])+name[1:])
			}
			if got := constants[class.prefix]; !slices.Equal(got, want) {
				t.Errorf("%s: got the constants %v, want %v as in %s", call[1], got, want, script)
			}
		}
	}
	if found != len(classes) {
		t.Errorf("got %d classes in js/, want %d", found, len(classes))
	}
}

// constants returns the names of the constants of each prefix, in their order.
func constants(t *testing.T) map[string][]string {
	byPrefix := map[string][]string{}
	var files []string
	for _, room := range []string{"drive", "form", "frame"} {
		found, _ := filepath.Glob("../" + room + "/*.go")
		files = append(files, found...)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range parsed.Decls {
			block, ok := declaration.(*ast.GenDecl)
			if !ok || block.Tok != token.CONST {
				continue
			}
			for _, spec := range block.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					if prefix := prefixOf(name.Name); prefix != "" {
						byPrefix[prefix] = append(byPrefix[prefix], name.Name)
					}
				}
			}
		}
	}
	return byPrefix
}

// prefixOf returns the longest prefix that a constant's name has.
func prefixOf(name string) (longest string) {
	for _, class := range classes {
		rest, ok := strings.CutPrefix(name, class.prefix)
		if ok && rest != "" && rest[0] >= 'A' && rest[0] <= 'Z' && len(class.prefix) > len(longest) {
			longest = class.prefix
		}
	}
	return longest
}
