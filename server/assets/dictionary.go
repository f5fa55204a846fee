package assets

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// Compression dictionaries (RFC 9842). A hashed address says that its content
// may serve as the dictionary of other builds of the same file, and a request
// names the build that its browser has. Browsers keep dictionaries by origin,
// send them to that origin only, and do so in secure contexts.

// dictionaryPattern matches the addresses of all builds of a file, relative to
// any of them: wherever the Handler is mounted, and behind a proxy that changes
// paths.
func dictionaryPattern(name string) string {
	ext := path.Ext(name)
	return `match="` + strings.TrimSuffix(name, ext) + "*" + ext + `"`
}

// A delta is a file compressed with another build of it as the dictionary. It
// is made when it is first requested.
type delta struct {
	file, dictionary *file
	start            sync.Once
	made             chan struct{} // closed once body is set
	body             []byte        // nil if it is no smaller than the file is otherwise
}

// patience is how long a request waits for a delta to be made.
const patience = time.Second

// compressing is held while a delta is made: of turbo.wasm that takes 50 MB of
// memory, so one is made at a time.
var compressing sync.Mutex

// get returns the delta. It returns nil if the file is better sent as a whole:
// the delta is no smaller, or it is not made in time.
func (d *delta) get(ctx context.Context) []byte {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	d.start.Do(func() {
		go func() {
			defer close(d.made)
			compressing.Lock()
			defer compressing.Unlock()
			if body := compressed(d.file.plain, d.dictionary.plain); body != nil && len(body) < d.file.smallest() {
				d.body = body
			}
		}()
	})
	select {
	case <-d.made:
		return d.body
	case <-ctx.Done():
		return nil
	}
}

// smallest is the size of the smallest of a file's other forms.
func (f *file) smallest() int {
	size := len(f.plain)
	for _, body := range [][]byte{f.gzip, f.brotli} {
		if body != nil {
			size = min(size, len(body))
		}
	}
	return size
}

// addDictionary lets f be sent as its difference to another build of it.
func (f *file) addDictionary(other *file) {
	if f.deltas[other.sum] == nil {
		f.deltas[other.sum] = &delta{file: f, dictionary: other, made: make(chan struct{})}
	}
}

// delta returns the file as the difference to the build that the client has,
// and that build. It returns nil if the client accepts no such coding, or has no
// build that is known.
func (f *file) delta(r *http.Request) ([]byte, *file) {
	available := r.Header.Values("Available-Dictionary")
	if len(available) != 1 || !accepts(r.Header.Values("Accept-Encoding"), "dcb") {
		return nil, nil
	}
	d := f.deltas[parseSum(available[0])]
	if d == nil {
		return nil, nil
	}
	return d.get(r.Context()), d.dictionary
}

// parseSum reads a byte sequence of structured fields (RFC 9651): base64
// between colons. Anything but a sum is read as zero, which is no file's.
func parseSum(value string) (sum [sha256.Size]byte) {
	value = strings.TrimSpace(value)
	if len(value) < 2 || value[0] != ':' || value[len(value)-1] != ':' {
		return sum
	}
	if data, err := base64.StdEncoding.DecodeString(value[1 : len(value)-1]); err == nil && len(data) == len(sum) {
		copy(sum[:], data)
	}
	return sum
}
