package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// check requests turbo.wasm as a browser does, prints how it is sent, and
// returns an error if visitors have to wait needlessly.
func check(ctx context.Context, url string, out io.Writer) error {
	if strings.HasSuffix(url, "/") {
		url += "turbo.wasm"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("turbowasm: check: %w", err)
	}
	r.Header.Set("Accept-Encoding", "gzip, br") // set explicitly, so that the client does not decompress the body
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("turbowasm: check: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("turbowasm: check: %s: the server answered %s", url, res.Status)
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
		wrong("turbo.wasm is sent uncompressed (%d KB): serve turbo.wasm.br or turbo.wasm.gz instead, or let the server compress application/wasm", size/1000)
	}
	if contentType != "application/wasm" {
		wrong("turbo.wasm is sent with type %q: send application/wasm, so that browsers compile it while it downloads", contentType)
	}
	if strings.Contains(cache, "no-store") {
		wrong("Cache-Control %q forbids caching: send \"no-cache\", or \"immutable\" for names with a hash", cache)
	}
	return errors.Join(errs...)
}
