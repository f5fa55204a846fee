// Command write writes what package bridge generates. It runs in js.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/turbowasm/turbowasm/js/bridge"
)

func main() {
	if err := write(".."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(root string) error {
	files, err := bridge.Generate(root)
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
