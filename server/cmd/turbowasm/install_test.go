package main

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestInstall runs the README's commands for readers who have nothing but Go: in
// empty folders, with this module as it would be published.
func TestInstall(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	environment := published(t, "v0.1.0")
	commands := func(part string) []string {
		for _, block := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(string(readme), -1) {
			if strings.Contains(block[1], part) {
				return strings.Split(strings.TrimSpace(block[1]), "\n")
			}
		}
		t.Fatalf("the README has no commands with %q", part)
		return nil
	}
	sh := func(dir, command string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", command)
		cmd.Dir, cmd.Env = dir, environment
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		return string(out)
	}
	has := func(names ...string) {
		t.Helper()
		for _, name := range names {
			if _, err := os.Stat(name); err != nil {
				t.Error(err)
			}
		}
	}

	// dist works in an empty folder.
	dir := t.TempDir()
	sh(dir, quickly(commands("dist public/turbo")[0]))
	has(filepath.Join(dir, "public/turbo/turbo.js"), filepath.Join(dir, "public/turbo/turbo.wasm"))
	description, _ := os.ReadFile(filepath.Join(dir, "public/turbo/package.json"))
	if !strings.Contains(string(description), `"version": "0.1.0"`) {
		t.Errorf("the npm package says %s", description)
	}

	// A new application uses this version.
	try := commands("new board")
	dir = t.TempDir()
	sh(dir, try[0])
	board := filepath.Join(dir, "board")
	sh(board, "go vet . && go tool turbowasm build -plain ./page")
	has(filepath.Join(board, "static/turbo.wasm"))
	if module, _ := os.ReadFile(filepath.Join(board, "go.mod")); !strings.Contains(string(module), modulePath+" v0.1.0") || strings.Contains(string(module), "replace") {
		t.Errorf("go.mod is\n%s", module)
	}

	// The README's Go for the page.
	toast, err := os.ReadFile(filepath.Join(root, "wasm/example/toast/main.go"))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "page"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "page", "main.go"), toast, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, step := range commands("go mod init toast") {
		sh(dir, quickly(step))
	}
	has(filepath.Join(dir, "static/turbo.wasm"), filepath.Join(dir, "static/turbo.html"))

	// The README's server, in a module of its own with the command as a tool.
	hello, err := os.ReadFile("../hello/main.go")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), hello, 0o644); err != nil {
		t.Fatal(err)
	}
	steps := commands("go mod init hello")
	last := len(steps) - 1
	if steps[last] != "go run ." {
		t.Fatalf("the README ends with %q", steps[last])
	}
	for _, step := range steps[:last] {
		sh(dir, quickly(step))
	}
	sh(dir, "go build -o hello .")
	serveCommand(t, dir, filepath.Join(dir, "hello"))

	sh(t.TempDir(), "GOBIN="+dir+" go install "+modulePath+"/server/cmd/turbowasm@latest && "+filepath.Join(dir, "turbowasm")+" help")
}

// quickly omits the compressed files of a command.
func quickly(command string) string {
	return strings.NewReplacer(" dist ", " dist -plain ", " build ", " build -plain ").Replace(command)
}

// published returns an environment in which this module is published as the
// given version. Other modules come from this machine's cache or its proxy.
func published(t *testing.T, version string) []string {
	t.Helper()
	proxy := t.TempDir()
	dir := filepath.Join(proxy, modulePath, "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"list": version + "\n", version + ".info": fmt.Sprintf(`{"Version": %q}`, version), version + ".mod": string(module)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	archive := zip.NewWriter(file)
	files := os.DirFS(root)
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := entry.Name(); base == "node_modules" || base == "dist" || len(base) > 1 && base[0] == '.' {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		w, err := archive.Create(modulePath + "@" + version + "/" + name)
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	})
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	known, err := exec.CommandContext(t.Context(), "go", "env", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	cache, others, _ := strings.Cut(strings.TrimSpace(string(known)), "\n")
	return append(os.Environ(),
		"GOPROXY=file://"+proxy+",file://"+cache+"/cache/download,"+others,
		"GOMODCACHE="+filepath.Join(t.TempDir(), "mod"),
		"GOFLAGS=-trimpath -modcacherw", // so that the build cache is shared between directories
		"GOSUMDB=off", "GOWORK=off")
}
