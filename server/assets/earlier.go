package assets

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Keep stores the distribution files in the folder dir, which must outlive
// deploys and is created if necessary. It returns the distributions stored
// before, most recent first, as New expects them. It keeps count of them and
// deletes older ones. Processes that start at the same time may share the
// folder.
func Keep(dir string, files fs.FS, count int) (earlier []fs.FS, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("assets: keep distributions in %q: %w", dir, err)
		}
	}()
	own, err := keep(dir, files)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	kept := map[string]time.Time{} // when each was last in use
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && entry.IsDir() && entry.Name() != own && !strings.HasPrefix(entry.Name(), ".") {
			kept[entry.Name()] = info.ModTime()
		}
	}
	names := slices.SortedFunc(maps.Keys(kept), func(a, b string) int {
		return cmp.Or(kept[b].Compare(kept[a]), cmp.Compare(a, b))
	})
	for i, name := range names {
		path := filepath.Join(dir, name)
		if i < count {
			earlier = append(earlier, os.DirFS(path))
		} else if err := os.RemoveAll(path); err != nil {
			return nil, err
		}
	}
	return earlier, nil
}

// keep copies a distribution into dir, unless it is already there, and returns
// the name of its folder: a hash of its files.
func keep(dir string, files fs.FS) (name string, err error) {
	found, err := readFiles("/", files)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintln(hash, name, found[name].integrity)
	}
	name = hex.EncodeToString(hash.Sum(nil)[:8])
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path, now := filepath.Join(dir, name), time.Now()
	if os.Chtimes(path, now, now) == nil {
		return name, nil
	}
	// The rename makes it appear as a whole, even if several processes copy it.
	tmp, err := os.MkdirTemp(dir, ".new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	for name, f := range found {
		for suffix, data := range map[string][]byte{"": f.plain, ".gz": f.gzip, ".br": f.brotli} {
			if data == nil {
				continue
			}
			if err := os.WriteFile(filepath.Join(tmp, name+suffix), data, 0o644); err != nil {
				return "", err
			}
		}
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return "", err
	}
	if err := os.Rename(tmp, path); err != nil && os.Chtimes(path, now, now) != nil {
		return "", err
	}
	return name, nil
}
