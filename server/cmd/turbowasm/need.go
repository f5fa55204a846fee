package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// programNames lists the names under which a Debian package's program may
// already be installed, on Debian or elsewhere.
var programNames = map[string][]string{
	"chromium":                {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"},
	"chromium-headless-shell": {"chromium-headless-shell", "chrome-headless-shell", "headless-shell", "google-chrome", "google-chrome-stable", "chrome"},
	"firefox-esr":             {"firefox-esr", "firefox"},
	"postgresql":              {"pg_createcluster", "initdb"},
	"redis-server":            {"redis-server"},
	"webkit2gtk-driver":       {"WebKitWebDriver"},
	"xvfb":                    {"Xvfb"},
}

// need makes sure that programs are installed, given by the names of their
// Debian packages. It installs missing ones with apt-get if it can, and
// otherwise returns an error that says what to install.
func need(ctx context.Context, packages []string, progress io.Writer) error {
	var missing []string
	for _, name := range packages {
		if !installed(name) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	apt, err := exec.LookPath("apt-get")
	if err != nil || os.Getuid() != 0 {
		return fmt.Errorf("turbowasm: missing programs %q: install them and add them to PATH (on Debian: sudo apt-get install %s)", missing, strings.Join(missing, " "))
	}
	fmt.Fprintf(progress, "installing %v with apt-get, this takes a minute\n", missing)
	for _, args := range [][]string{{"update", "-q"}, append([]string{"install", "-qy", "--no-install-recommends"}, missing...)} {
		cmd := exec.CommandContext(ctx, apt, args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("turbowasm: apt-get %s %q: %w\n%s", args[0], missing, err, out)
		}
	}
	for _, name := range missing {
		if !installed(name) {
			return fmt.Errorf("turbowasm: apt-get installed %q, but none of %q is in PATH", name, programNames[name])
		}
	}
	return nil
}

func installed(name string) bool {
	names := programNames[name]
	if names == nil {
		names = []string{name}
	}
	for _, n := range names {
		if _, err := exec.LookPath(n); err == nil {
			return true
		}
	}
	return false
}
