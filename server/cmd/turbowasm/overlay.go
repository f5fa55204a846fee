package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// withOverlay writes to dir those files of package runtime that change when
// its diagnostics are left out. It returns the program as it is to be built
// with them, and the file that tells "go build -overlay" of them.
func (p program) withOverlay(ctx context.Context, dir string) (with program, overlay string, err error) {
	out, err := p.goCommand(ctx, "list", "-f", `{{.Root}}{{"\n"}}{{.Dir}}{{range .GoFiles}}{{"\n"}}{{.}}{{end}}`, "runtime")
	if err != nil {
		return p, "", err
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	root, source, names := lines[0], lines[1], lines[2:]
	files := map[string][]byte{}
	for _, name := range names {
		if files[name], err = os.ReadFile(filepath.Join(source, name)); err != nil {
			return p, "", fmt.Errorf("turbowasm: read package runtime: %w", err)
		}
	}
	changed, err := withoutDiagnostics(files)
	if err != nil {
		return p, "", err
	}
	// The go command refuses to overlay what lies in the module cache, where
	// the toolchains are that it downloaded. Another path to them will do.
	cache, err := p.goCommand(ctx, "env", "GOMODCACHE")
	if err != nil {
		return p, "", err
	}
	if inCache, err := filepath.Rel(strings.TrimSpace(string(cache)), root); err == nil && filepath.IsLocal(inCache) {
		p.Root = filepath.Join(dir, "goroot")
		if err := os.Symlink(root, p.Root); err != nil {
			return p, "", fmt.Errorf("turbowasm: reach GOROOT: %w", err)
		}
		source = filepath.Join(p.Root, "src", "runtime")
	}
	replace := map[string]string{}
	for name, text := range changed {
		if err := writeFile(dir, name, text); err != nil {
			return p, "", err
		}
		replace[filepath.Join(source, name)] = filepath.Join(dir, name)
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return p, "", fmt.Errorf("turbowasm: write overlay: %w", err)
	}
	if err := writeFile(dir, "overlay.json", list); err != nil {
		return p, "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	// A runtime that we know less well than we thought fails here, not in the
	// program's own build.
	_, err = p.goCommand(ctx, append(append([]string{"build", "-overlay=" + overlay}, buildFlags...), "runtime")...)
	return p, overlay, err
}

// withoutDiagnostics returns the files that change when functions of package
// runtime get the bodies, and expressions the values, that diagnostics.go
// gives them. It fails when there is one that it does not find.
func withoutDiagnostics(files map[string][]byte) (map[string][]byte, error) {
	missing := map[string]bool{}
	for name := range bodies {
		missing[name] = true
	}
	for expression := range constants {
		missing[expression] = true
	}
	changed := map[string][]byte{}
	for name, text := range files {
		edited, found, err := editFile(name, text)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(edited, text) {
			changed[name] = edited
		}
		for _, f := range found {
			delete(missing, f)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("turbowasm: package runtime has no %s", strings.Join(slices.Sorted(maps.Keys(missing)), ", "))
	}
	return changed, nil
}

type edit struct {
	start, end int
	text       string
}

// editFile is one file without diagnostics, and the functions and expressions
// that were found in it.
func editFile(name string, text []byte) (edited []byte, found []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, fmt.Errorf("turbowasm: parse package runtime: %w", err)
	}
	// A file that is alone in its set begins at position 1.
	source := func(n ast.Node) string { return string(text[n.Pos()-1 : n.End()-1]) }
	var edits []edit
	replace := func(n ast.Node, with string) {
		edits = append(edits, edit{int(n.Pos()) - 1, int(n.End()) - 1, with})
	}
	kept := map[ast.Node]bool{} // is a variable, not a value
	uses := map[string]int{}    // of packages
	for _, decl := range file.Decls {
		if function, ok := decl.(*ast.FuncDecl); ok && function.Body != nil {
			name := functionName(function)
			if body, ok := bodies[name]; ok {
				found = append(found, name)
				replace(function.Body, bodyText(function, body, source))
				decl = &ast.FuncDecl{Name: function.Name, Recv: function.Recv, Type: function.Type}
			}
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.UnaryExpr:
				kept[n.X] = n.Op == token.AND
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					kept[left] = true
				}
			case *ast.ExprStmt:
				if isPrint(n.X) && !printing[name] {
					replace(n, "if false { "+source(n)+" }")
					return false
				}
			case *ast.SelectorExpr, *ast.CallExpr:
				if value, ok := constants[source(n)]; ok && !kept[n] {
					found = append(found, source(n))
					replace(n, value)
					return false
				}
			case *ast.Ident:
				uses[n.Name]++
			}
			return true
		})
	}
	for _, i := range file.Imports {
		importPath, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, nil, fmt.Errorf("turbowasm: parse package runtime: %w", err)
		}
		if i.Name == nil && uses[path.Base(importPath)] == 0 {
			replace(i, "_ "+i.Path.Value)
		}
	}
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		out.Write(text[at:e.start])
		out.WriteString(e.text)
		at = e.end
	}
	out.Write(text[at:])
	return out.Bytes(), found, nil
}

// functionName is a function's name, after its receiver's type for a method.
func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	receiver := f.Recv.List[0].Type
	if pointer, ok := receiver.(*ast.StarExpr); ok {
		receiver = pointer.X
	}
	if generic, ok := receiver.(*ast.IndexExpr); ok {
		receiver = generic.X
	}
	return receiver.(*ast.Ident).Name + "." + f.Name.Name
}

// bodyText is the text of a function's new body. An empty one returns zeros.
func bodyText(f *ast.FuncDecl, body string, source func(ast.Node) string) string {
	if body != "" || f.Type.Results == nil {
		return "{" + body + "}"
	}
	var zeros []string
	for _, result := range f.Type.Results.List {
		for range max(1, len(result.Names)) {
			zeros = append(zeros, "*new("+source(result.Type)+")")
		}
	}
	return "{ return " + strings.Join(zeros, ", ") + " }"
}

// isPrint tells whether an expression calls the builtin print or println.
func isPrint(x ast.Expr) bool {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	name, ok := call.Fun.(*ast.Ident)
	return ok && (name.Name == "print" || name.Name == "println")
}
