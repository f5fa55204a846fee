package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// starterFiles is the starter application. It is part of this module, so its
// tests run with all others.
//
//go:embed starter
var starterFiles embed.FS

// A starter describes an application to write.
type starter struct {
	module   string // module name; if empty, the name of the directory
	checkout string // directory of the turbowasm module; if empty, a published version is used
}

// write writes the application to dir, which must be empty or not exist.
func (s starter) write(ctx context.Context, dir string, progress io.Writer) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("turbowasm: new: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("turbowasm: new: %q is not empty: choose another directory", dir)
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("turbowasm: new: %w", err)
	}
	if s.module == "" {
		s.module = filepath.Base(absolute)
	}
	goMod, err := s.goMod(ctx)
	if err != nil {
		return err
	}
	files, err := fs.Sub(starterFiles, "starter")
	if err != nil {
		return fmt.Errorf("turbowasm: new: %w", err)
	}
	if err := os.CopyFS(dir, files); err != nil {
		return fmt.Errorf("turbowasm: new: %w", err)
	}
	if err := os.Rename(filepath.Join(dir, "gitignore"), filepath.Join(dir, ".gitignore")); err != nil {
		return fmt.Errorf("turbowasm: new: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(goMod), 0o644); err != nil {
		return fmt.Errorf("turbowasm: new: %w", err)
	}
	fmt.Fprintf(progress, "go mod tidy\n")
	tidy := exec.CommandContext(ctx, "go", "mod", "tidy")
	tidy.Dir = dir
	tidy.Env = append(os.Environ(), "GOWORK=off")
	if out, err := tidy.CombinedOutput(); err != nil {
		return fmt.Errorf("turbowasm: new: go mod tidy: %w\n%s", err, out)
	}
	fmt.Fprintf(progress, "%s is ready. To run it, and rebuild it whenever you save a file:\n\n  cd %s && go tool turbowasm dev\n", s.module, dir)
	return nil
}

// goMod returns the application's go.mod before it is tidied. It requires the
// version of this module that this command was built from, or a checkout.
func (s starter) goMod(ctx context.Context) (string, error) {
	version := moduleVersion()
	if s.checkout == "" && version == "" {
		out, err := program{}.goCommand(ctx, "list", "-m", "-f", "{{.Dir}}", modulePath)
		if s.checkout = strings.TrimSpace(string(out)); err != nil || s.checkout == "" {
			return "", errors.New("turbowasm: new: this command was not built from a published version: pass the directory of its source with -replace")
		}
	}
	text := fmt.Sprintf("module %s\n\ngo %s\n\ntool %s/server/cmd/turbowasm\n", s.module, strings.TrimPrefix(knownGo, "go")+".0", modulePath)
	if s.checkout == "" {
		return text + fmt.Sprintf("\nrequire %s %s\n", modulePath, version), nil
	}
	checkout, err := filepath.Abs(s.checkout)
	if err != nil {
		return "", fmt.Errorf("turbowasm: new: %w", err)
	}
	return text + fmt.Sprintf("\nrequire %[1]s v0.0.0\n\nreplace %[1]s => %[2]s\n", modulePath, checkout), nil
}
