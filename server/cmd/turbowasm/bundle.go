package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/evanw/esbuild/pkg/api"
)

// goModule is the name under which our scripts import Go's loader:
//
//	import { Go } from "go-wasm-exec"
const goModule = "go-wasm-exec"

//go:embed goexec.js
var goExecFrame string

// isolate turns Go's wasm_exec.js into an ES module that exports the class Go
// and leaves the page's globals alone.
func isolate(wasmExec string) (string, error) {
	define := map[string]string{"fs": "own.fs"}
	for _, name := range []string{"Go", "fs", "process", "path"} {
		define["globalThis."+name] = "own." + name
	}
	// A page without these never starts Go, but must still be able to load it.
	for _, name := range []string{"crypto", "performance", "TextDecoder", "TextEncoder"} {
		define["globalThis."+name] = "true"
	}
	res := api.Transform(wasmExec, api.TransformOptions{
		Define:        define,
		LegalComments: api.LegalCommentsNone,
		LogLevel:      api.LogLevelSilent,
	})
	if err := bundleError(res.Errors); err != nil {
		return "", fmt.Errorf("turbowasm: isolate wasm_exec.js: %w", err)
	}
	code := string(res.Code)
	if !strings.Contains(code, "own.Go = class") || !strings.Contains(code, "Reflect.get(loadValue(") {
		return "", errors.New("turbowasm: isolate wasm_exec.js: the wasm_exec.js of this version of Go is not supported: use Go 1.26")
	}
	return strings.Replace(goExecFrame, "\nGO_WASM_EXEC\n", "\n"+code+"\n", 1), nil
}

// bundle joins the script entry and everything it imports, all from the top of
// sources, into one minified script. Globals that page.js exports, if sources
// has it, are read through it. wasmExec is the text of Go's loader; if empty,
// imports of it are kept. build replaces BUILD in the sources, exports and
// module replace __exports__ and __module__, and properties are renamed
// according to names.
func bundle(sources fs.FS, entry, wasmExec, build string, names map[string]string, format api.Format) ([]byte, error) {
	source, err := fs.ReadFile(sources, entry)
	if err != nil {
		return nil, fmt.Errorf("turbowasm: bundle: %w", err)
	}
	text, exports := cutExports(string(source))
	define := map[string]string{"BUILD": strconv.Quote(build)}
	for _, name := range exports { // so that scripts can use the page's globals of these names
		define[name] = "globalThis." + name
	}
	renaming, pattern := map[string]any{}, ""
	for name, short := range names {
		renaming[name] = short
		pattern += "|^" + name + "$"
	}
	var inject []string
	if _, err := fs.Stat(sources, "page.js"); err == nil {
		inject = []string{"./page.js"}
	}
	var goExec string
	if wasmExec != "" {
		if goExec, err = isolate(wasmExec); err != nil {
			return nil, err
		}
	}
	res := api.Build(api.BuildOptions{
		EntryPoints:       []string{entry},
		Bundle:            true,
		Format:            format,
		Target:            api.ES2022,
		Charset:           api.CharsetUTF8,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone,
		LogLevel:          api.LogLevelSilent,
		Define:            define,
		MangleProps:       strings.TrimPrefix(pattern, "|"),
		MangleCache:       renaming,
		Inject:            inject,
		Plugins: []api.Plugin{{Name: "embedded sources", Setup: func(b api.PluginBuild) {
			b.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
				if a.Path == goModule {
					return api.OnResolveResult{Path: a.Path, Namespace: "js", External: wasmExec == ""}, nil
				}
				return api.OnResolveResult{Path: path.Join(path.Dir(a.Importer), a.Path), Namespace: "js"}, nil
			})
			b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "js"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
				if a.Path == goModule {
					return api.OnLoadResult{Contents: &goExec}, nil
				}
				if a.Path == entry {
					return api.OnLoadResult{Contents: &text}, nil
				}
				text, err := fs.ReadFile(sources, a.Path)
				code := string(text)
				return api.OnLoadResult{Contents: &code}, err
			})
		}}},
	})
	if err := bundleError(append(res.Errors, res.Warnings...)); err != nil {
		return nil, fmt.Errorf("turbowasm: bundle %q: %w", entry, err)
	}
	code := strings.NewReplacer("__exports__", "exports", "__module__", "module").Replace(string(res.OutputFiles[0].Contents))
	if len(exports) > 0 {
		before, after, found := strings.Cut(code, "export{")
		name, _, ours := strings.Cut(after, " as Turbo};")
		if !found || !ours {
			return nil, fmt.Errorf("turbowasm: bundle %q: the script does not end with the export of Turbo", entry)
		}
		code = before + "export const Turbo=" + name + ",{" + strings.Join(exports, ",") + "}=" + name + ";\n"
	}
	return []byte(code), nil
}

// exported matches the names that a module exports from Turbo.
var exported = regexp.MustCompile(`(?s)export const \{(.*?)\} = Turbo\n`)

// cutExports removes the exports from an entry's text. bundle adds them again
// at the end: esbuild would list them three times.
func cutExports(text string) (rest string, names []string) {
	found := exported.FindStringSubmatch(text)
	if found == nil {
		return text, nil
	}
	return exported.ReplaceAllLiteralString(text, ""), strings.FieldsFunc(found[1], func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

func bundleError(messages []api.Message) error {
	var errs []error
	for _, m := range messages {
		text := m.Text
		if m.Location != nil {
			text = fmt.Sprintf("%s:%d: %s", m.Location.File, m.Location.Line, text)
		}
		errs = append(errs, errors.New(text))
	}
	return errors.Join(errs...)
}
