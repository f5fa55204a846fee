package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// check asks a server for turbo.wasm as a browser does, says what it sends, and
// returns an error where that keeps visitors waiting for nothing.
func check(ctx context.Context, url string, out io.Writer) error {
	if strings.HasSuffix(url, "/") {
		url += "turbo.wasm"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("turbowasm: check: %w", err)
	}
	r.Header.Set("Accept-Encoding", "gzip, br") // by which the client leaves the body as it is
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("turbowasm: check: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("turbowasm: check: %s answers %s", url, res.Status)
	}
	size, err := io.Copy(io.Discard, res.Body)
	if err != nil {
		return fmt.Errorf("turbowasm: check: %w", err)
	}
	encoding, contentType, cache := res.Header.Get("Content-Encoding"), res.Header.Get("Content-Type"), res.Header.Get("Cache-Control")
	fmt.Fprintf(out, "%s: %d KB, encoding %q, type %q, cache %q\n", url, size/1000, encoding, contentType, cache)
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("turbowasm: check: "+format, args...))
	}
	if encoding == "" {
		wrong("it is sent uncompressed, %d KB: serve turbo.wasm.br or turbo.wasm.gz, or have the server compress application/wasm", size/1000)
	}
	if contentType != "application/wasm" {
		wrong("it is sent as %q: as application/wasm it is compiled while it comes", contentType)
	}
	if strings.Contains(cache, "no-store") {
		wrong("browsers may not keep it (%s)", cache)
	}
	return errors.Join(errs...)
}
