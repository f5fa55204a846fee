package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
	"golang.org/x/sync/errgroup"
)

// licence is a copy of the repository's, which covers what is ours. goLicence
// covers the Go runtime in turbo.wasm and wasm_exec.js in the scripts.
var (
	//go:embed LICENSE
	licence []byte
	//go:embed LICENSE-go.txt
	goLicence []byte
)

// npmPackage describes the distribution to npm and to bundlers.
//
//go:embed package.json
var npmPackage string

const scriptNotice = "/*! turbowasm, MIT licence. Contains wasm_exec.js, copyright The Go Authors, see LICENSE-go.txt. */\n"

// scripts are the files that start the runtime, with the entry and format of
// each.
var scripts = []struct {
	name, entry string
	format      api.Format
}{
	{"turbo.js", "turbo.js", api.FormatESModule},
	{"turbo.umd.js", "umd.js", api.FormatIIFE},
	{"turbo-rails.js", "turbo-rails.js", api.FormatESModule},
}

// A form says which files of a distribution to write, and how.
type form struct {
	debug bool // keep names and diagnostics
	plain bool // write no compressed files
	hash  bool // add a hash of the content to names
}

// dist writes the runtime's files and an example page to dir, which is created
// if necessary.
func dist(ctx context.Context, mainPackage, dir string, f form, progress io.Writer) error {
	fmt.Fprintf(progress, "compiling %s\n", mainPackage)
	files, err := makeFiles(ctx, mainPackage, f.debug, progress)
	if err != nil {
		return err
	}
	var names map[string]string
	if f.hash {
		files, names = hashed(files)
	}
	files[pageFile] = copyPage(files, names)
	if f.plain {
		fmt.Fprintf(progress, "writing %s\n", dir)
	} else {
		fmt.Fprintf(progress, "compressing and writing %s, which takes some 20 seconds (-plain omits it)\n", dir)
	}
	return writeFiles(dir, files, f.plain)
}

// heavy says how much visitors download if the server does not compress.
func heavy(dir string, plain bool, progress io.Writer) error {
	wasm, err := filepath.Glob(filepath.Join(dir, "turbo*.wasm"))
	if err != nil || len(wasm) == 0 {
		return err
	}
	info, err := os.Stat(wasm[0])
	if err != nil {
		return fmt.Errorf("turbowasm: weigh %q: %w", wasm[0], err)
	}
	if plain {
		fmt.Fprintf(progress, "no compressed files were written: a server that does not compress application/wasm sends %.1f MB\n", float64(info.Size())/1e6)
	} else {
		fmt.Fprintf(progress, "visitors download %.1f MB unless the server sends the .br or .gz files or compresses by itself: check yours with \"turbowasm check URL\"\n", float64(info.Size())/1e6)
	}
	return nil
}

// makeFiles builds a distribution and returns its files by name.
func makeFiles(ctx context.Context, mainPackage string, debug bool, progress io.Writer) (map[string][]byte, error) {
	p, err := findProgram(ctx, mainPackage)
	if err != nil {
		return nil, err
	}
	b := shipped
	if debug {
		b = debugging
	}
	wasm, err := p.compile(ctx, b, progress)
	if err != nil {
		return nil, err
	}
	wasm, names, err := shorten(wasm)
	if err != nil {
		return nil, err
	}
	wasmExec, err := p.wasmExec(ctx)
	if err != nil {
		return nil, err
	}
	sources := p.sources(ctx)
	build, err := buildID(sources, wasm)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		"turbo.wasm":     stamp(wasm, build),
		"LICENSE":        licence,
		"LICENSE-go.txt": goLicence,
		"package.json":   []byte(strings.Replace(npmPackage, "0.0.0", strings.TrimPrefix(cmp.Or(moduleVersion(), "0.0.0"), "v"), 1)),
	}
	for _, s := range scripts {
		text, err := bundle(sources, s.entry, wasmExec, build, names, s.format)
		if err != nil {
			return nil, err
		}
		files[s.name] = append([]byte(scriptNotice), text...)
	}
	for _, name := range []string{"turbo.d.ts", "turbo-rails.d.ts"} {
		if files[name], err = fs.ReadFile(sources, name); err != nil {
			return nil, fmt.Errorf("turbowasm: read type declarations: %w", err)
		}
	}
	return files, nil
}

// writeFiles writes files to dir, and next to those that pages load their
// compressed versions. With plain it writes none, and removes those of an
// earlier build.
func writeFiles(dir string, files map[string][]byte, plain bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("turbowasm: make %q: %w", dir, err)
	}
	var group errgroup.Group
	for name, data := range files {
		group.Go(func() error { return writeFile(dir, name, data) })
		if compressible(name) {
			if plain {
				os.Remove(filepath.Join(dir, name+".gz"))
				os.Remove(filepath.Join(dir, name+".br"))
				continue
			}
			group.Go(func() error { return writeFile(dir, name+".gz", gzipped(data)) })
			group.Go(func() error { return writeFile(dir, name+".br", brotlied(data)) })
		}
	}
	return group.Wait()
}

// compressible reports whether a file is loaded by pages and worth compressing.
func compressible(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".js" || ext == ".wasm"
}

// writeFile replaces a file atomically, so that a server reading dir at the same
// time sees either the old or the new content.
func writeFile(dir, name string, data []byte) error {
	file := filepath.Join(dir, name)
	tmp, err := os.CreateTemp(dir, "."+name+"-*")
	if err != nil {
		return fmt.Errorf("turbowasm: write %q: %w", file, err)
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		os.Remove(tmp.Name())
		return fmt.Errorf("turbowasm: write %q: %w", file, err)
	}
	return nil
}

func gzipped(data []byte) []byte {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		panic(err) // only for an invalid level
	}
	w.Write(data) // a bytes.Buffer never fails
	w.Close()
	return buf.Bytes()
}

func brotlied(data []byte) []byte {
	var buf bytes.Buffer
	w := brotli.NewWriterLevel(&buf, brotli.BestCompression)
	w.Write(data)
	w.Close()
	return buf.Bytes()
}
