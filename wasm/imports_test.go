//go:build !js

package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/turbowasm/turbowasm/"

// heavy packages, or bindings of their kind, have no place in what every
// visitor downloads; the page has all of it already.
var heavy = []string{
	"context", "encoding/json", "fmt", "log", "log/slog", "net", "net/http", "net/url",
	"os", "reflect", "regexp", "text/template", "html/template", "time",
	"golang.org/x/net/html",
}

// A source is a Go file as far as it matters here.
type source struct {
	file       string // slash-separated, from the top of the repository
	imports    []string
	directives []string
}

func (s source) test() bool { return strings.HasSuffix(s.file, "_test.go") }

func (s source) in(dir string) bool { return strings.HasPrefix(s.file, dir+"/") }

// TestImports guards the house plan: which room may import what.
func TestImports(t *testing.T) {
	all := sources(t)
	for _, rule := range []struct {
		sentence string
		broken   func(s source, imported string) bool
	}{
		{"only browser imports syscall/js, tests apart", func(s source, imported string) bool {
			return imported == "syscall/js" && !s.in("wasm/browser") && !s.test()
		}},
		{"what ships to the page imports no heavy package", func(s source, imported string) bool {
			return s.in("wasm") && !s.test() && !s.in("wasm/dom/domtest") && slices.Contains(heavy, imported)
		}},
		{"the in-memory page is for tests", func(s source, imported string) bool {
			return imported == module+"wasm/dom/domtest" && !s.test()
		}},
		{"the page's tree does not import the server's", func(s source, imported string) bool {
			return s.in("wasm") && strings.HasPrefix(imported, module+"server")
		}},
		{"the server's tree does not import the page's, but for chaos, whose clients are what pages have, and what new writes", func(s source, imported string) bool {
			return s.in("server") && !s.in("server/cmd/chaos") && !s.in("server/cmd/turbowasm/starter/page") && strings.HasPrefix(imported, module+"wasm")
		}},
		{"what ships to the page imports the standard library and this module", func(s source, imported string) bool {
			first, _, _ := strings.Cut(imported, "/")
			return s.in("wasm") && !s.test() && !s.in("wasm/dom/domtest") && strings.Contains(first, ".") && !strings.HasPrefix(imported, module)
		}},
	} {
		t.Run(rule.sentence, func(t *testing.T) {
			for _, s := range all {
				for _, imported := range s.imports {
					if rule.broken(s, imported) {
						t.Errorf("%s imports %s", s.file, imported)
					}
				}
			}
		})
	}
}

func TestDirectivesCrossInOneRoom(t *testing.T) {
	crossings := 0
	for _, s := range sources(t) {
		for _, directive := range s.directives {
			if crossings++; !s.in("wasm/browser") {
				t.Errorf("%s has %s", s.file, directive)
			}
		}
	}
	if crossings == 0 {
		t.Error("found no import or export directive at all")
	}
}

// sources reads the imports and the wasm directives of every Go file.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, tree := range []string{"wasm", "server"} {
		root := filepath.Join("..", tree)
		err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Name() == "testdata" {
				return fs.SkipDir
			}
			if err != nil || path.Ext(name) != ".go" {
				return err
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(root, filepath.FromSlash(name)), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			all = append(all, source{file: path.Join(tree, name), imports: imports(t, file), directives: directives(file)})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func imports(t *testing.T, file *ast.File) []string {
	var paths []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, imported)
	}
	return paths
}

func directives(file *ast.File) []string {
	var found []string
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, "//go:wasmimport ") || strings.HasPrefix(comment.Text, "//go:wasmexport ") {
				found = append(found, comment.Text)
			}
		}
	}
	return found
}
