package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"path"
	"strings"
)

// pageFile is an example page that is part of every distribution.
const pageFile = "turbo.html"

//go:embed page.html
var pageToCopy string

// hashed adds a hash of the content to the names of the files that pages load,
// so that browsers may cache them forever: turbo-0123456789abcdef.js. The
// scripts then load the wasm by its new name. Files for npm and editors are
// omitted.
func hashed(files map[string][]byte) (renamed map[string][]byte, names map[string]string) {
	renamed, names = map[string][]byte{}, map[string]string{}
	rename := func(name string, data []byte) {
		sum := sha256.Sum256(data)
		ext := path.Ext(name)
		names[name] = strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:8]) + ext
		renamed[names[name]] = data
	}
	rename("turbo.wasm", files["turbo.wasm"])
	for _, s := range scripts {
		rename(s.name, bytes.ReplaceAll(files[s.name], []byte("turbo.wasm"), []byte(names["turbo.wasm"])))
	}
	for _, name := range []string{"LICENSE", "LICENSE-go.txt"} {
		renamed[name] = files[name]
	}
	return renamed, names
}

// copyPage returns the example page, with the renamed files in names.
func copyPage(files map[string][]byte, names map[string]string) []byte {
	script := "turbo.js"
	if name, ok := names[script]; ok {
		script = name
	}
	sum := sha512.Sum384(files[script])
	replaced := []string{"{{integrity}}", "sha384-" + base64.StdEncoding.EncodeToString(sum[:])}
	for was, is := range names {
		replaced = append(replaced, `"`+was+`"`, `"`+is+`"`)
	}
	return []byte(strings.NewReplacer(replaced...).Replace(pageToCopy))
}
