package bridge

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A source is what the directives say.
type source struct {
	methods []method
	groups  []group
}

// A group is a block of constants that the script knows too.
type group struct {
	comment   string
	constants []number
}

type number struct {
	name  string
	value int64
}

// A function is a method of Go's that has a directive, or a field.
type function struct {
	dir, pkg, receiver, name string
	js                       bool
	position                 token.Position
	parameters               []parameter
	results                  []string
	field                    string // its type, where it is no method but a field
}

type parameter struct{ name, kind string }

func (f *function) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %s: %s", f.position, f.name, fmt.Sprintf(format, args...))
}

const directive = "//turbo:"

// kinds are the directives of methods, by their kind.
var kinds = []string{plain: "method", getter: "getter", setter: "setter"}

// read reads the packages below wasm/.
func read(root string) (*source, error) {
	s := &source{}
	dirs, err := filepath.Glob(filepath.Join(root, "wasm", "*"))
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		if err := s.readPackage(root, dir); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *source) readPackage(root, dir string) error {
	fset := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	within, err := filepath.Rel(root, dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				f := &function{dir: within, pkg: file.Name.Name, name: d.Name.Name, js: strings.HasSuffix(name, "_js.go"), position: fset.Position(d.Pos())}
				if err := s.readFunction(f, d); err != nil {
					return err
				}
			case *ast.GenDecl:
				if d.Tok == token.TYPE {
					if err := s.readFields(fset, d, function{dir: within, pkg: file.Name.Name, js: strings.HasSuffix(name, "_js.go")}); err != nil {
						return err
					}
				}
				if err := s.readConstants(fset, file, d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// directives returns those of a comment, each as its words.
func directives(doc *ast.CommentGroup) (found [][]string) {
	if doc == nil {
		return nil
	}
	for _, line := range doc.List {
		if text, ok := strings.CutPrefix(line.Text, directive); ok {
			found = append(found, strings.Fields(text))
		}
	}
	return found
}

func (s *source) readFunction(f *function, d *ast.FuncDecl) error {
	for _, words := range directives(d.Doc) {
		if f.receiver == "" {
			if err := f.read(d); err != nil {
				return err
			}
		}
		switch {
		case words[0] == "function" && len(words) == 2:
			s.methods = append(s.methods, method{name: words[1], function: f})
		case len(words) > 2 && slices.Contains(kinds, words[0]):
			for _, name := range words[2:] {
				s.methods = append(s.methods, method{class: words[1], name: name, kind: kind(slices.Index(kinds, words[0])), function: f})
			}
		default:
			return f.errorf("%s%s is no directive", directive, strings.Join(words, " "))
		}
	}
	return nil
}

// readFields takes the fields of structs that have directives: each is read and
// written as a property.
func (s *source) readFields(fset *token.FileSet, d *ast.GenDecl, of function) error {
	for _, spec := range d.Specs {
		structure, ok := spec.(*ast.TypeSpec).Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range structure.Fields.List {
			for _, words := range directives(field.Doc) {
				f := of
				f.receiver, f.position, f.field = spec.(*ast.TypeSpec).Name.Name, fset.Position(field.Pos()), kindOf(field.Type)
				if len(field.Names) == 1 {
					f.name = field.Names[0].Name
				}
				if words[0] != "field" || len(words) != 3 || f.name == "" {
					return f.errorf("%s%s is no directive of a field", directive, strings.Join(words, " "))
				}
				for _, how := range [...]kind{getter, setter} {
					s.methods = append(s.methods, method{class: words[1], name: words[2], kind: how, function: &f})
				}
			}
		}
	}
	return nil
}

// read takes the receiver, the parameters and the results from a declaration.
func (f *function) read(d *ast.FuncDecl) error {
	if d.Recv == nil {
		return f.errorf("it has a directive, but no receiver")
	}
	f.receiver = strings.TrimPrefix(types.ExprString(d.Recv.List[0].Type), "*")
	for _, field := range d.Type.Params.List {
		for _, name := range field.Names {
			f.parameters = append(f.parameters, parameter{name.Name, kindOf(field.Type)})
		}
	}
	if d.Type.Results != nil {
		for _, field := range d.Type.Results.List {
			for range max(1, len(field.Names)) {
				f.results = append(f.results, kindOf(field.Type))
			}
		}
	}
	return nil
}

// kindOf names a type; the parameters of a function type have no names.
func kindOf(expr ast.Expr) string {
	f, ok := expr.(*ast.FuncType)
	if !ok {
		return types.ExprString(expr)
	}
	var kinds []string
	for _, field := range f.Params.List {
		for range max(1, len(field.Names)) {
			kinds = append(kinds, types.ExprString(field.Type))
		}
	}
	return "func(" + strings.Join(kinds, ", ") + ")"
}

// readConstants takes a block of constants that has a directive. What it needs
// of its package are its types, each a whole number.
func (s *source) readConstants(fset *token.FileSet, file *ast.File, d *ast.GenDecl) error {
	found := directives(d.Doc)
	if len(found) == 0 {
		return nil
	}
	if d.Tok != token.CONST || len(found) > 1 || found[0][0] != "numbers" {
		return fmt.Errorf("%s: %s%s is no directive here", fset.Position(d.Pos()), directive, strings.Join(found[0], " "))
	}
	less, more := "", ""
	for _, word := range found[0][1:] {
		switch word[0] {
		case '-':
			less = word[1:]
		case '+':
			more = word[1:]
		}
	}
	alone := &ast.File{Name: ast.NewIdent("alone"), Decls: []ast.Decl{d}}
	declared := map[string]bool{}
	for _, spec := range d.Specs {
		if kind, ok := spec.(*ast.ValueSpec).Type.(*ast.Ident); ok && types.Universe.Lookup(kind.Name) == nil && !declared[kind.Name] {
			declared[kind.Name] = true
			alone.Decls = append(alone.Decls, &ast.GenDecl{Tok: token.TYPE, Specs: []ast.Spec{&ast.TypeSpec{Name: kind, Type: ast.NewIdent("int32")}}})
		}
	}
	pkg, err := new(types.Config).Check("alone", fset, []*ast.File{alone}, nil)
	if err != nil {
		return err
	}
	comment := strings.TrimSpace(d.Doc.Text())
	if comment == "" {
		comment = file.Name.Name + "'s."
	}
	g := group{comment: comment}
	for _, spec := range d.Specs {
		for _, name := range spec.(*ast.ValueSpec).Names {
			if name.Name == "_" {
				continue
			}
			value, _ := constant.Int64Val(pkg.Scope().Lookup(name.Name).(*types.Const).Val())
			g.constants = append(g.constants, number{more + upper(strings.TrimPrefix(name.Name, less)), value})
		}
	}
	s.groups = append(s.groups, g)
	return nil
}

var word = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// upper makes SCROLL_TO of ScrollTo.
func upper(name string) string { return strings.ToUpper(word.ReplaceAllString(name, "${1}_$2")) }
