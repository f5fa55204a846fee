package bridge

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree writes a package bar below wasm/ and returns where.
func tree(t *testing.T, source string) string {
	root := t.TempDir()
	dir := filepath.Join(root, "wasm", "bar")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bar.go"), []byte("package bar\n\n"+source), 0o644); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestCallsCrossByTheirTypes(t *testing.T) {
	for _, test := range []struct{ sentence, source, file, want string }{
		{"the object is the first parameter of its name", "//turbo:method PageView show\nfunc (b *Bar) show(view, n dom.Node) {}", "wasm/bar/bridge.go", "b.show(c.This, c.Args[0])\n"},
		{"its first letter is enough", "//turbo:method PageView show\nfunc (b *Bar) show(v dom.Node) {}", "wasm/bar/bridge.go", "b.show(c.This)\n"},
		{"a parameter of another name is an argument", "//turbo:method PageView show\nfunc (b *Bar) show(n dom.Node) {}", "wasm/bar/bridge.go", "b.show(c.Args[0])\n"},
		{"what is no node is no object", "//turbo:method PageView show\nfunc (b *Bar) show(view string) {}", "wasm/bar/bridge.go", "b.show(c.Text(0))\n"},
		{"arguments are converted", "//turbo:method PageView show\nfunc (b *Bar) show(view dom.Node, on bool, n int, text string) {}", "wasm/bar/bridge.go", "b.show(c.This, c.Bool(0), c.Int(1), c.Text(2))\n"},
		{"a struct of the package's is looked up", "//turbo:method PageView show\nfunc (b *Bar) show(s *Submission) {}", "wasm/bar/bridge.go", "b.show(submissionOf(c.Page, c.Args[0]))\n"},
		{"a field is read", "type Bar struct {\n\t//turbo:field Bar open\n\topen bool\n}", "wasm/bar/bridge.go", "case barOpen, barSetOpen:\n\t\treturn &b.open\n"},
		{"a field is written", "type Bar struct {\n\t//turbo:field Bar open\n\topen bool\n}", "wasm/bar/bridge.go", "return c.Access(b.field(number), number >= barSetOpen)\n"},
		{"a bool is returned", "//turbo:getter PageView shown\nfunc (b *Bar) shown(view dom.Node) bool { return true }", "wasm/bar/bridge.go", "return c.Page.Bool(b.shown(c.This))\n"},
		{"a string there may be is returned, or null", "//turbo:getter PageView name\nfunc (b *Bar) name() (name string, ok bool) { return }", "wasm/bar/bridge.go", "return c.Optional(b.name())\n"},
		{"what lasts is promised", "//turbo:method PageView show\nfunc (b *Bar) show(view, n dom.Node, then func(ok bool)) {}", "wasm/bar/bridge.go", "then := c.Lasting()\n\t\tb.show(c.This, c.Args[0], then)\n\t\treturn c.Promise\n"},
		{"what lasts may come to a value", "//turbo:method PageView show\nfunc (b *Bar) show(found func(n dom.Node)) {}", "wasm/bar/bridge.go", "then := c.LastingValue()\n"},
		{"a function always has its object", "//turbo:function SHOW_ALL\nfunc (b *Bar) show(event dom.Node) {}", "wasm/bar/bridge.go", "functionShowAll:\n\t\tb.show(c.This)\n"},
		{"the script knows a function by its number", "//turbo:function SHOW_ALL\nfunc (b *Bar) show(event dom.Node) {}", "js/numbers.js", "export const SHOW_ALL = 0\n"},
		{"the script knows methods by their class, and getters by a point", "//turbo:function SHOW\nfunc (b *Bar) show(event dom.Node) {}\n\n//turbo:getter PageView a\n//turbo:method PageView c b\nfunc (b *Bar) x() {}", "js/numbers.js", "  PageView: \"1 b c .a\",\n"},
		{"constants are renamed and counted", "type Kind int32\n\n// Kinds.\n//\n//turbo:numbers -Kind +IS_\nconst (\n\tKindTextArea Kind = 1 << iota\n\t_\n\tKindFile\n)", "js/numbers.js", "// Kinds.\nexport const IS_TEXT_AREA = 1\nexport const IS_FILE = 4\n"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			files, err := Generate(tree(t, test.source))
			if err != nil {
				t.Fatal(err)
			}
			if got := files[test.file]; !strings.Contains(got, test.want) {
				t.Errorf("got %s:\n%s\nwant it to contain:\n%s", test.file, got, test.want)
			}
		})
	}
}

func TestWhatCannotCrossIsTold(t *testing.T) {
	for _, test := range []struct{ sentence, source, want string }{
		{"an unknown directive", "//turbo:methods Bar show\nfunc (b *Bar) show() {}", "is no directive"},
		{"a method without a name", "//turbo:method Bar\nfunc (b *Bar) show() {}", "is no directive"},
		{"a function without a receiver", "//turbo:method Bar show\nfunc show() {}", "no receiver"},
		{"a method that two answer for", "//turbo:method Bar show\nfunc (b *Bar) show() {}\n\n//turbo:method Bar show\nfunc (b *Bar) show2() {}", "show answers for Bar show already"},
		{"a class that two receivers answer for", "//turbo:method Bar show\nfunc (b *Bar) show() {}\n\n//turbo:method Bar hide\nfunc (f *Foo) hide() {}", "answers for Bar already"},
		{"a field of another type", "type Bar struct {\n\t//turbo:field Bar sizes\n\tsizes []int\n}", "it cannot cross as []int"},
		{"a method as a field", "type Bar struct {\n\t//turbo:method Bar show\n\tshow bool\n}", "is no directive of a field"},
		{"an argument of another type", "//turbo:method Bar show\nfunc (b *Bar) show(sizes []int) {}", "the argument sizes cannot cross as []int"},
		{"a fifth argument", "//turbo:method Bar show\nfunc (b *Bar) show(e, f, g, h, i dom.Node) {}", "more than four arguments"},
		{"a result of another type", "//turbo:method Bar show\nfunc (b *Bar) show() error { return nil }", "its results cannot cross: [error]"},
		{"a result of what lasts", "//turbo:method Bar show\nfunc (b *Bar) show(then func()) bool { return true }", "its results cannot cross: [bool]"},
		{"two constants of a name", "//turbo:function SHOW\nfunc (b *Bar) show() {}\n\n//turbo:numbers\nconst Show = 1", "two constants of the script are called SHOW"},
		{"a directive of constants above a type", "//turbo:numbers\ntype Bar int", "is no directive here"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			if _, err := Generate(tree(t, test.source)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to contain %q", err, test.want)
			}
		})
	}
}

// The script takes its own actions for Go's: refresh, which Go does not
// perform, would be taken for one that the application has replaced, and every
// stream then be an element in the page.
func TestActionsAreThoseThatGoPerforms(t *testing.T) {
	files, err := Generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	if want := `actions = ["append", "prepend", "before", "after", "replace", "update", "remove"]`; !strings.Contains(files["js/numbers.js"], want) {
		t.Errorf("got %s without %s", files["js/numbers.js"], want)
	}
}
