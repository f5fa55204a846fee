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

// goLicence covers the Go runtime inside turbo.wasm and wasm_exec.js inside
// the scripts.
//
//go:embed LICENSE-go.txt
var goLicence []byte

// npmPackage describes the distribution to npm and to bundlers.
//
//go:embed package.json
var npmPackage string

const scriptNotice = "/*! turbowasm, MIT licence. Contains wasm_exec.js, copyright The Go Authors, see LICENSE-go.txt. */\n"

// scripts are the files that start the runtime, and what each is made of.
var scripts = []struct {
	name, entry string
	format      api.Format
}{
	{"turbo.js", "turbo.js", api.FormatESModule},
	{"turbo.umd.js", "umd.js", api.FormatIIFE},
	{"turbo-rails.js", "turbo-rails.js", api.FormatESModule},
}

// A form says what is written of a distribution, and how.
type form struct {
	debug bool // names and diagnostics stay in
	plain bool // nothing compressed beside
	hash  bool // names with a hash of the content
}

// dist writes the runtime's files and a page to copy to dir, which is created if
// need be.
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
	fmt.Fprintf(progress, "writing %s\n", dir)
	return writeFiles(dir, files, f.plain)
}

// heavy says what visitors download where the server does not compress.
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
		fmt.Fprintf(progress, "there is nothing compressed beside: a server that does not compress by itself sends %.1f MB\n", float64(info.Size())/1e6)
	} else {
		fmt.Fprintf(progress, "a server that does not know the .br and .gz beside, nor compresses by itself, sends %.1f MB: turbowasm check URL says what yours does\n", float64(info.Size())/1e6)
	}
	return nil
}

// makeFiles builds a distribution, by file name.
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

// writeFiles writes files to dir, and beside those that pages load what they
// compress to. Plain files have nothing beside them, and what an earlier build
// left there is removed.
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

// compressible reports whether pages load a file that is worth compressing.
func compressible(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".js" || ext == ".wasm"
}

// writeFile replaces a file at once, so that a server which reads dir
// meanwhile sees the old content or the new.
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
		panic(err) // the level is a constant
	}
	w.Write(data) // a bytes.Buffer takes everything
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
