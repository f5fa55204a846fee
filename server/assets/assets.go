// Package assets serves the browser runtime, as written by "turbowasm dist",
// and produces the tags with which a page loads it.
//
//	runtime, err := assets.New("/turbo/", os.DirFS("public/turbo"))
//	…
//	mux.Handle("/turbo/", runtime)
//	tmpl.Execute(w, map[string]any{"Turbo": runtime.Tags("")}) // {{.Turbo}} in <head>
//
// Every file has two addresses: its plain name, which browsers revalidate on
// each use, and one that contains a hash of the content, which browsers cache
// for a year. Tags and URL return the latter.
//
// After a deploy, pages that were rendered before it still request the files
// they name. Keep stores distributions in a folder that outlives deploys, so
// that New can serve earlier ones next to the current one:
//
//	earlier, err := assets.Keep("/var/lib/app/turbo", files, 2)
//	runtime, err := assets.New("/turbo/", files, earlier...)
//
// A returning visitor then downloads only what has changed, if the browser
// supports compression dictionaries (RFC 9842; Chromium 130 and later, over
// HTTPS or on localhost) and still has one of those distributions from its
// hashed addresses. The difference is computed when it is first requested,
// which takes about a second, and kept.
//
// A page with a Content-Security-Policy must allow WebAssembly, requests to its
// own origin, and the import map by a nonce. Without nonces, load the runtime
// with Script instead of Tags:
//
//	script-src 'self' 'wasm-unsafe-eval' 'nonce-…'; connect-src 'self'
package assets

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// contentTypes lists the files of a distribution that are served.
var contentTypes = map[string]string{
	"turbo.js":       "text/javascript; charset=utf-8",
	"turbo.umd.js":   "text/javascript; charset=utf-8",
	"turbo-rails.js": "text/javascript; charset=utf-8",
	"turbo.wasm":     "application/wasm",
	"LICENSE":        "text/plain; charset=utf-8",
	"LICENSE-go.txt": "text/plain; charset=utf-8",
}

var required = []string{"turbo.js", "turbo.wasm"}

// Handler serves a distribution from memory. It is safe for concurrent use.
type Handler struct {
	current map[string]*file // by file name
	files   map[string]*file // by address, plain or hashed
}

type file struct {
	contentType string
	sum         [sha256.Size]byte // of plain
	hash        string            // the first 8 bytes of sum, in hex
	integrity   string            // value of the integrity attribute
	hashedPath  string
	plain       []byte
	gzip        []byte // nil if the distribution has no .gz
	brotli      []byte // nil if the distribution has no .br

	dictionary string                       // value of Use-As-Dictionary; empty for files that pages do not load
	deltas     map[[sha256.Size]byte]*delta // by the sum of the dictionary; nil for files of earlier distributions
}

// New reads the distribution at the top of files: turbo.js and turbo.wasm, and
// where present turbo.umd.js, turbo-rails.js, the licences, and the
// compressed .br and .gz next to each. Other files are not served. prefix is
// the path at which the Handler is mounted, such as "/turbo/". Of earlier
// distributions, most recent first, only the hashed addresses are served, for
// pages rendered before a deploy. The files are read once; a new distribution
// needs a new Handler.
func New(prefix string, files fs.FS, earlier ...fs.FS) (*Handler, error) {
	if !strings.HasPrefix(prefix, "/") || !strings.HasSuffix(prefix, "/") {
		return nil, fmt.Errorf("assets: prefix %q must begin and end with a slash, like \"/turbo/\"", prefix)
	}
	current, err := readFiles(prefix, files)
	if err != nil {
		return nil, err
	}
	h := &Handler{current: current, files: map[string]*file{}}
	for name, f := range current {
		h.files[prefix+name] = f
		h.files[f.hashedPath] = f
		if f.dictionary != "" {
			f.deltas = map[[sha256.Size]byte]*delta{}
			f.addDictionary(f)
		}
	}
	for _, files := range earlier {
		old, err := readFiles(prefix, files)
		if err != nil {
			return nil, fmt.Errorf("earlier distribution: %w", err)
		}
		for name, f := range old {
			if h.files[f.hashedPath] == nil {
				h.files[f.hashedPath] = f
			}
			if f.dictionary != "" && current[name] != nil {
				current[name].addDictionary(f)
			}
		}
	}
	return h, nil
}

func readFiles(prefix string, files fs.FS) (map[string]*file, error) {
	found := map[string]*file{}
	for name, contentType := range contentTypes {
		f := &file{contentType: contentType}
		for suffix, data := range map[string]*[]byte{"": &f.plain, ".gz": &f.gzip, ".br": &f.brotli} {
			var err error
			if *data, err = fs.ReadFile(files, name+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("assets: read %q: %w", name+suffix, err)
			}
		}
		if f.plain == nil {
			continue
		}
		f.sum = sha256.Sum256(f.plain)
		f.hash = hex.EncodeToString(f.sum[:8])
		f.integrity = "sha256-" + base64.StdEncoding.EncodeToString(f.sum[:])
		ext := path.Ext(name)
		if ext == ".js" || ext == ".wasm" {
			f.dictionary = dictionaryPattern(name)
		}
		f.hashedPath = prefix + strings.TrimSuffix(name, ext) + "-" + f.hash + ext
		found[name] = f
	}
	for _, name := range required {
		if found[name] == nil {
			return nil, fmt.Errorf(`assets: read %q: %w: run "turbowasm dist" to create it`, name, fs.ErrNotExist)
		}
	}
	return found, nil
}

// URL returns the address of a file of the distribution, with a hash of its
// content. Pass the classic script the address of the wasm in an attribute:
//
//	<script src="{{.URL "turbo.umd.js"}}" data-turbo-wasm="{{.URL "turbo.wasm"}}"></script>
func (h *Handler) URL(name string) (string, error) {
	f, ok := h.current[name]
	if !ok {
		return "", fmt.Errorf("assets: address %q: %w", name, fs.ErrNotExist)
	}
	return f.hashedPath, nil
}

// ServeHTTP answers GET and HEAD requests for the files of the distribution, in
// the smallest encoding that the client accepts: as a difference to the build
// that it has, with brotli, with gzip, or as they are.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := h.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	body, encoding, tag := f.plain, "", f.hash
	delta, from := f.delta(r)
	switch accept := r.Header.Values("Accept-Encoding"); {
	case delta != nil:
		body, encoding, tag = delta, "dcb", f.hash+"-dcb-"+from.hash
		r = r.Clone(r.Context())
		r.Header.Del("Range") // parts of a difference are of no use
	case f.brotli != nil && accepts(accept, "br"):
		body, encoding, tag = f.brotli, "br", f.hash+"-br"
	case f.gzip != nil && accepts(accept, "gzip"):
		body, encoding, tag = f.gzip, "gzip", f.hash+"-gzip"
	}
	header := w.Header()
	header.Set("Content-Type", f.contentType)
	header.Set("X-Content-Type-Options", "nosniff")
	vary := "Accept-Encoding"
	if f.dictionary != "" {
		vary += ", Available-Dictionary"
	}
	header.Add("Vary", vary)
	header.Set("ETag", `"`+tag+`"`)
	if encoding != "" {
		// ServeContent leaves the length of encoded bodies to the caller.
		header.Set("Content-Encoding", encoding)
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if r.URL.Path == f.hashedPath {
		who := "public"
		if delta != nil {
			who = "private" // a shared cache that ignores Vary would send it to everyone
		}
		header.Set("Cache-Control", who+", max-age=31536000, immutable")
		if f.dictionary != "" {
			header.Set("Use-As-Dictionary", f.dictionary)
		}
	} else {
		header.Set("Cache-Control", "no-cache")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// accepts reports whether Accept-Encoding headers allow a coding with a quality
// above zero (RFC 9110, section 12.5.3).
func accepts(headers []string, coding string) bool {
	any := false
	for item := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, params, _ := strings.Cut(item, ";")
		name = strings.TrimSpace(name)
		q, isQ := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(params, " ", "")), "q=")
		quality, err := strconv.ParseFloat(q, 64)
		wanted := !isQ || err == nil && quality > 0
		if strings.EqualFold(name, coding) {
			return wanted
		}
		if name == "*" {
			any = wanted
		}
	}
	return any
}
