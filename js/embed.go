// Package js holds the sources of the scripts that stand between a page and
// turbo.wasm, for the builder to bundle: a checkout, the module cache and a
// vendored copy build alike.
package js

//go:generate go run ./bridge/write

import "embed"

// Sources holds the scripts and the type declarations, at the top level.
//
//go:embed *.js *.d.ts
var Sources embed.FS
