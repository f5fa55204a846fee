package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var versions = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

// release writes the distribution for users without Go to dir:
// turbowasm-VERSION.zip and SHA256SUMS. The same source yields identical bytes.
func release(ctx context.Context, mainPackage, version, dir string, progress io.Writer) error {
	if !versions.MatchString(version) {
		return fmt.Errorf("turbowasm: release: %q is not a version: write it like v1.2.3", version)
	}
	fmt.Fprintf(progress, "compiling %s\n", mainPackage)
	files, err := makeFiles(ctx, mainPackage, false, progress)
	if err != nil {
		return err
	}
	files[pageFile] = copyPage(files, nil)
	files["package.json"] = bytes.Replace(files["package.json"], []byte(`"version": "0.0.0"`), []byte(`"version": "`+strings.TrimPrefix(version, "v")+`"`), 1)
	for name, data := range maps.Clone(files) {
		if compressible(name) {
			files[name+".gz"], files[name+".br"] = gzipped(data), brotlied(data)
		}
	}
	folder := "turbowasm-" + version
	archive, err := zipped(folder, files)
	if err != nil {
		return err
	}
	fmt.Fprintf(progress, "writing %s\n", filepath.Join(dir, folder+".zip"))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("turbowasm: release: %w", err)
	}
	if err := writeFile(dir, folder+".zip", archive); err != nil {
		return err
	}
	return writeFile(dir, "SHA256SUMS", fmt.Appendf(nil, "%x  %s.zip\n", sha256.Sum256(archive), folder))
}

// zipped returns an archive of files in one folder, sorted by name and without
// dates.
func zipped(folder string, files map[string][]byte) ([]byte, error) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &zip.FileHeader{Name: path.Join(folder, name), Method: zip.Deflate}
		header.SetMode(0o644)
		f, err := w.CreateHeader(header)
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			return nil, fmt.Errorf("turbowasm: release: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("turbowasm: release: %w", err)
	}
	return buf.Bytes(), nil
}
